"""The lines of a record over HTTP: written by the staff, read by them, and what of it an owner reads."""

from __future__ import annotations

from datetime import timedelta

from tests.api.deed import sent
from tests.doors import Program, id_of
from tests.world import NOW, a_weight, a_world

PRESCRIBED = """Prescribed { prescription { id medicine milligrams milligramsPerKilogram weightKilograms weightIsStale
  weightHasJumped weight { given unit } prescribedBy { displayName } repeatsAllowed repeatsGiven validUntil
  recordedBy { displayName } pet { name } } }"""
WEIGHED = "WeightRecorded { vital { id kind value valueUnit given unit source changePercent hasJumped } }"
MEDICINES = """query ($id: ID!) { pet(id: $id) { prescriptions { totalCount nodes {
  medicine directions milligrams repeatsGiven repeats { number givenAt } prescribedBy { displayName } at } } } }"""
CURVE = """query ($id: ID!, $from: DateTime, $to: DateTime) { pet(id: $id) {
  vitals(kind: WEIGHT, from: $from, to: $to) { nodes { value at } } } }"""


async def done(program, viewer, deed, payload, key="first", **given):
    """What a deed comes to."""
    answer = await sent(program, viewer, deed, payload, {"idempotencyKey": key, **given})
    return answer.data[deed]


async def test_a_pet_is_weighed_in_the_waiting_room_and_a_dose_is_reckoned_from_that(database):
    world, program = await a_world(), Program()
    rex, vet = {"petId": id_of(world.pet)}, world.vet.viewer
    weighed = await done(program, world.receptionist.viewer, "recordWeight", WEIGHED, **rex, value=12.3)
    assert weighed["vital"] == {
        "id": weighed["vital"]["id"],
        "kind": "WEIGHT",
        "value": 12.3,
        "valueUnit": "KILOGRAM",
        "given": "12.3",
        "unit": "KILOGRAM",
        "source": "MEASURED",
        "changePercent": None,
        "hasJumped": False,
    }
    order = {**rex, "medicine": "Meloxicam", "directions": "Once a day with food.", "milligramsPerKilogram": "0.1"}
    given = await done(program, vet, "prescribe", PRESCRIBED, **order, repeatsAllowed=1, validUntil="2026-06-01")
    made = given["prescription"]
    assert made == {
        "id": made["id"],
        "medicine": "Meloxicam",
        "milligrams": 1.23,
        "milligramsPerKilogram": 0.1,
        "weightKilograms": 12.3,
        "weightIsStale": False,
        "weightHasJumped": False,
        "weight": {"given": "12.3", "unit": "KILOGRAM"},
        "prescribedBy": {"displayName": world.vet.staff.display_name},
        "repeatsAllowed": 1,
        "repeatsGiven": 0,
        "validUntil": "2026-06-01",
        "recordedBy": {"displayName": world.vet.staff.display_name},
        "pet": {"name": world.pet.name},
    }
    repeat = {"prescriptionId": made["id"]}
    given = await done(program, vet, "giveRepeat", "RepeatGiven { prescription { repeatsGiven } }", **repeat)
    assert given["prescription"] == {"repeatsGiven": 1}
    again = await done(program, vet, "giveRepeat", "RepeatGiven { prescription { id } }", "second", **repeat)
    assert (again["__typename"], again["code"]) == ("NoRepeatLeft", "NO_REPEAT_LEFT")
    hers = (await program.ask(world.owner.viewer, MEDICINES, id=rex["petId"])).data["pet"]["prescriptions"]
    assert hers == {
        "totalCount": 1,
        "nodes": [
            {
                "medicine": "Meloxicam",
                "directions": "Once a day with food.",
                "milligrams": 1.23,
                "repeatsGiven": 1,
                "repeats": [{"number": 1, "givenAt": "2026-03-02T08:00:00Z"}],
                "prescribedBy": {"displayName": world.vet.staff.display_name},
                "at": "2026-03-02T08:00:00Z",
            }
        ],
    }
    error = {"lineId": made["id"], "because": "Another pet."}
    marked = await done(
        program, vet, "markEnteredInError", "EnteredInErrorMarked { line { id erroredBecause } }", **error
    )
    assert marked["line"] == {"id": made["id"], "erroredBecause": "Another pet."}
    hers = (await program.ask(world.owner.viewer, MEDICINES, id=rex["petId"])).data["pet"]["prescriptions"]
    assert hers == {"totalCount": 0, "nodes": []}


async def test_the_weights_of_a_pet_are_a_curve_from_a_moment_until_before_another(database):
    world, program = await a_world(), Program()
    for days, kilograms in ((40, 10.0), (20, 12.299), (10, 12.5), (0, 13.0)):
        await a_weight(world.pet, kilograms, at=NOW - timedelta(days=days))
    wrong = await a_weight(world.pet, 125, at=NOW - timedelta(days=5))
    wrong.was_an_error("A slip.", by=None, now=NOW)
    await wrong.save()
    asked = {"id": id_of(world.pet), "from": "2026-02-10T08:00:00Z", "to": "2026-03-02T08:00:00Z"}
    curve = (await program.ask(world.vet.viewer, CURVE, **asked)).data["pet"]["vitals"]["nodes"]
    assert curve == [{"value": 12.299, "at": "2026-02-10T08:00:00Z"}, {"value": 12.5, "at": "2026-02-20T08:00:00Z"}]
