"""Plans: one that is kept for somebody serves everybody who goes through the same gates, and tells nobody's secrets."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from graph.ids import global_id
from graph.reading import Plans
from graph.reading.shape import shapes
from models.row import uuid7
from resolvers.viewer import Audience
from tests.api.test_reading import DAY, PET
from tests.api.test_same_answers import a_full_house
from tests.doors import Program, id_of
from tests.oracle import SCHEMAS
from tests.world import a_pet

NODE = """query Node($id: ID!) { node(id: $id) { __typename id ... on Pet { name appointments(first: 2) { totalCount
  nodes { startsAt } } } ... on Account { email sessions { id } } ... on UnlinkedAccount { email } } }"""
MINE = (
    "{ myPets { name coOwners { displayName } appointments { nodes { startsAt } } } viewer { client { displayName } } }"
)
TEAM = "{ staff { displayName email roles { role } } viewer { account { email sessions { id } } roles } }"


def journeys(world, other):
    """What each view is asked: the document, and variables that name what is somebody's own."""
    pets = [{"id": id_of(world.pet)}, {"id": id_of(other)}]
    return {
        Audience.STAFF: [
            (DAY, {"location": id_of(world.location), "on": "2026-03-02"}),
            *((PET, pet) for pet in pets),
            *((NODE, pet) for pet in pets),
            (TEAM, {}),
        ],
        Audience.OWNER: [
            (MINE, {}),
            *((NODE, pet) for pet in pets),
            (NODE, {"id": id_of(world.owner.account)}),
            (PET.replace("owners { share rights client { displayName emails { address } } }", ""), pets[0]),
        ],
    }


async def test_a_warm_program_tells_everybody_what_a_cold_one_tells_them(database):
    world, people = await a_full_house()
    asked = journeys(world, await a_pet(people["other owner"]))

    def view_of(person) -> Audience:
        return Audience.STAFF if person.viewer.is_staff else Audience.OWNER

    async def heard(program, name) -> list[Any]:
        viewer = people[name].viewer
        return [(await program.ask(viewer, text, **given)).body for text, given in asked[view_of(people[name])]]

    def plain(bodies) -> str:
        return str(bodies)

    cold = {name: plain(await heard(Program(), name)) for name in people}
    assert len(set(cold.values())) == len(cold)
    staff = [name for name in people if view_of(people[name]) is Audience.STAFF]
    owners = [name for name in people if name not in staff]
    warm = Program()
    for order in [*permutations(owners), *list(permutations(staff))[::5]]:
        for name in order:
            assert plain(await heard(warm, name)) == cold[name], (name, order)


def plans_of(program, audience) -> Plans:
    """The plans that the program keeps for one view."""
    found, _ = [
        route.app.operations.plans
        for route in program.asgi.routes
        if getattr(route, "path", "") == f"/{audience.value}/graphql"
    ]
    assert isinstance(found, Plans)
    return found


async def test_a_plan_is_kept_for_whoever_asks_the_same(database):
    world, people = await a_full_house()
    program = Program()
    plans = plans_of(program, Audience.OWNER)
    for _ in range(3):
        await program.ask(world.owner.viewer, MINE)
    await program.ask(people["other owner"].viewer, MINE)
    assert (plans.misses, plans.hits, len(plans)) == (2, 6, 2)
    assert plans.careful == 0


async def test_what_is_given_makes_no_plan_and_no_text_of_its_own(database):
    world, _ = await a_full_house()
    program = Program()
    plans = plans_of(program, Audience.STAFF)
    document = """query ($id: ID!, $n: Int, $after: String, $when: When, $more: Boolean!) { pet(id: $id) { name
      appointments(first: $n, after: $after, when: $when) { nodes { id } pageInfo { endCursor } }
      species @include(if: $more) } }"""
    after, texts = None, set()
    for number in (1, 2, 3):
        answer = await program.ask(
            world.vet.viewer, document, id=id_of(world.pet), n=number, after=after, more=number < 3
        )
        after = answer.data["pet"]["appointments"]["pageInfo"]["endCursor"]
        texts |= {text for text in answer.statements.texts if "FROM appointment" in text}
    assert (plans.misses, plans.hits) == (2, 1)
    assert len(texts) == 2  # the first page, and one beyond a cursor


async def test_only_so_many_plans_are_kept(database):
    world, _ = await a_full_house()
    program = Program()
    plans = plans_of(program, Audience.STAFF)
    plans._most_characters = 120
    for number in range(10, 20):
        await program.ask(world.vet.viewer, f"{{ services {{ a{number}: name }} }}")
    assert (len(plans), plans.characters) == (4, 4 * len("{ services { a10: name } }"))


@pytest.mark.parametrize("audience", Audience)
async def test_every_field_of_every_row_can_be_read(database, audience):
    """A plan that cannot be made is an error: nothing is left to graphql-core."""
    world, people = await a_full_house()
    person = world.manager if audience is Audience.STAFF else people["owner"]
    program = Program(max_cost=1_000_000, max_aliases=1_000)
    schema = SCHEMAS[audience]
    tried = 0
    for made in shapes():
        kind: Any = schema.type_map.get(made.__name__)
        if kind is None or "Node" not in [each.name for each in kind.interfaces]:
            continue
        inside = " ".join(
            f"f{number}: {_whole(field, name)}" for number, (name, field) in enumerate(kind.fields.items())
        )
        document = f'{{ node(id: "{global_id(kind.name, uuid7())}") {{ ... on {kind.name} {{ {inside} }} }} }}'
        assert (await program.ask(person.viewer, document)).body["data"] == {"node": None}
        tried += 1
    assert tried == {Audience.STAFF: 14, Audience.OWNER: 9}[audience]


def _whole(field, name, depth=2):
    """A field with everything in it."""
    of = field.type
    while hasattr(of, "of_type"):
        of = of.of_type
    if not hasattr(of, "fields"):
        return name
    if depth == 0:
        return f"{name} {{ __typename }}"
    return f"{name} {{ {' '.join(_whole(inner, key, depth - 1) for key, inner in of.fields.items())} }}"


CLOSED = "{ staff { displayName email } locations { name } }"


async def test_behind_a_closed_gate_is_null_and_a_reason_for_each_row(database):
    world, _ = await a_full_house()
    program = Program()
    for viewer in (world.manager.viewer, world.vet.viewer):
        body = (await program.ask(viewer, CLOSED)).body
        staff = body["data"]["staff"]
        is_open = viewer is world.manager.viewer
        assert [each["email"] is not None for each in staff] == [is_open] * len(staff)
        assert len(body["data"]["locations"]) == 2
        paths = [(error["path"], error["extensions"]["code"]) for error in body.get("errors", ())]
        assert paths == ([] if is_open else [(["staff", n, "email"], "FORBIDDEN") for n in range(len(staff))])


async def test_what_goes_wrong_in_one_row_nulls_what_may_be_null_around_it_and_nothing_else(database):
    world, _ = await a_full_house()  # the clock of the hill is unknown
    document = f"""{{ pets(first: 100) {{ nodes {{ name }} }} node(id: "{id_of(world.pet)}") {{ ... on Pet {{ name
      appointments {{ edges {{ node {{ startsAtLocal }} }} }} }} }} }}"""
    body = (await Program().ask(world.vet.viewer, document)).body
    assert len(body["data"]["pets"]["nodes"]) == 5
    good = (await Program().ask(world.vet.viewer, document.replace("startsAtLocal", "location { name }"))).data
    places = [edge["node"]["location"]["name"] for edge in good["node"]["appointments"]["edges"]]
    if "Hill" not in places:
        assert "errors" not in body
        return
    assert body["data"]["node"] is None
    (error,) = body["errors"]
    assert error["path"] == ["node", "appointments", "edges", places.index("Hill"), "node", "startsAtLocal"]
    assert error["extensions"]["code"] == "INTERNAL"
