"""What little can be sent to be answered at length is refused, or answered in time."""

from __future__ import annotations

import base64
import json
import tracemalloc
from uuid import UUID

import pytest
import strawberry
from graphql import GraphQLError

from graph.limits import Limits
from graph.reading.pages import cursor, page
from graph.roles import ANYONE, STAFF, allow, field
from models.row import folded
from tests.api.small import Client, codes, endpoint, message
from tests.doors import Program, id_of
from tests.world import AN_HOUR, NOW, a_world

pytestmark = pytest.mark.anyio

MARK = [allow(ANYONE, STAFF)]
KEY = UUID(int=7)


@strawberry.type(directives=MARK)
class Pet:
    name: str = "Bello"


@strawberry.type(directives=MARK)
class Pets:
    nodes: list[Pet]


@strawberry.type
class Query:
    @field(ANYONE, STAFF)
    def pets(self, first: int | None = None, last: int | None = None) -> Pets | None:
        return Pets(nodes=[])


SCHEMA = strawberry.Schema(Query)


@pytest.fixture(scope="module")
def client():
    return Client(endpoint(SCHEMA, limits=Limits(max_cost=50, max_page=100)))


def _limit(body):
    extensions = body["errors"][0]["extensions"]
    return extensions["code"], extensions.get("limit"), extensions.get("requested"), extensions.get("allowed")


# ------------------------------------------------------------------------------------------------ bodies


@pytest.mark.parametrize("depth", [60, 500, 1_000])
async def test_a_deep_body_with_many_values_takes_little_memory(client, depth):
    body = b'{"query":"{__typename}","x":"\\\\u0000","variables":{"a":%s}}' % (
        b"[" * depth + b",".join([b"0"] * 100_000) + b"]" * depth
    )
    tracemalloc.start()
    answer = await client.send(content=body, headers={"content-type": "application/json"})
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 20_000_000
    assert codes(answer) == ([] if depth == 60 else ["BAD_INPUT"])


@pytest.mark.parametrize(("depth", "taken"), [(63, True), (64, False)])
async def test_values_are_nested_64_levels_at_most(client, depth, taken):
    value: dict[str, object] = {}
    for _ in range(depth - 1):
        value = {"in": value}
    answer = await client.ask("{ __typename }", variables={"a": value})

    assert answer.status_code == (200 if taken else 400)
    assert taken or message(answer) == "The values of this request are nested more than 64 levels deep."


async def test_the_place_of_a_nul_is_named(client):
    for variables, path in (
        ({"a": [{"b": "x"}, {"b": ["y", "\0"]}]}, ["variables", "a", 1, "b", 1]),
        ({"a": {"\0": 1}}, ["variables", "a"]),
    ):
        answer = await client.ask("{ __typename }", variables=variables)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["extensions"] == {"code": "BAD_INPUT", "path": path}


# ------------------------------------------------------------------------------------------------ cost

BOTH = "query ($n: Int, $l: Int) { pets(first: $n, last: $l) { nodes { name } } }"
USUAL = "query ($n: Int = 40, $l: Int) { pets(first: $n, last: $l) { nodes { name } } }"


@pytest.mark.parametrize(
    ("document", "variables", "cost"),
    [
        (BOTH, {}, 21),
        (BOTH, {"n": None, "l": None}, 21),
        (BOTH, {"n": None, "l": 90}, 91),
        (BOTH, {"l": 90}, 91),
        (BOTH, {"n": 10, "l": 90}, 91),
        (BOTH, {"n": 90.0}, 91),
        (BOTH, {"n": 10}, 11),
        (BOTH, {"n": 10**30}, 101),
        (BOTH, {"n": 1e300}, 101),
        (BOTH, {"n": -5}, 1),
        (BOTH, {"n": True, "l": "90"}, 21),
        (USUAL, {}, 41),
        (USUAL, {"n": 10}, 11),
        (USUAL, {"n": None}, 21),
        ("query ($l: Int) { pets(first: null, last: $l) { nodes { name } } }", {"l": 90}, 91),
        ("query ($l: Int) { pets(first: 1, last: $l) { nodes { name } } }", {"l": 90}, 91),
        ("{ pets(first: 99999) { nodes { name } } }", {}, 101),
    ],
)
async def test_the_largest_page_asked_for_counts_however_it_is_said(client, document, variables, cost):
    answer = await client.ask(document, variables=variables)

    assert answer.json()["extensions"]["cost"]["requested"] == cost
    assert (codes(answer) == ["LIMIT_EXCEEDED"]) is (cost > 50)


async def test_a_month_of_free_times_is_answered_and_thirty_are_not(database):
    world = await a_world()
    program = Program()
    named = {"s": id_of(world.service), "l": id_of(world.location)}
    from_, to = (NOW + 24 * AN_HOUR).date(), (NOW + 31 * 24 * AN_HOUR).date()
    one = f'freeTimes(serviceId: $s, locationId: $l, from: "{from_}", to: "{to}")'

    async def asked(times, fields):
        fields = " ".join(f"a{n}: {one} {{ {fields} }}" for n in range(times))
        return await program.ask(world.owner.viewer, f"query ($s: ID!, $l: ID!) {{ {fields} }}", **named)

    month = await asked(1, "startsAt endsAt startsAtLocal zone vets { id displayName }")
    assert len(month.data["a0"]) > 100
    assert month.body["extensions"]["cost"]["requested"] == 800
    for times, fields, cost in (
        (30, "startsAt", 6_000),
        (30, "startsAt vets { id }", 24_000),
        (7, "vets { id }", 5_600),
    ):
        flood = await asked(times, fields)
        assert _limit(flood.body) == ("LIMIT_EXCEEDED", "cost", cost, 5_000)
        assert flood.statements.count <= 1


# ------------------------------------------------------------------------------------------------ cursors


def _crafted(plain):
    text = plain if isinstance(plain, bytes) else json.dumps(plain).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


CRAFTED = {
    "nested without end": _crafted(b"[" * 14_000),
    "longer than any": _crafted(b"[" * 20_000),
    "before the first year": _crafted([["t", "0001-01-01T00:00:00+14:00"], ["s", str(KEY)]]),
    "after the last year": _crafted([["t", "9999-12-31T23:59:59-14:00"], ["s", str(KEY)]]),
    "half a character": _crafted([["s", "\ud800"], ["s", str(KEY)]]),
    "a NUL": _crafted([["s", "a\0"], ["s", str(KEY)]]),
    "half a character of its own": "\ud800",
    "no list": _crafted({"st": 1}),
}


@pytest.mark.parametrize("after", CRAFTED.values(), ids=list(CRAFTED))
def test_a_crafted_cursor_is_bad_input(after):
    for given in ({"after": after}, {"before": after}):
        with pytest.raises(GraphQLError, match="This is not a cursor of this list") as refused:
            page(**{"first": None, "after": None, "most": 100, **given})
        assert refused.value.extensions == {"code": "BAD_INPUT"}


def test_a_cursor_of_ours_is_opened_again_whatever_the_name():
    for letter in ("a", "\N{DOG FACE}", "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}"):
        fold = folded(f"{letter * 200} {letter * 200}")
        assert page(first=1, after=cursor((fold, KEY)), most=100).beyond == (fold, KEY)
    assert page(first=1, after=cursor((NOW, KEY)), most=100).beyond == (NOW, KEY)
