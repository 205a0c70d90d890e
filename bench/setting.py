"""What both parts of a run need: what to measure, a practice of its own, and what was wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.journeys import OF_THE_DESK, Journey
from bench.load import Rounds
from bench.measuring import Effort
from bench.rows import Practice, a_busy_practice
from bench.servers import NAMES, Contestant
from bench.targets import has_target
from models import sql
from tests.databases import Databases, Dialect
from vetdesk.database import connect

_A_SECOND = 1_500
"""More than product and limit issue together in two seconds, one after the other."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure: the journeys with one of these words in their names, and growth to these sizes.

    A short run leaves out whatever has no target.
    """

    dialect: Dialect
    effort: Effort
    words: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    with_peers: bool = True
    is_short: bool = False

    @property
    def bills(self) -> int:
        """How many bills wait to be issued, and how many to be paid: as many as all of them can do in a run."""
        if self.words and not any(word in name for word in self.words for name in OF_THE_DESK):
            return 0
        return int(_A_SECOND * (self.effort.rounds * self.effort.seconds + self.effort.warm))

    def wants(self, journey: Journey) -> bool:
        if self.is_short and not has_target(self.dialect, journey.key):
            return False
        return not self.words or any(word in f"{journey.key} {journey.name}" for word in self.words)


def complaints(journey: Journey, contestant: Contestant, done: Rounds) -> list[str]:
    if not done.wrong:
        return []
    shown = done.wrong[0].partition(b"\r\n\r\n")[2][:400].decode(errors="replace")
    return [f"{journey.name}, {NAMES[contestant.name]}: {len(done.wrong)} wrong answers, such as {shown}"]


def stop(contestants: Sequence[Contestant]) -> None:
    for contestant in contestants:
        contestant.server.stop()


@asynccontextmanager
async def a_practice(
    databases: Databases, times: int, *, bills: int = 0
) -> AsyncIterator[tuple[str, Path, Practice, str]]:
    with TemporaryDirectory(prefix="vetdesk-bench-") as folder:
        async with databases.migrated() as database:
            async with connect(database.url):
                practice = await a_busy_practice(database.url, times=times, bills=bills)
                version = await _version()
            yield database.url, Path(folder), practice, version


async def looked_at_again(url: str) -> None:
    """What the warm-up has written is counted: on PostgreSQL its autovacuum does that, which does not run in a bench."""
    async with connect(url):
        if sql.is_postgres():
            await sql.execute("ANALYZE")


async def _version() -> str:
    if sql.is_postgres():
        (row,) = await sql.fetch("SELECT version() AS version")
        return " ".join(str(row["version"]).split()[:2]) + " (no fsync)"
    (row,) = await sql.fetch("SELECT sqlite_version() AS version")
    return f"SQLite {row['version']}"
