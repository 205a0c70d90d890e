"""The same payloads: what a deed answers with, and what a change shows, is what the oracle says of the same row."""

from __future__ import annotations

from random import Random
from typing import Any

import graphql
import pytest

from models import Location, Pet, Species
from resolvers import trail
from resolvers.viewer import Audience, Viewer
from tests.api.samples import Sample
from tests.api.staff_samples import samples
from tests.oracle.arguments import Arguments
from tests.oracle.desk import Desk, heard
from tests.oracle.documents import Document, Selected, Writer
from tests.oracle.house import a_house
from tests.oracle.kinds import KINDS, SCHEMAS
from tests.oracle.oracle import Heard, Oracle, id_of
from tests.oracle.records import Records
from tests.world import NOW, a_booking, an_ownership

TIMES = 3
"""How often each deed is asked for with one key: it is done once, and read anew with another selection each time."""
SCHEDULE = """subscription ({declared}, $place: ID!) {{ s: scheduleChanged(locationId: $place, from: "2026-03-02", to: "2026-03-08") {{
  kind appointmentId appointment {inside} }} }} {fragments}"""
MINE = (
    "subscription ({declared}) {{ s: myAppointmentChanged {{ kind appointmentId appointment {inside} }} }} {fragments}"
)


def read_again(oracle: Oracle, kind: str, id: str, selected: Selected, place: list[Any]) -> Heard:
    """What the oracle says of the thing with this id, as if it had been asked at that place."""
    document = (
        f'query ({selected.declared}) {{ node(id: "{id}") {{ ... on {kind} {selected.inside} }} }} {selected.fragments}'
    )
    data, errors = oracle.hears(document, selected.variables)
    return data["node"], sorted([([*place, *path[1:]], code) for path, code in errors], key=repr)


def at(data: Any, place: list[Any]) -> Any:
    for step in place:
        data = data and data[step]
    return data


async def payload_agrees(desk: Desk, writer: Writer, sample: Sample) -> bool:
    """Whether the payload shows a row, which is then compared."""
    payload, field = sample.payload.split()[0], sample.payload.split()[2]
    assert isinstance(sample.who, Viewer)
    shown = writer.schema.type_map[payload].fields[field].type  # type: ignore[attr-defined]
    kind = graphql.get_named_type(shown).name
    if kind not in KINDS or graphql.is_list_type(graphql.get_nullable_type(shown)):
        return False
    given = {"idempotencyKey": "k", **sample.given}

    async def done(inside: str, declared: str, fragments: str, variables: dict[str, Any]) -> Heard:
        text = f"""mutation ({declared}$input: {sample.name}Input!) {{ {sample.deed}(input: $input) {{
          ... on Refusal {{ code message }} ... on {payload} {{ {field} {inside} }} }} }} {fragments}"""
        answer: Heard = heard(await desk.says(sample.who, Document(text, {**variables, "input": given})))  # type: ignore[arg-type]
        return answer

    # Done once, and asked for again: what is wrong with a selection may take the whole payload away.
    told, _ = await done("{ id }", "", "", {})
    assert field in told[sample.deed], (sample.deed, told)
    # Whoever asks again changes nothing: what the oracle has read once is so each time.
    oracle, place = Oracle(sample.who, await Records.read(desk.program.adapters.vault)), [sample.deed, field]
    for _ in range(TIMES):
        selected = writer.selection(kind)
        data, errors = await done(selected.inside, f"{selected.declared}, ", selected.fragments, selected.variables)
        expected = read_again(oracle, kind, told[sample.deed][field]["id"], selected, place)
        assert (at(data, place), errors) == expected, (sample.deed, selected)
    return True


@pytest.mark.parametrize("audience", Audience)
async def test_what_a_deed_answers_with_is_what_the_oracle_says_of_it(database, audience):
    desk, compared = Desk(), set()
    every = await samples(desk.program)
    arguments = Arguments(await Records.read(desk.program.adapters.vault), audience)
    writer = Writer(audience, arguments, Random(audience.value), many=14)
    for sample in every.staff if audience is Audience.STAFF else every.owner:
        if isinstance(sample.who, Viewer) and await payload_agrees(desk, writer, sample):
            compared.add(sample.deed)
    assert compared == _deeds_that_show_rows(audience)


def _deeds_that_show_rows(audience) -> set[str]:
    root = SCHEMAS[audience].mutation_type
    assert root
    found = set()
    for name, field in root.fields.items():
        members: Any = graphql.get_named_type(field.type)
        of = [each for each in members.types if "Refusal" not in [one.name for one in each.interfaces]]
        shown = [inner.type for each in of for inner in each.fields.values()]
        single = [each for each in shown if not graphql.is_list_type(graphql.get_nullable_type(each))]
        kinds = {graphql.get_named_type(each).name for each in single}
        if kinds & set(KINDS):
            found.add(name)
    return found


@pytest.mark.parametrize("name", ["vet", "manager", "owner", "other owner"])
async def test_what_a_change_shows_is_what_the_oracle_says_of_the_appointment(database, name):
    house, desk = await a_house(), Desk()
    viewer, boss = house.people[name].viewer, house.world.manager.viewer
    await Location.filter(name="Hill").update(zone="Europe/Berlin")  # what cannot be told live is told by nobody
    begun = (await trail.latest()).number
    await _something_happens(desk, boss, house)
    happened = [each for each in await trail.since(begun, most=100) if each.location_id == house.world.location.id]
    assert len(happened) >= 4
    records = await Records.read(desk.program.adapters.vault)
    oracle = Oracle(viewer, records)
    writer = Writer(oracle.audience, Arguments(records, oracle.audience), Random(name), many=14)
    shown = 0
    for event in happened * 4:
        selected = writer.selection("Appointment")
        text = SCHEDULE if viewer.is_staff else MINE
        place = {"place": id_of("Location", house.world.location.id)} if viewer.is_staff else {}
        told = await desk.tells(viewer, _filled(text, selected, place), event)
        visit = id_of("Appointment", event.subject_id)
        expected = read_again(oracle, "Appointment", visit, selected, ["s", "appointment"])
        if told is None:
            assert expected[0] is None
            continue
        data, errors = heard(told)
        assert (at(data, ["s", "appointment"]), errors) == expected, selected
        shown += expected[0] is not None
    assert shown >= 8


def _filled(text: str, selected: Selected, more: dict[str, Any]) -> Document:
    filled = text.format(declared=selected.declared, inside=selected.inside, fragments=selected.fragments)
    return Document(filled, {**selected.variables, **more})


async def _something_happens(desk: Desk, boss: Viewer, house: Any) -> None:
    """Visits of her own pet and of a shared one are confirmed, begun and cancelled."""
    shared = await Pet.get(species=Species.CAT)
    await an_ownership(house.world.pet, house.people["other owner"])
    for number, (pet, deed) in enumerate(
        ((house.world.pet, "confirm"), (shared, "confirm"), (house.world.pet, "cancel"), (shared, "checkIn"))
    ):
        visit = await a_booking(pet, starts_at=NOW.replace(day=3, hour=12 + number))
        text = f'mutation {{ {deed}Appointment(input: {{ appointmentId: "{id_of("Appointment", visit.id)}", idempotencyKey: "{number}" }}) {{ __typename }} }}'
        (done,) = (await desk.says(boss, Document(text)))["data"].values()
        assert done["__typename"].startswith("Appointment"), done
