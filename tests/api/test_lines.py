"""The lines of a record over HTTP: written by the staff, read by them, and what of it an owner reads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from models import Allergy, Diagnosis, Note, Prescription, PrescriptionRepeat, Problem, Vital, sql
from resolvers import notes, visits
from tests.api.deed import sent
from tests.doors import Program, id_of
from tests.lines import some_lines
from tests.world import NOW, a_note, a_pet, a_record, a_visit, a_weight, a_world

MINUTE = timedelta(minutes=1)
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


async def test_an_owner_sees_a_medicine_when_the_visit_has_ended_or_the_note_is_signed_and_not_before(database):
    world, program = await a_world(), Program()
    vet, rex = world.vet.viewer, id_of(world.pet)

    async def hers() -> tuple[Any, ...]:
        """How many she sees in the list, in the history and by a search, and whether she sees the last one by its id."""
        body = await program.ask(world.owner.viewer, SEEN, id=rex, medicine=given["id"])
        pet, node = body.data["pet"], body.data["node"]
        return (*(pet[name]["totalCount"] for name in ("prescriptions", "history", "found")), node is not None)

    async def a_draft_with_a_medicine(number: int) -> tuple[Any, Any]:
        note = await a_note(await a_visit(world.pet, ended_at=None))
        order = {"petId": rex, "noteId": id_of(note), "medicine": "Meloxicam", "directions": "With food."}
        made = await done(program, vet, "prescribe", "Prescribed { prescription { id } }", f"order {number}", **order)
        return note, made["prescription"]

    note, given = await a_draft_with_a_medicine(1)
    assert await hers() == (0, 0, 0, False)
    await visits.end(vet, note.visit_id, key="end", now=NOW)
    assert await hers() == (1, 1, 1, True)
    note, given = await a_draft_with_a_medicine(2)
    assert await hers() == (1, 1, 1, False)
    version = (await Note.get(id=note.id)).version
    await notes.sign(vet, note.id, based_on=version, key="sign", now=NOW)
    assert await hers() == (2, 2, 2, True)


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


SEEN = """query ($id: ID!, $medicine: ID!) { node(id: $medicine) { ... on Prescription { medicine } }
  pet(id: $id) { prescriptions { totalCount } history(kinds: [PRESCRIPTION]) { totalCount }
    found: history(search: "melox") { totalCount } } }"""
NOTE = """query ($id: ID!) { node(id: $id) { ... on Note { vitals { given hasJumped note { id } }
  diagnoses { certainty problem { name state } erroredBecause } procedures { name doneBy { displayName } }
  treatments { name amount givenBy { displayName } } prescriptions { medicine weightKilograms repeats { number } }
  allergies { substance severity } } } }"""
CHART = """query ($id: ID!) { pet(id: $id) { problems { name state diagnoses { certainty recordedBy { displayName } } }
  allergies { substance } prescriptions(first: 100) { totalCount nodes { medicine repeats { number givenBy { id } }
  weight { given } prescribedBy { displayName } note { id } } } vitals(last: 100) { nodes { value recordedBy { id } } } } }"""


async def test_a_note_tells_all_that_was_written_in_it(database):
    world, program = await a_world(), Program(max_cost=10_000)
    record = await a_record(world.pet)
    vet = world.vet.staff.display_name
    error = {"lineId": id_of(record.diagnosis), "because": "Another pet."}
    await done(program, world.vet.viewer, "markEnteredInError", "EnteredInErrorMarked { line { id } }", **error)
    note = (await program.ask(world.vet.viewer, NOTE, id=id_of(record.note))).data["node"]
    assert note == {
        "vitals": [{"given": "12.5", "hasJumped": False, "note": {"id": id_of(record.note)}}],
        "diagnoses": [
            {
                "certainty": "SUSPECTED",
                "problem": {"name": "Lameness", "state": "ACTIVE"},
                "erroredBecause": "Another pet.",
            }
        ],
        "procedures": [{"name": "X-ray", "doneBy": {"displayName": vet}}],
        "treatments": [{"name": "Meloxicam", "amount": "0.8 ml", "givenBy": {"displayName": vet}}],
        "prescriptions": [{"medicine": "Meloxicam", "weightKilograms": 12.5, "repeats": [{"number": 1}]}],
        "allergies": [{"substance": "Penicillin", "severity": "UNKNOWN"}],
    }
    # Of a problem of which every diagnosis was a mistake the list says nothing.
    chart = (await program.ask(world.vet.viewer, CHART, id=id_of(world.pet))).data["pet"]
    assert (chart["problems"], chart["allergies"]) == ([], [{"substance": "Penicillin"}])


async def a_chart(pet, staff_id, lines):
    """So many lines of each kind about a pet."""
    vet: Any = {"prescribed_by_id": staff_id, "recorded_by_id": staff_id, "repeats_allowed": 1}
    whose: list[Any] = [{"pet_id": pet.id, "at": NOW - number * MINUTE, "recorded_at": NOW} for number in range(lines)]
    given = [Prescription(**each, **vet, medicine="Meloxicam", directions="With food.") for each in whose]
    problems = [Problem(pet_id=pet.id, name=f"Gout {number}", created_at=NOW) for number in range(lines)]
    told = {"kind": "PULSE", "thousandths": 90_000, "given": "90", "unit": "PER_MINUTE", "source": "MEASURED"}
    for rows in (
        given,
        [PrescriptionRepeat(prescription_id=each.id, number=1, given_at=NOW, given_by_id=staff_id) for each in given],
        problems,
        [Diagnosis(**each, problem_id=of.id, certainty="CONFIRMED") for each, of in zip(whose, problems, strict=True)],
        [Vital(**each, **told) for each in whose],
        [Allergy(**each, substance="Latex") for each in whose],
    ):
        await sql.insert(rows)


async def test_the_chart_of_a_pet_takes_as_many_statements_for_a_hundred_lines_as_for_one(database):
    world, program = await a_world(), Program(max_cost=10_000)
    counts, said = {}, ""
    for lines in (1, 100):
        pet = await a_pet(world.owner)
        await a_chart(pet, world.vet.id, lines)
        await program.token(world.vet.viewer)
        answer = await program.ask(world.vet.viewer, CHART, id=id_of(pet))
        shown = answer.data["pet"]
        assert len(shown["problems"]) == len(shown["allergies"]) == len(shown["vitals"]["nodes"]) == lines
        assert shown["prescriptions"]["totalCount"] == len(shown["prescriptions"]["nodes"]) == lines
        counts[lines], said = answer.statements.count, "\n".join(answer.statements.texts)
    # Who asks; the pet with its problems, their diagnoses, its allergies, its vital signs, its prescriptions with how
    # many there are, and their repeats.
    number = {"sqlite": 7, "postgres": 2}[database.dialect]  # there, all but the first is one
    assert counts == {1: number, 100: number}, said


async def test_writing_a_line_takes_as_many_statements_among_a_hundred_others(database):
    world, program = await a_world(), Program()
    note = await a_note(await a_visit(world.pet))
    rex = {"petId": id_of(world.pet), "noteId": id_of(note)}
    order = {**rex, "medicine": "Meloxicam", "directions": "With food.", "milligramsPerKilogram": "0.1"}
    deeds: dict[tuple[str, str], dict[str, Any]] = {
        ("recordVital", "VitalRecorded { vital { id } }"): {**rex, "kind": "WEIGHT", "value": 12, "unit": "KILOGRAM"},
        ("prescribe", "Prescribed { prescription { id weight { given } } }"): order,
    }
    counts = {}
    for key in ("alone", "among others"):
        for (deed, payload), given in deeds.items():
            answer = await sent(program, world.vet.viewer, deed, payload, {"idempotencyKey": key, **given})
            assert answer.data[deed]["__typename"] == payload.partition(" ")[0]
            counts[deed, key] = answer.statements.count
        for number in range(100):
            await a_weight(world.pet, 12 + number / 100, at=NOW - timedelta(minutes=number))
    assert counts["recordVital", "alone"] == counts["recordVital", "among others"] <= 18
    assert counts["prescribe", "alone"] == counts["prescribe", "among others"] <= 20


async def test_what_may_not_be_prescribed_is_refused_with_what_helps(database):
    world, program = await a_world(), Program()
    await some_lines(world.pet)
    order = {"petId": id_of(world.pet), "medicine": "Penicillin G", "directions": "Twice a day."}
    payload = "AllergyKnown { substances } ... on Prescribed { prescription { id } }"
    why = await done(program, world.vet.viewer, "prescribe", payload, **order)
    assert (why["__typename"], why["path"], why["substances"]) == ("AllergyKnown", ["medicine"], ["Penicillin"])
    seen = await done(program, world.vet.viewer, "prescribe", payload, "seen", **order, allergySeen="Tolerated before.")
    assert seen["__typename"] == "Prescribed"


async def test_numbers_are_exact_and_what_is_none_is_turned_away(database):
    world, program = await a_world(), Program()
    rex = {"petId": id_of(world.pet)}
    for value, given, said in ((12.3, "12.3", 12.3), ("12.30", "12.30", 12.3), (7, "7", 7), ("0.001", "0.001", 0.001)):
        answer = await done(program, world.vet.viewer, "recordWeight", WEIGHED, f"{value!r}", **rex, value=value)
        assert (answer["vital"]["given"], answer["vital"]["value"]) == (given, said)
    for wrong in ("12,3", "1e3", "", True, "٣", None, "1.2.3", 1e30):
        answer = await sent(program, world.vet.viewer, "recordWeight", WEIGHED, {**rex, "value": wrong})
        assert answer.code == "BAD_INPUT", wrong
