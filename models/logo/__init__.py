"""Logos: the picture at the head of every paper, looked through before it is kept."""

from models.logo.kept import LARGEST, Logo, LogoKind, PracticeLogo, checked

__all__ = ["LARGEST", "Logo", "LogoKind", "PracticeLogo", "checked"]
