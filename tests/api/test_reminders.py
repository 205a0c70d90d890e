"""What is due, as the staff and owners see it: the due list, the call list, one's own, and the same statements for any number."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from models import (
    Channel,
    Client,
    ClientEmail,
    Ownership,
    Purpose,
    Reminder,
    ReminderReason,
    ReminderState,
    RuleKind,
    Species,
    Target,
    VaccinationDue,
)
from models.due_date import Reason
from models.ownership import Right
from resolvers.viewer import Viewer
from tests.doors import Program, id_of
from tests.world import (
    EVERY_RIGHT,
    NOW,
    TODAY,
    a_booking,
    a_care_letter,
    a_client,
    a_consent,
    a_dead_pet,
    a_location,
    a_notice,
    a_pet,
    a_reminder,
    a_rule,
    a_service,
    a_world,
    an_owner,
    an_ownership,
    an_undeliverable_address,
    the_version,
)

DAY = timedelta(days=1)
DUE_LIST = """query ($at: ID!, $from: Date!, $to: Date!, $states: [ReminderState!], $rule: ID) {
  dueList(locationId: $at, from: $from, to: $to, states: $states, ruleId: $rule, first: 100) { totalCount nodes {
    id dueOn state reason called pet { name owners { client { displayName phones { asGiven } } } } } } }"""
CALL_LIST = """query ($at: ID!, $from: Date!, $to: Date!) { callList(locationId: $at, from: $from, to: $to, first: 100) {
  totalCount nodes { pet { name owners { client { displayName phones { asGiven } } } } } } }"""
MINE = """{ myReminders(first: 100) { totalCount nodes { dueOn state called explanation pet { name }
  booking { serviceId serviceName lastsMinutes locationId petId } appointment { status } notices { outcome explanation } } } }"""
WHOLE = """query ($at: ID!, $from: Date!, $to: Date!) { dueList(locationId: $at, from: $from, to: $to, first: 100) { nodes {
  called dueOn pet { name } rule { name kind } ruleVersion { number } location { name } appointment { startsAt }
  booking { serviceName } heldBy { displayName } notices { outcome explanation dedupeKey client { displayName }
  message { subject } } } } }"""


def week(world) -> dict[str, Any]:
    return {"at": id_of(world.location), "from": str(TODAY), "to": str(TODAY + 6 * DAY)}


async def listed(viewer: Viewer, document: str = DUE_LIST, **given: Any) -> list[Any]:
    (found,) = (await Program().ask(viewer, document, **given)).data.values()
    assert found["totalCount"] == len(found["nodes"])
    return list(found["nodes"])


async def test_the_due_list_of_a_week_has_what_is_still_due_there_soonest_first(database):
    world = await a_world()
    await a_rule(called={"de": "Tollwutimpfung"}, targets=["RABIES"])
    hill = await a_location("Hill")
    for number, (days, state, reason) in enumerate(
        (
            (6, ReminderState.PLANNED, ReminderReason.NOT_YET),
            (0, ReminderState.DUE, ReminderReason.STEP_REACHED),
            (3, ReminderState.SENT, ReminderReason.TOLD),
            (2, ReminderState.SUPPRESSED, ReminderReason.HELD),
            (1, ReminderState.COMPLETED, ReminderReason.DONE),
            (1, ReminderState.WITHDRAWN, ReminderReason.NO_LONGER_DUE),
            (-1, ReminderState.PLANNED, ReminderReason.NOT_YET),
            (7, ReminderState.PLANNED, ReminderReason.NOT_YET),
        )
    ):
        more: Any = {"held_because": "She asked for it."} if reason is ReminderReason.HELD else {}
        more |= {"done_on": TODAY} if reason is ReminderReason.DONE else {}
        await a_reminder(world.pet, due_on=TODAY + days * DAY, state=state, reason=reason, cycle=str(number), **more)
    await a_reminder(await a_pet(world.owner), due_on=TODAY, location_id=hill.id)

    found = await listed(world.receptionist.viewer, **week(world))
    assert [(each["dueOn"], each["state"], each["reason"]) for each in found] == [
        ("2026-03-02", "DUE", "STEP_REACHED"),
        ("2026-03-04", "SUPPRESSED", "HELD"),
        ("2026-03-05", "SENT", "TOLD"),
        ("2026-03-08", "PLANNED", "NOT_YET"),
    ]
    assert {each["called"] for each in found} == {"Rabies booster"}
    asked = ["COMPLETED", "WITHDRAWN"]
    found = await listed(world.vet.viewer, **week(world), states=asked)
    assert [each["state"] for each in found] == asked
    assert await listed(world.vet.viewer, **week(world), states=[]) == []
    assert len(await listed(world.vet.viewer, **{**week(world), "at": id_of(hill)})) == 1


async def test_the_due_list_can_be_of_one_rule(database):
    world = await a_world()
    dental = await a_rule("Dental check", RuleKind.SERVICE_INTERVAL, every_months=12)
    await a_reminder(world.pet, await a_rule(), due_on=TODAY)
    check = await a_reminder(world.pet, dental, due_on=TODAY, subject="")
    found = await listed(world.vet.viewer, **week(world), rule=id_of(dental))
    assert [(each["id"], each["called"]) for each in found] == [(id_of(check), "Dental check")]
    assert await listed(world.vet.viewer, **week(world), rule="nonsense") == []


async def test_a_week_that_ends_before_it_starts_is_bad_input_and_an_unknown_place_has_nothing(database):
    world = await a_world()
    await a_reminder(world.pet, due_on=TODAY)
    backward = {"from": str(TODAY), "to": str(TODAY - DAY)}
    for document in (DUE_LIST, CALL_LIST):
        answer = await Program().ask(world.vet.viewer, document, **{**week(world), **backward})
        assert answer.code == "BAD_INPUT"
        assert await listed(world.vet.viewer, document, **{**week(world), "at": id_of(world.pet)}) == []


async def a_neighbour(name: str, *, agrees: bool | None = True, **more: Any) -> Client:
    """A client with a pet of hers for which something is due today; by default one who wants letters."""
    client = await a_client(name, **more)
    if agrees is not None:
        await a_consent(client, is_given=agrees)
    await a_reminder(await a_pet(client, name=name.split(maxsplit=1)[0]), due_on=TODAY)
    return client


async def test_on_the_call_list_is_whom_no_letter_reaches_with_the_numbers_to_call(database):
    world = await a_world()
    await a_neighbour("Anna Reached")
    await a_neighbour("Bea Silent", agrees=None, phone="+4930901820")
    await a_neighbour("Cora Declined", agrees=False)
    await ClientEmail.filter(client_id=(await a_neighbour("Dora Nowhere")).id).delete()
    await a_neighbour("Eva Bounced", email="eva@home.example")
    await an_undeliverable_address("EVA@home.example")
    await a_consent(await a_neighbour("Fay Visits", agrees=None), Purpose.APPOINTMENT)

    found = await listed(world.receptionist.viewer, CALL_LIST, **week(world))
    assert [each["pet"]["name"] for each in found] == ["Bea", "Cora", "Dora", "Eva", "Fay"]
    (owner,) = found[0]["pet"]["owners"]
    assert owner == {"client": {"displayName": "Bea Silent", "phones": [{"asGiven": "+4930901820"}]}}


async def test_whose_first_address_is_dead_is_called_though_her_second_one_lives(database):
    world = await a_world()
    client = await a_neighbour("Anna Moved", email="old@home.example")
    await ClientEmail.create(client_id=client.id, address="new@home.example", fold="new@home.example", position=1)
    assert await listed(world.vet.viewer, CALL_LIST, **week(world)) == []
    await an_undeliverable_address("old@home.example")
    assert len(await listed(world.vet.viewer, CALL_LIST, **week(world))) == 1


async def test_a_pet_one_of_whose_owners_gets_letters_is_not_on_the_call_list(database):
    world = await a_world()
    await a_neighbour("Bea Silent", agrees=None)
    pet = (await Reminder.get()).pet_id
    row = await Ownership.get(pet_id=pet)
    reached = await a_client("Anna Reached")
    await a_consent(reached)
    blind = await an_ownership(await row.pet, reached, rights=EVERY_RIGHT - {Right.VIEW})
    assert len(await listed(world.vet.viewer, CALL_LIST, **week(world))) == 1
    blind.allow(EVERY_RIGHT)
    await blind.save()
    assert await listed(world.vet.viewer, CALL_LIST, **week(world)) == []
    blind.ends_on = TODAY
    await blind.save()
    assert len(await listed(world.vet.viewer, CALL_LIST, **week(world))) == 1


async def test_what_is_held_booked_or_done_wants_no_call(database):
    world = await a_world()
    visit = await a_booking(world.pet)
    stand: Any = {
        ReminderState.SUPPRESSED: {"reason": ReminderReason.HELD, "held_because": "She asked for it."},
        ReminderState.COMPLETED: {"reason": ReminderReason.DONE, "done_on": TODAY},
        ReminderState.WITHDRAWN: {"reason": ReminderReason.RULE_OFF},
    }
    for number, (state, more) in enumerate(stand.items()):
        await a_reminder(world.pet, due_on=TODAY, state=state, cycle=str(number), **more)
    booked: Any = {"state": ReminderState.SUPPRESSED, "reason": ReminderReason.BOOKED, "appointment_id": visit.id}
    await a_reminder(world.pet, due_on=TODAY, cycle="booked", **booked)
    assert await listed(world.vet.viewer, CALL_LIST, **week(world)) == []
    await a_reminder(world.pet, due_on=TODAY, state=ReminderState.SENT, reason=ReminderReason.TOLD, cycle="told")
    assert len(await listed(world.vet.viewer, CALL_LIST, **week(world))) == 1


async def test_an_owner_sees_what_is_still_due_for_her_pets_in_her_own_words(database):
    world = await a_world()
    await Client.filter(id=world.owner.id).update(language="de-AT")
    rule = await a_rule(
        called={"de": "Tollwutimpfung", "en": "rabies booster"}, services=[world.service], targets=["RABIES"]
    )
    visit = await a_booking(world.pet)
    await a_reminder(world.pet, rule, due_on=TODAY + 9 * DAY)
    booked: Any = {"state": ReminderState.SUPPRESSED, "reason": ReminderReason.BOOKED, "appointment_id": visit.id}
    await a_reminder(world.pet, rule, due_on=TODAY, cycle="booked", **booked)
    gone: Any = {"state": ReminderState.WITHDRAWN, "reason": ReminderReason.NO_LONGER_DUE}
    await a_reminder(world.pet, rule, due_on=TODAY, cycle="gone", **gone)
    done: Any = {"state": ReminderState.COMPLETED, "reason": ReminderReason.DONE, "done_on": TODAY}
    await a_reminder(world.pet, rule, due_on=TODAY, cycle="done", **done)
    await a_reminder(await a_pet(await a_client()), rule, due_on=TODAY)

    about = {
        "called": "Tollwutimpfung",
        "explanation": "The booster after the last one.",
        "pet": {"name": "Rex"},
        "notices": [],
    }
    assert await listed(world.owner.viewer, MINE) == [
        {**about, "dueOn": "2026-03-02", "state": "SUPPRESSED", "appointment": {"status": "BOOKED"}, "booking": None},
        {
            **about,
            "dueOn": "2026-03-11",
            "state": "PLANNED",
            "appointment": None,
            "booking": {
                "serviceId": id_of(world.service),
                "serviceName": world.service.name,
                "lastsMinutes": world.service.lasts_minutes,
                "locationId": id_of(world.location),
                "petId": id_of(world.pet),
            },
        },
    ]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "A booster keeps up the protection of the last dose."),
        ("de-AT", "Eine Auffrischung erhält den Schutz der letzten Impfung."),
        ("es", "Una dosis de refuerzo mantiene la protección de la última vacuna."),
    ],
)
async def test_an_owner_reads_in_her_language_why_it_is_due_and_staff_exactly(database, language, sentence):
    world = await a_world()
    await Client.filter(id=world.owner.id).update(language=language)
    on: Any = {"due_on": TODAY, "earliest_on": TODAY, "reason": Reason.BOOSTER, "worked_out_at": NOW}
    await VaccinationDue.create(pet_id=world.pet.id, target=Target.RABIES, sentence="Not read here.", **on)
    await a_reminder(world.pet, due_on=TODAY)
    assert [each["explanation"] for each in await listed(world.owner.viewer, MINE)] == [sentence]
    document = DUE_LIST.replace("called", "explanation")
    assert [each["explanation"] for each in await listed(world.vet.viewer, document, **week(world))] == [
        "The booster after the last one."
    ]


async def test_what_an_owner_is_told_to_book_can_be_booked(database):
    world = await a_world()
    await a_reminder(world.pet, await a_rule(services=[world.service]))
    (found,) = await listed(world.owner.viewer, MINE)
    booking = found["booking"]
    given = {name: booking[name] for name in ("serviceId", "locationId", "petId")}
    times = await Program().ask(
        world.owner.viewer,
        """query ($serviceId: ID!, $locationId: ID!, $petId: ID, $day: Date!) { freeTimes(serviceId: $serviceId,
          locationId: $locationId, petId: $petId, from: $day, to: $day) { startsAtLocal } }""",
        **given,
        day=str(TODAY + DAY),
    )
    assert times.data["freeTimes"][0] == {"startsAtLocal": "2026-03-03T08:00"}


@pytest.mark.parametrize(
    ("service", "staff_too"),
    [({"is_bookable_online": False}, True), ({"is_offered": False}, False), ({"is_farewell": True}, False)],
)
async def test_what_she_cannot_book_or_nobody_should_be_urged_to_is_not_offered(database, service, staff_too):
    world = await a_world()
    first = await a_service("Surgery", **service)
    await a_reminder(world.pet, await a_rule(services=[first, world.service]), due_on=TODAY)
    (hers,) = await listed(world.owner.viewer, MINE)
    assert hers["booking"] is None
    answer = await Program().ask(world.vet.viewer, WHOLE, **week(world))
    assert bool(answer.data["dueList"]["nodes"][0]["booking"]) == staff_too


async def test_a_disease_or_medicine_is_named_where_the_rule_is_about_several(database):
    world = await a_world()
    await a_reminder(world.pet, await a_rule("Vaccination"), due_on=TODAY)
    (found,) = await listed(world.vet.viewer, **week(world))
    assert found["called"] == "Vaccination (Rabies)"


async def test_nothing_is_said_to_owners_about_a_pet_that_has_died(database):
    world = await a_world()
    gone = await a_dead_pet(world.owner, name="Luna")
    done: Any = {"state": ReminderState.COMPLETED, "reason": ReminderReason.DONE, "done_on": TODAY}
    reminder = await a_reminder(gone, **done)
    one = "query ($id: ID!, $pet: ID!) { node(id: $id) { id } pet(id: $pet) { name reminders { totalCount } } }"
    asked = {"id": id_of(reminder), "pet": id_of(gone)}
    assert (await Program().ask(world.owner.viewer, one, **asked)).data == {
        "node": None,
        "pet": {"name": "Luna", "reminders": {"totalCount": 0}},
    }
    assert (await Program().ask(world.vet.viewer, one, **asked)).data["pet"]["reminders"] == {"totalCount": 1}
    assert await listed(world.owner.viewer, MINE) == []


async def test_an_owner_sees_of_a_shared_pet_what_was_decided_about_herself_alone(database):
    world = await a_world()
    other = await an_owner()
    await an_ownership(world.pet, other)
    reminder = await a_reminder(world.pet)
    await a_notice(reminder, client_id=world.owner.id)
    await a_notice(reminder, client_id=other.id, reason="ADDRESS_UNDELIVERABLE", step=-7)
    ((hers,), (his,)) = [await listed(each.viewer, MINE) for each in (world.owner, other)]
    assert [each["explanation"] for each in hers["notices"]] == [
        "No letter was sent. Letters about care were never agreed to."
    ]
    assert [each["explanation"] for each in his["notices"]] == [
        "No letter was sent. A mail server has said that nobody reads the address any more."
    ]
    notices = "query ($pet: ID!) { pet(id: $pet) { reminders { nodes { notices { client { displayName } } } } } }"
    told = (await Program().ask(world.vet.viewer, notices, pet=id_of(world.pet))).data["pet"]["reminders"]["nodes"]
    assert {each["client"]["displayName"] for each in told[0]["notices"]} == {
        world.owner.client.display_name,
        other.client.display_name,
    }


async def test_when_somebody_was_told_last_is_when_a_letter_to_any_of_its_owners_went_out(database):
    world = await a_world()
    other = await an_owner()
    await an_ownership(world.pet, other)
    reminder = await a_reminder(world.pet)
    told_at = [
        each["toldAt"] for each in await listed(world.owner.viewer, "{ myReminders { totalCount nodes { toldAt } } }")
    ]
    assert told_at == [None]
    for step, outcome in ((-30, "SENT"), (-7, "SENT"), (0, "WITHDRAWN"), (7, "WAITING")):
        letter = await a_care_letter(other)
        settled_at = None if outcome == "WAITING" else NOW + timedelta(days=step)
        await a_notice(reminder, letter, step=step, outcome=outcome, settled_at=settled_at)
    await a_notice(reminder, step=14, settled_at=NOW + timedelta(days=14))
    told_at = [
        each["toldAt"] for each in await listed(world.owner.viewer, "{ myReminders { totalCount nodes { toldAt } } }")
    ]
    assert told_at == ["2026-02-23T08:00:00Z"]


async def test_what_only_the_staff_know_does_not_exist_for_owners(database):
    world = await a_world()
    for field in ("heldBecause", "heldBy { displayName }", "rule { name }", "nextStepAt", "ruleVersion { number }"):
        answer = await Program().ask(world.owner.viewer, f"{{ myReminders {{ nodes {{ {field} }} }} }}")
        assert answer.body["errors"][0]["message"].startswith("Cannot query field")
    for field in ("dedupeKey", "client { id }"):
        answer = await Program().ask(world.owner.viewer, f"{{ myReminders {{ nodes {{ notices {{ {field} }} }} }} }}")
        assert answer.body["errors"][0]["message"].startswith("Cannot query field")


async def many_reminders(world, many: int) -> None:
    """So many, each of another pet, held in turn, with two decisions each."""
    rule = await a_rule(services=[world.service])
    version = await the_version(rule)
    for number in range(many):
        pet = await a_pet(world.owner, name=f"Pet {number}", species=Species.CAT)
        held: Any = {
            "state": ReminderState.SUPPRESSED, "reason": ReminderReason.HELD, "held_because": "Later.",
            "held_by_id": world.vet.id,
        }  # fmt: skip
        reminder = await a_reminder(pet, rule, due_on=TODAY, version_id=version.id, **held if number % 2 else {})
        for step in (-30, -7):
            await a_notice(reminder, step=step, channel=Channel.EMAIL)


@pytest.mark.parametrize("many", [1, 100])
async def test_the_lists_take_as_many_statements_for_one_reminder_as_for_a_hundred(database, many):
    world = await a_world()
    await many_reminders(world, many)
    program = Program()
    asked: dict[str, tuple[Any, str, dict[str, Any]]] = {
        "due list": (world.vet, WHOLE, week(world)),
        "call list": (world.receptionist, CALL_LIST, week(world)),
        "mine": (world.owner, MINE, {}),
    }
    taken = {}
    for name, (who, document, given) in asked.items():
        answer = await program.ask(who.viewer, document, **given)
        assert len(json.dumps(answer.data)) > 40 * many
        taken[name] = answer.statements.count
    # Who asks, the list, what is below each; then what each is called, for which the language of the reader is read, and what
    # to book for it.
    rides = database.dialect == "postgres"  # the one list below comes with what it is below, several come together
    assert taken == {"due list": 6 - rides, "call list": 4 - rides, "mine": 8 - rides}
