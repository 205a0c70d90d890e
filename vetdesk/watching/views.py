"""Views: how the day is shown, drawn on a terminal or told line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from models import period
from vetdesk.watching.sheet import News, Sheet, Visit

_AROUND = 10
"""The lines of a screen that are not appointments."""
_FEWEST_ROWS = 3
_LATEST = "bold white on blue"
_COLUMNS = (
    ("time", None, 5),
    ("until", None, 5),
    ("pet", 2, None),
    ("service", 3, None),
    ("vet", 3, None),
    ("room", 2, None),
    ("status", None, len("in progress")),
)
"""Each with its share of what the others leave, or with the width it needs."""
_STYLES = {
    "requested": "magenta",
    "confirmed": "cyan",
    "arrived": "bold yellow",
    "in progress": "bold green",
    "completed": "dim",
    "cancelled": "dim strike",
    "no show": "dim red",
}


class View(Protocol):
    """Somebody who is told what to show."""

    def loaded(self, sheet: Sheet) -> None:
        """The day was loaded, for the first time or anew."""

    def live(self) -> None:
        """From now on every change is heard at once."""

    def changed(self, sheet: Sheet, news: News) -> None:
        """This has happened."""

    def lost(self, reason: str, seconds: float) -> None:
        """The connection is lost, and tried again after so many seconds."""


class Lines:
    """A line a change, for another program or a file; how the connection stands is told beside it."""

    def __init__(self, out: Console, err: Console) -> None:
        self._out = out
        self._err = err
        self._is_lost = False

    def loaded(self, sheet: Sheet) -> None:
        """Say what is watched."""
        unheard = " What happened in between is not listed." if self._is_lost else ""
        self._print(self._err, f"Watching {sheet.title}: {sheet.summary}.{unheard}")
        self._is_lost = False

    def live(self) -> None:
        """Say so when it was not."""
        if self._is_lost:
            self._print(self._err, "Live again; nothing was missed.")
        self._is_lost = False

    def changed(self, sheet: Sheet, news: News) -> None:
        """Say what has happened, and when."""
        self._print(self._out, f"{news.at:%Y-%m-%d %H:%M:%S}  {news.kind:<9}  {news.sentence}")

    def lost(self, reason: str, seconds: float) -> None:
        """Say so, once."""
        if not self._is_lost:
            self._print(self._err, f"The connection is lost ({reason.rstrip('.')}). Reconnecting …")
        self._is_lost = True

    def _print(self, console: Console, line: str) -> None:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


class Screen:
    """The whole day, drawn over the whole terminal."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._sheet: Sheet | None = None
        self._is_live = False
        self._lost: tuple[str, float] | None = None
        self._live = Live(get_renderable=self.drawn, console=out, screen=True, refresh_per_second=2)

    @contextmanager
    def open(self) -> Iterator[None]:
        """Draw, and draw again twice a second, until the block ends; then the terminal is as it was."""
        with self._live:
            yield

    def loaded(self, sheet: Sheet) -> None:
        """Show it."""
        self._sheet = sheet
        self._live.refresh()

    def live(self) -> None:
        """Show that it is."""
        self._is_live, self._lost = True, None
        self._live.refresh()

    def changed(self, sheet: Sheet, news: News) -> None:
        """Show what has happened."""
        self._live.refresh()

    def lost(self, reason: str, seconds: float) -> None:
        """Show why, and when it is tried again."""
        self._is_live, self._lost = False, (reason, period.now().timestamp() + seconds)
        self._live.refresh()

    def drawn(self) -> RenderableType:
        """The screen as it is now."""
        if self._sheet is None:
            return Text()
        lines = [self._head(self._sheet), self._table(self._sheet), self._foot(self._sheet)]
        return Padding(Group(*lines), (1, 2, 0, 2))

    def _head(self, sheet: Sheet) -> RenderableType:
        head = Table.grid(expand=True, padding=(0, 2))
        head.add_column(no_wrap=True, ratio=1)
        head.add_column(no_wrap=True, justify="right")
        clock = Text(f"{period.now().astimezone(sheet.place.zone):%H:%M:%S}", "dim")
        head.add_row(Text.assemble((sheet.title, "bold")), Text.assemble(self._state(), "   ", clock))
        return head

    def _state(self) -> Text:
        if self._is_live:
            return Text("● live", "bold green")
        if self._lost is None:
            return Text("● connecting …", "bold yellow")
        seconds = max(0, round(self._lost[1] - period.now().timestamp()))
        return Text(f"● reconnecting … {seconds} s" if seconds else "● reconnecting …", "bold yellow")

    def _table(self, sheet: Sheet) -> RenderableType:
        visits, latest = sheet.visits, sheet.news.visit if sheet.news else None
        first, last = window(visits, latest, max(_FEWEST_ROWS, self._out.height - _AROUND))
        table = Table(box=box.ROUNDED, expand=True, border_style="dim", header_style="bold dim", padding=(0, 1))
        for name, ratio, width in _COLUMNS:
            table.add_column(name, no_wrap=True, ratio=ratio, min_width=width)
        for visit in visits[first:last]:
            is_latest = latest is not None and visit.id == latest.id
            status = Text(visit.status, "" if is_latest else _STYLES.get(visit.status, ""))
            times = (f"{visit.starts_at:%H:%M}", f"{visit.ends_at:%H:%M}")
            row = map(Text, (*times, visit.pet, visit.service, visit.vet, visit.room))
            faded = "dim" if visit.status in {"completed", "cancelled", "no show"} else ""
            table.add_row(*row, status, style=_LATEST if is_latest else faded)
        hidden = ((first, "earlier"), (len(visits) - last, "later"))
        if told := " and ".join(f"{count} {which}" for count, which in hidden if count):
            table.caption, table.caption_justify = Text(f"{told}: too many for this screen", "dim"), "left"
        if not visits:
            table.add_row("", "", Text("nothing yet", "dim"))
        return table

    def _foot(self, sheet: Sheet) -> RenderableType:
        lost = Text(self._lost[0], "yellow") if self._lost else Text()
        if sheet.news is None:
            happened = Text(f"{sheet.summary}; nothing has happened since this was loaded", "dim")
        else:
            happened = Text.assemble((f"{sheet.news.at:%H:%M:%S}", "bold"), f"  {sheet.news.sentence}")
        return Group(happened, lost, Text("Ctrl-C ends", "dim"))


def window(visits: Sequence[Visit], middle: Visit | None, rows: int) -> tuple[int, int]:
    """From where to where to show them when there are fewer rows: with this one in the middle, or those of now."""
    if len(visits) <= rows:
        return 0, len(visits)
    if middle is None:
        now = period.now()
        place = next((number for number, visit in enumerate(visits) if visit.ends_at > now), len(visits))
    else:
        place = next((number for number, visit in enumerate(visits) if visit.id == middle.id), 0)
    first = min(max(0, place - rows // 2), len(visits) - rows)
    return first, first + rows
