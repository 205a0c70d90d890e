"""Whatever stands anywhere in a document: it is refused, or its dry run says what is then done, and nothing else."""

import copy
import json
from random import Random
from typing import Any

import pytest

from models import Allergy, ImportedLine, LineKind, Vaccination, Vital, sql
from models.refusal import InvalidInput
from resolvers import histories, pet_imports, pet_records
from resolvers.pet_imports import Arrival
from resolvers.pets import PetOwner
from tests.world import NOW, a_vaccine, a_world
from tests.world.elsewhere import a_document, a_patient, an_observation
from vetdesk.open_vet_format import record_format

pytestmark = pytest.mark.anyio

OVF = record_format()
TIMES = 25
STRANGE: Any = (
    None, True, -1, 0, 1e-9, 9e17, 10**25, "", " ", "x" * 301, "a\x00b\x1f", "\ud800", "\u202e", "0001-01-01",
    "2100-12-31", "2025-06-15T09:00:00", "1750000000", "p-1", "visit-1", "completed", "resolved", "kg", [], {}, [1], {"data": "\ud800\x00"},
    {"value": 1, "unit": "lbs"},
)  # fmt: skip


def _places(value, path=()):
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in items:
        yield from _places(each, (*path, name))


def strange_documents():
    chance, places = Random(7), list(_places(a_document()))
    for _ in range(TIMES):
        document = copy.deepcopy(a_document())
        for place in chance.sample(places, 3):
            here: Any = document
            for step in place[:-1]:
                try:
                    here = here[step]
                except (TypeError, KeyError, IndexError):
                    here = None
                    break
            if isinstance(here, dict):
                here[place[-1]] = chance.choice(STRANGE)
        yield json.dumps(document)


WRITTEN = ("pet", "ownership", "record_import", "imported_line", "vital", "problem", "allergy", "vaccination", "event")


async def rows():
    """How many there are of each table that an import writes into."""
    each = ", ".join(f"(SELECT count(*) FROM {table}) AS {table}" for table in WRITTEN)
    return dict((await sql.fetch(f"SELECT {each}"))[0])


async def test_what_a_dry_run_lets_pass_is_done_and_goes_out_again(database):
    world = await a_world()
    viewer, counted = world.vet.viewer, {"done": 0, "refused": 0}
    for number, document in enumerate(strange_documents()):
        arrival = Arrival(document, [PetOwner(world.owner.id)])
        before = await rows()
        try:
            promised = await pet_imports.rehearse(viewer, arrival, records=OVF, now=NOW)
        except InvalidInput:
            counted["refused"] += 1
            continue
        finally:
            assert await rows() == before
        done = await pet_imports.carry_out(
            viewer, arrival, promised.fingerprint, records=OVF, key=f"k{number}", now=NOW
        )
        after = await rows()
        assert after["imported_line"] - before["imported_line"] == len(promised.lines)
        made = sum(after[name] - before[name] for name in ("vital", "problem", "allergy"))
        assert made == sum(each.becomes is not None for each in promised.lines)
        await pet_records.told(viewer, done.pet_id, records=OVF, now=NOW)
        counted["done"] += 1
    assert counted["done"] > 8
    assert counted["refused"] > 1


async def test_what_came_in_is_found_by_each_of_its_words_however_long_they_are(database):
    world, endless = await a_world(), "x" * 3000
    visit = {**a_document()["encounters"][0], "notes": f"Wheezes (both sides), see X-ray/2: {endless}"}
    await a_vaccine("Nobivac Rabies", maker="MSD")
    arrival = Arrival(json.dumps(a_document(encounters=[visit])), [PetOwner(world.owner.id)])
    promised = await pet_imports.rehearse(world.vet.viewer, arrival, records=OVF, now=NOW)
    await pet_imports.carry_out(world.vet.viewer, arrival, promised.fingerprint, records=OVF, key="k", now=NOW)
    there, chicken = await ImportedLine.get(kind=LineKind.VISIT), await Allergy.get()
    weight, rabies, asthma = await Vital.get(), await Vaccination.get(), await ImportedLine.get(kind=LineKind.PROBLEM)
    for words, expected in (
        ("both sides", there), ("x-ray/2", there), ("ray 2", there), ("xxxxxxxx", there), ("cough", there),
        ("chicken itching", chicken), ("weight 27.5", weight), ("nobivac A-17", rabies), ("17 msd", rabies),
        ("asthma", asthma),
    ):  # fmt: skip
        found = await histories.search(world.vet.viewer, words, histories.Wanted())
        text = f"SELECT t.id AS id FROM history_entry t WHERE {found.scope.format(t='t')}"
        assert [sql.as_key(row["id"]) for row in await sql.fetch(text, found.values)] == [expected.id], words


async def test_nothing_is_weighed_in_the_future(database):
    world = await a_world()
    heavy = an_observation("o-1", 99, "kg", effective_date="2026-02-02T00:00:00Z")  # it was written the day before
    today = an_observation("o-2", 12, "kg", effective_date="2026-02-01T12:00:00Z")
    document = a_document(observations=[heavy, today], patient=a_patient(weight=None))
    arrival = Arrival(json.dumps(document), [PetOwner(world.owner.id)])
    promised = await pet_imports.rehearse(world.vet.viewer, arrival, records=OVF, now=NOW)
    assert [each.why for each in promised.left_out if each.path == "observations/o-1"] == [
        "It lies in the future. We keep its words."
    ]
    await pet_imports.carry_out(world.vet.viewer, arrival, promised.fingerprint, records=OVF, key="k", now=NOW)
    assert [row.given for row in await Vital.all()] == ["12"]
    assert {line.text for line in await ImportedLine.filter(kind=LineKind.FINDING)} == {"99 kg", "12 kg"}
