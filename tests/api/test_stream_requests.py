"""Requests for a stream that are answered before there is one: what makes no sense, and whoever is not let in."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from structlog.testing import capture_logs

from graph.limits import Limits
from graph.live.desk import LiveLimits
from resolvers import sessions
from tests.api.streamed import DONE, GRAPHQL, watching
from tests.api.watched import MASK, SECRET, a_ward
from tests.doors import Program, id_of
from tests.held import a_held_stream
from tests.world import a_location, a_vet, an_owner

pytestmark = pytest.mark.anyio


# Requests that are answered before there is a stream


@pytest.mark.parametrize(
    ("payload", "status", "code", "sentence"),
    [
        (7, 400, "BAD_INPUT", "The body of this request must be a JSON object."),
        (None, 400, "BAD_INPUT", "There is no `query` in this request."),
        ("{ hours }", 400, "BAD_INPUT", "The body of this request must be a JSON object."),
        (
            [{"query": "{ hours }"}],
            400,
            "BAD_INPUT",
            "Several operations in one request are not taken. Please send each alone.",
        ),
        ({}, 400, "BAD_INPUT", "There is no `query` in this request."),
        ({"query": ["{ hours }"]}, 400, "BAD_INPUT", "The `query` of this request must be a text."),
        (
            {"query": "{ hours }", "variables": [1]},
            400,
            "BAD_INPUT",
            "The `variables` of this request must be an object or null.",
        ),
        (
            {"query": "{ hours }", "variables": {"a": "\0"}},
            400,
            "BAD_INPUT",
            "A text in this request holds a NUL character, which cannot be kept. Please leave it out.",
        ),
        ({"query": "{ hours"}, 400, "BAD_INPUT", "Syntax Error: Expected Name, found <EOF>."),
        ({"query": "{ wards }"}, 400, "BAD_INPUT", "Cannot query field 'wards' on type 'Query'."),
        (
            {"query": "{ hours }", "operationName": "A"},
            400,
            "BAD_INPUT",
            'There is no operation named "A" in this document.',
        ),
        (
            {"query": "subscription { a: weights { grams } b: weights { grams } }"},
            400,
            "BAD_INPUT",
            "Anonymous Subscription must select only one top level field.",
        ),
        (
            {"query": "{ hours }", "more": "x" * 1000},
            413,
            "LIMIT_EXCEEDED",
            "This request is too large; at most 500 bytes are taken.",
        ),
    ],
)
async def test_a_request_that_makes_no_sense_is_answered_in_json_before_there_is_a_stream(
    payload, status, code, sentence
):
    limits = Limits(max_body_bytes=500)
    async with a_ward(limits=limits) as ward, a_held_stream(ward.door, payload, token="vet") as stream:
        assert stream.is_over
        assert stream.status == status
        assert stream.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"
        (error,) = stream.json["errors"]
        assert (error["message"], error["extensions"]["code"]) == (sentence, code)


@pytest.mark.parametrize("variables", ["7", "null", '"x"', "[1]", "{", "true"])
async def test_variables_in_the_address_are_an_object_or_null(variables):
    given = urlencode({"query": "{ hours }", "variables": variables})
    async with a_ward() as ward, a_held_stream(ward.door, query_string=given) as stream:
        if variables == "null":
            assert (await stream.ends())[1] == DONE
            return
        assert (stream.status, stream.json["errors"][0]["extensions"]["code"]) == (400, "BAD_INPUT")


async def test_a_mutation_in_the_address_is_not_carried_out():
    given = urlencode({"query": "mutation { weigh(grams: 1) { grams } }"})
    async with a_ward() as ward, a_held_stream(ward.door, query_string=given, token="vet") as stream:
        assert (stream.status, stream.headers["allow"]) == (405, "POST")


async def test_a_body_that_is_no_json_gets_no_stream():
    async with a_ward() as ward:
        payload = {"query": "{ hours }"}
        async with a_held_stream(ward.door, payload, content_type="text/plain") as stream:
            assert (stream.status, stream.headers["content-type"]) == (415, f"{GRAPHQL}; charset=utf-8")


async def test_a_subscription_is_not_answered_to_whoever_takes_no_stream():
    for accept in ("application/json", GRAPHQL, "*/*", "application/json, text/event-stream;q=0"):
        async with a_ward() as ward, watching(ward, accept=accept) as stream:
            assert stream.status == 400
            sentence = (
                "Subscriptions are not answered over plain HTTP. Please open a WebSocket (graphql-transport-ws) at"
                " this address, or accept text/event-stream (graphql-sse)."
            )
            assert stream.json["errors"] == [{"message": sentence, "extensions": {"code": "BAD_INPUT"}}]
            assert ward.listeners == 0


async def test_whoever_takes_nothing_that_we_speak_is_told_what_we_speak():
    async with a_ward() as ward, watching(ward, accept="multipart/mixed") as stream:
        assert (stream.status, stream.headers["content-type"]) == (406, "application/json; charset=utf-8")


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("nobody's", "TOKEN_INVALID"),
        ("owner", "TOKEN_INVALID"),
        ("expired", "TOKEN_EXPIRED"),
    ],
)
async def test_a_token_that_is_not_good_here_gets_no_stream(token, code):
    async with a_ward() as ward, watching(ward, token=token) as stream:
        assert (stream.status, stream.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')
        assert stream.json["errors"][0]["extensions"]["code"] == code


async def test_there_is_no_stream_while_the_database_is_away():
    async with a_ward() as ward, watching(ward, token="while-the-database-is-gone") as stream:
        assert (stream.status, stream.headers["retry-after"]) == (503, "1")
        assert stream.json["errors"][0]["extensions"]["code"] == "UNAVAILABLE"


async def test_what_nobody_expected_while_letting_in_is_masked_and_logged():
    with capture_logs() as logs:
        async with a_ward() as ward, watching(ward, token="broken") as stream:
            (error,) = stream.json["errors"]
            number = stream.headers["x-request-id"]
    assert stream.status == 500
    assert error == {"message": f"{MASK}{number}", "extensions": {"code": "INTERNAL", "id": number}}
    assert [line["id"] for line in logs if line["event"] == "unexpected error"] == [number]
    assert SECRET not in str((logs, error))


async def test_one_account_may_have_so_many_streams_and_no_more():
    async with a_ward(live=LiveLimits(max_connections_per_account=2)) as ward:
        async with watching(ward), watching(ward), watching(ward) as third, watching(ward, token="manager") as other:
            assert third.status == 429
            (error,) = third.json["errors"]
            assert error["message"] == "You have 2 connections open, which is the most there may be. Please close one."
            assert error["extensions"] == {
                "code": "LIMIT_EXCEEDED",
                "limit": "connections",
                "requested": 3,
                "allowed": 2,
            }
            assert other.status == 200
        async with watching(ward) as again:
            assert again.status == 200


# The real program


async def test_the_program_streams_to_whoever_has_a_token_of_this_door_whose_session_lives(database):
    location, owner, program = await a_location(), await an_owner(), Program()
    vet = await a_vet(location=location)
    token, owners = await program.token(vet.viewer), await program.token(owner.viewer)
    query = "subscription ($at: ID!, $on: Date!) { scheduleChanged(locationId: $at, from: $on, to: $on) { cursor } }"
    payload = {"query": query, "variables": {"at": id_of(location), "on": "2026-11-23"}}

    async def answer(token: str, **more) -> tuple[int, str]:
        asked = {**payload, **more}
        async with a_held_stream(program.asgi, asked, path="/staff/graphql", token=token) as stream:
            if stream.headers["content-type"].startswith("text/event-stream"):
                return stream.status, ""
            return stream.status, stream.json["errors"][0]["extensions"]["code"]

    assert await answer(token) == (200, "")
    assert await answer(owners) == (401, "TOKEN_INVALID")
    assert await answer(token[:-4] + "AAAA") == (401, "TOKEN_INVALID")
    program.clock.now += timedelta(minutes=11)
    assert await answer(token) == (401, "TOKEN_EXPIRED")
    program.clock.now -= timedelta(minutes=11)
    await sessions.sign_out(vet.viewer, now=program.clock.now)
    assert await answer(token) == (401, "TOKEN_INVALID")
