"""Operations over a socket: each is answered under its own id, and what is wrong with one ends that one alone."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from graph.limits import Limits
from graph.live.desk import LiveLimits
from tests.api.watched import MASK, SECRET, WATCH, a_ward, codes, met, watches
from tests.held import a_held_socket

pytestmark = pytest.mark.anyio


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
        "{ weighings(first: 51) { grams } }",
        "LIMIT_EXCEEDED",
        "This operation costs 51; at most 50 is allowed.",
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
