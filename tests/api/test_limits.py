"""Every limit refuses with its name and its value, before the work is done."""

from __future__ import annotations

import asyncio
import time

import graphql
import pytest
import strawberry

from graph.documents import Documents
from graph.limits import Limits
from graph.roles import ANYONE, STAFF, allow, field
from graph.views import view_of
from resolvers.viewer import Audience
from tests.api.small import Client, codes, endpoint, message

pytestmark = pytest.mark.anyio

MARK = [allow(ANYONE, STAFF)]
LIMITS = Limits(
    max_body_bytes=20_000,
    max_document_chars=2_000,
    max_tokens=200,
    max_depth=6,
    max_aliases=5,
    max_directives=4,
    max_cost=500,
    max_page=10_000,
    deadline_seconds=0.1,
)


@strawberry.type(directives=MARK)
class Visit:
    reason: str = "limps"
    notes: list[str] = strawberry.field(default_factory=list)

    @field(ANYONE, STAFF)
    def pet(self) -> Pet | None:
        return None


@strawberry.type(directives=MARK)
class Edge:
    node: Visit


@strawberry.type(directives=MARK)
class Visits:
    edges: list[Edge]
    total: int = 0


@strawberry.type(directives=MARK)
class Pet:
    name: str = "Bello"

    @field(ANYONE, STAFF)
    def visits(self, first: int = 20) -> Visits:
        return Visits(edges=[])

    @field(ANYONE, STAFF, metadata={"size": 2})
    def owners(self) -> list[Pet]:
        return []


@strawberry.type
class Query:
    @field(ANYONE, STAFF)
    def pet(self) -> Pet | None:
        return Pet()

    @field(ANYONE, STAFF)
    def pets(self) -> list[Pet] | None:
        return [Pet()]

    @field(ANYONE, STAFF, metadata={"cost": 60})
    def report(self) -> str | None:
        return "long"

    @field(ANYONE, STAFF)
    async def slow(self) -> str | None:
        await asyncio.sleep(30)
        return "too late"

    @field(ANYONE, STAFF)
    def echo(self, text: str) -> str | None:
        return text


@strawberry.type
class Mutation:
    @field(ANYONE, STAFF, metadata={"alone": True, "token": "ignored"})
    def sign_in(self, password: str) -> str | None:
        return password

    @field(ANYONE, STAFF)
    def sign_out(self) -> bool | None:
        return True


SCHEMA = strawberry.Schema(Query, Mutation)


@pytest.fixture(scope="module")
def client():
    return Client(endpoint(SCHEMA, limits=LIMITS))


def _refusal(answer):
    extensions = answer.json()["errors"][0]["extensions"]
    assert extensions["code"] == "LIMIT_EXCEEDED"
    return extensions["limit"], extensions["requested"], extensions["allowed"]


NESTED = "{ pet { visits { edges { node { pet { visits { total } } } } } } }"
TOO_MUCH = {
    "characters": ("{ pet { name } } #" + "x" * 2_000, ("documentCharacters", 2_018, 2_000)),
    "tokens": ("{ pet { " + "name " * 200 + "} }", ("tokens", 201, 200)),
    "comments": ("#\n" * 201 + "{ pet { name } }", ("tokens", 201, 200)),
    "depth": (NESTED, ("depth", 7, 6)),
    "depth through fragments": (
        """{ pet { ...A } }
        fragment A on Pet { visits { edges { node { pet { ...B } } } } }
        fragment B on Pet { visits { total } }""",
        ("depth", 7, 6),
    ),
    "aliases": ("{ " + " ".join(f"a{n}: pet {{ name }}" for n in range(6)) + " }", ("aliases", 6, 5)),
    "directives": ("{ pet { name " + "@skip(if: false) " * 5 + "} }", ("directives", 5, 4)),
    "cost of a list": ("{ pets { visits { edges { node { reason } } } } }", ("cost", 840, 500)),
    "cost of a page": ("{ pet { visits(first: 250) { edges { node { reason } } } } }", ("cost", 502, 500)),
    "cost of a field": (
        "{ report " + " ".join(f"r{n}: report" for n in range(5)) + " pet { visits { edges { node { reason } } } }"
        " pets { owners { visits { edges { node { reason } } } } } }",
        ("cost", 2_102, 500),
    ),
    "attempts to sign in": (
        'mutation { a: signIn(password: "1") b: signIn(password: "2") }',
        ("attempts", 2, 1),
    ),
    "attempts in fragments": (
        """mutation { ...A ...B }
        fragment A on Mutation { a: signIn(password: "1") }
        fragment B on Mutation { ... { signIn(password: "2") } }""",
        ("attempts", 2, 1),
    ),
    "attempts in several operations": (
        'mutation A { signIn(password: "1") } mutation B { signIn(password: "2") }',
        ("attempts", 2, 1),
    ),
}


@pytest.mark.parametrize(("query", "limit"), TOO_MUCH.values(), ids=list(TOO_MUCH))
async def test_too_much_is_refused_with_the_limit_and_the_value(client, query, limit):
    answer = await client.ask(query)

    assert answer.status_code == 400
    assert _refusal(answer) == limit
    assert str(limit[2]) in message(answer) or limit[0] == "attempts"
    assert "data" not in answer.json()


async def test_what_is_just_enough_is_answered(client):
    for query in (
        "{ pet { visits { edges { node { pet { name } } } } } }",
        "{ " + " ".join(f"a{n}: pet {{ name }}" for n in range(5)) + " }",
        "{ pet @skip(if: false) @include(if: true) { name @skip(if: false) @include(if: true) } }",
        "{ pet { visits(first: 249) { edges { node { reason } } } } }",
        'mutation { signIn(password: "1") signOut }',
    ):
        answer = await client.ask(query)
        assert answer.status_code == 200, answer.text


async def test_the_cost_is_told_with_the_answer_and_counts_the_page_of_a_variable(client):
    query = "query ($first: Int = 3) { pet { visits(first: $first) { total edges { node { reason } } } } }"

    assert (await client.ask("{ pet { name } }")).json()["extensions"]["cost"] == {"requested": 1, "limit": 500}
    assert (await client.ask(query)).json()["extensions"]["cost"]["requested"] == 2 + 2 * 3
    ten = await client.ask(query, variables={"first": 10})
    assert ten.json()["extensions"]["cost"]["requested"] == 2 + 2 * 10
    many = await client.ask(query, variables={"first": 10_000})
    assert many.json()["extensions"]["cost"] == {"requested": 20_002, "limit": 500}
    assert codes(many) == ["LIMIT_EXCEEDED"]


async def test_the_deadline_stops_the_work(client):
    started = time.perf_counter()
    answer = await client.ask("{ slow }")

    assert codes(answer) == ["TIMEOUT"]
    assert answer.status_code == 504
    assert "please ask for less" in message(answer).lower()
    assert time.perf_counter() - started < 5


async def test_ten_megabytes_are_refused_before_they_are_read(client):
    answer = await client.ask("query ($text: String!) { echo(text: $text) }", variables={"text": "x" * 10_000_000})

    assert answer.status_code == 413
    assert _refusal(answer) == ("bodyBytes", 10_000_080, 20_000)


async def test_a_body_without_a_length_is_counted_while_it_comes(client):
    sent = 0

    async def endless():
        nonlocal sent
        while True:
            sent += 1
            yield b" " * 1_000

    answer = await client.send(content=endless(), headers={"content-type": "application/json"})

    assert answer.status_code == 413
    assert sent == 21


async def test_fragments_that_go_round_in_circles_are_refused(client):
    answer = await client.ask("{ pet { ...A } } fragment A on Pet { owners { ...B } } fragment B on Pet { ...A }")

    assert answer.status_code == 400
    assert codes(answer) == ["BAD_INPUT"]
    assert message(answer) == "Cannot spread fragment 'A' within itself via 'B'."


async def test_fragments_that_fan_out_cost_their_sum_and_no_time():
    layers = " ".join(
        f"fragment F{n} on Pet {{ owners {{ ...F{n + 1} }} visits {{ edges {{ node {{ pet {{ ...F{n + 1} }} }} }} }} }}"
        for n in range(20)
    )
    query = f"{{ pet {{ ...F0 }} }} {layers} fragment F20 on Pet {{ name }}"
    wide = Client(endpoint(SCHEMA, limits=Limits(max_depth=200)))
    started = time.perf_counter()

    answer = await wide.ask(query)

    assert codes(answer) == ["LIMIT_EXCEEDED"]
    assert answer.json()["extensions"]["cost"]["requested"] == 10**9
    assert time.perf_counter() - started < 5


async def test_a_document_that_repeats_itself_without_end_is_given_up_in_time():
    started = time.perf_counter()

    answer = await Client(endpoint(SCHEMA)).ask("{ " + "pet { name } " * 480 + "}")

    assert _refusal(answer) == ("comparisons", 100_001, 100_000)
    assert time.perf_counter() - started < 2


async def test_a_long_input_at_fault_is_not_quoted_at_length(client):
    answer = await client.ask(
        "query ($first: Int) { pet { visits(first: $first) { total } } }", variables={"first": "9" * 15_000}
    )

    assert codes(answer) == ["BAD_INPUT"]
    assert len(message(answer)) <= 500


async def test_at_most_five_mistakes_are_listed(client):
    answer = await client.ask("{ " + " ".join(f"x{n}" for n in range(50)) + " }")

    assert len(codes(answer)) == 6
    assert (
        answer.json()["errors"][5]["message"] == "Too many validation errors, error limit reached. Validation aborted."
    )


async def test_the_standard_introspection_is_within_the_limits_and_can_be_switched_off():
    query = graphql.get_introspection_query()
    shut = Client(endpoint(SCHEMA, introspection=False))

    assert "errors" not in (await Client(endpoint(SCHEMA)).ask(query)).json()
    refused = await shut.ask(query)
    assert refused.status_code == 400
    assert set(codes(refused)) == {"BAD_INPUT"}
    assert "errors" not in (await shut.ask("{ pet { __typename } }")).json()


def test_a_document_is_read_once_and_the_oldest_are_forgotten(monkeypatch):
    monkeypatch.setattr("graph.documents._KEPT_CHARACTERS", 60)
    documents = Documents(view_of(SCHEMA, Audience.STAFF), Limits(), introspection=True)
    first = documents.read("{ pet { name } }")
    assert documents.read("{ pet { name } }") is first

    for n in range(4):
        documents.read(f"{{ pet {{ n{n}: name }} }}")

    assert documents.read("{ pet { name } }") is not first
    assert documents.characters <= 60
