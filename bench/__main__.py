"""How fast the product answers, beside other servers that are asked the same in the same run."""

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

from bench import picture, records, reminding, report, starts
from bench.fanout.__main__ import main as fanout
from bench.figures import Figures
from bench.measuring import Effort
from bench.packages import KEPT, NoPackages, Packages, fetched
from bench.running import measured
from bench.servers import POSTGRAPHILE_NEEDS
from bench.setting import Plan
from tests.databases import Databases, Dialect

PEERS = Path(__file__).parent / "peers"
_DETAILS = """
What is asked: (a) a day sheet of 60 visits, (b) a pet with its owners and 50 visits, (c) a client by name or phone,
(d) booking a visit, (e) free times, (f) signing in, (g) the history of a pet: 50 visits with notes, weights and what was
given, (h) issuing an invoice, (i) taking a payment at the desk, (j) the statement of a client: one of 20 entries, and the
first and the last page of one of 2,000. After (h) and (i) the rows that are left behind are compared as well. On
PostgreSQL it is asked of the product (`vetdesk serve`), of the limit (the same by hand, with no GraphQL), and
(a) to (c) and (g) also of Mercurius, PostGraphile 5 and stock Strawberry, each of which is first checked to give the
same answer. Then these again with 10 and 100 times the rows. On SQLite: product and limit.

How to read it: "product is 0.62 x" means that in the same time the product gives 0.62 answers for one of theirs.
Only these ratios mean much: answers a second depend on the machine and on what else it does.

The two servers on Node.js need node and npm, and the network once (some 500 MB, kept in data/bench); without them the
run goes on without those two. PostgreSQL comes with the packages for the tests, nothing has to be installed.

  make bench                     everything, about eight minutes
  make bench QUICK=1             short rounds, only what has a target, and growth only to 10 times: less than a minute
  make bench ARGS="--only day"   one journey: day, pet, history, clients, book, free_times,
                                 sign_in, issue, pay or statement
  make bench ARGS=fanout         how soon live changes arrive, beside Mercurius
  make bench ARGS=records        how long a search of 100,000 records takes, and a page of a long history
  make bench ARGS=reminding      how long it takes to plan and to decide what is due for 10,000 pets
"""


def main() -> int:
    """Measure, and draw the figures; 1 when an answer was wrong."""
    # The one who asks us to stop should find nothing left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if sys.argv[1:2] == ["fanout"]:
        return fanout(sys.argv[2:])
    if sys.argv[1:2] == ["records"]:
        return records.main(sys.argv[2:])
    if sys.argv[1:2] == ["reminding"]:
        return reminding.main(sys.argv[2:])
    asked = _parser().parse_args()
    if asked.figures:
        return _on(asked.database, asked)
    out = _console()
    out.print(report.machine(), highlight=False, soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="vetdesk-figures-") as folder:
        dialects = ("postgres", "sqlite") if asked.database == "both" else (asked.database,)
        # Each in a process of its own: Tortoise keeps its statements in the spelling of the first database it meets.
        files = {dialect: Path(folder) / f"{dialect}.json" for dialect in dialects}
        command = [sys.executable, "-m", "bench", *sys.argv[1:]]
        codes = [
            subprocess.run([*command, "--database", dialect, "--figures", file], check=False).returncode
            for dialect, file in files.items()
        ]
        found = [
            Figures.from_plain(json.loads(file.read_text(encoding="utf-8"))) for file in files.values() if file.exists()
        ]
    if asked.fresh:
        fresh, again = uvloop.run(starts.fresh_start())
        aims = {"make run, clean copy": (fresh, report.FRESH_START_AIM), "again": (again, report.LATER_START_AIM)}
        out.print(report.starts(aims))
    if found:
        _tell(found, out)
    return max(codes)


def _parser() -> argparse.ArgumentParser:
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m bench", description=__doc__, epilog=_DETAILS, formatter_class=shape)
    parser.add_argument("--quick", action="store_true", help="short rounds: less than a minute in all")
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both", help="on which (both)")
    parser.add_argument("--only", action="append", default=[], metavar="WORD", help="only journeys with this word")
    parser.add_argument("--rounds", type=int, help="how often each server is asked each journey (10)")
    parser.add_argument("--seconds", type=float, help="how long one of these rounds lasts (0.6)")
    parser.add_argument("--clients", type=int, default=8, help="how many ask at once (8)")
    parser.add_argument("--no-peers", action="store_true", help="only the product and the limit")
    parser.add_argument("--no-growth", action="store_true", help="not again with 10 and 100 times the rows")
    parser.add_argument("--fresh", action="store_true", help="also time `make run` in a clean copy (needs the network)")
    parser.add_argument("--figures", type=Path, help=argparse.SUPPRESS)
    return parser


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=110)


def _plan(asked: argparse.Namespace, dialect: Dialect) -> Plan:
    quick: bool = asked.quick
    effort = Effort(
        clients=asked.clients,
        # Many short turns rather than a few long ones: whatever else the machine does then hits everybody alike.
        rounds=asked.rounds or (4 if quick else 10),
        seconds=asked.seconds or (0.15 if quick else 0.6),
        warm=0.25 if quick else 1.0,
    )
    sizes = () if asked.no_growth or dialect == "sqlite" else (1, 10) if quick else (1, 10, 100)
    is_short = quick and not asked.only
    return Plan(dialect, effort, tuple(asked.only), sizes, with_peers=not asked.no_peers, is_short=is_short)


def _on(dialect: Dialect, asked: argparse.Namespace) -> int:
    out, plan = _console(), _plan(asked, dialect)
    packages = _packages(out) if plan.with_peers and dialect == "postgres" else None
    databases = Databases(dialect)
    # Started here, in the main thread and outside the loop: the server ends with the thread that started it.
    databases.start()
    try:
        figures, wrong = uvloop.run(measured(databases, plan, packages))
    finally:
        databases.stop()
    on_node = f"; Node {packages.version}" if packages else ""
    out.print(f"\n[bold]{report.terms(figures)}{on_node}[/]", highlight=False, soft_wrap=True)
    out.print(report.side_by_side(figures))
    if figures.growth:
        out.print(report.growth(figures))
    out.print(report.memory(figures), highlight=False, soft_wrap=True)
    if figures.start_seconds:
        start = f"{figures.start_seconds:.2f} s (aim {report.LATER_START_AIM:g} s)"
        out.print(f"From `vetdesk serve` to its first answer: {start}", highlight=False)
    for complaint in wrong:
        out.print(complaint, style="bold red", highlight=False, markup=False)
    asked.figures.write_text(json.dumps(figures.plain()), encoding="utf-8")
    return 1 if wrong else 0


def _packages(out: Console) -> Packages | None:
    say = "Fetching Mercurius, PostGraphile and a Node.js for them (once; kept in data/bench) …"
    try:
        packages = fetched(PEERS, "peers", say=say)
    except NoPackages as reason:
        out.print(f"Without Mercurius and PostGraphile 5: {reason}.", style="bold yellow", highlight=False)
        return None
    if not packages.is_at_least(POSTGRAPHILE_NEEDS):
        reason_too = f"it needs Node.js {POSTGRAPHILE_NEEDS} or newer, and here is {packages.version}"
        out.print(f"Without PostGraphile 5: {reason_too}.", style="bold yellow", highlight=False)
    return packages


def _tell(found: list[Figures], out: Console) -> None:
    """The verdict, the picture, and as the last line the ratios."""
    judged = [ratio.is_reached for figures in found for ratio in figures.ratios() if ratio.is_reached is not None]
    out.print(f"\n{sum(judged)} of {len(judged)} targets reached.", style="bold", highlight=False)
    file = picture.drawn(found, KEPT / "bench.svg")
    out.print(f"The picture of it: {file}", highlight=False, soft_wrap=True)
    print(json.dumps({figures.dialect: figures.told() for figures in found}, ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main())
