"""Introspection answers no more than it costs, whatever is asked and whatever grows in the contract."""

from __future__ import annotations

import graphql
import pytest
import strawberry

from graph.introspection import prices
from graph.limits import Limits, measured
from graph.roles import ANYONE, STAFF, allow, field
from graph.schema import schema as contract
from graph.views import view_of
from resolvers.viewer import Audience
from tests.api.small import Client, codes, endpoint
from tests.doors import Program

pytestmark = pytest.mark.anyio

MARK = [allow(ANYONE, STAFF)]


@strawberry.type(directives=MARK)
class Pet:
    name: str = "Bello"


@strawberry.type(directives=MARK)
class Pets:
    nodes: list[Pet]


@strawberry.type
class Query:
    @field(ANYONE, STAFF)
    def pets(self, first: int | None = None) -> Pets | None:
        return Pets(nodes=[])


SCHEMA = strawberry.Schema(Query)

NAMES = " ".join(f"f{n}: fields {{ ...H }}" for n in range(15))
WIDE = f"""{{ __schema {{ types {{ ...F }} }} }}
    fragment F on __Type {{ {NAMES} }}
    fragment H on __Field {{ type {{ ...G }} }}
    fragment G on __Type {{ {" ".join(f"g{n}: fields {{ name description }}" for n in range(15))} }}"""
# Everything there is to ask within the rules, each list in each place; %s stands for the largest type.
WIDEST = """{ __schema { description types { ...A } queryType { ...A } mutationType { ...A } subscriptionType { ...A }
    directives { name description isRepeatable locations args(includeDeprecated: true) { ...V } } }
    __type(name: "%s") { ...A } }
    fragment C on __Type { kind name description specifiedByURL }
    fragment W on __Type { ...C ofType { ...C ofType { ...C ofType { ...C ofType { ...C ofType { ...C } } } } } }
    fragment V on __InputValue { name description defaultValue isDeprecated deprecationReason type { ...W } }
    fragment A on __Type { ...C isOneOf interfaces { ...W } possibleTypes { ...W }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      fields(includeDeprecated: true) { name description isDeprecated deprecationReason
        args(includeDeprecated: true) { ...V } type { ...W } }
      inputFields(includeDeprecated: true) { ...V } }"""
ELSEWHERE = "Please ask for the `%s` of a type in `__type` or `types`, not where another refers to it."


@pytest.mark.parametrize(
    ("document", "refusal"),
    [
        (WIDE, ("LIMIT_EXCEEDED", "aliases", 30, 0)),
        (
            '{ __type(name: "Pet") { ... { ...F } } } fragment F on __Type { n: name }',
            ("LIMIT_EXCEEDED", "aliases", 1, 0),
        ),
        (
            "{ a: __schema { types { name } } b: __schema { types { name } } }",
            ("LIMIT_EXCEEDED", "introspection", 2, 1),
        ),
        (
            '{ a: __type(name: "Pet") { name } ...Q } fragment Q on Query { b: __type(name: "Pets") { name } }',
            ("LIMIT_EXCEEDED", "introspection", 2, 1),
        ),
    ],
    ids=["aliases in fragments", "an alias", "twice", "twice, through a fragment"],
)
async def test_introspection_is_asked_once_and_for_nothing_twice(document, refusal):
    program = Program(mode="production")
    answer = await program.ask(Audience.STAFF, document)

    assert answer.status == 400
    assert _limit(answer.body) == refusal


@pytest.mark.parametrize(
    ("below", "named"),
    [
        ("types { fields { type { fields { name } } } }", "fields"),
        ("types { inputFields { type { ofType { inputFields { name } } } } }", "inputFields"),
        ("types { fields { args { type { enumValues { name } } } } }", "enumValues"),
        ("types { possibleTypes { interfaces { name } } }", "interfaces"),
        ("queryType { interfaces { ... { possibleTypes { name } } } }", "possibleTypes"),
        ("directives { args { type { ...M } } }", "enumValues"),
        ("types { isOneOf fields { type { isOneOf } } }", "isOneOf"),
        ("types { ...M fields { type { ...M } } }", "enumValues"),
    ],
    ids=[
        "of a field",
        "of an input",
        "of an argument",
        "of members",
        "of what it is",
        "of directives",
        "of wrapped types",
        "said elsewhere",
    ],
)
async def test_what_a_type_is_made_of_is_told_once_not_wherever_it_is_named(below, named):
    more = "fragment M on __Type { enumValues { name } }" if "...M" in below else ""

    answer = await Program(mode="production").ask(Audience.STAFF, f"{{ __schema {{ {below} }} }} {more}")

    assert answer.status == 400
    assert _limit(answer.body)[0] == "BAD_INPUT"
    assert answer.body["errors"][0]["message"] == ELSEWHERE % named


@pytest.mark.parametrize("audience", Audience)
async def test_the_widest_introspection_answers_as_many_objects_as_it_costs(audience):
    prices = view_of(contract, audience).prices

    answer = await Program().ask(audience, WIDEST % _largest(view_of(contract, audience).graphql))

    cost = sum(prices.values())
    assert answer.body["extensions"]["cost"] == {"requested": cost, "limit": max(cost, 5_000)}
    assert _objects(answer.data) == cost + 1  # with the answer itself


@pytest.mark.parametrize("audience", Audience)
async def test_the_tools_of_developers_introspect_the_real_schema_with_every_option(audience):
    everything = graphql.get_introspection_query(
        descriptions=True,
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
        one_of=True,
    )
    cost = view_of(contract, audience).prices["__schema"]
    for document in (graphql.get_introspection_query(), everything, "{ s: __schema { types { name } } __typename }"):
        answer = await Program().ask(audience, document)
        assert answer.status == 200
        assert answer.data
        assert answer.body["extensions"]["cost"]["requested"] == cost
        assert _objects(answer.data) <= cost


GROWN = [
    "type Query { a: [[Int!]!]! } enum E { %s }",
    "type Query { a: Int %s } enum E { X Y }",
    "type Query { a: Int } type Mutation { b: Int %s } type Subscription { c: Int } enum E { X Y }",
    "type Query { a(i: Int %s): [E!] } enum E { X Y }",
    "type Query { a(i: I): Int } input I { i: Int %s } enum E { X Y }",
    "interface N { n: E } enum E { X Y } type Query implements N { n: E, all: [N!]! %s }",
    "directive @d(i: Int %s) on FIELD type Query { a: Int } enum E { X Y }",
    "type Query { u: U } union U = Query | A type A { a: Int %s } enum E { X Y }",
]


@pytest.mark.parametrize("grown", GROWN)
@pytest.mark.parametrize("times", [1, 3, 40])
def test_whatever_grows_no_introspection_answers_more_than_it_costs(grown, times):
    parts = " ".join(f"v{n}" if "enum E { %s }" in grown else f"v{n}: [[E!]!]" for n in range(times))
    schema = graphql.build_schema(grown % parts)
    widest = graphql.parse(WIDEST % _largest(schema))
    assert measured(widest, Limits(), lambda _kind, _name: False) == []

    answer = graphql.execute_sync(schema, widest)

    assert answer.errors is None
    assert _objects(answer.data) == sum(prices(schema).values()) + 1


async def test_introspection_is_answered_whatever_the_limit_and_refused_beside_what_costs_the_rest():
    cost = view_of(SCHEMA, Audience.STAFF).prices["__schema"]
    asked, beside = "__schema { types { name } }", "pets(first: 20) { nodes { name } }"
    few, enough = (Client(endpoint(SCHEMA, limits=Limits(max_cost=most))) for most in (30, cost + 21))

    alone = (await few.ask(f"{{ {asked} }}")).json()
    assert alone["data"]["__schema"]["types"]
    assert alone["extensions"]["cost"] == {"requested": cost, "limit": cost}
    assert codes(await few.ask(f"{{ {beside} }}")) == []
    for document in (
        f"{{ {asked} {beside} }}",
        f"query ($no: Boolean = false) {{ {asked.replace('{', '@include(if: $no) {', 1)} {beside} }}",
    ):
        assert _limit((await few.ask(document)).json()) == ("LIMIT_EXCEEDED", "cost", cost + 21, cost)
        assert codes(await enough.ask(document)) == []


def _limit(body):
    extensions = body["errors"][0]["extensions"]
    return extensions["code"], extensions.get("limit"), extensions.get("requested"), extensions.get("allowed")


def _largest(schema):
    """The type of which introspection tells most."""
    every = "{ __schema { types { ...A } } } fragment" + WIDEST.partition("fragment")[2]
    told = graphql.execute_sync(schema, graphql.parse(every)).data
    assert told is not None
    return max(told["__schema"]["types"], key=_objects)["name"]


def _objects(value):
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, dict) + sum(map(_objects, inside))
