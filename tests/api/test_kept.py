"""What is kept of a document is found in the document alone: nothing that a request gives is kept with it."""

from typing import Any

import pytest

from models import Location
from resolvers.viewer import Audience
from tests.doors import Program, id_of
from tests.world import a_practice, a_vet, a_world

# The other operation names its switch as this one names what it asks for.
TWO_IN_ONE = "query Any($x: ID!) { node(id: $x) { id } } query Other($x: Boolean!) { practice @skip(if: $x) { id } }"
BOOK = """mutation Book($x: BookAppointmentInput!) { bookAppointment(input: $x) { __typename
  ... on AppointmentBooked { appointment { id } } } }
query Other($x: Boolean!) { practice @skip(if: $x) { id } }"""
OR_NOT = "query ($x: Boolean = true) { practice @include(if: $x) { name } }"


async def test_what_is_given_to_one_operation_is_not_kept_because_another_decides_by_that_name(database):
    program = Program()
    for number in range(3):
        await program.ask(Audience.OWNER, TWO_IN_ONE, operation="Any", x=f"{number}" * 1_000)
    documents = program.operations["owner"]._documents
    kept = documents.read(TWO_IN_ONE).operation("Any").kept
    assert len(kept) == 1


async def test_one_plan_serves_every_id_though_another_operation_decides_by_the_name_of_the_variable(database):
    program, practice, vet = Program(), await a_practice(), await a_vet()
    for id_ in (id_of(practice), id_of(vet.staff, "Staff")[:4], id_of(practice) + "="):
        await program.ask(vet.viewer, TWO_IN_ONE, operation="Any", x=id_)
    assert program.operations["staff"].figures.reading_plans_kept == 1


async def test_a_deed_is_answered_though_another_operation_decides_by_the_name_of_its_input(database):
    program, world = Program(), await a_world()
    given = {
        "idempotencyKey": "k",
        "petId": id_of(world.pet),
        "serviceId": id_of(world.service),
        "locationId": id_of(world.location),
        "startsAt": "2026-03-02T10:00:00Z",
    }
    answer = await program.ask(world.owner.viewer, BOOK, operation="Book", x=given)
    assert answer.data["bookAppointment"]["__typename"] == "AppointmentBooked"
    assert answer.data["bookAppointment"]["appointment"]["id"]


async def test_of_one_document_only_so_much_is_kept_however_its_switches_stand(database):
    program = Program(max_aliases=100)
    fields = " ".join(f"p{number}: practice @skip(if: $a) {{ id }}" for number in range(10))
    text = f"query ($a: Boolean!, $b: Boolean!, $c: Boolean!) {{ {fields} q: practice @skip(if: $b) @include(if: $c) {{ id }} }}"
    for way in range(8):
        switches: Any = {"a": bool(way & 1), "b": bool(way & 2), "c": bool(way & 4)}
        assert (await program.ask(Audience.OWNER, text, **switches)).status in {200, 401}
        kept = program.operations["owner"]._documents.read(text).operation(None).kept
        assert sum(len(each) for each in kept.values()) <= 32
    crowd = f"{{ {' '.join(f't{number}: __typename' for number in range(33))} }}"
    await program.ask(Audience.OWNER, crowd)
    assert program.operations["owner"]._documents.read(crowd).operation(None).kept == {}


@pytest.mark.parametrize("text", [OR_NOT, OR_NOT.replace("practice", "also: __typename practice")])
async def test_a_switch_at_the_top_that_is_null_is_the_mistake_of_whoever_asks(database, text):
    program = Program()
    answer = await program.ask(Audience.OWNER, text, x=None)
    assert (answer.status, answer.code) == (400, "BAD_INPUT")


async def test_a_clock_that_is_mended_shows_the_day_again(database):
    program, world = Program(), await a_world()
    document = 'query ($at: ID!) { day(locationId: $at, on: "2026-03-02") { location { zone } } }'
    seen = []
    for zone in ("Europe/Berlin", "Pacific/Nowhere", "Europe/Paris"):
        await Location.filter(id=world.location.id).update(zone=zone)
        body = (await program.ask(world.vet.viewer, document, at=id_of(world.location))).body
        seen.append(body["data"]["day"] and body["data"]["day"]["location"]["zone"])
    assert seen == ["Europe/Berlin", None, "Europe/Paris"]
