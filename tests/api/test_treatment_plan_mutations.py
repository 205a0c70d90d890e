"""Treatment plans through the contract: made, carried out step by step, and seen by the owner."""

from __future__ import annotations

import base64
import json
from functools import partial
from typing import Any

import pytest

from models import PlanKind, PlanState, TreatmentPlan, TreatmentStep
from tests.api.deed import done, not_allowed, refused, unheard_of
from tests.doors import Program, id_of
from tests.world import NOW, TODAY, a_nurse, a_pet, a_plan, a_receptionist, a_world, an_owner

STEPS = "steps { position what dueOn state }"
PLAN = f"plan {{ id kind title goal state startsOn endedAt stoppedBecause createdAt madeBy {{ displayName }} pet {{ name }} {STEPS} }}"
MINE = f"query ($id: ID!, $state: TreatmentPlanState) {{ pet(id: $id) {{ treatmentPlans(state: $state) {{ totalCount nodes {{ kind title goal state startsOn {STEPS} }} }} }} }}"
DUE = """query ($to: Date!, $from: Date, $first: Int = 20, $after: String) { dueSteps(to: $to, from: $from, first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor } nodes { what dueOn plan { title pet { name owners { client { displayName } } } } } } }"""
STRANGE = "💥"
AT = "2026-03-02T08:00:00Z"
LOOK = {"what": "Look at the wound", "dueOn": "2026-03-03"}


async def test_a_plan_goes_from_its_first_step_to_its_last(database):
    world, nurse, program = await a_world(), await a_nurse(), Program()
    step = partial(done, program, nurse.viewer)
    planned = await step(
        "planTreatment",
        f"TreatmentPlanned {{ {PLAN} }}",
        petId=id_of(world.pet),
        kind="EXERCISE",
        title="Swim",
        goal="Walks well.",
        startsOn="2026-03-02",
        steps=[{"what": "Ten minutes", "dueOn": "2026-03-02"}, {"what": "Half an hour"}],
    )
    plan = planned["plan"].pop("id")
    begun = {
        "kind": "EXERCISE",
        "title": "Swim",
        "goal": "Walks well.",
        "state": "ACTIVE",
        "startsOn": "2026-03-02",
        "endedAt": None,
        "stoppedBecause": "",
        "createdAt": AT,
        "madeBy": {"displayName": nurse.staff.display_name},
        "pet": {"name": world.pet.name},
        "steps": [
            {"position": 1, "what": "Ten minutes", "dueOn": "2026-03-02", "state": "OPEN"},
            {"position": 2, "what": "Half an hour", "dueOn": None, "state": "OPEN"},
        ],
    }
    assert planned["plan"] == begun
    longer = await step("addTreatmentStep", f"TreatmentStepAdded {{ plan {{ {STEPS} }} }}", planId=plan, what="An hour")
    assert longer["plan"]["steps"][2] == {"position": 3, "what": "An hour", "dueOn": None, "state": "OPEN"}
    seen = await program.ask(world.owner.viewer, MINE, id=id_of(world.pet))
    hers = {name: begun[name] for name in ("kind", "title", "goal", "state", "startsOn")}
    assert seen.data["pet"]["treatmentPlans"] == {"totalCount": 1, "nodes": [hers | longer["plan"]]}
    made = "TreatmentStepSettled { plan { state endedAt steps { state comment settledAt settledBy { displayName } } } }"
    settled = {}
    for number, each in enumerate(await TreatmentStep.all().order_by("position")):
        given = {"stepId": id_of(each), "outcome": "DONE", "comment": "Well.", "idempotencyKey": f"s{number}"}
        settled = (await step("settleTreatmentStep", made, **given))["plan"]
    told = {"state": "DONE", "comment": "Well.", "settledAt": AT, "settledBy": begun["madeBy"]}
    assert settled == {"state": "COMPLETED", "endedAt": AT, "steps": [told] * 3}


async def test_a_plan_is_stopped_with_a_reason_that_owners_do_not_see(database):
    world, program = await a_world(), Program()
    plan, _ = await a_plan(world.pet)

    stopped = await done(
        program,
        world.vet.viewer,
        "stopTreatmentPlan",
        "TreatmentPlanStopped { plan { state endedAt stoppedBecause steps { state } } }",
        planId=id_of(plan),
        because="It has healed.",
    )

    assert stopped["plan"] == {
        "state": "STOPPED",
        "endedAt": AT,
        "stoppedBecause": "It has healed.",
        "steps": [{"state": "OPEN"}] * 2,
    }
    types = program.operations["owner"].view.graphql.type_map
    shown = {"id", "pet", "kind", "title", "goal", "state", "startsOn", "endedAt", "steps"}
    assert set(types["TreatmentPlan"].fields) == shown  # type: ignore[attr-defined]
    assert set(types["TreatmentStep"].fields) == {"id", "plan", "position", "what", "dueOn", "state"}  # type: ignore[attr-defined]


async def test_what_cannot_be_planned_is_refused_and_nothing_is_written(database):
    world, program = await a_world(), Program()
    dead = await a_pet(world.owner, died_on=TODAY)
    ended, (left, _) = await a_plan(world.pet, state=PlanState.STOPPED, ended_at="2026-03-02T08:00:00Z")
    vet = partial(refused, program, world.vet.viewer)
    sound = {
        "petId": id_of(world.pet),
        "kind": "TREATMENT",
        "title": "Wound",
        "startsOn": "2026-03-02",
        "steps": [LOOK],
    }
    planned, added = "TreatmentPlanned { plan { id } }", "TreatmentStepAdded { plan { id } }"
    settled, stopped = "TreatmentStepSettled { plan { id } }", "TreatmentPlanStopped { plan { id } }"
    for deed, made, given, expected in (
        ("planTreatment", planned, sound | {"petId": STRANGE}, ("NotFound", ["petId"])),
        ("planTreatment", planned, sound | {"petId": id_of(dead)}, ("PetHasDied", ["petId"])),
        ("planTreatment", planned, sound | {"visitId": STRANGE}, ("NotFound", ["visitId"])),
        ("planTreatment", planned, sound | {"steps": []}, ("InvalidInput", ["steps"])),
        (
            "planTreatment",
            planned,
            sound | {"steps": [LOOK, LOOK | {"dueOn": "2026-03-01"}]},
            ("InvalidInput", ["steps", "1", "dueOn"]),
        ),
        ("addTreatmentStep", added, {"planId": STRANGE, **LOOK}, ("NotFound", ["planId"])),
        ("addTreatmentStep", added, {"planId": id_of(ended), **LOOK}, ("PlanEnded", [])),
        ("settleTreatmentStep", settled, {"stepId": STRANGE, "outcome": "DONE"}, ("NotFound", ["stepId"])),
        ("settleTreatmentStep", settled, {"stepId": id_of(left), "outcome": "DONE"}, ("PlanEnded", [])),
        ("stopTreatmentPlan", stopped, {"planId": STRANGE, "because": "x"}, ("NotFound", ["planId"])),
        ("stopTreatmentPlan", stopped, {"planId": id_of(ended), "because": "x"}, ("PlanEnded", [])),
    ):
        assert await vet(deed, made, **given) == expected, (deed, given)
    assert await not_allowed(program, (await a_receptionist()).viewer, "planTreatment", planned, **sound) == "FORBIDDEN"
    assert await TreatmentPlan.all().count() == 1


DEEDS = {
    "planTreatment": "TreatmentPlanned",
    "addTreatmentStep": "TreatmentStepAdded",
    "settleTreatmentStep": "TreatmentStepSettled",
    "stopTreatmentPlan": "TreatmentPlanStopped",
}


@pytest.mark.parametrize("deed", DEEDS)
async def test_owners_have_never_heard_of_any_deed_with_plans(database, deed):
    owner, program = await an_owner(), Program()
    assert await unheard_of(program, owner.viewer, deed, f"{DEEDS[deed]} {{ plan {{ id }} }}", planId=STRANGE)


async def test_plans_are_asked_for_by_where_they_stand(database):
    world, program = await a_world(), Program()
    at: list[Any] = [{"created_at": NOW.replace(hour=hour)} for hour in range(3)]
    await a_plan(world.pet, PlanKind.TREATMENT, title="Here", **at[0])
    await a_plan(world.pet, title="Going on", **at[1])
    await a_plan(world.pet, title="Over", state=PlanState.COMPLETED, ended_at="2026-03-02T08:00:00Z", **at[2])

    async def titles(viewer, state):
        answer = await program.ask(viewer, MINE, id=id_of(world.pet), state=state)
        return [each["title"] for each in answer.data["pet"]["treatmentPlans"]["nodes"]]

    assert await titles(world.vet.viewer, "ACTIVE") == ["Going on", "Here"]
    assert await titles(world.owner.viewer, "ACTIVE") == ["Going on"]
    assert await titles(world.owner.viewer, "COMPLETED") == ["Over"]
    assert await titles(world.owner.viewer, None) == ["Over", "Going on"]


# What is due


async def test_the_worklist_is_read_page_by_page_soonest_due_first(database):
    world, program = await a_world(), Program()
    due = [(f"step {day}", TODAY.replace(month=2, day=day)) for day in (7, 1, 4)]
    await a_plan(world.pet, PlanKind.TREATMENT, title="Wound", steps=[*due, ("whenever", None)])

    async def asked(**given):
        return (await program.ask(world.receptionist.viewer, DUE, **given)).data["dueSteps"]

    first = await asked(to="2026-03-02", first=2)
    assert [each["what"] for each in first["nodes"]] == ["step 1", "step 4"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    assert first["nodes"][0] == {
        "what": "step 1",
        "dueOn": "2026-02-01",
        "plan": {
            "title": "Wound",
            "pet": {
                "name": world.pet.name,
                "owners": [{"client": {"displayName": world.owner.client.display_name}}],
            },
        },
    }
    rest = await asked(to="2026-03-02", after=first["pageInfo"]["endCursor"])
    assert [each["what"] for each in rest["nodes"]] == ["step 7"]
    some = await asked(to="2026-02-06", **{"from": "2026-02-02"})
    assert [each["what"] for each in some["nodes"]] == ["step 4"]


async def test_a_worklist_from_tomorrow_until_today_is_no_question(database):
    world, program = await a_world(), Program()
    answer = await program.ask(world.vet.viewer, DUE, to="2026-03-02", **{"from": "2026-03-03"})
    assert answer.code == "BAD_INPUT"


async def test_owners_have_never_heard_of_the_worklist(database):
    world, program = await a_world(), Program()
    answer = await program.ask(world.owner.viewer, '{ dueSteps(to: "2026-03-02") { totalCount } }')
    assert [error["message"] for error in answer.body["errors"]] == ["Cannot query field 'dueSteps' on type 'Query'."]


@pytest.mark.parametrize("many", [1, 100])
async def test_the_worklist_takes_as_many_statements_however_much_is_due(database, many):
    world, program = await a_world(), Program()
    await program.token(world.vet.viewer)
    for _ in range(many):
        await a_plan(await a_pet(world.owner), steps=[("Look", TODAY)])

    answer = await program.ask(world.vet.viewer, DUE, to="2026-03-02", first=100)

    assert len(answer.data["dueSteps"]["nodes"]) == answer.data["dueSteps"]["totalCount"] == many
    # Who asks, the steps with plan and pet, and the owners, who on PostgreSQL come with the steps.
    assert answer.statements.count == {"sqlite": 3, "postgres": 2}[database.dialect], "\n".join(answer.statements.texts)


@pytest.mark.parametrize("many", [1, 100])
async def test_the_plans_of_a_pet_with_their_steps_take_as_many_statements_however_many_there_are(database, many):
    world, program = await a_world(), Program()
    await program.token(world.owner.viewer)
    for _ in range(many):
        await a_plan(world.pet)
    text = MINE.replace("treatmentPlans(", "treatmentPlans(first: 100, ")

    answer = await program.ask(world.owner.viewer, text, id=id_of(world.pet))

    plans = answer.data["pet"]["treatmentPlans"]
    assert (plans["totalCount"], len(plans["nodes"]), len(plans["nodes"][0]["steps"])) == (many, many, 2)
    # Who asks, the pet, its plans, their steps; on PostgreSQL all of that but the first is one.
    assert answer.statements.count == {"sqlite": 4, "postgres": 2}[database.dialect], "\n".join(answer.statements.texts)


@pytest.mark.parametrize(
    "values",
    [
        ["d", "no day"],
        ["d", 5],
        ["t", "2026-03-02T08:00:00+00:00"],
        ["s", "2026-03-02"],
        [["d"], "2026-03-02"],
    ],
)
async def test_a_cursor_of_the_worklist_holds_a_day(database, values):
    world, program = await a_world(), Program()
    plain = json.dumps([values, ["s", str(world.pet.id)]])
    strange = base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    assert (await program.ask(world.vet.viewer, DUE, to="2026-03-02", after=strange)).code == "BAD_INPUT"
