"""Deciding who is told of what is due: each person once, one letter a mailbox, and a reason for whoever is not told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from models import (
    Appointment,
    Client,
    ClientEmail,
    Consent,
    ConsentSource,
    Message,
    Ownership,
    Pet,
    Practice,
    Purpose,
    Reminder,
    ReminderNotice,
    ReminderReason,
    ReminderState,
    Right,
    RuleKind,
    Status,
)
from models.pet import DatePrecision
from models.refusal import Forbidden
from models.reminder import dedupe_key
from resolvers import reminders
from resolvers.reminders import deciding, planning
from tests.postbox import Clock, PostBox, deliver
from tests.reminding import (
    BOOKED,
    DAY,
    DUE,
    HELD,
    MACHINE,
    PLANNED,
    SENT,
    days,
    decided,
    letters,
    morning,
    notices,
    stand,
    the_reminder,
    told_of,
    withdrawn,
)
from tests.world import (
    NOW,
    TODAY,
    a_booking,
    a_consent,
    a_pet,
    a_rule,
    a_world,
    an_owner,
    an_ownership,
    an_undeliverable_address,
)
from vetdesk.database import counted

pytestmark = pytest.mark.anyio

SEVEN_YEARS: Any = {"kind": RuleKind.AGE, "first_age_months": 84}


def born(due_on: date) -> date:
    """When a pet was born that is seven on that day."""
    return due_on.replace(year=due_on.year - 7)


async def how_many(letter: Message) -> int:
    """How many things a letter tells."""
    return await ReminderNotice.filter(message_id=letter.id).count()


async def looked_at(*pets: Pet, now: datetime = NOW) -> None:
    """Pets that were written with the models left no trail, so they are worked out by hand."""
    await reminders.work_out([pet.id for pet in pets], now=now)


@pytest.fixture
async def world(database):
    world = await a_world()
    await a_rule("Seven years", services=[world.service], **SEVEN_YEARS)
    return world


async def a_pet_of_seven(*owners, on: date, **more) -> Pet:
    pet = await a_pet(*owners, born_on=born(on), born_precision=DatePrecision.DAY, **more)
    await looked_at(pet)
    return pet


async def test_who_wants_to_hear_is_told_on_each_step_once(world):
    await a_consent(world.owner, said_at=NOW - DAY)
    due_on = TODAY + 30 * DAY
    pet = await a_pet_of_seven(world.owner, on=due_on)

    async for _ in days(TODAY - DAY, due_on + 20 * DAY):
        pass

    assert await notices() == [(step, "WAITING", "STEP_REACHED") for step in (-30, -7, 0, 14)]
    sent = await letters()
    assert [letter.created_at for letter in sent] == [await morning(due_on + step * DAY) for step in (-30, -7, 0, 14)]
    first = sent[0]
    assert (first.client_id, first.to_address, first.to_domain) == (
        world.owner.id,
        "olga.berg@home.example",
        "home.example",
    )
    assert (first.purpose, first.consent_source, first.consent_at) == (Purpose.CARE, ConsentSource.IN_PERSON, NOW - DAY)
    reminder = await the_reminder(pet)
    assert ((reminder.state, reminder.reason), reminder.last_step, reminder.next_step_at) == (SENT, 14, None)
    assert reminder.told_due_on == due_on
    assert await told_of(reminder) == ["DUE", "CHANGED", "CHANGED", "CHANGED"]


async def test_a_notice_says_what_it_was_decided_by(world):
    await a_consent(world.owner, source=ConsentSource.PHONE, said_at=NOW - 3 * DAY)
    pet = await a_pet_of_seven(world.owner, on=TODAY)
    await decided(NOW)
    [notice] = await ReminderNotice.all()
    [letter] = await letters()
    reminder = await the_reminder(pet)
    assert (notice.reminder_id, notice.message_id, notice.client_id) == (reminder.id, letter.id, world.owner.id)
    assert (notice.rule_version, notice.due_on, notice.decided_at, notice.settled_at) == (1, TODAY, NOW, None)
    assert (notice.consent_source, notice.consent_at) == (ConsentSource.PHONE, NOW - 3 * DAY)
    key = dedupe_key(notice.reminder_id, notice.round, notice.step, notice.channel, notice.client_id)
    assert key == f"{reminder.id}:1:0:EMAIL:{world.owner.id}"


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ("silent", "NO_CONSENT"),
        ("refused", "NO_CONSENT"),
        ("no address", "NO_ADDRESS"),
        ("bounced", "ADDRESS_UNDELIVERABLE"),
    ],
)
async def test_who_is_not_told_has_a_reason(world, why, reason):
    if why != "silent":
        await a_consent(world.owner, is_given=why != "refused")
    if why == "no address":
        await ClientEmail.all().delete()
    if why == "bounced":
        await an_undeliverable_address("olga.berg@home.example")
    pet = await a_pet_of_seven(world.owner, on=TODAY)
    await decided(NOW)

    assert await notices() == [(0, "WITHHELD", reason)]
    assert await letters() == []
    reminder = await the_reminder(pet)
    assert ((reminder.state, reminder.reason), reminder.last_step) == (DUE, 0)
    assert reminder.next_step_at == await morning(TODAY + 14 * DAY)


async def test_every_owner_who_may_see_the_pet_is_decided_by_herself(world):
    may_not_see = await an_owner("Paul Stone")
    former = await an_owner("Lena Hoff")
    other = await an_owner("Peter Lang", language="de")
    for client in (world.owner, other, may_not_see, former):
        await a_consent(client)
    pet = await a_pet(world.owner, other, born_on=born(TODAY), born_precision=DatePrecision.DAY)
    await an_ownership(pet, may_not_see, rights=frozenset({Right.PAY}))
    await an_ownership(pet, former, ends_on=TODAY)
    await looked_at(pet)
    await decided(NOW)
    assert {(letter.client_id, letter.language) for letter in await letters()} == {
        (world.owner.id, "en"),
        (other.id, "de"),
    }
    assert await notices() == [(0, "WAITING", "STEP_REACHED")] * 2


async def test_three_pets_that_are_due_within_a_week_make_one_letter(world):
    await a_consent(world.owner)
    pets = [await a_pet_of_seven(world.owner, on=TODAY + days_ahead * DAY) for days_ahead in (0, 10, 13)]
    later = await a_pet_of_seven(world.owner, on=TODAY + 45 * DAY)
    did = await decided(NOW)

    assert (did.reminders, did.letters, did.withheld) == (3, 1, 0)
    [letter] = await letters()
    assert await ReminderNotice.filter(message_id=letter.id).count() == 3
    # Each is told the step that would have come within the week.
    assert [(await the_reminder(pet)).last_step for pet in (*pets, later)] == [0, -7, -7, None]
    assert [(await the_reminder(pet)).next_step_at for pet in pets] == [
        await morning(TODAY + ahead * DAY) for ahead in (14, 10, 13)
    ]


async def test_what_is_pulled_forward_is_decided_for_all_its_owners_and_no_further(world):
    """Olga's dog is due, so is told of the cat that she has with Peter; his own rabbit waits for its day."""
    peter = await an_owner("Peter Lang")
    await a_consent(world.owner)
    await a_consent(peter)
    await a_pet_of_seven(world.owner, on=TODAY)
    cat = await a_pet_of_seven(world.owner, peter, on=TODAY + 11 * DAY)
    rabbit = await a_pet_of_seven(peter, on=TODAY + 11 * DAY)
    await decided(NOW)

    assert {(letter.client_id, await how_many(letter)) for letter in await letters()} == {
        (world.owner.id, 2),
        (peter.id, 1),
    }
    assert ((await the_reminder(cat)).last_step, (await the_reminder(rabbit)).last_step) == (-7, -30)


async def test_who_gets_no_letter_pulls_nothing_forward(world):
    await a_pet_of_seven(world.owner, on=TODAY)
    other = await a_pet_of_seven(world.owner, on=TODAY + 10 * DAY)
    await decided(NOW)
    assert (await the_reminder(other)).last_step == -30
    assert await notices() == [(0, "WITHHELD", "NO_CONSENT")]


async def test_what_was_told_just_now_is_not_pulled_forward(world):
    """On Monday she is told a week ahead; on Tuesday another pet is due, and the day itself keeps its own letter."""
    await a_consent(world.owner)
    first = await a_pet_of_seven(world.owner, on=TODAY + 7 * DAY)
    await decided(NOW)
    await a_pet_of_seven(world.owner, on=TODAY + DAY)
    await decided(NOW + DAY)
    assert (await the_reminder(first)).last_step == -7
    assert await notices() == [(-7, "WAITING", "STEP_REACHED"), (0, "WAITING", "STEP_REACHED")]


async def test_what_was_told_just_now_was_told_when_its_letter_went_out(world):
    """Her letter waited for the morning in Los Angeles; three days after it was decided she has not had it for three."""
    await Practice.all().update(letters_from=480, letters_until=1200)
    await a_consent(world.owner)
    await Client.filter(id=world.owner.id).update(zone="America/Los_Angeles")
    first = await a_pet_of_seven(world.owner, on=TODAY + 7 * DAY)
    await decided(NOW)
    await deliver(PostBox(), Clock(NOW + DAY / 2))
    await a_pet_of_seven(world.owner, on=TODAY + 3 * DAY)
    await decided(NOW + 3 * DAY)
    assert (await the_reminder(first)).last_step == -7
    assert await notices() == [(-7, "SENT", "STEP_REACHED"), (0, "WAITING", "STEP_REACHED")]


async def test_what_she_was_not_told_after_all_is_pulled_forward(world):
    """By the time her letter went out it was booked, so that it told nothing; now that is cancelled, and she gets another."""
    await a_consent(world.owner)
    first = await a_pet_of_seven(world.owner, on=TODAY + 7 * DAY)
    await decided(NOW)
    await ReminderNotice.all().update(outcome="WITHDRAWN", settled_at=NOW)
    await a_pet_of_seven(world.owner, on=TODAY + DAY)
    await decided(NOW + DAY)
    assert (await the_reminder(first)).last_step == 0


async def test_nobody_hears_of_the_same_thing_twice_within_three_days(world):
    """The worker slept: the step of a week ahead came six days late, and the day itself is tomorrow."""
    await a_consent(world.owner)
    pet = await a_pet_of_seven(world.owner, on=TODAY + DAY)
    await decided(NOW)
    await decided(NOW + DAY)
    assert await notices() == [(-7, "WAITING", "STEP_REACHED"), (0, "WITHHELD", "TOLD_RECENTLY")]
    reminder = await the_reminder(pet)
    assert ((reminder.state, reminder.reason), reminder.last_step) == (SENT, 0)


async def test_two_people_with_one_mailbox_get_one_letter_to_her_who_was_known_first(world):
    await ClientEmail.filter(client_id=world.owner.id).update(address="Home@Berg.example", fold="home@berg.example")
    husband = await an_owner("Karl Berg", email="home@berg.example", language="de")
    for client in (world.owner, husband):
        await a_consent(client)
    await a_pet_of_seven(world.owner, on=TODAY)
    await a_pet_of_seven(husband, on=TODAY)
    await decided(NOW)
    [letter] = await letters()
    assert (letter.client_id, letter.language, letter.to_address) == (world.owner.id, "en", "Home@Berg.example")
    assert letter.to_domain == "berg.example"
    assert await how_many(letter) == 2


async def test_a_letter_waits_until_nobody_is_disturbed_where_its_reader_lives(world):
    await Practice.all().update(letters_from=480, letters_until=1200)
    await a_consent(world.owner)
    await Client.filter(id=world.owner.id).update(zone="America/Los_Angeles")
    await a_pet_of_seven(world.owner, on=TODAY)
    await decided(NOW)  # midnight in Los Angeles
    [letter] = await letters()
    assert letter.not_before == datetime(2026, 3, 2, 16, tzinfo=UTC)


async def test_a_step_that_was_missed_by_more_than_two_weeks_is_passed_over_and_said_where_it_was_planned_before(world):
    await a_consent(world.owner)
    old = await a_pet_of_seven(world.owner, on=TODAY - 200 * DAY)
    asleep = await a_pet_of_seven(world.owner, on=TODAY + 40 * DAY)
    later = await morning(TODAY + 40 * DAY - 30 * DAY + 15 * DAY)
    await decided(later)
    # Of what was over when it was first seen nobody was to be told.
    assert await stand(old) == [("", TODAY - 200 * DAY, DUE)]
    assert await notices() == [(-30, "WITHHELD", "TOO_LATE")]
    reminder = await the_reminder(asleep)
    assert ((reminder.state, reminder.reason), reminder.last_step) == (DUE, -30)
    assert reminder.next_step_at == await morning(TODAY + 33 * DAY)


async def test_a_step_two_weeks_late_is_still_told(world):
    await a_consent(world.owner)
    await a_pet_of_seven(world.owner, on=TODAY + 40 * DAY)
    await decided(await morning(TODAY + 24 * DAY))
    assert await notices() == [(-30, "WAITING", "STEP_REACHED")]


async def test_while_a_visit_is_booked_nobody_is_told_and_when_it_is_cancelled_the_next_step_is(world):
    await a_consent(world.owner)
    pet = await a_pet_of_seven(world.owner, on=TODAY + 7 * DAY)
    visit = await a_booking(pet, starts_at=NOW + 9 * DAY, service=world.service)
    await looked_at(pet)
    await decided(NOW)
    assert (await stand(pet), await notices()) == ([("", TODAY + 7 * DAY, BOOKED)], [])
    await Appointment.filter(id=visit.id).update(status=Status.CANCELLED)
    await looked_at(pet, now=NOW + 2 * DAY)
    await decided(NOW + 2 * DAY)
    assert await notices() == [(-7, "WAITING", "STEP_REACHED")]


async def test_what_somebody_holds_is_not_told(world):
    await a_consent(world.owner)
    pet = await a_pet_of_seven(world.owner, on=TODAY + 7 * DAY)
    await Reminder.all().update(
        state=ReminderState.SUPPRESSED, reason=ReminderReason.HELD, held_because="She is on holiday.", next_step_at=None
    )
    await looked_at(pet)
    await decided(NOW + 8 * DAY)
    assert (await stand(pet), await notices()) == ([("", TODAY + 7 * DAY, HELD)], [])
    await Reminder.all().update(state=ReminderState.PLANNED, reason=ReminderReason.NOT_YET, held_because="")
    await looked_at(pet, now=NOW + 8 * DAY)
    await decided(NOW + 8 * DAY)
    assert await notices() == [(0, "WAITING", "STEP_REACHED")]


async def test_when_it_turns_out_to_be_due_much_later_everything_is_told_anew(world):
    await a_consent(world.owner)
    pet = await a_pet_of_seven(world.owner, on=TODAY)
    await decided(NOW)
    reminder = await the_reminder(pet)
    for moved, round_number, last_step in ((59, 1, 0), (60, 2, None)):
        await Pet.filter(id=pet.id).update(born_on=born(TODAY + moved * DAY))
        await looked_at(pet)
        reminder = await the_reminder(pet)
        assert (reminder.round, reminder.last_step, reminder.due_on) == (round_number, last_step, TODAY + moved * DAY)
    assert (reminder.state, reminder.reason) == PLANNED
    assert reminder.next_step_at == await morning(TODAY + 30 * DAY)


async def test_a_pet_without_anybody_who_may_see_it_is_nobodys_reminder_until_somebody_owns_it(world):
    await a_consent(world.owner)
    pet = await a_pet_of_seven(world.owner, on=TODAY + 30 * DAY)
    await Ownership.filter(pet_id=pet.id).update(may_view=False)
    await looked_at(pet)
    assert await stand(pet) == [("", TODAY + 30 * DAY, withdrawn(ReminderReason.NO_OWNER))]
    await decided(await morning(TODAY))
    assert await notices() == []
    await Ownership.filter(pet_id=pet.id).update(may_view=True)
    await looked_at(pet)
    assert await stand(pet) == [("", TODAY + 30 * DAY, PLANNED)]
    assert await told_of(await the_reminder(pet)) == []  # what is worked out by hand is for the caller to record


async def test_only_the_machinery_of_the_practice_plans_and_decides(world):
    for deed in (reminders.plan_due, reminders.decide_due):
        with pytest.raises(Forbidden):
            await deed(world.vet.viewer, now=NOW)


async def test_a_call_does_a_bounded_part_and_says_that_there_is_more(world, monkeypatch):
    await a_consent(world.owner)
    monkeypatch.setattr(deciding, "AT_ONCE", 2)
    monkeypatch.setattr(planning, "AT_ONCE", 2)
    for number in range(5):
        await a_pet_of_seven(await an_owner(f"Owner No-{number}"), on=TODAY)
    first = await reminders.decide_due(MACHINE, now=NOW, most=1)
    assert (first.reminders, first.is_more) == (2, True)
    rest = await decided(NOW)
    assert (rest.reminders, rest.is_more) == (3, False)
    assert await notices() == [(0, "WITHHELD", "NO_CONSENT")] * 5


async def test_households_are_decided_together_however_small_the_parts(world, monkeypatch):
    """Two mailboxes that share a pet are one decision, so that nobody gets two letters on one day."""
    monkeypatch.setattr(deciding, "AT_ONCE", 1)
    peter = await an_owner("Peter Lang")
    for client in (world.owner, peter):
        await a_consent(client)
    for owners, ahead in (((world.owner,), 0), ((world.owner, peter), 12), ((peter,), 0), ((world.owner,), 9)):
        await a_pet_of_seven(*owners, on=TODAY + ahead * DAY)
    await decided(NOW)
    assert sorted([await how_many(letter) for letter in await letters()]) == [2, 3]


async def test_a_decision_takes_as_many_statements_for_many_as_for_one(world, database):
    counts = []
    for many in (1, 40):
        for number in range(many):
            owner = await an_owner(f"Owner {many}-{number}")
            await a_consent(owner)
            await a_pet_of_seven(owner, on=TODAY)
        with counted() as asked:
            did = await reminders.decide_due(MACHINE, now=NOW, most=1)
        assert did.letters == many
        counts.append(asked.count)
    assert counts[0] == counts[1]
    assert counts[0] <= 30
    assert (await Message.all().count(), await Consent.all().count()) == (41, 41)
