"""Sockets as they open: who is let in, in which words and within which numbers, and whose page may ask."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from graph.context import Admitted
from graph.live.desk import LiveLimits
from resolvers.viewer import Audience
from tests.api import small
from tests.api.watched import EXPIRED, MASK, SECRET, a_ward
from tests.doors import Program
from tests.held import PROTOCOL, a_held_socket

pytestmark = pytest.mark.anyio


# Coming in


async def test_a_socket_that_speaks_the_protocol_is_accepted_in_it():
    async with a_ward() as ward, a_held_socket(ward.door, protocols=["graphql-ws", PROTOCOL]) as socket:
        assert socket.accepted == PROTOCOL
        await socket.init("vet")
        assert socket.heard == [{"type": "connection_ack"}]


@pytest.mark.parametrize("protocols", [(), ("graphql-ws",), ("graphql-transport-ws-2",)])
async def test_a_socket_that_speaks_another_protocol_or_none_is_closed(protocols):
    async with a_ward() as ward, a_held_socket(ward.door, protocols=protocols) as socket:
        assert await socket.ends() == (4406, "Please speak graphql-transport-ws.")
        assert socket.accepted is None


async def test_whoever_says_nothing_is_not_waited_for():
    async with a_ward(live=LiveLimits(init_seconds=0.01)) as ward, a_held_socket(ward.door) as socket:
        await socket.say({"type": "ping"})
        assert await socket.ends() == (4408, "Please send connection_init sooner.")


async def test_whoever_was_let_in_may_be_silent():
    async with a_ward(live=LiveLimits(init_seconds=0.1)) as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await asyncio.sleep(0.12)
        await socket.is_heard()


async def test_whoever_is_being_looked_up_is_not_told_to_hurry():
    looking = asyncio.Event()

    async def authenticate(token: str, audience: Audience) -> Admitted:
        await looking.wait()
        return await small.authenticate(token, audience)

    live = LiveLimits(init_seconds=0.1)
    async with a_ward(live=live, authenticate=authenticate) as ward, a_held_socket(ward.door) as socket:
        asyncio.get_running_loop().call_later(0.12, looking.set)
        await socket.init("vet")


async def test_nothing_is_answered_before_it_is_known_who_asks():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.ask("{ hours }")
        assert await socket.ends() == (4401, "Please send connection_init first, and wait for connection_ack.")
        assert socket.heard == []


async def test_a_second_introduction_closes_the_socket():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await socket.say({"type": "connection_init", "payload": {"Authorization": "Bearer vet"}})
        assert await socket.ends() == (4429, "This connection was initialised already.")


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        "Bearer vet",
        {},
        {"Authorization": None},
        {"Authorization": ["Bearer vet"]},
        {"Authorization": "vet"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic dmV0OnZldA=="},
        {"token": "vet"},
    ],
)
async def test_whoever_brings_no_token_is_told_how_to(payload):
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.say({"type": "connection_init", "payload": payload})
        assert await socket.ends() == (4401, 'Please send {"Authorization": "Bearer …"} with connection_init.')


async def test_the_name_of_the_header_may_be_written_as_one_likes():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.say({"type": "connection_init", "payload": {"authorization": "bearer  vet "}})
        await socket.is_heard()
        assert socket.heard[0] == {"type": "connection_ack"}


@pytest.mark.parametrize("token", ["nobody's", "owner", "x" * 5000, "Ж"])
async def test_a_token_that_is_not_good_here_lets_nobody_in(token):
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.say({"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}})
        assert await socket.ends() == (4401, "This access token is not valid here. Please sign in again.")


async def test_an_expired_token_asks_to_be_refreshed():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.say({"type": "connection_init", "payload": {"Authorization": "Bearer expired"}})
        assert await socket.ends() == EXPIRED


async def test_nobody_is_let_in_while_the_database_is_away():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        header = "Bearer while-the-database-is-gone"
        await socket.say({"type": "connection_init", "payload": {"Authorization": header}})
        assert await socket.ends() == (1013, "We cannot reach our records right now. Please connect again in a moment.")


async def test_what_nobody_expected_while_letting_in_is_masked_and_logged():
    with capture_logs() as logs:
        async with a_ward() as ward, a_held_socket(ward.door) as socket:
            await socket.say({"type": "connection_init", "payload": {"Authorization": "Bearer broken"}})
            code, reason = await socket.ends()
    (told,) = [line for line in logs if line["event"] == "unexpected error"]
    assert (code, reason) == (1011, f"{MASK}{told['id']}")
    assert told["error"] == "ValueError"
    assert SECRET not in str(logs)


async def test_one_account_may_have_so_many_connections_and_no_more():
    async with a_ward(live=LiveLimits(max_connections_per_account=2)) as ward:
        async with (
            a_held_socket(ward.door) as first,
            a_held_socket(ward.door) as second,
            a_held_socket(ward.door) as third,
            a_held_socket(ward.door) as other,
        ):
            await first.init("vet")
            await second.init("vet")
            await third.say({"type": "connection_init", "payload": {"Authorization": "Bearer vet"}})
            sentence = "You have 2 connections open, which is the most there may be. Please close one."
            assert await third.ends() == (4429, sentence)
            await other.init("manager")
        async with a_held_socket(ward.door) as again:
            await again.init("vet")


async def test_a_full_process_sends_whoever_comes_elsewhere():
    async with a_ward(live=LiveLimits(max_sockets=1)) as ward:
        async with a_held_socket(ward.door) as first, a_held_socket(ward.door) as second:
            assert await second.ends() == (1013, "Too many are connected here. Please connect again in a moment.")
            await first.init("vet")
        async with a_held_socket(ward.door) as third:
            await third.init("vet")


async def test_strangers_from_one_place_keep_out_strangers_from_there_and_nobody_else():
    async with a_ward(live=LiveLimits(max_strangers_per_origin=1)) as ward:
        async with a_held_socket(ward.door) as silent:
            await silent.say({"type": "pong"})
            async with a_held_socket(ward.door) as second:
                assert (await second.ends())[0] == 1013
            await silent.init("vet")
            async with a_held_socket(ward.door) as third:
                await third.init("manager")
                assert (ward.connections.sockets, ward.connections.strangers) == (2, {})
        assert ward.connections.sockets == 0


async def test_a_process_counts_the_sockets_at_both_of_its_doors():
    program = Program(max_sockets=1)
    async with a_held_socket(program.asgi, "/staff/graphql") as first:
        await first.is_heard()
        async with a_held_socket(program.asgi, "/owner/graphql") as second:
            assert (await second.ends())[0] == 1013


async def test_whoever_goes_while_being_closed_leaves_no_error():
    async with a_ward(live=LiveLimits(max_sockets=0)) as ward:
        async with a_held_socket(ward.door) as full:
            await full.goes()

        for protocols in ([PROTOCOL], []):
            socket = _gone_after_accept(protocols)
            await ward.door(*socket)


def _gone_after_accept(protocols):
    """A client that leaves as soon as it is accepted."""
    scope = {"type": "websocket", "path": "/graphql", "headers": [], "subprotocols": protocols}

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        if message["type"] != "websocket.accept":
            raise OSError("gone")

    return scope, receive, send


# Pages


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://vet.example.evil.example",
        "null",
        "",
        "vet.example",
        "http://[::1",
        "https://vet.example:8443",
    ],
)
async def test_a_page_of_somebody_else_cannot_open_a_socket(origin):
    async with a_ward() as ward, a_held_socket(ward.door, origin=origin) as socket:
        assert socket.is_refused


async def test_a_page_that_names_nobody_cannot_pass_for_a_host_that_is_not_named():
    async with a_ward() as ward, a_held_socket(ward.door, origin="null", host="") as socket:
        assert socket.is_refused


@pytest.mark.parametrize("origin", [None, "https://vet.example", "https://VET.example", "https://app.example"])
async def test_our_own_pages_and_whoever_is_no_page_may_open_a_socket(origin):
    async with a_ward(origins=["https://app.example"]) as ward, a_held_socket(ward.door, origin=origin) as socket:
        await socket.init("vet")
