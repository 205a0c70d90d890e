"""`make bench ARGS="fanout [--database sqlite|postgres|both] [--sockets N] [--changes N] [--rounds N]"`.

How soon everybody who has the schedule open hears of a change, and what it costs to keep a socket open: beside a server
that Mercurius makes of the same subscription.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import uvloop
from rich.console import Console

from bench import report
from bench.fanout import figures
from bench.fanout.practice import a_watched_schedule
from bench.fanout.sides import Side
from bench.packages import NoPackages, fetched
from bench.servers import the_product
from tests.databases import Databases
from tests.doors import id_of
from tests.soak.servers import Server, free_port
from vetdesk.database import connect
from vetdesk.database.address import parse

HERE = Path(__file__).parent


def main(arguments: list[str]) -> int:
    """Measure, and draw the figures; 1 when somebody was told something wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench fanout", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--sockets", type=int, default=1_000, help="how many listen (1000)")
    parser.add_argument("--changes", type=int, default=10, help="how many changes a round has, one a second (10)")
    parser.add_argument("--rounds", type=int, default=4, help="how many rounds each server has, in turns (4)")
    parser.add_argument("--packages", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.packages:
        return _on(asked)
    dialects = ("sqlite", "postgres") if asked.database == "both" else (asked.database,)
    try:
        packages = _fetched(sqlite="sqlite" in dialects)
    except NoPackages as reason:
        print(f"The other server runs on Node.js: {reason}. The other figures do without it.")
        return 1
    # Each in a process of its own: Tortoise keeps its statements in the spelling of the first database it meets.
    command = [sys.executable, "-m", "bench.fanout", *arguments, "--packages", str(packages), "--database"]
    return max(subprocess.run([*command, dialect], check=False).returncode for dialect in dialects)


def _fetched(*, sqlite: bool) -> Path:
    """The peer, beside the packages that `package.json` names; its driver for SQLite only when that is needed."""
    without = () if sqlite else ("optional",)
    folder = fetched(HERE, "fanout", without=without, say="Fetching Mercurius (once; kept in data/bench) …").folder
    if sqlite and not (folder / "node_modules" / "better-sqlite3").exists():
        (folder / "complete").unlink()
        raise SystemExit("better-sqlite3 could not be installed here. PostgreSQL needs none: --database postgres")
    return folder


def _on(asked: argparse.Namespace) -> int:
    # The one who asks us to stop should find nothing left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    out = Console()
    node = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout.strip()
    out.print(f"{report.machine()}, Node {node}", highlight=False, soft_wrap=True)
    databases = Databases(asked.database)
    # Started here, in the main thread and outside the loop: the server ends with the thread that started it.
    databases.start()
    try:
        return 0 if uvloop.run(_measured(databases, asked, out)) else 1
    finally:
        databases.stop()


async def _measured(databases: Databases, asked: argparse.Namespace, out: Console) -> bool:
    """A B A B …, each on a database of its own: nobody hears of what the other does."""
    with tempfile.TemporaryDirectory(prefix="vetdesk-fanout-") as name:
        folder = Path(name)
        async with databases.migrated() as ours, databases.migrated() as theirs:
            async with connect(ours.url):
                our_schedule = await a_watched_schedule(ours.url, id_of)
            async with connect(theirs.url):
                their_schedule = await a_watched_schedule(theirs.url, lambda row: str(row.id))
            product = Side(the_product(ours.url, folder, "--no-worker"), "/staff/graphql", our_schedule)
            try:
                peer = Side(_mercurius(theirs.url, folder, asked.packages), "/graphql", their_schedule)
                try:
                    await product.begin()
                    await peer.begin()
                    for _ in range(asked.rounds):
                        await product.one_round(asked.sockets, asked.changes)
                        await peer.one_round(asked.sockets, asked.changes)
                finally:
                    peer.server.stop()
            finally:
                product.server.stop()
    rounds = f"median of {asked.rounds} rounds of {asked.changes} changes, one a second"
    title = f"{databases.dialect}, {asked.sockets:,} sockets, {rounds}"
    out.print(figures.beside(title, product.measured, peer.measured))
    for side in (product, peer):
        if side.wrong:
            out.print(f"[bold red]{side.server.name}: somebody was told[/] {side.wrong[:400]}", highlight=False)
    return not (product.wrong or peer.wrong)


def _mercurius(url: str, folder: Path, packages: Path) -> Server:
    where, port = parse(url), free_port()
    address = url if where.dialect == "postgres" else str(where.path)
    command = ["env", "NODE_ENV=production", "node", str(packages / "peer.mjs"), where.dialect, address, str(port)]
    return Server("mercurius", command, folder, port)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
