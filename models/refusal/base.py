"""A refusal: what all of them have."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

Path = tuple[str, ...]


class DatabaseUnavailable(Exception):
    """The database cannot be reached, or stayed locked longer than anybody should wait. Nothing was written."""


class Refusal(Exception):
    """A deed was refused; nothing was written and nothing was sent.

    `code` is stable and for programs; `message` is a sentence a person can act on; `path` names the input at
    fault, outermost first, and is empty when no single input is. `pets` are those of whose records it tells something.
    """

    code: ClassVar[str]
    sentence: ClassVar[str]
    pets: frozenset[UUID] = frozenset()

    def __init__(self, message: str | None = None, *, path: Path = ()) -> None:
        self.message = message or self.sentence
        self.path = path
        super().__init__(self.message)
