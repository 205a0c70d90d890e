"""Streams, event by event: graphql-sse as its protocol has it (distinct connections), until they end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from urllib.parse import urlencode
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from graph.context import Admitted
from graph.limits import Limits
from graph.live import stream as streams
from graph.live.asking import NOT_TOLD
from models import EventKind
from resolvers.viewer import Audience
from tests.api import small
from tests.api.streamed import DONE, GRAPHQL, grams, refused, watching
from tests.api.watched import SECRET, SLOW_SCALES, WATCH, a_ward, lasting, met
from tests.held import a_held_stream

pytestmark = pytest.mark.anyio


# One operation


async def test_a_query_is_answered_and_completed():
    async with a_ward() as ward:
        payload = {"query": "query A($t: String!) { echo(text: $t) }", "variables": {"t": "a\nb\r\n\n: Ж"}}
        async with a_held_stream(ward.door, payload, token="vet") as stream:
            answer, done = await stream.ends()
            assert answer.event == "next"
            assert answer.data["data"] == {"echo": "a\nb\r\n\n: Ж"}
            assert done == DONE
            assert stream.body.startswith(b":\n\nevent: next\ndata: {")
            assert stream.body.endswith(b"}\n\nevent: complete\ndata: \n\n")
            assert stream.status == 200
            assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
            assert stream.headers["cache-control"] == "no-store"
            assert stream.headers["vary"] == "Accept, Authorization"
            assert stream.headers["x-accel-buffering"] == "no"
            assert "content-length" not in stream.headers


async def test_a_mutation_is_answered_and_completed():
    async with a_ward() as ward:
        payload = {"query": "mutation { weigh(grams: 4200) { grams } }"}
        async with a_held_stream(ward.door, payload, token="vet") as stream:
            answer, done = await stream.ends()
            assert answer.data["data"] == {"weigh": {"grams": 4200}}
            assert done == DONE


async def test_a_query_in_the_address_is_answered_and_completed():
    given = urlencode({"query": "query A($t: String!) { echo(text: $t) }", "variables": '{"t": "Ж"}'})
    async with a_ward() as ward, a_held_stream(ward.door, query_string=given, token="vet") as stream:
        answer, done = await stream.ends()
        assert answer.data["data"] == {"echo": "Ж"}
        assert done == DONE


async def test_whoever_is_not_signed_in_hears_what_is_for_everybody():
    async with a_ward() as ward, a_held_stream(ward.door, {"query": "{ hours }"}) as stream:
        assert (await stream.ends())[0].data["data"] == {"hours": "8 to 18"}


async def test_whoever_takes_both_gets_a_stream_only_of_what_is_watched():
    both = f"{GRAPHQL}, application/json, text/event-stream, multipart/mixed"
    async with a_ward() as ward:
        async with a_held_stream(ward.door, {"query": "{ hours }"}, token="vet", accept=both) as stream:
            assert stream.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"
            assert stream.json["data"] == {"hours": "8 to 18"}
        async with watching(ward, accept=both) as stream:
            await ward.is_watched()
            ward.happens()
            assert grams(await stream.hears(1)) == [1]


# Watching


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_every_event_is_told_until_the_client_goes(method):
    async with a_ward() as ward:
        payload = {"query": WATCH} if method == "POST" else None
        given = "" if payload else urlencode({"query": WATCH})
        async with a_held_stream(ward.door, payload, query_string=given, token="vet") as stream:
            await ward.is_watched()
            assert ward.connections.of(small.VET) == 1
            ward.happens(2)
            ward.happens(kind=EventKind.APPOINTMENT_CANCELLED)
            ward.happens()
            assert grams(await stream.hears(3)) == [1, 2, 4]
            assert not stream.is_over
        await ward.is_watched(by=0)
        assert ward.connections.of(small.VET) == 0


async def test_whoever_goes_in_the_middle_of_a_query_leaves_nothing_behind():
    async with a_ward() as ward, a_held_stream(ward.door, {"query": "{ slow }"}, token="vet"):
        await ward.is_asked()
    assert met == {"begun": 1, "stopped": 1}


async def test_a_quiet_stream_shows_that_it_is_alive(monkeypatch):
    monkeypatch.setattr(streams, "ALIVE_SECONDS", 0.01)
    async with a_ward() as ward, watching(ward) as stream:
        await stream.until(lambda: stream.comments >= 4)
        assert stream.events == []
        ward.happens()
        assert grams(await stream.hears(1)) == [1]


async def test_an_event_that_cannot_be_shown_makes_everybody_load_again_and_leaves_no_hole():
    with capture_logs() as logs:
        async with a_ward() as ward, watching(ward) as stream:
            await ward.is_watched()
            ward.happens(kind=EventKind.APPOINTMENT_MOVED)
            ward.happens()
            told = await stream.ends()
    assert told == refused("RESYNC_REQUIRED", NOT_TOLD)
    assert SECRET not in str((told, logs))


async def test_a_client_that_does_not_read_is_told_to_load_anew_and_nothing_after_that():
    async with a_ward() as ward, watching(ward) as slow, watching(ward, token="manager") as quick:
        await ward.is_watched(2)
        slow.stops_reading()
        ward.happens(250)
        assert grams(await quick.hears(250)) == list(range(1, 251))
        assert ward.listeners == 1
        slow.reads_on()
        # The one that was on its way when the client stopped, and no other.
        told = await slow.ends()
        assert grams(told[:1]) == [1]
        assert told[1:] == refused("RESYNC_REQUIRED", NOT_TOLD)


async def test_a_client_that_reads_late_but_in_time_is_told_everything():
    async with a_ward() as ward, watching(ward) as stream:
        await ward.is_watched()
        stream.stops_reading()
        ward.happens(100)
        for _ in range(2000):
            await asyncio.sleep(0)
        stream.reads_on()
        assert grams(await stream.hears(100)) == list(range(1, 101))


# Errors of an operation that may be begun


@pytest.mark.parametrize(
    ("query", "code", "sentence"),
    [
        ("subscription { wages { grams } }", "FORBIDDEN", None),
        ("{ weighings(first: 51) { grams } }", "LIMIT_EXCEEDED", "This operation costs 51; at most 50 is allowed."),
        ("subscription { refusedScales { grams } }", "INVALID_INPUT", "There are no such scales."),
        ("subscription { lostScales { grams } }", "UNAVAILABLE", None),
        ("subscription { brokenScales { grams } }", "INTERNAL", None),
        ("subscription ($n: Int!) { weights(atLeast: $n) { grams } }", "BAD_INPUT", None),
        ("{ slow }", "TIMEOUT", "This took too long and was stopped. Please ask for less, or try again in a moment."),
    ],
)
async def test_an_operation_that_fails_says_so_and_completes(query, code, sentence):
    limits = Limits(max_cost=50, deadline_seconds=0.01 if code == "TIMEOUT" else 5.0)
    with capture_logs() as logs:
        async with a_ward(limits=limits) as ward, a_held_stream(ward.door, {"query": query}, token="vet") as stream:
            told, done = await stream.ends()
    (error,) = told.data["errors"]
    assert "data" not in told.data
    assert error["extensions"]["code"] == code
    assert sentence is None or error["message"] == sentence
    assert done == DONE
    assert SECRET not in str((told, logs))


async def test_whoever_is_not_signed_in_cannot_watch():
    async with a_ward() as ward, watching(ward, token=None) as stream:
        told, done = await stream.ends()
        assert told.data["errors"][0]["extensions"]["code"] == "SIGNED_OUT"
        assert done == DONE
        assert ward.listeners == 0


# The end of a stream

EXPIRED = refused("TOKEN_EXPIRED", "Your access has expired. Please refresh it and connect again.")


async def test_a_stream_ends_when_its_token_expires():
    async with a_ward(authenticate=lasting(0.05)) as ward, watching(ward) as stream:
        assert await stream.ends() == EXPIRED
        assert ward.listeners == 0


async def test_what_was_answered_is_not_lost_when_the_token_expires_on_its_way():
    async with a_ward(authenticate=lasting(0.1)) as ward:
        payload = {"query": "mutation { weigh(grams: 4200) { grams } }"}
        async with a_held_stream(ward.door, payload, token="vet", reads=False) as stream:
            await asyncio.sleep(0.12)
            stream.reads_on()
            answer, done = await stream.ends()
            assert answer.data["data"] == {"weigh": {"grams": 4200}}
            assert done == DONE


async def test_a_stream_ends_when_its_session_ends():
    session = UUID(int=21)

    async def authenticate(token: str, audience: Audience) -> Admitted:
        return Admitted(replace(small.VET, session_id=session), 600.0)

    async with a_ward(authenticate=authenticate) as ward, watching(ward) as stream:
        await ward.is_watched()
        ward.tells_of(session, EventKind.SIGNED_OUT)
        ward.happens()
        sentence = "This session has ended. Please sign in again."
        assert await stream.ends() == refused("TOKEN_INVALID", sentence)


async def test_a_stream_ends_when_the_roles_of_its_viewer_change():
    async with a_ward() as ward, watching(ward) as stream:
        await ward.is_watched()
        ward.tells_of(UUID(int=1), EventKind.STAFF_ROLES_SET)
        sentence = "Your roles have changed. Please refresh your access and connect again."
        assert await stream.ends() == refused("TOKEN_EXPIRED", sentence)


async def test_a_process_that_stops_ends_a_stream_without_a_word():
    async with a_ward() as ward, watching(ward) as stream:
        await ward.is_watched()
        ward.happens()
        await stream.hears(1)
        ward.connections.shut_down()
        assert grams(await stream.ends()) == [1]
        assert DONE not in stream.events


async def test_a_process_that_stops_waits_for_no_subscription_that_is_only_being_begun():
    async with a_ward() as ward, a_held_stream(ward.door, {"query": SLOW_SCALES}, token="vet") as stream:
        await ward.is_asked()
        ward.connections.shut_down()
        assert await stream.ends() == []


async def test_whoever_subscribes_while_a_process_stops_connects_again():
    async with a_ward() as ward:
        ward.connections.shut_down()
        async with watching(ward) as stream:
            assert await stream.ends() == []
        async with a_held_stream(ward.door, {"query": "{ hours }"}, token="vet") as stream:
            assert DONE in await stream.ends()
