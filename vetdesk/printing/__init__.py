"""Printing: papers are set by Typst from the templates beside this file, and come out as PDF."""

from vetdesk.printing.chosen import printer

__all__ = ["printer"]
