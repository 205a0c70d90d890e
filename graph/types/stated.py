"""What stands on a paper: its words, field by field."""

from __future__ import annotations

import strawberry


def words(description: str) -> str:
    """A field of words."""
    said: str = strawberry.field(description=description)
    return said


def lines(description: str) -> list[str]:
    """A field of words, line by line."""
    said: list[str] = strawberry.field(description=description)
    return said
