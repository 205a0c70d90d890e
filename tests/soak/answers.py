"""`python -m tests.soak.answers [--database sqlite|postgres|both] [--documents N] [--least N] [--seed N]`.

Random documents are put to the program and to the oracle by everybody who comes to a door, and the whole answers are
compared. At the end every field of both views must have been asked by each role for whom it is, of something that was
there, so many times; what chance has left out too often is asked for on purpose. Ends with 1 when anything did not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
import time
from collections import Counter
from typing import Any

import structlog
from rich.console import Console
from rich.table import Table

from models.role import Role
from tests.databases import Database, Databases
from tests.oracle.asking import Asking
from tests.oracle.desk import Desk, heard
from tests.oracle.directed import Asked
from tests.oracle.documents import Document
from tests.oracle.house import OWNERS, STAFF, a_house
from tests.oracle.records import Records
from tests.soak.both import on_both, on_one
from vetdesk.database import connect

A_BATCH, TELL_EVERY, MOST_TOLD = 999, 15.0, 20
_DOORS = {"staff": STAFF, "owners": OWNERS}


class Soak:
    """What was asked at all, and what was answered otherwise than the oracle answers it."""

    def __init__(self, out: Console, documents: int, least: int, seed: int) -> None:
        self._out, self._documents, self._least, self._seed = out, documents, least, seed
        self._asked: dict[Role, Counter[Asked]] = {}
        self._counted: Counter[str] = Counter()
        self._wrong: list[tuple[str, Document]] = []
        self._unreachable: list[tuple[str, Asked]] = []
        self._started = self._last_told = time.monotonic()
        self._is_stopped = False

    def stop(self) -> None:
        """Ask for no more, and say what came of it so far."""
        self._is_stopped = True

    async def run(self, database: Database) -> bool:
        """Ask; whether everything held."""
        async with connect(database.url):
            house, desk = await a_house(), Desk()
            records = await Records.read(desk.program.adapters.vault)
            self._out.print(f"[bold]{database.dialect}[/], {self._documents} documents", highlight=False)
            batch = 0
            while self._counted["documents"] < self._documents and not self._is_stopped:
                names = _DOORS["staff" if batch % 2 == 0 else "owners"]
                asking = Asking(house, names, records, seed=self._seed * 1_000_000 + batch // 2)
                left = self._documents - self._counted["documents"]
                for name, document in asking.documents(min(A_BATCH, left)):
                    await self._ask(asking, desk, name, document)
                self._take(asking)
                batch += 1
            for names in () if self._is_stopped else _DOORS.values():
                await self._ask_on_purpose(Asking(house, names, records, seed=self._seed), desk)
        return self._summary(database.dialect)

    async def _ask(self, asking: Asking, desk: Desk, name: str, document: Document) -> None:
        if self._is_stopped:
            return
        expected = asking.answer(name, document)
        if heard(await desk.says(asking.people[name].viewer, document)) != expected:
            self._wrong.append((name, document))
        self._counted["documents"] += 1
        if time.monotonic() - self._last_told > TELL_EVERY:
            self._last_told = time.monotonic()
            done = self._counted["documents"]
            pace = done / (self._last_told - self._started)
            line = f"{done:>7} of {self._documents}, {pace:.0f} a second, {len(self._wrong)} answered otherwise"
            self._out.print(line, highlight=False)

    def _take(self, asking: Asking) -> None:
        tally = asking.tally
        self._counted += Counter(found=tally.found, with_errors=tally.with_errors)
        for role, asked in tally.asked.items():
            self._asked.setdefault(role, Counter()).update(asked)

    async def _ask_on_purpose(self, asking: Asking, desk: Desk) -> None:
        """Ask for what was asked for too little; a document for each field, as often as it is needed."""
        asking.tally.asked |= self._asked
        left_out = list(asking.left_out(self._least))
        self._counted["left out"] += len(left_out)
        for name, asked, missing in left_out:
            document = asking.directed(name, asked)
            if document is None:
                self._unreachable.append((name, asked))
                continue
            for _ in range(missing):
                self._counted["directed"] += 1
                await self._ask(asking, desk, name, document)
        self._unreachable += [(name, asked) for name, asked, _ in asking.left_out(self._least)]

    def _summary(self, dialect: str) -> bool:
        took = time.monotonic() - self._started
        random = self._counted["documents"] - self._counted["directed"]
        share = self._counted["found"] / max(1, random)
        figures: dict[str, Any] = {
            "documents": random,
            "that found a row": f"{share:.0%}",
            "with errors in the answer": f"{self._counted['with_errors'] / max(1, random):.0%}",
            "asked on purpose": self._counted["directed"],
            "fields by role": sum(map(len, self._asked.values())),
            f"of them, by chance, fewer than {self._least} times": self._counted["left out"],
            "answered otherwise": len(self._wrong),
            "not to be reached": len(self._unreachable),
            "seconds": f"{took:.0f}",
        }
        table = Table(title=dialect, show_header=False)
        for name, value in figures.items():
            table.add_row(name, str(value))
        self._out.print(table)
        for name, document in self._wrong[:MOST_TOLD]:
            self._out.print(f"{name} asked {document.text}\n  with {document.variables}", markup=False, soft_wrap=True)
        for name, asked in self._unreachable[:MOST_TOLD]:
            self._out.print(f"{name} finds nothing of which to ask {'.'.join(asked)}", markup=False)
        return not self._wrong and not self._unreachable and share >= 0.6 and not self._is_stopped


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.answers", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--documents", type=int, default=100_000, help="how many, on each database (100,000)")
    parser.add_argument("--least", type=int, default=20, help="how often each role must ask for each field (20)")
    parser.add_argument("--seed", type=int, default=1, help="where chance begins (1)")
    asked = parser.parse_args()
    if asked.database == "both":
        return on_both("tests.soak.answers")
    # What goes wrong on purpose, such as a clock that nobody knows, would fill the screen.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    return on_one(asked.database, lambda databases: _soaked(databases, asked))


async def _soaked(databases: Databases, asked: argparse.Namespace) -> bool:
    async with databases.migrated() as database:
        soak = Soak(Console(), asked.documents, asked.least, asked.seed)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, soak.stop)
        return await soak.run(database)


if __name__ == "__main__":
    sys.exit(main())
