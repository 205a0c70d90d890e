"""`python -m tests.clients [--database sqlite|postgres]`: the npm clients that others use, against real servers.

Each watches the schedule while its token expires, its roles change, its connection is cut, and its server is asked to
stop, and killed. It must come back by itself every time and hear every change once, in order. Needs node and npm.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from models import Session
from models.period import on_the_wall
from resolvers.viewer import Audience
from tests.callers import at
from tests.databases import Databases
from tests.doors import Person, Program, id_of
from tests.soak.servers import Server
from tests.typed import until
from tests.world import Member, World, a_world
from vetdesk.database import connect

HERE = Path(__file__).parent
# What each hears as the reason: over a socket the code of its close, over a stream the code of an error or nothing.
CLIENTS = {
    "graphql-ws": (
        "socket.mjs",
        {"expired": "4403", "roles": "4403", "cut": "4499", "stopped": "1012", "killed": "1006"},
    ),
    "graphql-sse": (
        "stream.mjs",
        {
            "expired": "TOKEN_EXPIRED",
            "roles": "TOKEN_EXPIRED",
            "cut": "network",
            "stopped": "network",
            "killed": "network",
        },
    ),
}
AWAY_SECONDS, FIRST_TOKEN_SECONDS = 1.0, 5.0
DAY = "query Day($location: ID!, $on: Date!) { day(locationId: $location, on: $on) { cursor } }"
WATCH = """subscription Watch($location: ID!, $on: Date!, $after: String) {
  scheduleChanged(locationId: $location, from: $on, to: $on, after: $after) { cursor kind appointmentId } }"""
BOOKED = "... on AppointmentBooked { appointment { id } }"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.clients", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    asked = parser.parse_args()
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            print(f"These clients need {tool}; `make test` watches with a Python one.")
            return 1
    databases = Databases(asked.database)
    databases.start()
    try:
        with tempfile.TemporaryDirectory(prefix="vetdesk-clients-") as folder:
            _install(Path(folder))
            return asyncio.run(_all_of_them(databases, Path(folder), Console()))
    finally:
        databases.stop()


def _install(folder: Path) -> None:
    """Put the scripts beside the packages that `package.json` names."""
    print("Fetching graphql-ws and graphql-sse …", flush=True)
    for name in ("package.json", *(script for script, _ in CLIENTS.values())):
        shutil.copy(HERE / name, folder)
    quiet = ["--no-audit", "--no-fund", "--no-save", "--no-package-lock", "--loglevel=error"]
    subprocess.run(["npm", "install", "--prefix", folder, *quiet], check=True, stdout=subprocess.DEVNULL)


async def _all_of_them(databases: Databases, folder: Path, out: Console) -> int:
    failed = 0
    for name, (script, reasons) in CLIENTS.items():
        async with databases.migrated() as database, connect(database.url):
            story = await _told(await a_world(), database.url, folder, script, reasons)
        out.print(story.drawn(f"{name} on {database.dialect}"))
        failed += bool(story.complaints)
        for complaint in story.complaints:
            out.print(complaint, style="red", markup=False, highlight=False, soft_wrap=True)
    out.print("[bold red]It did not hold.[/]" if failed else "[bold green]Everything held.[/]")
    return failed


@dataclass
class Story:
    """What happened to one client, and what it made of that."""

    scenes: list[tuple[str, str, float]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def drawn(self, title: str) -> Table:
        table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 0, 0, 1))
        table.add_column("what happened")
        table.add_column("it heard")
        table.add_column("told of all after s", justify="right")
        for what, heard, seconds in self.scenes:
            table.add_row(what, heard, f"{seconds:.1f}")
        return table


@dataclass
class Client:
    """A node process; `said` is what it said so far."""

    process: asyncio.subprocess.Process
    said: list[dict[str, Any]] = field(default_factory=list)

    def all(self, what: str) -> list[dict[str, Any]]:
        return [each for each in self.said if each["what"] == what]

    def cut(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")

    async def listen(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.said.append(json.loads(line))


@asynccontextmanager
async def _a_client(script: Path, asked: dict[str, Any]) -> AsyncIterator[Client]:
    pipe = asyncio.subprocess.PIPE
    client = Client(
        await asyncio.create_subprocess_exec("node", str(script), json.dumps(asked), stdin=pipe, stdout=pipe)
    )
    listening = asyncio.create_task(client.listen())
    try:
        yield client
    finally:
        client.process.kill()
        await client.process.wait()
        await asyncio.wait([listening])


@dataclass
class Stage:
    """One client at one server, and a desk that books at another; `booked` is what the client must be told of."""

    world: World
    moment: datetime
    here: Server
    desk: Person
    client: Client
    story: Story
    booked: list[str] = field(default_factory=list)

    async def scene(
        self, what: str, reason: str | None = None, act: Callable[[], Awaitable[object]] | None = None
    ) -> None:
        """Something happens, a visit is booked while the client is away, and the client is told of it."""
        closed = len(self.client.all("closed"))
        if act is not None:
            await act()
            await asyncio.sleep(AWAY_SECONDS)
        await self._book()
        began = time.perf_counter()
        try:
            await until(lambda: len(self.client.all("next")) >= len(self.booked))
        except AssertionError:
            self.story.complaints.append(f"{what}: the client was not told; it said {self.client.said[-3:]}")
        heard = [each["why"] for each in self.client.all("closed")[closed:]]
        self.story.scenes.append((what, ", ".join(heard), time.perf_counter() - began))
        if reason is not None and heard[:1] != [reason]:
            self.story.complaints.append(f"{what}: it heard {heard} and should have heard {reason}")

    async def token_expires(self) -> None:
        await until(lambda: self.client.all("closed"))

    async def roles_change(self) -> None:
        roles = [{"role": role, "locationId": id_of(self.world.location)} for role in ("RECEPTIONIST", "NURSE")]
        done = await self.desk.do("setStaffRoles", staffId=id_of(self.world.receptionist.staff), roles=roles)
        assert done["__typename"] == "StaffRolesSet", done

    async def connection_is_cut(self) -> None:
        self.client.cut()

    async def server_restarts(self) -> None:
        await asyncio.to_thread(self.here.stop)
        self.here.start()

    async def server_is_killed(self) -> None:
        await asyncio.to_thread(self.here.stop, signal.SIGKILL)
        self.here.start()

    def judge(self) -> None:
        """Compare what the client was told with what was booked."""
        told = [each["change"]["appointmentId"] for each in self.client.all("next")]
        if told != self.booked:
            self.story.complaints.append(f"It was told of {told}, and there were {self.booked}.")
        ended = (*self.client.all("error"), *self.client.all("complete"))
        self.story.complaints += [f"It said {each}" for each in ended]

    async def _book(self) -> None:
        visit = {"petId": id_of(self.world.pet), "serviceId": id_of(self.world.service)}
        starts_at = self.moment + timedelta(minutes=30 * len(self.booked))
        where = {"locationId": id_of(self.world.location), "startsAt": starts_at.isoformat()}
        done = await self.desk.do("bookAppointment", BOOKED, **visit, **where)
        self.booked.append(done["appointment"]["id"])


async def _told(world: World, url: str, folder: Path, script: str, reasons: dict[str, str]) -> Story:
    """Everything that can happen to a client, one thing after the other."""
    program, story, token_file = Program(), Story(), folder / "token"
    await Session.all().update(expires_at=datetime.now(UTC) + timedelta(days=1))
    today = datetime.now(UTC).date()
    moment = on_the_wall(today + timedelta(days=14 - today.weekday()), 9 * 60, world.location.clock)
    seen = {"location": id_of(world.location), "on": moment.date().isoformat()}

    async def token(who: Member, seconds_ago: float = 0) -> str:
        program.clock.now = datetime.now(UTC) - timedelta(seconds=seconds_ago)
        return await program.token(who.viewer)

    here, there = (Server.vetdesk(f"{script} {name}", url, folder) for name in ("here", "there"))
    try:
        await asyncio.gather(here.ready(), there.ready())
        async with at(f"http://127.0.0.1:{there.port}") as program_there:
            desk = program_there.person(Audience.STAFF, await token(world.manager))
            cursor = (await desk.ask(DAY, **seen))["day"]["cursor"]
            address, variables = f"http://127.0.0.1:{here.port}/staff/graphql", {**seen, "after": cursor}
            asked = {"url": address, "query": WATCH, "variables": variables, "tokenFile": str(token_file)}
            nearly = program.settings.access_token_minutes * 60 - FIRST_TOKEN_SECONDS
            token_file.write_text(await token(world.receptionist, nearly), encoding="utf-8")
            async with _a_client(folder / script, asked) as client:
                await until(lambda: client.all("connected"))
                token_file.write_text(await token(world.receptionist), encoding="utf-8")
                stage = Stage(world, moment, here, desk, client, story)
                await stage.scene("a visit was booked")
                await stage.scene("its token expired", reasons["expired"], stage.token_expires)
                await stage.scene("its roles changed", reasons["roles"], stage.roles_change)
                await stage.scene("its connection was cut", reasons["cut"], stage.connection_is_cut)
                await stage.scene("its server was restarted", reasons["stopped"], stage.server_restarts)
                await stage.scene("its server was killed", reasons["killed"], stage.server_is_killed)
                stage.judge()
    finally:
        for server in (here, there):
            server.stop()
    return story


if __name__ == "__main__":
    sys.exit(main())
