"""A place, or a reader, whose clock this machine does not know: she is told by that of UTC, and everybody else as ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import Client, Letter, Location, Message, Pet, Prescription, RuleKind
from models.pet import DatePrecision
from models.rule_terms import Terms
from resolvers import prescriptions, reminder_forecasts, reminders
from tests.postbox import Clock, PostBox, deliver
from tests.reminding import decided, morning, the_reminder
from tests.reminding import letters as care_letters
from tests.world import (
    AN_HOUR,
    NOW,
    TODAY,
    World,
    a_booking,
    a_consent,
    a_letter,
    a_location,
    a_note,
    a_pet,
    a_prescription,
    a_rule,
    a_service,
    a_visit,
    a_world,
    an_owner,
)

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
NOWHERE = "Nowhere/Land"
SEVEN: Any = {"born_on": TODAY.replace(year=TODAY.year - 7), "born_precision": DatePrecision.DAY}


@pytest.fixture
async def world(database) -> World:
    world = await a_world()
    await a_rule("Seven years", RuleKind.AGE, steps=(0,), first_age_months=84, services=[world.service])
    await a_consent(world.owner)
    await Pet.filter(id=world.pet.id).update(**SEVEN)
    return world


async def a_pet_at_the_hill() -> Pet:
    """It is seven years old today, and was last seen at a place whose zone no machine knows."""
    hill, nora = await a_location("Hill", zone=NOWHERE), await an_owner("Nora Lund")
    await a_consent(nora)
    milo = await a_pet(nora, name="Milo", **SEVEN)
    await a_visit(milo, location_id=hill.id, at=NOW - 30 * DAY)
    return milo


async def told() -> list[str]:
    """To whom a letter about care was written, the first one first."""
    return [letter.to_address for letter in await care_letters()]


async def test_what_is_due_there_is_told_by_utc_and_everywhere_else_as_ever(world):
    milo = await a_pet_at_the_hill()
    await reminders.work_out([world.pet.id, milo.id], now=NOW - 2 * AN_HOUR)
    here, there = await the_reminder(world.pet), await the_reminder(milo)
    assert (here.due_on, here.next_step_at) == (TODAY, await morning(TODAY))
    assert (there.due_on, there.next_step_at) == (TODAY, NOW)
    await decided(NOW - MINUTE)
    assert await told() == ["olga.berg@home.example"]
    await decided(NOW)
    assert await told() == ["olga.berg@home.example", "nora.lund@home.example"]


async def test_a_forecast_counts_what_is_due_and_booked_there(world):
    milo = await a_pet_at_the_hill()
    terms = Terms(steps=(0,), first_age_months=84, service_ids=(world.service.id,))
    found = await reminder_forecasts.of_terms(world.manager.viewer, RuleKind.AGE, terms, now=NOW)
    assert (found.pets, found.due_within[30], found.booked, found.first_letters) == (2, 2, 0, 2)
    await a_booking(milo, location=await Location.get(name="Hill"), starts_at=NOW + DAY)
    found = await reminder_forecasts.of_terms(world.manager.viewer, RuleKind.AGE, terms, now=NOW)
    assert (found.pets, found.due_within[30], found.booked, found.first_letters) == (2, 2, 1, 1)


async def test_medicine_is_handed_out_again_as_ever(world):
    await a_location("Hill", zone=NOWHERE)
    medicine = await a_prescription(await a_note(await a_visit(world.pet)), repeats_allowed=1, valid_until=TODAY)
    await prescriptions.give_repeat(world.vet.viewer, medicine.id, key="again", now=NOW)
    assert (await Prescription.get(id=medicine.id)).repeats_given == 1


async def test_a_letter_about_a_visit_there_shows_the_time_by_utc(world):
    hill = await a_location("Hill", zone=NOWHERE)
    visit = await a_booking(location=hill, starts_at=NOW + 4 * AN_HOUR)
    await a_letter(visit, Letter.COMING_VISIT, not_before=NOW)
    box = PostBox()
    assert (await deliver(box, Clock(NOW))).sent == 1
    assert "When: Monday, 2 March 2026, 12:00 (Coordinated Universal Time)" in box.letters[0].text


async def test_a_care_letter_from_there_goes_out_in_the_morning_by_utc(world):
    milo = await a_pet_at_the_hill()
    await reminders.work_out([milo.id], now=NOW)
    await decided(NOW)
    box, clock = PostBox(), Clock(NOW - MINUTE)
    assert (await deliver(box, clock)).sent == 0
    clock.forward(MINUTE)
    assert (await deliver(box, clock)).sent == 1
    assert box.addresses == ["nora.lund@home.example"]


async def test_a_reader_whose_clock_nobody_knows_is_not_disturbed_at_night_at_the_place(world):
    await Client.filter(id=world.owner.id).update(zone=NOWHERE)
    six = NOW - 2 * AN_HOUR
    visit = await a_booking(service=await a_service("Dental"), starts_at=NOW + 4 * AN_HOUR)
    await a_letter(visit, Letter.COMING_VISIT, not_before=six)
    await reminders.work_out([world.pet.id], now=six)
    await decided(await morning(TODAY))  # 07:00 by UTC
    box, clock = PostBox(), Clock(six)
    assert (await deliver(box, clock)).sent == 0
    assert {each.not_before for each in await Message.all()} == {await morning(TODAY)}
    clock.forward(AN_HOUR)
    assert (await deliver(box, clock)).sent == 2
