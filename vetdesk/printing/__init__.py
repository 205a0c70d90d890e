"""Printing: papers are set by Typst from the templates beside this file, and come out as PDF."""

from vetdesk.printing.chosen import can_print, printer

__all__ = ["can_print", "printer"]
