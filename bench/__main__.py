"""`python -m bench [--database sqlite|postgres|both] [--seconds N] [--clients N] [--only WORD] [--fresh]`.

`python -m bench fanout` takes the figures of live changes instead, beside a server on Node.js.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import uvloop
from rich.console import Console

from bench import report, starts
from bench.fanout.__main__ import main as fanout
from bench.journeys import Journey, journeys
from bench.load import Rounds, one_answer, one_round
from bench.rows import Practice, a_busy_practice
from bench.servers import the_limit, the_product
from models import sql
from tests.databases import Databases, Dialect
from tests.soak.servers import Server
from vetdesk.database import connect

ROUNDS = 3
_WARM_SECONDS = 0.5


def main() -> int:
    """Measure, and draw the figures; 1 when an answer was wrong."""
    if sys.argv[1:2] == ["fanout"]:
        return fanout(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--seconds", type=float, default=0.8, help=f"how long each of the {ROUNDS} rounds lasts (0.8)")
    parser.add_argument("--clients", type=int, default=8, help="how many ask at once (8)")
    parser.add_argument("--only", default="", help="only the journeys with this word in their name")
    parser.add_argument("--fresh", action="store_true", help="time `make run` in a clean copy too")
    asked = parser.parse_args()
    out = Console()
    if asked.database == "both":
        # Each in a process of its own: Tortoise keeps its statements in the spelling of the first database it meets.
        given = [word for word in sys.argv[1:] if word != "--fresh"]
        command = [sys.executable, "-m", "bench", *given, "--database"]
        codes = [subprocess.run([*command, dialect], check=False).returncode for dialect in ("sqlite", "postgres")]
    else:
        codes = [_on(asked.database, asked, out)]
    if asked.fresh:
        fresh, again = uvloop.run(starts.fresh_start())
        aims = {"make run, clean copy": (fresh, report.FRESH_START_AIM), "again": (again, report.LATER_START_AIM)}
        out.print(report.starts(aims))
    return max(codes)


def _on(dialect: Dialect, asked: argparse.Namespace, out: Console) -> int:
    # The one who asks us to stop should find nothing left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    out.print(report.machine(), highlight=False, soft_wrap=True)
    databases = Databases(dialect)
    # Started here, in the main thread and outside the loop: the server ends with the thread that started it.
    databases.start()
    try:
        return 0 if uvloop.run(_measured(databases, asked, out)) else 1
    finally:
        databases.stop()


async def _measured(databases: Databases, asked: argparse.Namespace, out: Console) -> bool:
    with tempfile.TemporaryDirectory(prefix="vetdesk-bench-") as folder:
        async with databases.migrated() as database:
            async with connect(database.url):
                practice = await a_busy_practice()
                version = await _version()
            start = await starts.later_start(database.url, Path(folder))
            # Without its worker: letters are no part of an answer.
            product = the_product(database.url, Path(folder), "--no-worker")
            limit = the_limit(database.url, Path(folder))
            try:
                await product.ready()
                await limit.ready()
                chosen = [journey for journey in journeys(practice) if asked.only in journey.name]
                measured = {journey.name: await _beside(journey, practice, product, limit, asked) for journey in chosen}
                alike = [await _alike(journey, practice, product, limit, out) for journey in chosen]
            finally:
                product.stop()
                limit.stop()
    title = f"{version}, {asked.clients} clients, median of {ROUNDS} rounds of {asked.seconds:g} s"
    out.print(report.side_by_side(title, measured))
    out.print(report.starts({"vetdesk serve": (start, report.LATER_START_AIM)}))
    for name, sides in measured.items():
        for side, rounds in zip(("product", "limit"), sides, strict=True):
            if rounds.wrong:
                report.wrong(out, name, side, rounds.wrong)
    return all(alike) and not any(rounds.wrong for sides in measured.values() for rounds in sides)


async def _beside(
    journey: Journey, practice: Practice, product: Server, limit: Server, asked: argparse.Namespace
) -> tuple[Rounds, Rounds]:
    """A B A B …, after each has been warmed up."""
    sides = (
        (product.port, journey.asked_of_product(practice.token), Rounds()),
        (limit.port, journey.asked_of_limit(), Rounds()),
    )
    for warm in (True, *[False] * ROUNDS):
        for port, requests, rounds in sides:
            seconds = min(_WARM_SECONDS, asked.seconds) if warm else asked.seconds
            done = await one_round(port, requests, journey.is_right, clients=asked.clients, seconds=seconds)
            if not warm or done.wrong:
                rounds.rounds.append(done)
    return sides[0][2], sides[1][2]


async def _alike(journey: Journey, practice: Practice, product: Server, limit: Server, out: Console) -> bool:
    """Whether both sides say the same: for a write, in the same shape."""
    answers = []
    for port, requests in (
        (product.port, journey.asked_of_product(practice.token)),
        (limit.port, journey.asked_of_limit()),
    ):
        data = json.loads(await one_answer(port, next(requests))).get("data")
        answers.append(_shape(data) if "mutation" in journey.document else data)
    if answers[0] == answers[1]:
        return True
    out.print(f"[bold red]{journey.name}: the two sides differ[/]", highlight=False)
    for answer in answers:
        out.print(f"  {json.dumps(answer)[:600]}", highlight=False, markup=False)
    return False


def _shape(data: object) -> object:
    return {name: _shape(value) for name, value in data.items()} if isinstance(data, dict) else type(data).__name__


async def _version() -> str:
    if sql.is_postgres():
        (row,) = await sql.fetch("SELECT version() AS version")
        return " ".join(str(row["version"]).split()[:2]) + " (no fsync)"
    (row,) = await sql.fetch("SELECT sqlite_version() AS version")
    return f"SQLite {row['version']}"


if __name__ == "__main__":
    sys.exit(main())
