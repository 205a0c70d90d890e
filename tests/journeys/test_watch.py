"""The day in a terminal: somebody helps reception from afar, and sees what they see."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import os
import pty
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from models import Account, Session
from models.period import on_the_wall
from models.refusal import SignInFailed
from resolvers.viewer import Audience
from tests.doorkeeper import PASSWORD
from tests.doors import Person, Program, id_of
from tests.nursery import ROOT, Started, start
from tests.typed import environment, running, started, until, written
from tests.world import World, a_location, a_world
from vetdesk.watching.door import Behind, Door, Stopped
from vetdesk.watching.following import Wish, watch
from vetdesk.watching.sheet import CHANGES

LEFT = "\x1b[?1049l"
"""What a program says to a terminal so that it shows again what it showed before."""
BOOKED = "... on AppointmentBooked { appointment { id } }"


@dataclass
class Practice:
    """A practice that somebody watches, on the Monday after next at ten."""

    world: World
    program: Program
    moment: datetime

    @property
    def on(self) -> str:
        return self.moment.date().isoformat()

    @property
    def email(self) -> str:
        return str(self.world.receptionist.account.email)

    async def person(self, who: Any) -> Person:
        door = Audience.STAFF if who.viewer.is_staff else Audience.OWNER
        return Person(self.program, door, await self.program.token(who.viewer))

    async def a_visit(self) -> str:
        """Olga books, in another process than the one that is watched."""
        visit = {
            "petId": id_of(self.world.pet),
            "serviceId": id_of(self.world.service),
            "locationId": id_of(self.world.location),
            "startsAt": self.moment.isoformat(),
        }
        olga = await self.person(self.world.owner)
        return str((await olga.do("bookAppointment", BOOKED, **visit))["appointment"]["id"])

    def words(self, address: str) -> tuple[str, ...]:
        """What is typed to watch."""
        return ("watch", "--url", address, "--email", self.email, "--location", "high", "--on", self.on)


async def a_practice() -> Practice:
    """Two locations, and a receptionist with a password."""
    world, program = await a_world(), Program()
    await a_location("Harbour [by the sea]")
    program.clock.now = datetime.now(UTC)
    await Session.all().update(expires_at=program.clock.now + timedelta(days=1))
    kept = await program.adapters.passwords.hashed(PASSWORD)
    await Account.filter(id=world.receptionist.account.id).update(password_hash=kept)
    today = program.clock.now.date()
    moment = on_the_wall(today + timedelta(days=14 - today.weekday()), 10 * 60, world.location.clock)
    return Practice(world, program, moment)


@dataclass
class Watching:
    """A `vetdesk watch` that runs, and what it has said."""

    process: asyncio.subprocess.Process
    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)

    async def hear(self) -> None:
        async def keep(stream: asyncio.StreamReader | None, lines: list[str]) -> None:
            assert stream is not None
            while line := await stream.readline():
                lines.append(line.decode().rstrip("\n"))

        await asyncio.gather(keep(self.process.stdout, self.out), keep(self.process.stderr, self.err))

    async def says(self, words: str) -> None:
        await until(lambda: any(words in line for line in (*self.out, *self.err)))


@asynccontextmanager
async def piped(*words: str) -> AsyncIterator[Watching]:
    """It, between two other programs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "vetdesk",
        *words,
        cwd=ROOT,
        env=environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    watching = Watching(process)
    hearing = asyncio.create_task(watching.hear())
    try:
        assert process.stdin is not None
        process.stdin.write(f"{PASSWORD}\n".encode())
        process.stdin.close()
        yield watching
        await asyncio.wait_for(process.wait(), 20)
        await hearing
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        hearing.cancel()
        await asyncio.wait([hearing])


async def refused(address: str, practice: Practice, password: str = PASSWORD, location: str | None = None) -> str:
    """The sentence with which it does not even begin."""
    nowhere = Console(file=io.StringIO())
    with pytest.raises(Stopped) as stopped:
        await watch(address, practice.email, password, Wish(location), out=nowhere, err=nowhere)
    assert written(nowhere) == []
    return str(stopped.value)


@dataclass
class Terminal:
    """A terminal in which somebody types, and everything that was drawn on it."""

    process: Started
    end: int
    drawn: str = ""

    async def shows(self, words: str) -> str:
        """What was drawn until these words were there."""
        await until(lambda: words in self._read())
        before, _, self.drawn = self.drawn.partition(words)
        return before + words

    def types(self, words: str) -> None:
        os.write(self.end, words.encode())

    def _read(self) -> str:
        with contextlib.suppress(BlockingIOError):
            self.drawn += os.read(self.end, 1_000_000).decode(errors="replace")
        return self.drawn


@asynccontextmanager
async def a_terminal(*words: str) -> AsyncIterator[Terminal]:
    """A terminal at which this was typed; it is closed at the end of the block."""
    mine, its = pty.openpty()
    os.set_blocking(mine, False)
    size = {"COLUMNS": "100", "LINES": "20", "TERM": "xterm-256color"}
    process = start(*words, environment=environment() | size, streams=(its, its, its), own_session=True)
    os.close(its)
    try:
        yield Terminal(process, mine)
    finally:
        process.kill()
        await asyncio.to_thread(process.wait)
        os.close(mine)


async def test_whoever_watches_misses_nothing_when_the_server_is_killed_and_comes_back(database, tmp_path):
    url = database.url
    async with running("serve", "--no-worker", url=url, folder=tmp_path) as desk:
        practice = await a_practice()
        world, olga = practice.world, await practice.person(practice.world.owner)
        nadia, ines = await practice.person(world.manager), await practice.person(world.receptionist)
        address = await started(desk)
        async with piped(*practice.words(address)) as watching, a_terminal(*practice.words(address)) as terminal:
            assert await terminal.shows(f"Password of {practice.email}: ")
            terminal.types(f"{PASSWORD}\n")
            assert PASSWORD not in await terminal.shows("● live")
            await watching.says(": no appointments.")
            visit = await practice.a_visit()
            await watching.says(" is booked: 10:00-10:30")
            await terminal.shows("Rex is booked: 10:00-10:30, Check-up, Vera Falk, Room 1")
            terminal.process.send_signal(signal.SIGINT)
            assert await asyncio.to_thread(terminal.process.wait, 10) == 130
            assert "Traceback" not in await terminal.shows(LEFT) + terminal.drawn

            # A token from before is no longer good then; nobody hears anything of that.
            roles = [{"role": role, "locationId": id_of(world.location)} for role in ("RECEPTIONIST", "NURSE")]
            await nadia.do("setStaffRoles", staffId=id_of(world.receptionist.staff), roles=roles)
            later = practice.moment + timedelta(hours=2)
            await olga.do("rescheduleAppointment", appointmentId=visit, startsAt=later.isoformat())
            await watching.says(" is moved: 12:00-12:30")
            await asyncio.to_thread(desk.stop, signal.SIGKILL)
            await olga.do("cancelAppointment", appointmentId=visit)
            await watching.says("Reconnecting")
            port = address.rpartition(":")[2]
            async with running("serve", "--no-worker", url=url, folder=tmp_path, PORT=port):
                await watching.says("visit is cancelled")
                await nobody_watches_who_may_not(practice, address)
                # What was not needed any more was ended by whoever had begun it.
                assert await Session.filter(account_id=world.receptionist.account.id, revoked_at=None).count() == 2
                await ines.ask("mutation { signOutEverywhere { __typename } }")
                await asyncio.wait_for(watching.process.wait(), 10)
    assert watching.process.returncode == 2
    assert [line[21:] for line in watching.out] == [
        "BOOKED     Rex is booked: 10:00-10:30, Check-up, Vera Falk, Room 1",
        "MOVED      Rex is moved: 12:00-12:30, Check-up, Vera Falk, Room 1",
        "CANCELLED  Rex's visit is cancelled: 12:00-12:30, Check-up, Vera Falk, Room 1",
    ]
    watched, lost, again, ended = watching.err
    assert watched == f"Watching High Street, {practice.moment:%A %-d %B %Y}: no appointments."
    assert lost.startswith("The connection is lost (")
    assert (again, ended) == (
        "Live again; nothing was missed.",
        "This session has ended. Please sign in again.",
    )


async def nobody_watches_who_may_not(practice: Practice, address: str) -> None:
    assert await refused(address, practice, "another") == SignInFailed.sentence
    there = '--location "Harbour [by the sea]" or "High Street".'
    assert await refused(address, practice) == f"The practice has several locations. Say which: {there}"
    nowhere = await refused(address, practice, location="Low Street")
    assert nowhere == f'There is no location called "Low Street". Say {there}'
    nobody = await refused("http://127.0.0.1:1", practice)
    assert nobody.startswith("http://127.0.0.1:1 cannot be used: ")
    assert nobody.endswith(". Is `vetdesk serve` running there? Say another address: --url.")

    door = Door(f" {address}/staff/graphql/ ")
    await door.sign_in(practice.email, PASSWORD)
    foreign = base64.urlsafe_b64encode(f"7.{'0' * 32}".encode()).decode()
    seen = {"location": id_of(practice.world.location), "on": practice.on, "after": foreign}
    with pytest.raises(Behind, match="load everything again"):
        async with door.listening(CHANGES, **seen) as answers:
            await anext(answers)
    await door.sign_out()
    await door.close()


@pytest.mark.parametrize("address", ["vet.example", "ftp://vet.example", "https://", "http://vet:door"])
def test_what_is_no_address_is_not_asked(address):
    with pytest.raises(Stopped, match="Write it like https://vet"):
        Door(address)
