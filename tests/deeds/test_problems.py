"""Problems and diagnoses: what a pet suffers from is listed once, and the latest diagnosis says whether it still does."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from models import (
    Allergy,
    Certainty,
    Diagnosis,
    DiagnosisTerm,
    EventKind,
    Problem,
    ProblemState,
    Procedure,
    Treatment,
)
from models.refusal import AlreadySo, InvalidInput, NotFound, Refusal
from models.row import uuid7
from resolvers import allergies, problems, procedures, treatments
from resolvers.lines import Line
from resolvers.problems import Finding
from tests.found import last_event
from tests.lines import some_lines
from tests.world import NOW, TODAY, a_pet, a_world, how_many_rows

DAY = timedelta(days=1)
SUSPECTED, CONFIRMED, RULED_OUT = Certainty.SUSPECTED, Certainty.CONFIRMED, Certainty.RULED_OUT
ACTIVE, RESOLVED = ProblemState.ACTIVE, ProblemState.RESOLVED


@pytest.fixture
async def world(database):
    return await a_world()


async def diagnosed(world, certainty=SUSPECTED, *, at=None, pet=None, **named: Any) -> Problem:
    """The problem of a diagnosis that has just been recorded."""
    line, finding = Line((pet or world.pet).id, at=at), Finding(certainty, **named)
    key = uuid7().hex
    made = await problems.record_diagnosis(world.vet.viewer, line, finding, key=key, now=NOW)
    return await Problem.get(id=(await Diagnosis.get(id=made)).problem_id)


async def refused(world, **named: Any) -> Refusal:
    before = await how_many_rows()
    with pytest.raises(Refusal) as why:
        await diagnosed(world, **named)
    assert await how_many_rows() == before
    return why.value


async def test_a_diagnosis_in_free_words_puts_its_problem_on_the_list_of_the_pet(world):
    problem = await diagnosed(world, name="Sprain", venom_code="V1", snomed_code="S1", since_on=date(2026, 2, 1))
    assert (problem.pet_id, problem.name, problem.state) == (world.pet.id, "Sprain", ACTIVE)
    assert (problem.local_code, problem.venom_code, problem.snomed_code) == (None, "V1", "S1")
    assert (problem.since_on, problem.resolved_on, problem.created_at) == (date(2026, 2, 1), None, NOW)
    found = await Diagnosis.get(problem_id=problem.id)
    assert (found.certainty, found.words) == (SUSPECTED, "sprain v1 s1")


async def test_a_term_of_the_own_list_gives_the_problem_its_name_and_its_codes_for_good(world):
    term = await DiagnosisTerm.create(name="Lameness", fold="lameness", local_code="LAME", venom_code="V9")
    problem = await diagnosed(world, local_code="LAME", comment="Left hind.")
    assert (problem.name, problem.local_code, problem.venom_code) == ("Lameness", "LAME", "V9")
    assert (await Diagnosis.get(problem_id=problem.id)).words == "lameness lame v9 left hind"
    await DiagnosisTerm.filter(id=term.id).update(name="Limping", is_in_use=False)
    assert (await Problem.get(id=problem.id)).name == "Lameness"
    why = await refused(world, local_code="LAME", certainty=CONFIRMED)
    assert (type(why), why.path) == (InvalidInput, ("localCode",))


async def test_what_a_pet_has_already_is_not_listed_twice(world):
    first = await diagnosed(world, name="Sprain")
    assert (await diagnosed(world, CONFIRMED, name="SPRÁIN ")).id == first.id
    assert (await diagnosed(world, name="Sprain", pet=await a_pet(), at=NOW - DAY)).id != first.id
    await problems.resolve(world.vet.viewer, first.id, None, key="k", now=NOW)
    assert (await diagnosed(world, name="sprain")).id != first.id


async def test_the_latest_diagnosis_says_whether_the_pet_has_it(world):
    problem = await diagnosed(world, at=NOW - 9 * DAY, name="Gout")
    ruled_out = await diagnosed(world, RULED_OUT, at=NOW - 5 * DAY, problem_id=problem.id)
    assert (ruled_out.id, ruled_out.state, ruled_out.resolved_on) == (problem.id, RESOLVED, TODAY - 5 * DAY)
    earlier = await diagnosed(world, CONFIRMED, at=NOW - 6 * DAY, problem_id=problem.id)
    assert earlier.state is RESOLVED
    again = await diagnosed(world, CONFIRMED, at=NOW - DAY, problem_id=problem.id)
    assert (again.state, again.resolved_on) == (ACTIVE, None)
    assert (await diagnosed(world, RULED_OUT, name="Parvo")).state is RESOLVED


async def test_a_problem_is_named_in_one_way_and_is_one_of_this_pet(world):
    theirs = await diagnosed(world, name="Gout", pet=await a_pet())
    for named, kind, path in (
        ({}, InvalidInput, "name"),
        ({"name": "Gout", "local_code": "GOUT"}, InvalidInput, "name"),
        ({"name": " "}, InvalidInput, "name"),
        ({"name": "x" * 201}, InvalidInput, "name"),
        ({"name": "Gout", "venom_code": "x" * 33}, InvalidInput, "venomCode"),
        ({"name": "Gout", "since_on": TODAY + 2 * DAY}, InvalidInput, "sinceOn"),
        ({"name": "Gout", "comment": "x" * 5001}, InvalidInput, "comment"),
        ({"local_code": "GOUT", "venom_code": "1"}, InvalidInput, "venomCode"),
        ({"local_code": "GOUT"}, NotFound, "localCode"),
        ({"problem_id": uuid7()}, NotFound, "problemId"),
        ({"problem_id": theirs.id}, NotFound, "problemId"),
    ):
        why = await refused(world, **named)
        assert (type(why), why.path) == (kind, (path,)), named


async def test_a_problem_is_resolved_and_opened_again(world):
    problem, vet = await diagnosed(world, name="Gout", since_on=date(2026, 2, 1)), world.vet.viewer
    before = await how_many_rows()
    for day in (date(2026, 1, 31), TODAY + 2 * DAY, date(1900, 1, 1)):
        with pytest.raises(InvalidInput) as why:
            await problems.resolve(vet, problem.id, day, key="k", now=NOW)
        assert why.value.path == ("resolvedOn",)
    with pytest.raises(AlreadySo):
        await problems.reopen(vet, problem.id, key="k", now=NOW)
    assert await how_many_rows() == before
    await problems.resolve(vet, problem.id, date(2026, 2, 20), key="k", now=NOW)
    row = await Problem.get(id=problem.id)
    assert (row.state, row.resolved_on) == (RESOLVED, date(2026, 2, 20))
    assert (await last_event())[0].kind is EventKind.PROBLEM_RESOLVED
    with pytest.raises(AlreadySo):
        await problems.resolve(vet, problem.id, None, key="again", now=NOW)
    await problems.reopen(vet, problem.id, key="k", now=NOW)
    row = await Problem.get(id=problem.id)
    assert (row.state, row.resolved_on) == (ACTIVE, None)


# What was done and given, and what a pet must not be given


async def test_a_procedure_has_the_name_of_its_service_unless_another_is_said(world):
    done = {"site": "Left hind", "details": "Two views.", "service_id": world.service.id}
    for name, said in (("", world.service.name), ("X-ray", "X-ray")):
        line = Line(world.pet.id)
        made = await procedures.record(world.vet.viewer, line, procedures.Done(name, **done), key=said, now=NOW)
        row = await Procedure.get(id=made)
        assert (row.name, row.site, row.service_id, row.done_by_id) == (
            said,
            "Left hind",
            world.service.id,
            world.vet.id,
        )
    assert (await Procedure.get(name="X-ray")).words == "x ray left hind two views"


async def test_whoever_did_it_may_be_somebody_else_of_the_staff(world):
    line, vet, other = Line(world.pet.id), world.vet.viewer, world.receptionist
    done = procedures.Done("X-ray", done_by_id=other.id)
    assert (await Procedure.get(id=await procedures.record(vet, line, done, key="k", now=NOW))).done_by_id == other.id
    given = treatments.Given("Saline", "20 ml", "s.c.", "S-17", other.id)
    row = await Treatment.get(id=await treatments.record(vet, line, given, key="k", now=NOW))
    assert (row.given_by_id, row.words) == (other.id, "saline 20 ml s c 17")
    before = await how_many_rows()
    for wrong in (procedures.Done(""), procedures.Done("X-ray", done_by_id=uuid7()), procedures.Done("", uuid7())):
        with pytest.raises((InvalidInput, NotFound)):
            await procedures.record(vet, line, wrong, key="wrong", now=NOW)
    assert await how_many_rows() == before


async def test_an_allergy_ends_once_with_a_reason(world):
    allergy, vet = (await some_lines(world.pet)).allergy, world.vet.viewer
    before = await how_many_rows()
    with pytest.raises(InvalidInput):
        await allergies.end(vet, allergy.id, "", key="k", now=NOW)
    assert await how_many_rows() == before
    await allergies.end(vet, allergy.id, "Tested.", key="k", now=NOW)
    assert (await Allergy.get(id=allergy.id)).ended_at == NOW
    with pytest.raises(AlreadySo):
        await allergies.end(vet, allergy.id, "Again.", key="again", now=NOW)
