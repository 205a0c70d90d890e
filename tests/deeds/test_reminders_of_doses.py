"""Reminders of doses: what is due follows what was given, whatever becomes of that."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models import Location, ReminderReason, Target, Vaccination, VaccinationProtocol
from models.pet import DatePrecision
from resolvers import pets, vaccination_protocols, vaccinations
from resolvers.pets import PetChanges
from resolvers.vaccinations import VaccinationChanges
from tests.doses import a_practice_in_new_york, give
from tests.doses import kept as key
from tests.reminding import (
    BOOKED,
    COMPLETED,
    DAY,
    PLANNED,
    SENT,
    decided,
    kept,
    letters,
    morning,
    notices,
    planned,
    stand,
    the_reminder,
    told_of,
    withdrawn,
)
from tests.world import NOW, TODAY, a_booking, a_consent, a_manager, a_rule, a_vaccine

pytestmark = pytest.mark.anyio

A_YEAR_LATER = date(2027, 3, 2)
NO_LONGER_DUE = withdrawn(ReminderReason.NO_LONGER_DUE)


@pytest.fixture
async def world(database):
    """The rabies vaccine lasts three years; in New York the first booster is due after one."""
    world = await a_practice_in_new_york()
    await a_rule(services=[world.service])
    return world


async def test_a_dose_that_is_given_is_planned_again_with_its_steps(world):
    dose = await give(world)
    await planned()

    reminder = await the_reminder(world.pet)
    assert (reminder.subject, reminder.cycle, reminder.due_on) == ("RABIES", str(dose.id), A_YEAR_LATER)
    assert (reminder.state, reminder.reason) == PLANNED
    assert reminder.sentence.startswith("The first booster is due 1 year after the first vaccination")
    assert reminder.next_step_at == await morning(A_YEAR_LATER - 30 * DAY)
    assert reminder.next_step_at.isoformat() == "2027-01-31T13:00:00+00:00"  # 08:00 in New York
    assert reminder.location_id == world.location.id
    assert await told_of(reminder) == ["PLANNED"]


async def test_nothing_is_written_again_when_nothing_has_changed(world):
    await give(world)
    await planned()
    before = await the_reminder(world.pet)
    await pets.amend(world.vet.viewer, world.pet.id, PetChanges(colour="brown"), **key())
    await planned(NOW + DAY)
    after = await the_reminder(world.pet)
    assert after.changed_at == before.changed_at == NOW
    assert await told_of(after) == ["PLANNED"]


async def test_a_dose_completes_its_cycle_and_begins_the_next(world):
    await planned()
    await give(world, date(2025, 6, 1), now=NOW)
    await planned()
    second = await give(world, TODAY, now=NOW + timedelta(hours=1))
    await planned(NOW + timedelta(hours=1))

    assert await stand(world.pet) == [
        ("RABIES", date(2026, 6, 1), COMPLETED),
        ("RABIES", date(2029, 3, 2), PLANNED),
    ]
    first, later = await kept(world.pet)
    assert (first.done_on, first.next_step_at) == (TODAY, None)
    assert later.cycle == str(second.id)
    assert await told_of(first) == ["PLANNED", "COMPLETED"]


async def test_a_dose_that_is_moved_back_is_due_sooner_in_the_same_cycle(world):
    dose = await give(world)
    await planned()
    await vaccinations.amend(world.vet.viewer, dose.id, VaccinationChanges(given_on=date(2025, 12, 1)), **key())
    await planned()

    reminder = await the_reminder(world.pet)
    assert (reminder.due_on, reminder.cycle, reminder.round) == (date(2026, 12, 1), str(dose.id), 1)
    assert reminder.next_step_at == await morning(date(2026, 11, 1))
    assert await told_of(reminder) == ["PLANNED", "CHANGED"]


async def test_a_dose_that_is_voided_takes_its_cycle_with_it_and_the_one_before_is_current_again(world):
    await give(world, date(2025, 6, 1))
    await planned()
    wrong = await give(world, TODAY)
    await planned()
    await vaccinations.void(world.vet.viewer, wrong.id, "It was another dog.", **key())
    await planned()

    assert await stand(world.pet) == [
        ("RABIES", date(2026, 6, 1), PLANNED),
        ("RABIES", date(2029, 3, 2), NO_LONGER_DUE),
    ]
    first, gone = await kept(world.pet)
    assert first.done_on is None
    assert await told_of(first) == ["PLANNED", "COMPLETED", "RESUMED"]
    assert await told_of(gone) == ["PLANNED", "WITHDRAWN"]


async def test_a_dose_that_is_voided_and_entered_again_tells_nobody_twice(world):
    await a_consent(world.owner)
    wrong = await give(world)
    now = await morning(A_YEAR_LATER - 30 * DAY)
    await decided(now)
    assert await notices() == [(-30, "WAITING", "STEP_REACHED")]

    await vaccinations.void(world.vet.viewer, wrong.id, "It was another vial.", **key(now))
    await planned(now)
    again = await give(world, TODAY + DAY, lot="A-2", now=now)
    await decided(now + DAY)

    reminder = await the_reminder(world.pet, cycle=str(again.id))
    assert (reminder.due_on, reminder.last_step, (reminder.state, reminder.reason)) == (date(2027, 3, 3), -30, SENT)
    assert reminder.next_step_at == await morning(date(2027, 2, 24))
    assert len(await letters()) == 1
    assert await told_of(reminder) == ["PLANNED", "DUE", "WITHDRAWN", "RESUMED"]


async def test_the_same_in_one_go_of_the_worker(world):
    wrong = await give(world)
    await planned()
    reminder = await the_reminder(world.pet)
    await vaccinations.void(world.vet.viewer, wrong.id, "It was another vial.", **key())
    again = await give(world, TODAY + DAY - DAY, lot="A-2")
    await planned()
    after = await the_reminder(world.pet)
    assert (after.id, after.cycle) == (reminder.id, str(again.id))


async def test_a_dose_far_from_the_one_that_was_voided_is_told_anew(world):
    wrong = await give(world, date(2025, 9, 1))
    await planned()
    await vaccinations.void(world.vet.viewer, wrong.id, "It was another dog.", **key())
    await planned()
    await give(world, TODAY)
    await planned()
    assert await stand(world.pet) == [
        ("RABIES", date(2025, 4, 1), COMPLETED),  # while none was known, the first one was due at three months
        ("RABIES", date(2026, 9, 1), NO_LONGER_DUE),
        ("RABIES", A_YEAR_LATER, PLANNED),
    ]


async def test_a_birth_date_that_is_corrected_moves_what_was_never_given(world):
    """The first dose of a dog is due at the age of three months."""
    await pets.amend(
        world.vet.viewer, world.pet.id, PetChanges(born_on=TODAY, born_precision=DatePrecision.DAY), **key()
    )
    await planned()
    before = await the_reminder(world.pet)
    assert (before.cycle, before.due_on) == ("0", date(2026, 6, 2))
    born = PetChanges(born_on=TODAY - 20 * DAY, born_precision=DatePrecision.DAY)
    await pets.amend(world.vet.viewer, world.pet.id, born, **key())
    await planned()
    after = await the_reminder(world.pet)
    assert (after.id, after.due_on, after.state) == (before.id, date(2026, 5, 10), before.state)
    assert after.next_step_at == await morning(date(2026, 4, 10))


async def test_a_protocol_that_is_switched_off_concerns_every_pet(world):
    await planned()
    assert [state for _, _, state in await stand(world.pet)] == []
    await give(world)
    await planned()
    manager = await a_manager()
    protocol = await VaccinationProtocol.get(code="RABIES_US_NY", is_active=True)
    await vaccination_protocols.deactivate(manager.viewer, protocol.id, **key())
    national = await VaccinationProtocol.filter(code="RABIES_US", is_active=True).first()
    if national:
        await vaccination_protocols.deactivate(manager.viewer, national.id, **key())
    await planned()
    [(_, due_on, state)] = await stand(world.pet)
    assert (due_on, state) == (date(2029, 3, 2), PLANNED)  # the label says three years


async def test_only_the_targets_of_the_rule_are_reminded_of(world):
    await a_rule("Leptospirosis", targets=["LEPTOSPIROSIS"])
    vaccine = await a_vaccine("Vanguard", targets=[Target.RABIES, Target.LEPTOSPIROSIS], lasts=12)
    await give(world, vaccine=vaccine)
    await planned()
    subjects = sorted((row.subject, row.rule_id) for row in await kept(world.pet))
    assert [subject for subject, _ in subjects] == ["LEPTOSPIROSIS", "LEPTOSPIROSIS", "RABIES"]


async def test_a_visit_that_is_booked_silences_and_one_that_is_missed_does_no_longer(world):
    await give(world)
    visit = await a_booking(world.pet, starts_at=NOW + 310 * DAY, service=world.service)
    await planned()
    reminder = await the_reminder(world.pet)
    assert ((reminder.state, reminder.reason), reminder.appointment_id, reminder.next_step_at) == (
        BOOKED,
        visit.id,
        None,
    )
    assert reminder.look_again_at == visit.ends_at + DAY

    await planned(visit.ends_at + DAY - timedelta(seconds=1))
    assert (await the_reminder(world.pet)).appointment_id == visit.id
    await planned(visit.ends_at + DAY)
    after = await the_reminder(world.pet)
    assert ((after.state, after.reason), after.appointment_id, after.booked_at) == (PLANNED, None, NOW)


@pytest.mark.parametrize(("steps", "days_before"), [((-30, 0), 60), ((-90, 0), 90)])
async def test_a_visit_long_before_is_for_something_else_until_it_is_moved(world, steps, days_before):
    """It counts from 60 days before the due day on, or from the first step when that is earlier."""
    rule = await a_rule("Early", services=[world.service], steps=steps)
    await give(world)
    due_on = NOW + 365 * DAY
    for starts_at, state in (
        (NOW + 2 * DAY, PLANNED),
        (due_on - (days_before + 1) * DAY, PLANNED),
        (due_on - days_before * DAY, BOOKED),
    ):
        visit = await a_booking(world.pet, starts_at=starts_at, service=world.service)
        await pets.amend(world.vet.viewer, world.pet.id, PetChanges(colour=f"{starts_at:%d}"), **key())
        await planned()
        reminder = await the_reminder(world.pet, rule_id=rule.id)
        assert (reminder.state, reminder.reason) == state, starts_at
        assert reminder.appointment_id == (visit.id if state == BOOKED else None)
        # Waiting makes no visit late enough, so there is nothing to look at again before one that counts is over.
        assert reminder.look_again_at == (visit.ends_at + DAY if state == BOOKED else None)


async def test_the_place_of_a_pet_is_where_its_latest_visit_is(world):
    await give(world)
    await Location.all().update(zone="Europe/Berlin")
    assert await Vaccination.all().count() == 1
    await planned()
    reminder = await the_reminder(world.pet)
    assert reminder.next_step_at
    assert reminder.next_step_at.isoformat() == "2027-01-31T07:00:00+00:00"
