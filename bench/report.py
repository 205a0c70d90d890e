"""The report: figures drawn as tables, with the machine they were taken on."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table

from bench.figures import Figures
from bench.servers import NAMES, PRODUCT
from bench.targets import Ratio
from bench.terms import POOL_SIZE

LATER_START_AIM, FRESH_START_AIM = 2.0, 90.0


def machine() -> str:
    """The machine, in one line."""
    model = platform.processor() or platform.machine()
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    load = f", load {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else ""
    return f"{os.cpu_count()} cores ({model}), {platform.system()}, Python {platform.python_version()}{load}"


def terms(figures: Figures) -> str:
    """What was the same for everybody, in one line."""
    pool = f", a pool of {POOL_SIZE} connections" if figures.dialect == "postgres" else ""
    return f"{figures.version}: one worker process each{pool}, every token verified; {figures.effort}"


def side_by_side(figures: Figures) -> Table:
    """A line for each server in each journey: requests a second, and milliseconds for one answer."""
    table = _table("Side by side")
    table.add_column("journey", no_wrap=True)
    table.add_column("server", no_wrap=True)
    for heading in ("req/s", "p50 ms", "p99 ms", "product is", "target"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("reached", no_wrap=True)
    for journey, sides in figures.journeys.items():
        for side, figure in sides.items():
            numbers = (f"{figure.per_second:,.0f}", f"{figure.p50:.1f}", f"{figure.p99:.1f}")
            if side == PRODUCT:
                table.add_row(f"[bold]{figures.names[journey]}[/]", f"[bold]{NAMES[side]}[/]", *numbers, "", "", "")
            else:
                table.add_row("", NAMES[side], *numbers, *_judged(figures.ratio(journey, side)))
        table.add_section()
    return table


def growth(figures: Figures) -> Table:
    """A line for each journey: how long half of the answers take at most, with how many rows."""
    sizes = list(next(iter(next(iter(figures.growth.values())).values())))
    table = _table(f"Growth: p50 in ms with {', '.join(f'{times}x' for times in sizes)} the rows")
    for heading in ("journey", "server"):
        table.add_column(heading, no_wrap=True)
    for times in sizes:
        table.add_column(f"{times}x", justify="right", no_wrap=True)
    for heading in ("last : first", "target"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("reached", no_wrap=True)
    for journey, sides in figures.growth.items():
        for side, took in sides.items():
            shown = [f"{took[times][0]:.1f}" for times in sizes]
            judged = _judged(figures.grown(journey, side, sizes[-1]))
            table.add_row(figures.names[journey] if side == PRODUCT else "", NAMES[side], *shown, *judged)
    return table


def memory(figures: Figures) -> str:
    """What each process holds after all that, in one line."""
    held = ", ".join(f"{NAMES[side]} {megabytes:.0f}" for side, megabytes in figures.megabytes.items())
    return f"Memory of each process afterwards (resident), MB: {held}"


def starts(figures: dict[str, tuple[float, float]]) -> Table:
    """One line a start: seconds, and what is aimed at."""
    table = _table("Starts")
    table.add_column("from … to serving")
    table.add_column("s", justify="right")
    table.add_column("aim", justify="right")
    for name, (seconds, aim) in figures.items():
        table.add_row(name, f"{seconds:.2f}", f"{aim:g}")
    return table


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, padding=(0, 0, 0, 1))


def _judged(ratio: Ratio) -> tuple[str, str, str]:
    verdict = {True: "[green]yes[/]", False: "[red]no[/]", None: ""}[ratio.is_reached]
    return f"{ratio.value:.2f} x", ratio.target, verdict
