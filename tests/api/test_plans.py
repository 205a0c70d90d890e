"""Plans: one that is kept for somebody serves everybody who goes through the same gates, and tells nobody's secrets."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from bench import journeys as bench
from graph.ids import global_id
from graph.operations import NotRun
from graph.reading import Plans
from graph.reading.shape import SHAPES
from graph.wire import Question, printed
from models import Location, StaffRole
from models.role import Role
from models.row import uuid7
from resolvers.viewer import Audience, Viewer
from tests.api.test_reading import DAY, PET
from tests.api.test_same_answers import a_full_house
from tests.doors import Program, id_of
from tests.journeys import test_owner as owners
from tests.journeys import test_staff as desk
from tests.oracle import SCHEMAS
from tests.world import AN_HOUR, NOW, TODAY, a_manager, a_member, a_nurse, a_pet, a_vet
from vetdesk.watching import sheet

DAY_LONG = timedelta(days=1)
# They go through the same gates as others do, so that an order of theirs is an order of those.
_ALIKE = {"another vet", "nurse everywhere", "manager of the hill", "nurse here, manager there"}

NODE = """query Node($id: ID!) { node(id: $id) { __typename id ... on Pet { name appointments(first: 2) { totalCount
  nodes { startsAt } } } ... on Account { email sessions { id } } ... on UnlinkedAccount { email } } }"""
MINE = (
    "{ myPets { name coOwners { displayName } appointments { nodes { startsAt } } } viewer { client { displayName } } }"
)
TEAM = "{ staff { displayName email roles { role } } viewer { account { email sessions { id } } roles } }"
VISITS = (
    "{ myAppointments(first: 3) { totalCount edges { cursor node { status startsAtLocal vet { displayName } } } } }"
)
WAITING = "{ unlinkedAccounts { email client { displayName } } }"
OWN_PET = """query OwnPet($id: ID!) { pet(id: $id) { name species coOwners { displayName }
  coming: appointments(when: COMING) { totalCount nodes { startsAt service { name } } pageInfo { hasNextPage } } } }"""
OWN_BOOKING = """mutation Own($input: BookAppointmentInput!) { bookAppointment(input: $input) { __typename
  ... on AppointmentBooked { appointment { id startsAtLocal vet { displayName } pet { name } } }
  ... on Refusal { code message path } } }"""
# What is short, goes through every gate, and is read by every rule that differs from role to role.
CHEAP = {
    Audience.STAFF: "{ staff { email } unlinkedAccounts { email } viewer { roles account { email } } }",
    Audience.OWNER: "{ myPets { name coOwners { displayName } } viewer { client { displayName } account { email } } }",
}
# These hand out something new each time.
_NEW = {"SignIn"}


def documents() -> list[str]:
    """Every document of the journeys, on the bench and in the tests, and those that go through gates beside them."""
    texts = [text for room in (bench, owners, desk, sheet) for text in vars(room).values() if isinstance(text, str)]
    named = [(re.match(r"(?:query|mutation) (\w+)", text), text) for text in texts]
    found = {text for name, text in named if name and name[1] not in _NEW}
    return [*sorted(found), DAY, PET, NODE, MINE, TEAM, VISITS, WAITING, OWN_PET, OWN_BOOKING]


def test_every_journey_of_the_bench_is_among_those_that_are_compared():
    names = {text.split("(")[0].split("{")[0].strip() for text in documents()}
    assert names >= {"query Day", "query Pet", "query Clients", "query Free", "mutation Book", "query Locations"}


@dataclass(frozen=True)
class House:
    """Somebody for each role, for two together, for one place only and for all, two of whom hold the same, and what they ask about."""

    viewers: dict[str, Viewer]
    pets: tuple[str, ...]
    given: dict[str, Any]

    @classmethod
    async def made(cls) -> House:
        world, people = await a_full_house()
        hill = await Location.get(name="Hill")
        more = {
            "another vet": await a_vet("Vic Also", location=world.location),
            "vet and receptionist": await a_member("Ina Both", Role.VET, Role.RECEPTIONIST, at=world.location),
            "manager of the hill": await a_manager("Hilda Top", location=hill),
            "nurse here, manager there": await a_nurse("Noa Twice"),
            "nurse everywhere": await a_member("Eva All", Role.NURSE, at=None),
        }
        await StaffRole.create(staff_id=more["nurse here, manager there"].id, location_id=hill.id, role=Role.MANAGER)
        viewers = {name: person.viewer for name, person in {**people, **more}.items()}
        given = {
            "location": id_of(world.location),
            "service": id_of(world.service),
            "on": str(TODAY),
            "from": str(TODAY + DAY_LONG),
            "to": str(TODAY + DAY_LONG),
            "search": "berg",
        }
        pets = (world.pet, await a_pet(people["other owner"]))
        return cls(viewers, tuple(map(id_of, pets)), given)

    def door(self, name: str) -> Audience:
        return Audience.STAFF if self.viewers[name].is_staff else Audience.OWNER

    def asked(self, program: Program, name: str) -> list[tuple[str, dict[str, Any]]]:
        """Every document that there is at the door of this person, with what it takes."""
        viewer, number = self.viewers[name], list(self.viewers).index(name)
        booking = {
            "petId": self.pets[0],
            "serviceId": self.given["service"],
            "locationId": self.given["location"],
            "startsAt": (NOW + DAY_LONG + number * AN_HOUR / 2).isoformat(),
            "idempotencyKey": "once",
        }
        account = global_id("Account", viewer.account_id or uuid7())
        found = []
        for text in documents():
            if not _is_at(program, self.door(name), text):
                continue
            for one in (*self.pets, account) if "node(" in text else self.pets if "$id" in text else (None,):
                values = {**self.given, "id": one, "pet": self.pets[0], "input": booking}
                found.append((text, {key: value for key, value in values.items() if f"${key}:" in text}))
        return found

    async def hears(self, program: Program, name: str) -> str:
        """All that this person is told."""
        viewer = self.viewers[name]
        told = str([(await program.ask(viewer, text, **given)).body for text, given in self.asked(program, name)])
        return re.sub(r"\b[0-9a-f]{16}\b", "an id for the log", told)


def _is_at(program: Program, door: Audience, text: str) -> bool:
    try:
        program.operations[door.value].read(Question(text, {}, None, None))
    except NotRun:
        return False
    return True


# Which plan is kept for whom is decided before it is put to a database, and on both alike.
@pytest.mark.only_on("sqlite")
async def test_a_warm_program_tells_everybody_what_a_cold_one_tells_them(database):
    house = await House.made()
    first, warm = Program(), Program()
    for name in house.viewers:
        for text, given in house.asked(first, name):
            if "input" in given:  # which is done from now on, and told again
                await first.ask(house.viewers[name], text, **given)
    cold = {}
    for name in house.viewers:
        for door in first.operations.values():
            door.plans = Plans()
        cold[name] = await house.hears(first, name)
    assert len(set(cold.values())) == len(cold)
    names = list(house.viewers)
    for order in (names, names[::-1]):
        for name in order:
            assert await house.hears(warm, name) == cold[name], (name, order)
    assert all(len(house.asked(warm, name)) >= 8 for name in names)
    assert all(door.plans.hits > door.plans.misses for door in warm.operations.values())


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("door", Audience)
async def test_in_every_order_of_roles_everybody_is_told_what_is_theirs(database, door):
    """Every order has a document of its own, so that whoever comes first in it is the one for whom it is planned."""
    house = await House.made()
    names = [name for name in house.viewers if house.door(name) is door and name not in _ALIKE]
    cold = {name: (await Program().ask(house.viewers[name], CHEAP[door])).body for name in names}
    assert len({str(body) for body in cold.values()}) == len(names)
    warm = Program()
    operations = warm.operations[door.value]
    for number, order in enumerate(permutations(names)):
        question = Question(f"{CHEAP[door]} # {number}", {}, None, None)
        for name in order:
            asked = operations.weighed(operations.read(question))
            context = operations.context(house.viewers[name], asked, request_id="", origin="")
            assert _plain(await operations.run(asked, context)) == _plain(cold[name]), (name, order)


def _plain(body: dict[str, Any]) -> Any:
    return json.loads(printed(body))


def plans_of(program, audience) -> Plans:
    """The plans that the program keeps for one view."""
    plans: Plans = program.operations[audience.value].plans
    return plans


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
    # The first page, and one beyond a cursor; on PostgreSQL the pet stands in them, of which less was asked at last.
    assert len(texts) == {"sqlite": 2, "postgres": 3}[database.dialect]


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
    program = Program(
        max_cost=10_000_000, max_aliases=1_000, max_levels=100_000, max_tokens=100_000, max_document_chars=1_000_000
    )
    schema = SCHEMAS[audience]
    tried = 0
    for made in SHAPES:
        kind: Any = schema.type_map.get(made.__name__)
        if kind is None or "Node" not in [each.name for each in kind.interfaces]:
            continue
        inside = " ".join(
            f"f{number}: {_whole(field, name)}" for number, (name, field) in enumerate(kind.fields.items())
        )
        document = f'{{ node(id: "{global_id(kind.name, uuid7())}") {{ ... on {kind.name} {{ {inside} }} }} }}'
        assert (await program.ask(person.viewer, document)).body["data"] == {"node": None}
        tried += 1
    assert tried == {Audience.STAFF: 56, Audience.OWNER: 28}[audience]


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
