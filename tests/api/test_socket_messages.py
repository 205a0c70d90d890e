"""Sockets, message by message: graphql-transport-ws as its protocol has it, and as people break it."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tests.api.watched import a_ward
from tests.held import a_held_socket

pytestmark = pytest.mark.anyio


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
