"""The figures: how long a change takes to be everywhere, and what an open socket holds, drawn as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from rich.box import SIMPLE_HEAD
from rich.table import Table

from bench.fanout.screens import Change

KILOBYTES_AIM, RATIO_AIM = 60, 1
Figure = Callable[[Sequence[Change]], float]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one server did, round for round, the kilobytes that it holds for an idle socket, and the seconds for which it
    works in a second with one change."""

    rounds: Sequence[Sequence[Change]]
    kilobytes: float | None
    worked: float | None

    def milliseconds(self, figure: Figure) -> float:
        """The median of the rounds."""
        return median(map(figure, self.rounds)) * 1000


def beside(title: str, product: Measured, peer: Measured) -> Table:
    """One line a figure; every time begins when the change is asked for."""
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, padding=(0, 0, 0, 1))
    table.add_column("a change, from being asked for, until …", no_wrap=True)
    for heading in ("product\nms", "Mercurius\nms", "ratio", "aim"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, (figure, aim) in _FIGURES.items():
        table.add_row(name, *_compared(product.milliseconds(figure), peer.milliseconds(figure)), aim)
    if product.worked and peer.worked:
        table.add_section()
        figures = _compared(product.worked * 1000, peer.worked * 1000)
        table.add_row("work of the processor a change, ms", *figures, "")
    if product.kilobytes and peer.kilobytes:
        figures = _compared(product.kilobytes, peer.kilobytes)
        table.add_row("memory of an idle socket, KB", *figures, f"≤ {KILOBYTES_AIM} KB")
    return table


def _compared(product: float, peer: float) -> tuple[str, str, str]:
    return f"{product:.1f}", f"{peer:.1f}", f"{product / peer:.2f}"


def _of_sockets(percent: int, *, after_the_answer: bool = False) -> Figure:
    def figure(changes: Sequence[Change]) -> float:
        took = [at - (change.answered if after_the_answer else 0) for change in changes for at in change.arrived]
        return quantiles(took, n=100, method="inclusive")[percent - 1]

    return figure


_AIM = f"≤ {RATIO_AIM}"
_FIGURES: dict[str, tuple[Figure, str]] = {
    "whoever asked is answered": (lambda changes: median(change.answered for change in changes), ""),
    "the first socket has it": (lambda changes: median(min(change.arrived) for change in changes), ""),
    "a socket has it, p50": (_of_sockets(50), _AIM),
    "a socket has it, p99": (_of_sockets(99), _AIM),
    "every socket has it": (lambda changes: median(max(change.arrived) for change in changes), _AIM),
    "every socket has it, worst change": (lambda changes: max(max(change.arrived) for change in changes), ""),
    "p50, from the answer on": (_of_sockets(50, after_the_answer=True), ""),
    "p99, from the answer on": (_of_sockets(99, after_the_answer=True), ""),
}
