"""The report: how far it is, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from statistics import median, quantiles

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from tests.soak.checks import Checks
from tests.soak.line import Record
from tests.soak.post import PostOffice
from tests.soak.watch import Watch

_WIDTH, _SHOWN = 20, 20


def progress(part: float, record: Record, checks: Checks, watch: Watch) -> str:
    """One line: a bar, and the figures so far."""
    full = min(round(part * _WIDTH), _WIDTH)
    memory = f"{watch.memory[-1]:.0f} MB, {watch.files[-1]} files" if watch.memory else "memory not known"
    violated = f"[bold red]{len(record.violations)} violations[/]" if record.violations else "all holds"
    return (
        f"{'━' * full}[dim]{'─' * (_WIDTH - full)}[/] {record.done.total():,} deeds, {record.refused.total():,} refused, "
        f"{record.lost.total():,} answers lost, {checks.rows['event']:,} events, {len(watch.kills)} kills, {memory}: {violated}"
    )


def summary(out: Console, record: Record, checks: Checks, watch: Watch, post: PostOffice) -> bool:
    """Draw everything; whether all of it held."""
    out.print(_answers(record))
    came = sum(map(len, post.came.values()))
    out.print(_line("refused", record.refused))
    out.print(_line("answers lost", record.lost))
    out.print(_line("rows", checks.rows))
    out.print(
        f"letters: {len(post.came):,} came, {came - len(post.came)} of them once more after a kill", highlight=False
    )
    starts = f"; restarts took {median(watch.restarts):.1f} s" if watch.restarts else ""
    out.print(f"kill -9: {len(watch.kills)} times{starts}", highlight=False)
    if watch.memory:
        fourth = max(len(watch.memory) // 4, 1)
        figures = (median(watch.memory[:fourth]), median(watch.memory[-fourth:]), max(watch.memory))
        out.print("memory: first quarter {:.0f} MB, last quarter {:.0f} MB, at most {:.0f} MB".format(*figures))
        out.print(f"open files: at first {watch.files[0]}, at last {watch.files[-1]}, at most {max(watch.files)}")
    for complaint, often in watch.complaints.items():
        out.print(f"log: {complaint}, {often} times", highlight=False, markup=False)
    violations = Counter(record.violations)
    for sentence, often in violations.most_common(_SHOWN):
        out.print(f"violated {often} times: {sentence}", style="red", highlight=False, markup=False, soft_wrap=True)
    if len(violations) > _SHOWN:
        out.print(f"… and {len(violations) - _SHOWN} others", style="red")
    out.print("[bold red]It did not hold.[/]" if record.violations else "[bold green]Everything held.[/]")
    return not record.violations


def _answers(record: Record) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 0, 0, 1))
    table.add_column("asked", no_wrap=True)
    for heading in ("done", "answers", "p50 ms", "p99 ms", "max ms"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, took in sorted(record.took.items()):
        p99 = quantiles(took, n=100, method="inclusive")[98] if len(took) > 1 else took[0]
        figures = (f"{seconds * 1000:,.0f}" for seconds in (median(took), p99, max(took)))
        table.add_row(name, f"{record.done[name]:,}" if record.done[name] else "", f"{len(took):,}", *figures)
    return table


def _line(name: str, counted: Mapping[str, int]) -> str:
    return f"{name}: " + (", ".join(f"{often:,} {what}" for what, often in sorted(counted.items())) or "none")
