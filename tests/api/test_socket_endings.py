"""Sockets as they close: when a token expires, a session or a role ends, or a process stops."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
from structlog.testing import capture_logs

from graph.context import Admitted
from models import EventKind, Session
from resolvers import sessions
from resolvers.viewer import Audience
from tests.api import small
from tests.api.watched import EXPIRED, SLOW_SCALES, WATCH, a_ward, finish, lasting, met, watches
from tests.doors import Program, id_of
from tests.held import a_held_socket
from tests.screens import a_screen, a_socket
from tests.served import served
from tests.world import a_location, a_vet, an_owner

pytestmark = pytest.mark.anyio


# Closing


async def test_a_socket_closes_when_its_token_expires():
    async with a_ward(authenticate=lasting(0.05)) as ward, a_held_socket(ward.door) as socket:
        await socket.say({"type": "connection_init", "payload": {"Authorization": "Bearer vet"}})
        await socket.ask(WATCH)
        assert await socket.ends() == EXPIRED
        assert socket.heard == [{"type": "connection_ack"}]
        assert ward.listeners == 0


async def test_a_socket_closes_when_its_session_ends():
    session = UUID(int=21)

    async def authenticate(token: str, audience: Audience) -> Admitted:
        return Admitted(replace(small.VET, session_id=session), 600.0)

    async with a_ward(authenticate=authenticate) as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await watches(socket, ward)
        ward.tells_of(UUID(int=22), EventKind.SESSION_REVOKED)
        await socket.is_heard()
        ward.tells_of(session, EventKind.SESSION_REVOKED)
        assert await socket.ends() == (4401, "This session has ended. Please sign in again.")


async def test_a_socket_closes_when_the_roles_of_its_viewer_change():
    async with a_ward() as ward, a_held_socket(ward.door) as socket, a_held_socket(ward.door) as other:
        await socket.init("vet")
        await other.init("manager")
        ward.tells_of(UUID(int=1), EventKind.STAFF_ROLES_SET)
        assert await socket.ends() == (4403, "Your roles have changed. Please connect again.")
        await other.is_heard()


async def test_a_process_that_stops_sends_everybody_elsewhere():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await watches(socket, ward)
        ward.connections.shut_down()
        assert await socket.ends() == (1012, "We are restarting. Please connect again.")
        assert socket.heard == [{"type": "connection_ack"}]


async def test_what_is_at_work_is_finished_before_a_process_that_stops_sends_its_client_elsewhere():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await watches(socket, ward)
        await socket.ask("{ slow }", "b")
        await socket.is_heard()
        ward.connections.shut_down()
        await socket.is_heard()
        finish["slow"].set()
        assert (await socket.ends())[0] == 1012
        answered, done = socket.of("b")
        assert (answered["payload"]["data"], done["type"]) == ({"slow": "late"}, "complete")
    assert met["ended"] == 1


async def test_whoever_goes_while_a_process_that_stops_finishes_their_work_leaves_nothing_behind():
    with capture_logs() as logged:
        async with a_ward() as ward, a_held_socket(ward.door) as socket:
            await socket.init("vet")
            await socket.ask("{ slow }")
            await ward.is_asked()
            ward.connections.shut_down()
            await socket.goes()
    assert met == {"begun": 1, "stopped": 1}
    assert [each for each in logged if each["log_level"] == "error"] == []


async def test_a_process_that_stops_waits_for_no_subscription_that_is_only_being_begun():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await socket.ask(SLOW_SCALES)
        await ward.is_asked()
        ward.connections.shut_down()
        assert await socket.ends() == (1012, "We are restarting. Please connect again.")


async def test_what_turns_out_to_be_a_subscription_while_a_process_stops_is_not_waited_for():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await socket.ask(WATCH)
        ward.connections.shut_down()  # nothing of it was read yet
        assert await socket.ends() == (1012, "We are restarting. Please connect again.")


# The real program

WATCH_DAY = (
    """subscription ($at: ID!, $on: Date!) { scheduleChanged(locationId: $at, from: $on, to: $on) { cursor } }"""
)


async def test_the_program_lets_in_with_a_token_of_this_door_whose_session_lives(database):
    vet, owner, program = await a_vet(), await an_owner(), Program()
    token, owners = await program.token(vet.viewer), await program.token(owner.viewer)
    not_valid = (4401, "This access token is not valid here. Please sign in again.")

    async def answer(token: str) -> tuple[int, str] | None:
        async with a_held_socket(program.asgi, "/staff/graphql") as socket:
            await socket.say({"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}})
            await socket.until(lambda: socket.heard or socket.closed)
            return socket.closed

    assert await answer(token) is None
    assert await answer(owners) == not_valid
    assert await answer(token[:-4] + "AAAA") == not_valid
    program.clock.now += timedelta(minutes=11)
    assert await answer(token) == EXPIRED
    program.clock.now -= timedelta(minutes=11)
    await sessions.sign_out(vet.viewer, now=program.clock.now)
    assert await answer(token) == not_valid


async def test_a_server_closes_what_is_too_long_and_sends_everybody_elsewhere_at_once_when_it_stops(database):
    location, program = await a_location(), Program()
    vet = await a_vet(location=location)
    opened = {"at": id_of(location), "on": "2026-11-23"}
    program.clock.now = datetime.now(UTC)
    await Session.all().update(expires_at=program.clock.now + timedelta(days=1))
    token = await program.token(vet.viewer)
    async with served(database.url, MAX_MESSAGE_BYTES="1000") as (process,):
        address = await asyncio.to_thread(lambda: process.address)
        async with a_screen(address, token) as long, a_screen(address, token) as binary:
            await long.say('{"type": "pong"}'.ljust(1000))
            await long.is_heard()
            await long.say('{"type": "pong"}'.ljust(1001))
            assert (await long.ends())[0] == 1009
            await binary.say(b"{}")
            assert await binary.ends() == (4400, "Please send text, not binary data.")
        async with (
            a_screen(address, token) as watching,
            a_socket(address) as silent,
            httpx.AsyncClient(headers={"authorization": f"Bearer {token}", "accept": "text/event-stream"}) as http,
            http.stream("POST", f"{address}/staff/graphql", json={"query": WATCH_DAY, "variables": opened}) as stream,
        ):
            key = await watching.subscribe(WATCH_DAY, **opened)
            await watching.is_heard()
            began = time.perf_counter()
            await asyncio.to_thread(process.stop)
            took = time.perf_counter() - began
            assert await watching.ends() == (1012, "We are restarting. Please connect again.")
            assert (await silent.ends())[0] == 1012
            assert watching.told(key, "complete") == []
            assert (await stream.aread()).replace(b":\n\n", b"") == b""
        assert (process.said(level="error"), process.said(level="warning")) == ([], [])
        assert [line["code"] for line in process.said(event="socket")].count(1012) == 2
        assert took < 2.0
