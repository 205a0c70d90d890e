"""Chosen: a press where one is installed, and else somebody who says that there is none."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

from resolvers.ports import CannotPrint

if TYPE_CHECKING:
    from models.paper import Paper
    from resolvers.ports import Printer

HOW_TO_PRINT = "This server cannot print. Whoever runs it can install what it takes: vetdesk[pdf]."


class NoPress:
    """Prints nothing, and says why."""

    async def printed(self, paper: Paper) -> bytes:
        """Refuse."""
        raise CannotPrint(HOW_TO_PRINT)


def printer(paper: Literal["a4", "us-letter"]) -> Printer:
    """Who prints in this process, on paper of that size."""
    if not can_print():
        return NoPress()
    from vetdesk.printing.press import Press  # noqa: PLC0415 - it needs what is not always installed

    return Press(paper=paper)


def can_print() -> bool:
    """Whether there is what it takes: the extra `pdf`."""
    return find_spec("typst") is not None and find_spec("segno") is not None
