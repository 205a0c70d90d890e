"""Printed papers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.paper import Paper
    from resolvers.ports import Printer


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed paper: what it is called, the PDF, and the hash of that in hex digits."""

    name: str
    content: bytes
    sha256: str


async def of_paper(paper: Paper, printer: Printer) -> Printed:
    """The paper, printed now.

    Raises:
        CannotPrint: there is nothing to print with.
    """
    content = await printer.printed(paper)
    return Printed(str(paper.facts["title"]), content, hashlib.sha256(content).hexdigest())
