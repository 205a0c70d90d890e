"""Names, reasons, ids and whole requests as no form would send them: kept as they are, or refused in words."""

from __future__ import annotations

from functools import partial
from typing import Any

import httpx
import pytest

from graph.ids import global_id, opened
from graph.schema import schema
from graph.views import view_of
from models import Appointment, Pet
from models.row import uuid7
from resolvers.viewer import Audience
from tests.api.deed import done, refused, sent
from tests.api.staff_samples import samples
from tests.doors import Program, id_of
from tests.world import a_booking, a_pet, a_world, an_owner, how_many_rows

REGISTERED = "PetRegistered { pet { name } }"
KEPT_WORDS = [
    "🐕‍🦺",
    "Zoë 👩‍⚕️",
    "\u202eflow\u202c",
    "\u200f\u05e8\u05e7\u05e1\u200f",
    "Z̷͙̈a̶̙͗",
    "'; DROP TABLE pet; --",
    "\U000e0001",
    "\uffff",
]


async def test_a_name_and_a_reason_are_kept_as_they_are_typed(database):
    world, program = await a_world(), Program()
    for number, name in enumerate(KEPT_WORDS):
        given = {"name": name, "species": "CAT", "idempotencyKey": str(number)}
        made = (await sent(program, world.owner.viewer, "registerPet", REGISTERED, given)).data["registerPet"]
        assert made == {"__typename": "PetRegistered", "pet": {"name": name}}
    assert {pet.name for pet in await Pet.all()} == {*KEPT_WORDS, world.pet.name}
    wish = {
        "petId": id_of(world.pet),
        "serviceId": id_of(world.service),
        "locationId": id_of(world.location),
        "startsAt": "2026-03-04T09:00:00Z",
        "reason": "\n".join(KEPT_WORDS),
    }
    await sent(program, world.owner.viewer, "bookAppointment", "AppointmentBooked { __typename }", wish)
    assert (await Appointment.get()).reason == "\n".join(KEPT_WORDS)
    (letter,) = await program.post()
    assert world.pet.name in letter.text


@pytest.mark.parametrize("name", ["", " \t\n", "line\nbreak", "bell\x07", "\x7f", "\x85", "x" * 201, "🐕" * 201])
async def test_a_name_that_says_nothing_or_too_much_is_refused(database, name):
    world, program = await a_world(), Program()
    said = await refused(program, world.owner.viewer, "registerPet", REGISTERED, name=name, species="CAT")
    assert said == ("InvalidInput", ["name"])


async def post(program, body, viewer, **headers):
    """What comes back for these very bytes."""
    head = {"content-type": "application/json", "accept": "application/graphql-response+json", **headers}
    head["authorization"] = f"Bearer {await program.token(viewer)}"
    transport = httpx.ASGITransport(program.asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://vet.example") as client:
        answer = await client.post("/owner/graphql", content=body, headers=head)
    return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]


NAMED = (
    b'{"query": "mutation ($n: String!) { registerPet(input: {name: $n, species: CAT, idempotencyKey: \\"k\\"})'
    b' { __typename } }", "variables": {"n": "%s"}}'
)
WRITTEN = (
    b'{"query": "mutation { registerPet(input: {name: \\"%s\\", species: CAT, idempotencyKey: \\"k\\"})'
    b' { __typename } }"}'
)


async def test_what_no_text_can_hold_is_refused(database):
    owner, program = await an_owner(), Program()
    await program.token(owner.viewer)
    rows = await how_many_rows()
    for template, texts in (
        (NAMED, (b"a\\u0000b", b"\\ud800", b"\\udc00", b"\\udc00\\ud800", b"\xed\xa0\x80", b"\xff", b"\xc0\x80")),
        (WRITTEN, (b"a\\\\u0000b", b"\\\\ud800", b"\\\\udc00\\\\ud800", b"\\\\u{0}", b"\\\\u{d800}", b"\\\\u{110000}")),
    ):
        for text in texts:
            assert await post(program, template % text, owner.viewer) == (400, "BAD_INPUT"), text
    assert await how_many_rows() == rows


async def test_ten_megabytes_are_turned_away_unread(database):
    owner, program = await an_owner(), Program()
    await program.token(owner.viewer)
    rows = await how_many_rows()
    large = b"x" * 10 * 1024 * 1024
    assert await post(program, NAMED % large, owner.viewer) == (413, "LIMIT_EXCEEDED")
    assert await post(program, large, owner.viewer) == (413, "LIMIT_EXCEEDED")
    assert await post(program, WRITTEN % (b"x" * 30_000), owner.viewer) == (400, "LIMIT_EXCEEDED")
    assert await how_many_rows() == rows


# Ids


def ids_in(given):
    """The places at which an input names something, what it names, and the same input with another id there."""
    for name, value in given.items():
        if name.endswith("Id"):
            yield (name,), value, lambda other, name=name: {**given, name: other}
        elif name.endswith("Ids") and value:
            yield (name,), value[0], lambda other, name=name: {**given, name: [other]}
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for place, named, put in ids_in(value[0]):
                yield (name, *place), named, lambda other, name=name, put=put: {**given, name: [put(other)]}


def not_there(kind):
    """An id that nothing has, and what is no id, or not of this kind."""
    other = "Room" if kind == "Pet" else "Pet"
    return [global_id(kind, uuid7()), global_id(other, uuid7()), "nonsense", "", "💥", "x" * 5000, 7]


# A vet who is not there cannot do the service, and who is not there does not own the pet.
INSTEAD = {("shares", "clientId"): "InvalidInput"}


@pytest.mark.parametrize("audience", Audience)
async def test_a_malformed_id_is_answered_as_an_unknown_one_by_every_mutation(database, audience):
    program = Program()
    made = await samples(program)
    await program.token(made.boss)
    rows = await how_many_rows()
    named_in = set()
    for sample in made.staff if audience is Audience.STAFF else made.owner:
        for place, named, put in ids_in(sample.given):
            known = opened(named)
            assert known
            heard = [
                (await sent(program, sample.who, sample.deed, sample.payload, put(other))).body
                for other in not_there(known[0])
            ]
            assert heard == [heard[0]] * len(heard), (sample.deed, place)
            refusal = heard[0]["data"][sample.deed]["__typename"]
            assert refusal == INSTEAD.get(place, "NotFound"), (sample.deed, place)
            named_in.add(sample.deed)
    assert await how_many_rows() == rows
    mutations = view_of(schema, audience).graphql.mutation_type
    assert mutations
    taken = {
        deed
        for deed, field in mutations.fields.items()
        for argument in field.args.values()
        if any(str(part.type).strip("![]") == "ID" for part in argument.type.of_type.fields.values())
    }
    assert taken <= named_in


async def test_a_malformed_id_is_answered_as_an_unknown_one_by_every_query(database):
    world, program = await a_world(), Program()
    await a_booking(world.pet)
    theirs = await a_pet(await an_owner("Nina Kovac"))
    desk, olga = world.receptionist.viewer, world.owner.viewer
    place, service = id_of(world.location), id_of(world.service)
    asked = [
        (desk, "node(id: $id) { id }", "Node", None),
        (desk, "client(id: $id) { id }", "Client", None),
        (desk, "pet(id: $id) { id }", "Pet", None),
        (desk, 'deathPreview(petId: $id, diedOn: "2026-03-02") { __typename }', "Pet", None),
        (desk, 'day(locationId: $id, on: "2026-03-02") { appointments { id } }', "Location", None),
        (olga, "node(id: $id) { id }", "Pet", theirs),
        (olga, "pet(id: $id) { id }", "Pet", theirs),
        (olga, 'deathPreview(petId: $id, diedOn: "2026-03-02") { __typename }', "Pet", theirs),
    ]
    free = 'freeTimes(serviceId: {}, locationId: {}, petId: {}, from: "2026-03-04", to: "2026-03-04") {{ startsAt }}'
    quoted = f'"{service}"', f'"{place}"'
    asked += [
        (olga, free.format("$id", quoted[1], "null"), "Service", None),
        (olga, free.format(quoted[0], "$id", "null"), "Location", None),
        (olga, free.format(*quoted, "$id"), "Pet", theirs),
    ]
    for viewer, field, kind, foreign in asked:
        ids = [*not_there(kind), *([id_of(foreign)] if foreign else [])]
        heard = [(await program.ask(viewer, f"query ($id: ID!) {{ {field} }}", id=one)).body for one in ids]
        assert heard == [heard[0]] * len(heard), field
        assert heard[0]["data"] == {field.partition("(")[0]: None}
        assert "errors" not in heard[0]
    during = "appointments(startsBefore: $to, endsAfter: $from, locationId: $id) { totalCount }"
    document = f"query ($id: ID, $from: DateTime!, $to: DateTime!) {{ {during} }}"
    period = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-31T00:00:00Z"}
    for one in not_there("Location"):
        assert (await program.ask(desk, document, id=one, **period)).data == {"appointments": {"totalCount": 0}}
    assert (await program.ask(desk, document, id=None, **period)).data == {"appointments": {"totalCount": 1}}


async def test_why_a_visit_is_cancelled_has_an_end_and_one_name(database):
    world, program = await a_world(), Program()
    visit = await a_booking(world.pet)
    cancelled = "AppointmentCancelled { appointment { id } }"
    cancel = partial(refused, program, world.receptionist.viewer, "cancelAppointment", cancelled)
    assert await cancel(appointmentId=id_of(visit), because="x" * 2001) == ("InvalidInput", ["because"])
    shown = "AppointmentCancelled { appointment { cancelledBecause } }"
    given = {"appointmentId": id_of(visit), "because": "She feels better."}
    kept = await done(program, world.receptionist.viewer, "cancelAppointment", shown, **given)
    assert kept["appointment"] == {"cancelledBecause": "She feels better."}


# Whole requests


async def test_an_operation_that_is_not_there_and_variables_that_are_missing(database):
    world, program = await a_world(), Program()
    viewer = world.owner.viewer
    answer = await program.ask(viewer, "query Mine { myPets { name } }", operation="Yours")
    assert (answer.status, answer.code) == (400, "BAD_INPUT")
    assert answer.body["errors"][0]["message"] == 'There is no operation named "Yours" in this document.'
    cancel = "mutation ($input: CancelAppointmentInput!) { cancelAppointment(input: $input) { __typename } }"
    rows = await how_many_rows()
    wrong: list[dict[str, Any]] = [{}, {"input": None}, {"input": {}}, {"input": {"appointmentId": None}}]
    for given in wrong:
        answer = await program.ask(viewer, cancel, **given)
        assert (answer.status, {error["extensions"]["code"] for error in answer.body["errors"]}) == (400, {"BAD_INPUT"})
    species = 'mutation { registerPet(input: {name: "Mia", species: DRAGON, idempotencyKey: "k"}) { __typename } }'
    answer = await program.ask(viewer, species)
    assert (answer.status, answer.code) == (400, "BAD_INPUT")
    assert await how_many_rows() == rows
