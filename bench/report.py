"""The report: figures drawn as tables, with the machine they were taken on."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bench.load import Rounds

LATER_START_AIM, FRESH_START_AIM = 2.0, 90.0


def machine() -> str:
    """The machine, in one line."""
    model = platform.processor() or platform.machine()
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    load = f", load {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else ""
    return f"{os.cpu_count()} cores ({model}), {platform.system()}, Python {platform.python_version()}{load}"


def side_by_side(title: str, measured: dict[str, tuple[Rounds, Rounds]]) -> Table:
    """One line a journey: requests a second, and milliseconds for one answer."""
    table = _table(title)
    table.add_column("journey", no_wrap=True)
    for side in ("product", "limit"):
        for heading in (f"{side}\nreq/s", "p50\nms", "p99\nms"):
            table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("ratio", justify="right", no_wrap=True)
    for name, (product, limit) in measured.items():
        table.add_row(name, *_figures(product), *_figures(limit), f"{product.per_second / limit.per_second:.2f}")
    return table


def starts(figures: dict[str, tuple[float, float]]) -> Table:
    """One line a start: seconds, and what is aimed at."""
    table = _table("Starts")
    table.add_column("from … to serving")
    table.add_column("s", justify="right")
    table.add_column("aim", justify="right")
    for name, (seconds, aim) in figures.items():
        table.add_row(name, f"{seconds:.2f}", f"{aim:g}")
    return table


def wrong(out: Console, journey: str, side: str, answers: list[bytes]) -> None:
    """Say that answers were not what they should be, and show one."""
    shown = answers[0].partition(b"\r\n\r\n")[2][:400].decode(errors="replace")
    out.print(f"[bold red]{journey}, {side}: {len(answers)} wrong answers[/], such as {shown}", highlight=False)


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, padding=(0, 0, 0, 1))


def _figures(rounds: Rounds) -> tuple[str, str, str]:
    return f"{rounds.per_second:,.0f}", f"{rounds.percentile(50):.1f}", f"{rounds.percentile(99):.1f}"
