"""What a death does to every table that leads to a pet, and that its undo takes back exactly that."""

import json
from datetime import timedelta
from itertools import product

import pytest
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.models import Model

import models
from models import (
    Appointment,
    DeathEffect,
    EventKind,
    Message,
    MessageState,
    NoticeOutcome,
    NoticeReason,
    Pet,
    PlanState,
    Prescription,
    Reminder,
    ReminderNotice,
    ReminderReason,
    ReminderState,
    Status,
    StepState,
    TreatmentPlan,
    TreatmentStep,
)
from models.row import uuid7
from resolvers import deaths
from resolvers.endings import ENDINGS, EndsWith, Kept
from tests.found import events
from tests.world import (
    AN_HOUR,
    NOW,
    TODAY,
    a_certificate,
    a_certificate_file,
    a_life,
    a_pet,
    a_record,
    a_vaccination,
    a_world,
    an_import,
    an_undeliverable_address,
    what_the_practice_keeps,
)
from tests.world.endings import whole
from tests.world.money import some_bookkeeping
from vetdesk.database import counted

pytestmark = pytest.mark.anyio

LATER = NOW + timedelta(minutes=10)
BECAUSE = "It was another pet."


# Every table


def tables() -> set[type[Model]]:
    every = [getattr(models, name) for name in models.__all__]
    return {each for each in every if isinstance(each, type) and issubclass(each, Model)}


def names_of(of: set[type[Model]]) -> set[str]:
    return {f"models.{each.__name__}" for each in of}


def with_a_path_to(pet: type[Model], among: set[type[Model]]) -> set[type[Model]]:
    """The tables whose rows are about a pet: by a key that leads there over however many others, or named so."""
    found = {each for each in among if "pet_id" in each._meta.fields_db_projection}
    while True:
        more = {
            each
            for each in among - found
            for column in each._meta.fields_map.values()
            if isinstance(column, ForeignKeyFieldInstance) and column.model_name in names_of({*found, pet})
        }
        if not more:
            return found
        found |= more


def test_every_table_with_a_path_to_a_pet_says_what_a_death_does_to_it():
    assert with_a_path_to(Pet, tables()) == set(ENDINGS)


def test_a_path_is_found_over_other_tables_and_where_no_key_is_declared():
    found = with_a_path_to(Pet, tables())
    assert {models.BusyTime, models.Message, models.PrescriptionRepeat, models.DeathEffect} <= found  # over others
    assert models.RecordReading in found  # a column of that name
    assert not found & {Pet, models.Client, models.Room, models.Event}


def test_each_says_it_in_a_sentence_and_whatever_ends_with_another_names_one_that_ends():
    ends = {model._meta.db_table for model, entry in ENDINGS.items() if not isinstance(entry, Kept | EndsWith)}
    assert ends == {
        "appointment", "reminder", "message", "treatment_plan", "treatment_step", "prescription", "vaccination_due",
    }  # fmt: skip
    for entry in ENDINGS.values():
        assert entry.sentence.endswith(".")
        if isinstance(entry, EndsWith):
            assert entry.table in ends


async def test_what_is_kept_is_as_it_was_after_a_death_and_after_its_undo(database):
    world = await a_world()
    record = await a_record(world.pet)
    await what_the_practice_keeps(world.pet)
    await a_certificate_file(await a_certificate(await a_vaccination(world.pet)))
    await an_import(world.pet)
    await some_bookkeeping(world.owner, record.visit)
    await an_undeliverable_address("nobody@home.example")
    kept = [model for model, entry in ENDINGS.items() if isinstance(entry, Kept) and model is not models.Death]

    async def as_it_is():
        rows = {model: [whole(row) for row in await model.all().order_by("id")] for model in kept}
        rows[DeathEffect] = [row for row in rows[DeathEffect] if row["subject_table"] == "pet"]
        return rows

    before = await as_it_is()
    assert [model.__name__ for model, rows in before.items() if not rows] == []
    await deaths.record(world.vet.viewer, world.pet.id, TODAY, key="k1", now=NOW)
    assert (await TreatmentPlan.get(id=record.plan.id)).state is PlanState.STOPPED
    assert await as_it_is() == before
    await deaths.undo(world.vet.viewer, world.pet.id, BECAUSE, key="k2", now=LATER)
    assert await as_it_is() == before


# Whatever ends


async def test_everything_that_is_to_come_ends_in_one_deed(database):
    world = await a_world()
    life = await a_life(world.pet, is_reminded=True)
    others = await a_life(await a_pet(world.owner), starts_at=NOW + 2 * AN_HOUR, is_reminded=True)
    untouched = await others.now()

    await deaths.record(world.vet.viewer, world.pet.id, TODAY, key="k1", now=NOW)

    visit = await Appointment.get(id=life.appointments[0].id)
    assert (visit.status, visit.cancelled_because) == (Status.CANCELLED, "The pet has died.")
    letter = await Message.get(id=life.letters[0].id)
    assert (letter.state, letter.reason) == (MessageState.WITHDRAWN, "The pet has died.")
    care = await Message.get(id=life.letters[1].id)
    assert (care.state, care.reason) == (MessageState.WITHDRAWN, "The pet has died.")
    reminder = await Reminder.get(id=life.reminders[0].id)
    assert (reminder.state, reminder.reason) == (ReminderState.WITHDRAWN, ReminderReason.PET_DIED)
    assert (reminder.next_step_at, reminder.changed_at) == (None, NOW)
    notice = await ReminderNotice.get(id=life.notices[0].id)
    assert (notice.outcome, notice.reason) == (NoticeOutcome.WITHDRAWN, NoticeReason.PET_DIED)
    plan = await TreatmentPlan.get(id=life.plans[0].id)
    assert (plan.state, plan.ended_at, plan.stopped_because) == (PlanState.STOPPED, NOW, "The pet has died.")
    step = await TreatmentStep.get(id=life.steps[0].id)
    assert (step.state, step.settled_at, step.settled_by_id) == (StepState.SKIPPED, NOW, world.vet.id)
    medicine = await Prescription.get(id=life.prescriptions[0].id)
    assert (medicine.stopped_at, medicine.stopped_by_id) == (NOW, world.vet.id)
    assert medicine.stopped_because == "The pet has died."
    assert await models.BusyTime.filter(appointment_id=visit.id).count() == 0
    assert await others.now() == untouched
    assert await events() == [
        "PET_DIED", "APPOINTMENT_CANCELLED", "REMINDER_WITHDRAWN", "TREATMENT_PLAN_STOPPED", "PRESCRIPTION_STOPPED",
    ]  # fmt: skip


async def test_an_undo_restores_exactly_what_the_death_has_changed(database):
    world = await a_world()
    life = await a_life(world.pet, times=2, is_reminded=True)
    before = await life.now()
    await deaths.record(world.vet.viewer, world.pet.id, TODAY, key="k1", now=NOW)
    assert await life.now() != before

    await deaths.undo(world.receptionist.viewer, world.pet.id, BECAUSE, key="k2", now=LATER)

    assert await life.now() == before
    assert (await Pet.get(id=world.pet.id)).died_on is None
    death = await models.Death.get()
    assert (death.undone_at, death.undone_because, death.stayed) == (LATER, BECAUSE, "{}")
    told = [EventKind(kind) for kind in await events()]
    assert told[9:] == [
        EventKind.DEATH_UNDONE,
        *[EventKind.APPOINTMENT_RESTORED] * 2,
        *[EventKind.REMINDER_RESUMED] * 2,
        *[EventKind.TREATMENT_PLAN_RESUMED] * 2,
        *[EventKind.PRESCRIPTION_RESUMED] * 2,
    ]


async def test_whatever_had_ended_before_the_death_stays_ended_after_its_undo(database):
    world = await a_world()
    life = await a_life(world.pet, is_reminded=True)
    await Appointment.all().update(status=Status.CANCELLED, cancelled_because="She is on holiday.")
    await models.BusyTime.all().delete()
    await Message.all().update(state=MessageState.SENT, sent_at=NOW)
    await Reminder.all().update(state=ReminderState.COMPLETED, done_on=TODAY, next_step_at=None)
    await ReminderNotice.all().update(outcome=NoticeOutcome.SENT, settled_at=NOW)
    await TreatmentPlan.all().update(state=PlanState.STOPPED, ended_at=NOW, stopped_because="It is healed.")
    await TreatmentStep.all().update(state=StepState.DONE, settled_at=NOW)
    await Prescription.all().update(stopped_at=NOW, stopped_because="It does not help.")
    before = await life.now()

    await deaths.record(world.vet.viewer, world.pet.id, TODAY, key="k1", now=NOW)
    assert await DeathEffect.all().count() == 0
    await deaths.undo(world.vet.viewer, world.pet.id, BECAUSE, key="k2", now=LATER)

    assert await life.now() == before


async def test_a_prescription_that_can_be_repeated_no_more_or_was_an_error_is_left_alone(database):
    world = await a_world()
    life = await a_life(world.pet, times=2, is_reminded=True)
    spent, wrong = life.prescriptions
    await Prescription.filter(id=spent.id).update(repeats_given=3)
    await Prescription.filter(id=wrong.id).update(errored_at=NOW, errored_because="Another pet.")

    await deaths.record(world.vet.viewer, world.pet.id, TODAY, key="k1", now=NOW)

    assert await Prescription.filter(stopped_at=None).count() == 2


async def test_a_second_death_ends_again_what_the_undo_of_the_first_has_brought_back(database):
    world = await a_world()
    life = await a_life(world.pet, is_reminded=True)
    before = await life.now()
    for number in range(2):
        now = NOW + number * timedelta(minutes=4)
        await deaths.record(world.vet.viewer, world.pet.id, TODAY, key=f"d{number}", now=now)
        assert (await Appointment.get(id=life.appointments[0].id)).status is Status.CANCELLED
        undone = now + timedelta(minutes=2)
        await deaths.undo(world.vet.viewer, world.pet.id, BECAUSE, key=f"u{number}", now=undone)
        assert await life.now() == before
    assert await models.Death.filter(undone_at=None).count() == 0
    assert await models.Death.all().count() == 2


@pytest.mark.parametrize("times", [1, 100])
async def test_a_death_and_its_undo_take_as_many_statements_for_a_hundred_things_as_for_one(database, times):
    world = await a_world()
    for hours in (models.OpeningHours, models.WorkingHours):  # an hour after the other, for days and nights
        mondays = await hours.filter(weekday=1).values()
        await hours.all().delete()
        for weekday, row in product(range(1, 8), mondays):
            await hours.create(**{**row, "id": uuid7(), "weekday": weekday, "from_minute": 0, "until_minute": 1440})
    life = await a_life(world.pet, times=times, is_reminded=True)
    before = await life.now()

    with counted() as previewing:
        await deaths.preview(world.vet.viewer, world.pet.id, TODAY, now=NOW)
    with counted() as recording:
        await deaths.record(world.vet.viewer, world.pet.id, TODAY, key="k1", now=NOW)
    with counted() as undoing:
        await deaths.undo(world.vet.viewer, world.pet.id, BECAUSE, key="k2", now=NOW)

    counts = (previewing.count, recording.count, undoing.count)
    less = {"sqlite": 0, "postgres": 2}[database.dialect]  # PostgreSQL numbers and writes events at once
    assert counts == (14, 29 - less, 43 - less)
    assert await life.now() == before
    assert await DeathEffect.all().count() == 11 * times


async def test_an_effect_names_the_columns_before_and_after(database):
    world = await a_world()
    await a_life(world.pet, is_reminded=True)
    await deaths.record(world.vet.viewer, world.pet.id, TODAY, key=str(uuid7()), now=NOW)

    effects = {effect.subject_table: effect for effect in await DeathEffect.all()}
    assert effects["appointment"].before == '{"status": "BOOKED", "cancelled_because": ""}'
    assert effects["appointment"].after == '{"status": "CANCELLED", "cancelled_because": "The pet has died."}'
    assert effects["message"].before == '{"state": "WAITING", "reason": "", "locked_until": null}'
    assert set(json.loads(effects["busy_time"].before)) == models.BusyTime._meta.fields_db_projection.keys()  # whole
    assert effects["busy_time"].after == "{}"
