"""Sockets, message by message: graphql-transport-ws as its protocol has it, and as people break it."""

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
from graph.limits import Limits
from graph.live import socket as sockets
from graph.live.asking import NOT_TOLD
from graph.live.desk import LiveLimits
from models import EventKind, Session
from resolvers import sessions
from resolvers.viewer import Audience
from tests.api import small
from tests.api.watched import SECRET, WATCH, a_ward, codes, finish, lasting, met, watches
from tests.doors import Program, id_of
from tests.held import PROTOCOL, a_held_socket
from tests.screens import a_screen, a_socket
from tests.served import served
from tests.world import a_location, a_vet, an_owner

pytestmark = pytest.mark.anyio

EXPIRED = (4403, "Your access has expired. Please refresh it and connect again.")
MASK = "Something went wrong on our side. Please try again; if it stays, tell us this number: "


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


# Messages that make no sense

DEEP = "[" * 1000 + "]" * 1000
MALFORMED = {
    "no JSON": ("hello", "This request cannot be read as JSON in UTF-8."),
    "nothing": ("", "This request cannot be read as JSON in UTF-8."),
    "half a pair": ('{"type": "ping", "payload": "\\ud800"}', "This request cannot be read as JSON in UTF-8."),
    "a list": ("[]", "A message is a JSON object."),
    "a list of messages": ('[{"type": "ping"}]', "A message is a JSON object."),
    "a number": ("7", "A message is a JSON object."),
    "null": ("null", "A message is a JSON object."),
    "binary": (b'{"type": "ping"}', "Please send text, not binary data."),
    "no bytes": (b"", "Please send text, not binary data."),
    "no type": ({"id": "1"}, "This protocol has no message of that type."),
    "a type of the server": ({"type": "next", "id": "1"}, "This protocol has no message of that type."),
    "another protocol's type": ({"type": "start", "id": "1"}, "This protocol has no message of that type."),
    "a type that is no text": ({"type": ["ping"]}, "This protocol has no message of that type."),
    "a thousand levels": (f'{{"type": "ping", "payload": {DEEP}}}', None),
    "a hundred levels": (
        '{"type": "ping", "payload": %s}' % ("[" * 100 + "]" * 100),
        "The values of this request are nested more than 64 levels deep.",
    ),
    "a NUL": (
        {"type": "subscribe", "id": "1", "payload": {"query": "{ hours }", "variables": {"a": "\0"}}},
        "A text in this request holds a NUL character, which cannot be kept. Please leave it out.",
    ),
    "no id": (
        {"type": "subscribe", "payload": {"query": "{ hours }"}},
        "A message of this type has an id of 1 to 128 characters.",
    ),
    "an empty id": (
        {"type": "subscribe", "id": "", "payload": {"query": "{ hours }"}},
        "A message of this type has an id of 1 to 128 characters.",
    ),
    "a long id": (
        {"type": "subscribe", "id": "x" * 129, "payload": {"query": "{ hours }"}},
        "A message of this type has an id of 1 to 128 characters.",
    ),
    "an id that is a number": (
        {"type": "subscribe", "id": 1, "payload": {"query": "{ hours }"}},
        "A message of this type has an id of 1 to 128 characters.",
    ),
    "complete without an id": ({"type": "complete"}, "A message of this type has an id of 1 to 128 characters."),
    "no payload": ({"type": "subscribe", "id": "1"}, "There is no payload to subscribe to."),
    "a payload that is a list": (
        {"type": "subscribe", "id": "1", "payload": [{"query": "{ hours }"}]},
        "There is no payload to subscribe to.",
    ),
    "no query": ({"type": "subscribe", "id": "1", "payload": {}}, "There is no `query` in this request."),
    "a query that is an object": (
        {"type": "subscribe", "id": "1", "payload": {"query": {}}},
        "The `query` of this request must be a text.",
    ),
    "variables that are a list": (
        {"type": "subscribe", "id": "1", "payload": {"query": "{ hours }", "variables": [1]}},
        "The `variables` of this request must be an object or null.",
    ),
    "variables that are a text": (
        {"type": "subscribe", "id": "1", "payload": {"query": "{ hours }", "variables": "{}"}},
        "The `variables` of this request must be an object or null.",
    ),
    "a name that is a number": (
        {"type": "subscribe", "id": "1", "payload": {"query": "{ hours }", "operationName": 1}},
        "The `operationName` of this request must be a text or null.",
    ),
    "extensions that are a list": (
        {"type": "subscribe", "id": "1", "payload": {"query": "{ hours }", "extensions": []}},
        "The `extensions` of this request must be an object or null.",
    ),
}


@pytest.mark.parametrize("what", MALFORMED)
async def test_a_message_that_makes_no_sense_closes_the_socket_in_words(what):
    message, sentence = MALFORMED[what]
    with capture_logs() as logs:
        async with a_ward() as ward, a_held_socket(ward.door) as socket:
            await socket.init("vet")
            await socket.say(message)
            code, reason = await socket.ends()
    assert code == 4400
    assert reason == sentence or (sentence is None and reason.endswith("."))
    assert socket.heard == [{"type": "connection_ack"}]
    assert [line["event"] for line in logs] == ["socket"]
    assert (logs[0]["code"], logs[0]["view"], logs[0]["messages"]) == (4400, "staff", 2)


async def test_a_message_that_makes_no_sense_is_told_so_before_anybody_is_known():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.say("hello")
        assert await socket.ends() == (4400, "This request cannot be read as JSON in UTF-8.")


async def test_nothing_is_heard_after_a_message_that_makes_no_sense():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await socket.say("hello")
        await socket.say({"type": "ping"})
        await socket.ask("{ hours }")
        assert (await socket.ends())[0] == 4400
        assert socket.heard == [{"type": "connection_ack"}]


# Pings


async def test_a_ping_is_answered_with_what_it_says_before_and_after_coming_in():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.say({"type": "ping"})
        await socket.say({"type": "ping", "payload": {"at": [1, {"two": "zwei"}]}})
        await socket.say({"type": "pong"})
        await socket.say({"type": "pong", "payload": {"at": 3}})
        await socket.init("vet")
        await socket.say({"type": "ping", "payload": None})
        await socket.until(lambda: len(socket.heard) == 4)
        assert socket.heard == [
            {"type": "pong"},
            {"type": "pong", "payload": {"at": [1, {"two": "zwei"}]}},
            {"type": "connection_ack"},
            {"type": "pong"},
        ]


async def test_whoever_pings_without_listening_is_not_heard_any_more_until_they_do():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        socket.stops_reading()
        for number in range(2000):
            await socket.say({"type": "ping", "payload": {"number": number}})
        await _settled()
        waiting = socket.said.qsize()
        assert 2000 - sockets._MOST_REPLIES - 3 <= waiting < 2000
        socket.reads_on()
        await socket.until(lambda: len(socket.pongs) == 2000)
        assert [each["payload"]["number"] for each in socket.pongs] == list(range(2000))
        await socket.init("vet")


async def test_whoever_pings_without_listening_and_goes_is_forgotten():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        socket.stops_reading()
        for _ in range(2000):
            await socket.say({"type": "ping"})
        await _settled()
        assert not socket.is_served


async def test_whoever_pings_without_listening_cannot_stay_longer_than_anybody(monkeypatch):
    monkeypatch.setattr(sockets, "_FAREWELL_SECONDS", 0.01)
    with capture_logs() as logs:
        async with a_ward(live=LiveLimits(init_seconds=0.01)) as ward, a_held_socket(ward.door) as socket:
            socket.stops_reading()
            for _ in range(2000):
                await socket.say({"type": "ping"})
            await socket.until(lambda: socket.is_served)
            assert ward.connections.sockets == 0
    assert [(line["event"], line["code"]) for line in logs] == [("socket", 4408)]


# Operations


async def test_a_query_and_a_mutation_are_answered_and_completed():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await socket.ask("query A($t: String!) { echo(text: $t) } query B { hours }", "q", variables={"t": "Ж"})
        await socket.hears(1, "q")
        await socket.ask(
            "query A($t: String!) { echo(text: $t) } query B { hours }", "a", operationName="A", variables={"t": "Ж"}
        )
        await socket.ask("mutation { weigh(grams: 4200) { grams } }", "m")
        cost = {"requested": 0, "limit": 5000}
        assert codes(socket.of("q")[0]) == ["BAD_INPUT"]
        assert await socket.hears(2, "a") == [
            {"type": "next", "payload": {"data": {"echo": "Ж"}, "extensions": {"cost": cost}}},
            {"type": "complete"},
        ]
        told = await socket.hears(2, "m")
        assert told[0]["payload"]["data"] == {"weigh": {"grams": 4200}}
        assert told[1] == {"type": "complete"}


async def test_an_error_of_a_field_is_part_of_the_answer():
    with capture_logs() as logs:
        async with a_ward() as ward, a_held_socket(ward.door) as socket:
            await socket.init("vet")
            await socket.ask("{ hours broken }")
            answer, done = await socket.hears(2)
    number = answer["payload"]["errors"][0]["extensions"]["id"]
    assert answer["payload"]["data"] == {"hours": "8 to 18", "broken": None}
    assert answer["payload"]["errors"][0]["message"] == f"{MASK}{number}"
    assert done == {"type": "complete"}
    assert [line["id"] for line in logs if line["event"] == "unexpected error"] == [number]
    assert SECRET not in str(logs)
    assert SECRET not in str(socket.heard)


UNAVAILABLE = "We cannot reach our records right now. Please try again in a moment; nothing is done twice."
ERRORS = {
    "a syntax error": ("{ hours", "BAD_INPUT", "Syntax Error: Expected Name, found <EOF>."),
    "nothing": ("", "BAD_INPUT", "Syntax Error: Unexpected <EOF>."),
    "an unknown field": ("{ wards }", "BAD_INPUT", "Cannot query field 'wards' on type 'Query'."),
    "too much": (
        "{ __schema { types { name } } }",
        "LIMIT_EXCEEDED",
        "This operation costs 2500; at most 50 is allowed.",
    ),
    "two to watch": (
        "subscription { a: weights { grams } b: weights { grams } }",
        "BAD_INPUT",
        "Anonymous Subscription must select only one top level field.",
    ),
    "introspection to watch": (
        "subscription { __typename }",
        "BAD_INPUT",
        "Anonymous Subscription must not select an introspection top level field.",
    ),
    "nothing to watch": (
        "subscription { weights @skip(if: true) { grams } }",
        "BAD_INPUT",
        "Anonymous Subscription must not use `@skip` or `@include` directives in the top level selection.",
    ),
    "a missing variable": (
        "subscription ($n: Int!) { weights(atLeast: $n) { grams } }",
        "BAD_INPUT",
        "Variable '$n' has invalid value: Expected a value of non-null type 'Int!' to be provided.",
    ),
    "not for vets": (
        "subscription { wages { grams } }",
        "FORBIDDEN",
        "Your role does not allow this here. Please ask a manager of the practice.",
    ),
    "refused": ("subscription { refusedScales { grams } }", "INVALID_INPUT", "There are no such scales."),
    "unreachable": ("subscription { lostScales { grams } }", "UNAVAILABLE", UNAVAILABLE),
    "broken": ("subscription { brokenScales { grams } }", "INTERNAL", MASK),
}


@pytest.mark.parametrize("what", ERRORS)
async def test_what_is_wrong_with_an_operation_is_an_error_of_it_and_the_socket_stays(what):
    query, code, sentence = ERRORS[what]
    with capture_logs() as logs:
        async with a_ward(limits=Limits(max_cost=50)) as ward, a_held_socket(ward.door) as socket:
            await socket.init("vet")
            await socket.ask(query, "e")
            (told,) = await socket.hears(1, "e")
            await socket.ask("{ hours }", "e")
            _, answer, done = await socket.hears(3, "e")
    assert told["type"] == "error"
    assert codes(told) == [code]
    if code == "INTERNAL":
        sentence += told["payload"][0]["extensions"]["id"]
    assert told["payload"][0]["message"] == sentence
    assert answer["payload"]["data"] == {"hours": "8 to 18"}
    assert done == {"type": "complete"}
    assert SECRET not in str((told, logs))


@pytest.mark.parametrize("given", ["many", 1.5, {}, [1, 2], True, 2**40])
async def test_a_variable_of_the_wrong_type_is_an_error_that_names_it(given):
    query = "subscription ($n: Int!) { weights(atLeast: $n) { grams } }"
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await socket.ask(query, variables={"n": given})
        (told,) = await socket.hears(1)
        assert (told["type"], codes(told)) == ("error", ["BAD_INPUT"])
        assert told["payload"][0]["extensions"]["variable"] == "n"
        assert ward.listeners == 0


async def test_whoever_has_no_role_is_told_so_and_the_socket_stays():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("without-roles")
        await socket.ask(WATCH, "w")
        await socket.ask("{ hours }", "q")
        assert codes((await socket.hears(1, "w"))[0]) == ["FORBIDDEN"]
        assert (await socket.hears(2, "q"))[1] == {"type": "complete"}


async def test_an_operation_that_takes_too_long_is_stopped():
    async with a_ward(limits=Limits(deadline_seconds=0.01)) as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await socket.ask("{ slow }")
        (told,) = await socket.hears(1)
        assert (told["type"], codes(told)) == ("error", ["TIMEOUT"])
    assert met == {"begun": 1, "stopped": 1}


async def test_an_id_is_used_once_at_a_time():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await watches(socket, ward, "a")
        await socket.ask("{ hours }", "a")
        assert await socket.ends() == (4409, "There is an operation with this id already.")
        assert socket.of("a") == []


async def test_an_id_can_be_used_again_once_its_operation_has_ended():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await socket.ask("{ hours }")
        await socket.hears(2)
        await watches(socket, ward)
        await socket.say({"type": "complete", "id": "1"})
        await socket.ask("{ nothing }")
        await socket.hears(3)
        await socket.ask("{ hours }")
        assert [each["type"] for each in await socket.hears(5)] == ["next", "complete", "error", "next", "complete"]


async def test_one_operation_too_many_is_refused_and_the_socket_stays():
    async with a_ward(live=LiveLimits(max_operations_per_socket=2)) as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await watches(socket, ward, "a")
        await socket.ask("{ slow }", "b")
        await socket.ask("{ hours }", "c")
        (told,) = await socket.hears(1, "c")
        sentence = "This connection has 2 operations at work; please wait for one of them, or complete it."
        extensions = {"code": "LIMIT_EXCEEDED", "limit": "operations", "requested": 3, "allowed": 2}
        assert told == {"type": "error", "payload": [{"message": sentence, "extensions": extensions}]}
        ward.happens()
        await socket.hears(1, "a")
        await socket.say({"type": "complete", "id": "a"})
        await socket.ask("{ hours }", "c")
        assert [each["type"] for each in await socket.hears(3, "c")] == ["error", "next", "complete"]


# Watching


async def test_every_event_is_told_until_it_is_enough():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await watches(socket, ward)
        ward.happens(2)
        ward.happens(kind=EventKind.APPOINTMENT_CANCELLED)
        ward.happens(long=3)
        ward.happens(kind=EventKind.PET_REGISTERED)
        shown = [{"grams": 1, "note": ""}, {"grams": 2, "note": ""}, {"grams": 4, "note": "xxx"}]
        assert await socket.hears(3) == [{"type": "next", "payload": {"data": {"weights": each}}} for each in shown]
        await socket.say({"type": "complete", "id": "1"})
        await socket.is_heard()
        assert ward.listeners == 0
        ward.happens(3)
        await _settled()
        await socket.is_heard()
        assert len(socket.of("1")) == 3


async def test_an_event_that_cannot_be_shown_makes_everybody_load_again_and_leaves_no_hole():
    with capture_logs() as logs:
        async with a_ward() as ward, a_held_socket(ward.door) as socket, a_held_socket(ward.door) as other:
            for each in (socket, other):
                await each.init("vet")
                await watches(each, ward)
            ward.happens()
            ward.happens(kind=EventKind.APPOINTMENT_MOVED)
            ward.happens()
            heard = [await each.hears(2) for each in (socket, other)]
            assert ward.listeners == 0
    for shown, told in heard:
        assert shown["payload"] == {"data": {"weights": {"grams": 1, "note": ""}}}
        assert (told["type"], codes(told)) == ("error", ["RESYNC_REQUIRED"])
    assert [line["why"] for line in logs if line["event"] == "resync"] == ["a change could not be read"]
    assert SECRET not in str((heard, logs))


async def test_what_was_never_begun_can_be_completed():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.say({"type": "complete", "id": "early"})
        await socket.init("vet")
        await socket.say({"type": "complete", "id": "1"})
        await watches(socket, ward)
        await socket.say({"type": "complete", "id": "2"})
        ward.happens()
        await socket.hears(1)


async def test_a_query_is_stopped_when_nobody_waits_for_it_any_more():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await socket.ask("{ slow }")
        await socket.is_heard()
        await socket.say({"type": "complete", "id": "1"})
        await socket.is_heard()
        await _settled()
        assert met == {"begun": 1, "stopped": 1}
        assert socket.of("1") == []


async def test_what_cannot_be_stopped_says_nothing_under_an_id_that_is_another_operations_by_now():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await socket.ask("{ stubborn }")
        await socket.is_heard()
        await socket.say({"type": "complete", "id": "1"})
        await watches(socket, ward)
        await _settled()
        await socket.is_heard()
        assert met == {"begun": 1, "ended": 1}
        assert socket.of("1") == []
        ward.happens()
        assert [each["type"] for each in await socket.hears(1)] == ["next"]


async def test_whoever_goes_leaves_nothing_behind():
    async with a_ward() as ward:
        async with a_held_socket(ward.door) as socket:
            await socket.init("vet")
            await watches(socket, ward, "a")
            await socket.ask("{ slow }", "b")
            await socket.is_heard()
            await socket.goes()
            await socket.until(lambda: socket.is_served)
        assert met == {"begun": 1, "stopped": 1}
        ward.happens()


async def test_a_client_that_does_not_read_is_told_to_load_anew_and_nothing_after_that():
    async with a_ward() as ward, a_held_socket(ward.door) as slow, a_held_socket(ward.door) as quick:
        await slow.init("vet")
        await quick.init("manager")
        await watches(slow, ward, "a")
        await watches(quick, ward, "a")
        slow.stops_reading()
        ward.happens(500)
        await quick.hears(500, "a")
        assert ward.listeners == 1
        slow.reads_on()
        # The one that was on its way when the client stopped, and no other.
        taken, told = await slow.hears(2, "a")
        assert taken["payload"]["data"]["weights"]["grams"] == 1
        assert (told["type"], codes(told)) == ("error", ["RESYNC_REQUIRED"])
        assert told["payload"][0]["message"] == NOT_TOLD
        ward.happens()
        await slow.is_heard()
        assert len(slow.of("a")) == 2
        await watches(slow, ward, "a")
        ward.happens()
        assert (await slow.hears(3, "a"))[2]["payload"]["data"]["weights"]["grams"] == 502


async def test_answers_that_are_long_wait_for_a_client_in_smaller_numbers():
    async with a_ward() as ward, a_held_socket(ward.door) as slow:
        await slow.init("vet")
        await watches(slow, ward, "a")
        slow.stops_reading()
        ward.happens(2, long=400_000)
        await ward.has_answered()
        assert ward.listeners == 1
        ward.happens(2, long=400_000)
        await ward.is_watched(by=0)
        slow.reads_on()
        assert (await slow.hears(2, "a"))[-1]["type"] == "error"


async def test_variables_that_are_not_declared_are_not_kept():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await socket.ask(WATCH, variables={"junk": [{}] * 100})
        await ward.is_watched()
        ((listener,),) = (group.listeners for group in ward.hub._groups.values())
        assert listener.watching.executor.variable_values.coerced == {}
        assert "junk" not in str(listener.key)


async def test_a_client_that_reads_late_but_in_time_is_told_everything():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await watches(socket, ward)
        socket.stops_reading()
        ward.happens(100)
        await _settled(2000)
        socket.reads_on()
        told = await socket.hears(100)
        assert [each["payload"]["data"]["weights"]["grams"] for each in told] == list(range(1, 101))


async def test_one_subscription_that_is_not_taken_does_not_cost_another_its_answers():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await watches(socket, ward, "a")
        socket.stops_reading()
        ward.happens(90)
        await _settled(2000)
        await socket.ask("subscription { weights { grams } }", "b")
        await ward.is_watched(2)
        ward.happens(50)
        await ward.is_watched(1)
        socket.reads_on()
        assert [each["payload"]["data"]["weights"]["grams"] for each in await socket.hears(50, "b")] == [
            *range(91, 141)
        ]
        assert [each["type"] for each in socket.of("a")] == ["next", "error"]


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


async def test_nothing_is_said_to_whoever_is_being_closed():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await watches(socket, ward)
        socket.stops_reading()
        ward.happens(20)
        await _settled(500)
        ward.tells_of(UUID(int=1), EventKind.STAFF_ROLES_SET)
        ward.happens(20)
        await _settled(500)
        socket.reads_on()
        assert (await socket.ends())[0] == 4403
        assert len(socket.of("1")) == 1


async def test_whoever_does_not_take_the_farewell_is_left(monkeypatch):
    monkeypatch.setattr(sockets, "_FAREWELL_SECONDS", 0.01)
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await watches(socket, ward)
        socket.stops_reading()
        ward.happens(5)
        await _settled(200)
        ward.tells_of(UUID(int=1), EventKind.STAFF_ROLES_SET)
        await socket.until(lambda: socket.is_served)
        assert socket.closed is None
        assert ward.connections.of(small.VET) == 0


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


async def _settled(times: int = 20) -> None:
    """Let everybody do what they can do without waiting."""
    for _ in range(times):
        await asyncio.sleep(0)
