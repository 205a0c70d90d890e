"""The database goes and comes back while people work: they are told so in clear words, and nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from graph.errors import UNAVAILABLE
from models import Appointment, Session, sql
from models.period import on_the_wall
from resolvers.viewer import Audience
from tests.callers import AtAddress, at
from tests.doors import Program, id_of
from tests.postgres import Postgres
from tests.typed import running, started, until
from tests.world import a_world
from vetdesk.database import connect, migrate, sqlite_file

GONE_SECONDS = 5
BOOKERS = 4
BOOK = """mutation Book($input: BookAppointmentInput!) { bookAppointment(input: $input) {
  __typename ... on Refusal { message } } }"""
MY_PETS = "{ myPets { name } }"
A_CODE = """mutation { requestSignInCode(input: { email: "olga@home.example" }) { __typename } }"""


def times(location):
    """Each half hour of many days, from the Monday after next on."""
    today = datetime.now(UTC).date()
    monday = today + timedelta(days=14 - today.weekday())
    for week in range(40):
        for half_hour in range(20):
            yield on_the_wall(monday + timedelta(weeks=week), (16 + half_hour) * 30, location.clock)


def visits(world):
    """What an owner says who wants to come, one time after the other, each with its key."""
    for number, moment in enumerate(times(world.location)):
        yield {
            "petId": id_of(world.pet),
            "serviceId": id_of(world.service),
            "locationId": id_of(world.location),
            "startsAt": moment.isoformat(),
            "idempotencyKey": f"visit {number}",
        }


class Day:
    """What everybody hears who calls while the database goes and comes back."""

    def __init__(self, program: AtAddress, token: str, wanted) -> None:
        self.program = program
        self.token = token
        self.wanted = iter(wanted)
        self.heard: Counter[tuple[str, int, str]] = Counter()
        self.booked = 0
        self.over = False

    async def books(self) -> None:
        """Book one visit after the other, and ask again with the same key until there is an answer."""
        while not self.over:
            visit = next(self.wanted)
            answer = None
            while answer is None:
                await asyncio.sleep(0.05)
                answer = await self.said("book", BOOK, input=visit)
            assert answer["bookAppointment"]["__typename"] == "AppointmentBooked"
            self.booked += 1

    async def looks_around(self) -> None:
        """Read, ask for a code, and look whether the process is well."""
        while not self.over:
            await self.said("read", MY_PETS)
            await self.said("code", A_CODE, signed_in=False)
            for path in ("/healthz", "/readyz", "/.well-known/jwks.json"):
                response = await self.program.client.get(path)
                self.heard[path, response.status_code, ""] += 1
            await asyncio.sleep(0.05)

    async def said(self, name: str, document: str, *, signed_in: bool = True, **variables):
        """The data, or None when the database was gone; nothing else may happen."""
        token = self.token if signed_in else None
        answer = await self.program.ask(Audience.OWNER, document, token=token, **variables)
        if "errors" not in answer.body:
            self.heard[name, answer.status, ""] += 1
            return answer.data
        self.heard[name, answer.status, answer.code] += 1
        (error,) = answer.body["errors"]
        assert (answer.code, error["message"]) == ("UNAVAILABLE", UNAVAILABLE), answer
        assert answer.status == 200 or answer.headers["retry-after"]
        return None


@pytest.mark.only_on("postgres")
async def test_a_server_that_is_gone_for_five_seconds_costs_nobody_a_visit(anyio_backend, tmp_path):
    with Postgres() as server:
        url = server.url("postgres")
        await migrate(url)
        async with connect(url):
            # Servers of tests may forget the last commits when they fall; this one may not.
            await sql.execute("ALTER DATABASE postgres SET synchronous_commit = on")
            world, program = await a_world(), Program()
            program.clock.now = datetime.now(UTC)
            await Session.all().update(expires_at=program.clock.now + timedelta(days=1))
            token = await program.token(world.owner.viewer)
        settings = {
            "WORKER_EVERY_SECONDS": "0.2",
            "CODE_REQUESTS_PER_ADDRESS": "9999",
            "CODE_REQUESTS_PER_ORIGIN": "9999",
        }
        async with (
            running("serve", url=url, folder=tmp_path, **settings) as desk,
            at(await started(desk)) as real,
            asyncio.TaskGroup() as callers,
        ):
            day = Day(real, token, visits(world))
            for _ in range(BOOKERS):
                callers.create_task(day.books())
            callers.create_task(day.looks_around())
            await until(lambda: day.booked >= BOOKERS)
            server.stop()
            await asyncio.sleep(GONE_SECONDS)
            server.start()
            before = day.booked
            await until(lambda: day.booked >= before + BOOKERS and day.heard["/readyz", 200, ""] >= 2)
            day.over = True
        async with connect(url):
            assert await Appointment.all().count() == day.booked
    told = {(name, status, code) for name, status, code in day.heard if status != 200 or code}
    assert {"book", "read", "code", "/readyz", "/.well-known/jwks.json"} == {name for name, _, _ in told}
    assert {(status, code) for _, status, code in told} <= {(200, "UNAVAILABLE"), (503, "UNAVAILABLE"), (503, "")}
    assert ("code", 200, "UNAVAILABLE") in told
    assert ("read", 503, "UNAVAILABLE") in told
    assert desk.said(event="worker_waits_for_the_database")
    # What libraries say of it stays in the form of the log.
    assert {line[0] for line in desk.lines} == {"{"}
    assert desk.said(level="error") == []


@pytest.mark.only_on("sqlite")
async def test_a_file_that_somebody_else_locks_is_waited_for_a_while_and_then_said_so(database, monkeypatch):
    world, program = await a_world(), Program()
    wanted = visits(world)
    assert (await program.ask(world.owner.viewer, MY_PETS)).data == {"myPets": [{"name": world.pet.name}]}
    holder = sqlite3.connect(database.url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(sqlite_file, "WAIT_SECONDS", 0.2)
    for viewer, document, variables in (
        (world.owner.viewer, BOOK, {"input": next(wanted)}),
        (Audience.OWNER, A_CODE, {}),
    ):
        refused = await program.ask(viewer, document, **variables)
        assert (refused.status, refused.code) == (200, "UNAVAILABLE")
        assert refused.body["errors"][0]["message"] == UNAVAILABLE
    # Whoever only reads does not even notice.
    assert (await program.ask(world.owner.viewer, MY_PETS)).data == {"myPets": [{"name": world.pet.name}]}

    monkeypatch.undo()
    waiting = asyncio.create_task(program.ask(world.owner.viewer, BOOK, input=next(wanted)))
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    assert not done
    holder.rollback()
    holder.close()
    assert (await waiting).data == {"bookAppointment": {"__typename": "AppointmentBooked"}}
    assert (await program.ask(world.owner.viewer, BOOK, input=next(wanted))).data == (await waiting).data
    assert await Appointment.all().count() == 2
