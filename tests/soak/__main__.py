"""`python -m tests.soak [--database sqlite|postgres|both] [--minutes N] [--people N] [--seed N]`.

`python -m tests.soak live …` soaks live connections instead: see `tests.soak.live`.

Owners and reception book, move, cancel and check in through two `vetdesk serve` processes on real ports, one of which
is killed every so often; a real mail server takes the letters. The database is looked into again and again, and again
at the end. Ends with 1 when anything did not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from rich.console import Console

from tests.databases import Databases
from tests.postmaster import a_server
from tests.soak import live, report
from tests.soak.both import on_both, on_one
from tests.soak.checks import Checks
from tests.soak.line import Line, Record
from tests.soak.people import Everybody
from tests.soak.post import PostOffice
from tests.soak.practice import a_practice_to_soak
from tests.soak.servers import Server
from tests.soak.watch import Watch
from vetdesk.database import connect

LOOK_EVERY, KILL_EVERY, LETTERS_WITHIN = 15.0, 40.0, 30.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--minutes", type=float, default=60.0, help="how long, for each database (60)")
    parser.add_argument("--people", type=int, default=8, help="how many act at once (8)")
    parser.add_argument("--pause", type=float, default=0.2, help="seconds between two deeds of one of them (0.2)")
    parser.add_argument("--seed", type=int, default=0, help="where chance begins (0)")
    asked = parser.parse_args()
    return (
        on_both()
        if asked.database == "both"
        else on_one(asked.database, lambda databases: _soaked(databases, asked, Console()))
    )


async def _soaked(databases: Databases, asked: argparse.Namespace, out: Console) -> bool:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    chance, record, post = random.Random(asked.seed), Record(), PostOffice()
    with tempfile.TemporaryDirectory(prefix="vetdesk-soak-") as folder:
        async with databases.migrated() as database, a_server(post) as mail_port:
            async with connect(database.url):
                practice = await a_practice_to_soak(asked.minutes)
            checks = Checks(database, record)
            await checks.begin()
            settings = {
                "LETTERS_A_MINUTE": "100000",  # all go to one server, which is ours
                "SMTP_URL": f"smtp://127.0.0.1:{mail_port}?starttls=false",
                "IDEMPOTENCY_HOURS": str(int(asked.minutes / 60) + 24),
                "LOG_LEVEL": "warning",
            }
            servers = [Server.vetdesk(name, database.url, Path(folder), **settings) for name in ("first", "second")]
            watch = Watch(servers, record)
            line = Line(servers, record, chance)
            try:
                for server in servers:
                    await server.ready()
                out.print(
                    f"[bold]{database.dialect}[/], {asked.people} people, {asked.minutes:g} minutes", highlight=False
                )
                everybody = Everybody(practice, line, chance)
                at_work = [asyncio.create_task(everybody.busy(stop, pause=asked.pause)) for _ in range(asked.people)]
                beside = [
                    asyncio.create_task(watch.sampled(stop)),
                    asyncio.create_task(watch.killed_every(KILL_EVERY, stop, chance)),
                ]
                await _watched(checks, record, watch, at_work, stop, asked.minutes * 60, out)
                await asyncio.gather(*at_work, *beside)
                await _letters_gone(checks, post, record, watch)
                await checks.look()
            finally:
                await line.close()
                for server in servers:
                    server.stop()
            watch.judge(databases.server_log())
    return report.summary(out, record, checks, watch, post)


async def _watched(
    checks: Checks,
    record: Record,
    watch: Watch,
    at_work: list[asyncio.Task[None]],
    stop: asyncio.Event,
    seconds: float,
    out: Console,
) -> None:
    """Look into the books every so often, until the time is over or somebody asks to stop."""
    started = time.monotonic()
    while not stop.is_set() and (left := started + seconds - time.monotonic()) > 0:
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), min(LOOK_EVERY, left))
        await checks.look()
        out.print(
            report.progress((time.monotonic() - started) / seconds, record, checks, watch),
            highlight=False,
            soft_wrap=True,
        )
        if any(task.done() for task in at_work) and not stop.is_set():
            break
    stop.set()


async def _letters_gone(checks: Checks, post: PostOffice, record: Record, watch: Watch) -> None:
    """Wait until no letter that is due lies about, then compare what was sent with what came."""
    until = time.monotonic() + LETTERS_WITHIN
    while (due := await checks.letters_due()) and time.monotonic() < until:  # noqa: ASYNC110  it is the database that is waited for
        await asyncio.sleep(0.5)
    if due:
        record.violated(f"{due} letters still waited {LETTERS_WITHIN:g} seconds after the last deed")
    await asyncio.sleep(0.5)
    for key in await checks.letters_sent() - post.came.keys():
        record.violated(f"letter {key} is said to be sent and never came")
    for key in post.sent_twice(watch.kills):
        record.violated(f"letter {key} came {len(post.came[key])} times, and no server was killed in between")
    if post.strange:
        record.violated(f"{post.strange} letters came without a Message-ID of ours")


if __name__ == "__main__":
    sys.exit(live.main() if sys.argv[1:2] == ["live"] else main())
