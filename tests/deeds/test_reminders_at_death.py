"""When a pet dies nothing more is told of it, to none of its owners, and what its undo brings back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import (
    Death,
    Message,
    MessageState,
    NoticeOutcome,
    NoticeReason,
    Pet,
    Reminder,
    ReminderNotice,
    ReminderReason,
    ReminderState,
    RuleKind,
)
from models.death import EndingKind, StayedBecause
from models.pet import DatePrecision
from resolvers import deaths, messages, reminders
from resolvers.ports import MailUnanswered
from tests.postbox import Clock, PostBox, deliver
from tests.racing import meanwhile
from tests.reminding import MACHINE, PLANNED, SENT, decided, letters, planned, the_reminder, told_of, withdrawn
from tests.world import NOW, TODAY, World, a_consent, a_pet, a_receptionist, a_rule, a_world, an_owner

pytestmark = pytest.mark.anyio

LATER = NOW + timedelta(minutes=10)
DEAD = withdrawn(ReminderReason.PET_DIED)
BORN: Any = {"born_on": TODAY.replace(year=2019), "born_precision": DatePrecision.DAY}


@pytest.fixture
async def world(database):
    """Olga and Peter have Rex together, and Olga has Mia: both dogs are seven today."""
    world = await a_world()
    await a_rule("Seven years", RuleKind.AGE, first_age_months=84, services=[world.service])
    await a_consent(world.owner)
    return world


async def both_told(world: World) -> tuple[Pet, Pet]:
    """Olga gets one letter about both, and Peter one about Rex: both wait."""
    peter = await an_owner("Peter Lang")
    await a_consent(peter)
    rex = await a_pet(world.owner, peter, name="Rex", **BORN)
    mia = await a_pet(world.owner, name="Mia", **BORN)
    await reminders.work_out([rex.id, mia.id], now=NOW)
    did = await decided(NOW)
    assert (did.reminders, did.letters) == (2, 2)
    return rex, mia


async def outcomes(pet: Pet) -> list[tuple[NoticeOutcome, NoticeReason]]:
    row = await the_reminder(pet)
    return [(one.outcome, one.reason) for one in await ReminderNotice.filter(reminder_id=row.id).order_by("id")]


async def test_letters_about_it_alone_stop_for_every_owner_and_one_about_two_pets_goes_on(world):
    rex, mia = await both_told(world)
    await deaths.record(world.vet.viewer, rex.id, TODAY, key="k", now=LATER)

    reminder = await the_reminder(rex)
    assert ((reminder.state, reminder.reason), reminder.next_step_at) == (DEAD, None)
    assert await outcomes(rex) == [(NoticeOutcome.WITHDRAWN, NoticeReason.PET_DIED)] * 2
    assert await outcomes(mia) == [(NoticeOutcome.WAITING, NoticeReason.STEP_REACHED)]
    states = {letter.to_address: letter.state for letter in await letters()}
    assert states == {
        "olga.berg@home.example": MessageState.WAITING,
        "peter.lang@home.example": MessageState.WITHDRAWN,
    }
    assert (await told_of(reminder))[-1] == "WITHDRAWN"


async def test_a_letter_about_two_pets_stops_when_both_have_died(world):
    rex, mia = await both_told(world)
    await deaths.record(world.vet.viewer, rex.id, TODAY, key="k1", now=LATER)
    await deaths.record(world.vet.viewer, mia.id, TODAY, key="k2", now=LATER)
    assert {letter.state for letter in await letters()} == {MessageState.WITHDRAWN}


async def test_a_letter_stops_even_where_what_it_tells_was_done_meanwhile(world):
    rex, _ = await both_told(world)
    await Reminder.filter(pet_id=rex.id).update(state=ReminderState.COMPLETED, done_on=TODAY, next_step_at=None)
    await deaths.record(world.vet.viewer, rex.id, TODAY, key="k", now=LATER)
    assert await outcomes(rex) == [(NoticeOutcome.WITHDRAWN, NoticeReason.PET_DIED)] * 2
    assert (await the_reminder(rex)).state is ReminderState.COMPLETED


async def test_the_preview_counts_each_letter_once(world):
    rex, _ = await both_told(world)
    ended = await deaths.preview(world.vet.viewer, rex.id, TODAY, now=LATER)
    counts = {each.kind: each.count for each in ended.others}
    assert counts == {EndingKind.REMINDER: 1, EndingKind.LETTER: 1}
    [what] = [each.things for each in ended.others if each.kind is EndingKind.REMINDER]
    assert [(thing.what, thing.on) for thing in what] == [("Seven years", TODAY)]


async def test_an_undo_brings_everything_back(world):
    rex, _ = await both_told(world)

    async def as_it_is():
        rows: list[list[Any]] = [
            await Reminder.all().order_by("id"),
            await letters(),
            await ReminderNotice.all().order_by("id"),
        ]
        return [[dict(row) for row in some] for some in rows]

    before = await as_it_is()
    await deaths.record(world.vet.viewer, rex.id, TODAY, key="k1", now=LATER)
    assert await as_it_is() != before
    await deaths.undo(world.vet.viewer, rex.id, "It was another dog.", key="k2", now=LATER)
    assert await as_it_is() == before
    assert (await told_of(await the_reminder(rex)))[-2:] == ["WITHDRAWN", "RESUMED"]
    assert (await Death.get()).stayed == "{}"
    await planned(LATER)
    assert await as_it_is() == before  # and it is still true


async def test_what_a_letter_told_without_it_is_not_told_by_that_letter_after_an_undo(world):
    rex, _ = await both_told(world)
    await deaths.record(world.vet.viewer, rex.id, TODAY, key="k1", now=LATER)
    await Message.filter(to_address="olga.berg@home.example").update(state=MessageState.SENT, sent_at=LATER)
    undone = await deaths.undo(world.vet.viewer, rex.id, "It was another dog.", key="k2", now=LATER)

    assert sorted(await outcomes(rex)) == [
        (NoticeOutcome.WAITING, NoticeReason.STEP_REACHED),  # Peter's own letter
        (NoticeOutcome.WITHDRAWN, NoticeReason.PET_DIED),
    ]
    _, stayed = await deaths.what_came_back(world.vet.viewer, undone.death_id)
    assert set(stayed) == {StayedBecause.NO_LONGER_TRUE}
    assert (await the_reminder(rex)).state is ReminderState.SENT


async def test_what_was_sent_again_since_by_a_person_does_not_stand_in_the_way_of_an_undo(world):
    rex = await a_pet(world.owner, name="Rex", **BORN)
    await reminders.work_out([rex.id], now=NOW)
    await decided(NOW)
    desk, lost = (await a_receptionist()).viewer, await Message.get()
    box = PostBox(silence={lost.to_address: MailUnanswered("Connection lost")})
    assert (await deliver(box, Clock(NOW))).doubtful == 1
    first = await messages.send_again(desk, lost.id, key="k1", now=NOW)
    await deaths.record(world.vet.viewer, rex.id, TODAY, key="k2", now=LATER)
    second = await messages.send_again(desk, lost.id, key="k3", now=LATER)
    undone = await deaths.undo(world.vet.viewer, rex.id, "It was another dog.", key="k4", now=LATER)
    states = {one: (await Message.get(id=one)).state for one in (first, second)}
    assert states == {first: MessageState.WITHDRAWN, second: MessageState.WAITING}
    _, stayed = await deaths.what_came_back(world.vet.viewer, undone.death_id)
    assert set(stayed) == {StayedBecause.NO_LONGER_TRUE}


async def test_what_is_due_on_another_day_by_then_is_told_anew(world):
    rex, _ = await both_told(world)
    await deaths.record(world.vet.viewer, rex.id, TODAY, key="k1", now=LATER)
    await Reminder.filter(pet_id=rex.id).update(state=ReminderState.WITHDRAWN, reason=ReminderReason.RULE_OFF)
    await deaths.undo(world.vet.viewer, rex.id, "It was another dog.", key="k2", now=LATER)
    assert await outcomes(rex) == [(NoticeOutcome.WITHDRAWN, NoticeReason.PET_DIED)] * 2
    # Somebody changed the reminder since, so it stayed; the trail leads to the pet, for which it is due nevertheless.
    await planned(LATER)
    reminder = await the_reminder(rex)
    assert (reminder.state, reminder.reason) in (PLANNED, SENT, (ReminderState.DUE, ReminderReason.STEP_REACHED))
    assert reminder.last_step == 0


async def test_a_pet_that_is_dead_is_never_decided_nor_planned(world):
    rex, mia = await both_told(world)
    await deaths.record(world.vet.viewer, rex.id, TODAY, key="k1", now=LATER)
    # However its reminder came to be open:
    await Reminder.filter(pet_id=rex.id).update(state=ReminderState.PLANNED, next_step_at=NOW)
    await decided(NOW + timedelta(days=15))
    assert ((await the_reminder(rex)).state, (await the_reminder(rex)).reason) == DEAD
    assert (await the_reminder(mia)).last_step == 14


@pytest.mark.only_on("postgres")
async def test_a_death_that_comes_while_it_is_decided_waits_and_ends_the_letter(world):
    rex = await a_pet(world.owner, name="Rex", **BORN)
    await reminders.work_out([rex.id], now=NOW)

    await meanwhile(
        lambda: reminders.decide_due(MACHINE, now=NOW),
        lambda: deaths.record(world.vet.viewer, rex.id, TODAY, key="k", now=LATER),
    )
    assert await outcomes(rex) == [(NoticeOutcome.WITHDRAWN, NoticeReason.PET_DIED)]
    assert [letter.state for letter in await letters()] == [MessageState.WITHDRAWN]


@pytest.mark.only_on("postgres")
async def test_a_decision_that_comes_while_a_death_is_recorded_finds_it_dead(world):
    rex = await a_pet(world.owner, name="Rex", **BORN)
    await reminders.work_out([rex.id], now=NOW)

    await meanwhile(
        lambda: deaths.record(world.vet.viewer, rex.id, TODAY, key="k", now=LATER),
        lambda: reminders.decide_due(MACHINE, now=NOW),
    )
    assert (await ReminderNotice.all().count(), await letters()) == (0, [])
    reminder = await the_reminder(rex)
    assert (reminder.state, reminder.reason) == DEAD
