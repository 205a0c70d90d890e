"""A death that was a mistake: what the world still allows comes back, and nobody else's change is overwritten."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from models import (
    Appointment,
    BusyTime,
    Death,
    Event,
    EventKind,
    Letter,
    Location,
    Message,
    MessageState,
    Pet,
    PlanState,
    Prescription,
    Room,
    Service,
    Staff,
    Status,
    StepState,
    TreatmentPlan,
    TreatmentStep,
    VaccinationDue,
    sql,
)
from models.death import EndingKind, StayedBecause
from models.refusal import Forbidden, IdempotencyKeyReused, InvalidInput, NoDeathRecorded, NotFound
from models.row import uuid7
from resolvers import appointments, deaths, pet_imports, trail, vaccinations
from resolvers.appointments import KINDS, Booking, ChangeKind
from resolvers.pet_imports import Arrival
from resolvers.pets import PetOwner
from resolvers.vaccinations import NewVaccination, VaccinationChanges
from tests.world import (
    AN_HOUR,
    NOW,
    TODAY,
    a_booking,
    a_dead_pet,
    a_letter,
    a_life,
    a_pet,
    a_vaccine,
    a_world,
    how_many_rows,
)
from tests.world.elsewhere import a_document, a_patient
from vetdesk.open_vet_format import record_format

pytestmark = pytest.mark.anyio

LATER = NOW + timedelta(minutes=10)
BECAUSE = "It was another pet."


async def died(world, **more):
    return await deaths.record(world.vet.viewer, world.pet.id, TODAY, key="died", now=NOW, **more)


async def undone(world, *, now=LATER, key="undone"):
    """The kinds and keys that came back, and those that stayed, by the reason."""
    recorded = await deaths.undo(world.receptionist.viewer, world.pet.id, BECAUSE, key=key, now=now)
    back, stayed = await deaths.what_came_back(world.receptionist.viewer, recorded.death_id)
    return back, stayed


def counts(ended):
    return {things.kind: things.count for things in ended.others}


async def test_what_came_back_is_told(database):
    world = await a_world()
    life = await a_life(world.pet, times=2)
    await died(world)

    back, stayed = await undone(world)

    assert set(back.appointment_ids) == {visit.id for visit in life.appointments}
    assert counts(back) == {
        EndingKind.LETTER: 2,
        EndingKind.TREATMENT_PLAN: 2,
        EndingKind.TREATMENT_STEP: 2,
        EndingKind.PRESCRIPTION: 2,
    }
    assert stayed == {}
    assert KINDS[EventKind.APPOINTMENT_RESTORED] is ChangeKind.RESTORED
    restored = await trail.since(0, most=100, kinds=[EventKind.APPOINTMENT_RESTORED])
    assert [(each.subject_id, each.location_id, each.new) for each in restored] == [
        (visit.id, world.location.id, visit.visit) for visit in life.appointments
    ]  # and whoever has the day open sees them come back
    assert (await Event.get(kind=EventKind.DEATH_UNDONE)).account_id == world.receptionist.account.id


async def test_a_visit_whose_time_has_passed_meanwhile_stays_cancelled_and_so_does_its_letter(database):
    world = await a_world()
    life = await a_life(world.pet, times=2)
    await died(world)

    back, stayed = await undone(world, now=NOW + AN_HOUR)

    first, second = life.appointments
    assert back.appointment_ids == (second.id,)
    assert stayed[StayedBecause.TIME_HAS_PASSED].appointment_ids == (first.id,)
    assert counts(stayed[StayedBecause.NO_LONGER_TRUE]) == {EndingKind.LETTER: 1}
    assert [(await Appointment.get(id=visit.id)).status for visit in (first, second)] == [
        Status.CANCELLED,
        Status.BOOKED,
    ]
    assert [(await Message.get(id=letter.id)).state for letter in life.letters] == [
        MessageState.WITHDRAWN,
        MessageState.WAITING,
    ]
    assert await BusyTime.filter(appointment_id=first.id).count() == 0
    assert await BusyTime.filter(appointment_id=second.id).count() == 3


async def test_a_time_that_somebody_has_booked_meanwhile_is_theirs(database):
    world = await a_world()
    life = await a_life(world.pet)
    await died(world)
    theirs = await a_pet(world.owner)
    booking = Booking(theirs.id, world.service.id, world.location.id, life.appointments[0].starts_at)
    booked = await appointments.book(world.receptionist.viewer, booking, key="b", now=NOW)

    back, stayed = await undone(world)

    assert back.appointment_ids == ()
    assert stayed[StayedBecause.TIME_IS_TAKEN].appointment_ids == (life.appointments[0].id,)
    assert counts(stayed[StayedBecause.NO_LONGER_TRUE]) == {EndingKind.LETTER: 1}
    assert {time.appointment_id for time in await BusyTime.all()} == {booked}
    assert (await TreatmentPlan.get()).state is PlanState.ACTIVE  # and everything else came back


async def test_a_visit_whose_vet_has_left_whose_room_is_used_no_more_or_whose_place_closes_stays_cancelled(database):
    world = await a_world()
    life = await a_life(world.pet)
    for model, which, change in (
        (Staff, world.vet.id, {"left_at": NOW}),
        (Room, world.room.id, {"is_in_use": False}),
        (Location, world.location.id, {"closed_on": TODAY}),
    ):
        before = await model.get(id=which)
        key = model.__name__
        recorded = await deaths.record(world.receptionist.viewer, world.pet.id, TODAY, key=key, now=NOW)
        await model.filter(id=which).update(**change)
        back, stayed = await undone(world, key=key)
        assert (back.appointment_ids, set(stayed)) == ((), {StayedBecause.NOT_OFFERED, StayedBecause.NO_LONGER_TRUE})
        # As if nothing had been: the next one finds it planned again.
        await model.filter(id=which).update(**{name: getattr(before, name) for name in change})
        await Appointment.filter(id=life.appointments[0].id).update(status=Status.BOOKED, cancelled_because="")
        await Message.all().update(state=MessageState.WAITING, reason="")
        assert recorded.pet_id == world.pet.id


async def test_a_visit_that_was_only_requested_comes_back_and_takes_nobodys_time(database):
    world = await a_world()
    visit = await a_booking(world.pet, status=Status.REQUESTED)
    await died(world)
    await undone(world)
    assert (await Appointment.get(id=visit.id)).status is Status.REQUESTED
    assert await BusyTime.all().count() == 0


async def test_a_longer_service_since_then_changes_nothing_of_the_time_that_comes_back(database):
    world = await a_world()
    life = await a_life(world.pet)
    before = await life.now()
    await died(world)
    await Service.all().update(lasts_minutes=60, buffer_before_minutes=15)
    await undone(world)
    assert await life.now() == before


async def test_a_letter_that_went_out_in_that_very_moment_is_not_sent_again(database):
    world = await a_world()
    life = await a_life(world.pet)
    await died(world)
    await Message.filter(id=life.letters[0].id).update(state=MessageState.SENT, sent_at=NOW)

    _, stayed = await undone(world)

    assert counts(stayed[StayedBecause.CHANGED_SINCE]) == {EndingKind.LETTER: 1}
    assert (await Message.get(id=life.letters[0].id)).state is MessageState.SENT


async def test_a_letter_that_is_being_sent_keeps_its_claim(database):
    world = await a_world()
    life = await a_life(world.pet)
    until = NOW + timedelta(minutes=5)
    await Message.all().update(locked_until=until, attempts=1)
    await died(world)
    assert (await Message.get(id=life.letters[0].id)).locked_until is None
    await undone(world, now=NOW + timedelta(minutes=1))
    assert (await Message.get(id=life.letters[0].id)).locked_until == until


async def test_a_letter_about_a_cancellation_before_the_death_is_still_true(database):
    world = await a_world()
    visit = await a_booking(world.pet, status=Status.CANCELLED)
    letter = await a_letter(visit, Letter.APPOINTMENT_CANCELLED)
    await died(world)
    assert (await Message.get(id=letter.id)).state is MessageState.WITHDRAWN
    await undone(world)
    assert (await Message.get(id=letter.id)).state is MessageState.WAITING


async def test_what_was_only_in_the_letter_is_erased_by_a_death_and_kept_nowhere(database):
    world = await a_world()
    letter = await a_letter(await a_booking(world.pet), secret="sealed:x")
    await died(world)
    assert not (await Message.get(id=letter.id)).secret
    kept = await sql.fetch("SELECT before, after FROM death_effect")
    assert kept
    assert "sealed" not in str([dict(row) for row in kept])


async def test_a_plan_that_somebody_has_amended_since_goes_on_with_the_amendment(database):
    world = await a_world()
    life = await a_life(world.pet)
    await died(world)
    await TreatmentPlan.all().update(title="The other leg")
    await undone(world)
    plan = await TreatmentPlan.get(id=life.plans[0].id)
    assert (plan.state, plan.ended_at, plan.title) == (PlanState.ACTIVE, None, "The other leg")


async def test_what_somebody_has_ended_in_another_way_since_stays_as_they_left_it(database):
    world = await a_world()
    life = await a_life(world.pet)
    await died(world)
    await TreatmentPlan.all().update(stopped_because="Her owner wants it so.")
    await Prescription.all().update(stopped_because="It does not help.")

    _, stayed = await undone(world)

    assert counts(stayed[StayedBecause.CHANGED_SINCE]) == {
        EndingKind.TREATMENT_PLAN: 1,
        EndingKind.TREATMENT_STEP: 1,  # for its plan stays stopped
        EndingKind.PRESCRIPTION: 1,
    }
    assert (await TreatmentPlan.get(id=life.plans[0].id)).state is PlanState.STOPPED
    assert (await TreatmentStep.get(id=life.steps[0].id)).state is StepState.SKIPPED
    assert (await Prescription.get(id=life.prescriptions[0].id)).stopped_because == "It does not help."


async def test_an_undo_that_is_sent_again_tells_the_same_whatever_has_happened_since(database):
    world = await a_world()
    await a_life(world.pet, times=2)
    await died(world)
    first = await undone(world, now=NOW + AN_HOUR)
    before = await how_many_rows()
    assert await undone(world, now=NOW + AN_HOUR) == first
    await deaths.record(world.vet.viewer, world.pet.id, TODAY, key="again", now=NOW + AN_HOUR)
    assert await undone(world, now=NOW + AN_HOUR) == first
    assert (await Pet.get(id=world.pet.id)).died_on == TODAY  # the second death stands
    assert (await how_many_rows())["Death"] == before["Death"] + 1


async def test_a_living_pet_and_a_death_that_is_undone_already_are_refused(database):
    world = await a_world()
    before = await how_many_rows()
    with pytest.raises(NoDeathRecorded) as refused:
        await undone(world)
    assert refused.value.path == ("petId",)
    assert await how_many_rows() == before
    await died(world)
    await undone(world)
    with pytest.raises(NoDeathRecorded):
        await undone(world, key="another")
    assert await Death.filter(undone_at=None).count() == 0


async def test_an_undo_needs_a_reason_a_pet_and_one_of_the_staff(database):
    world = await a_world()
    await died(world)
    before = await how_many_rows()
    given: Any = {"key": "k", "now": LATER}
    for because in ("", "  ", "x" * 2001):
        with pytest.raises(InvalidInput) as refused:
            await deaths.undo(world.vet.viewer, world.pet.id, because, **given)
        assert refused.value.path == ("because",)
    with pytest.raises(NotFound):
        await deaths.undo(world.vet.viewer, uuid7(), BECAUSE, **given)
    with pytest.raises(Forbidden):
        await deaths.undo(world.owner.viewer, world.pet.id, BECAUSE, **given)
    assert await how_many_rows() == before
    await deaths.undo(world.vet.viewer, world.pet.id, BECAUSE, **given)
    with pytest.raises(IdempotencyKeyReused):
        await deaths.undo(world.vet.viewer, world.pet.id, "For another reason.", **given)


async def test_a_death_of_which_nobody_has_written_down_what_it_ended_can_be_undone(database):
    world = await a_world()
    rex = await a_dead_pet(world.owner)
    recorded = await deaths.undo(world.vet.viewer, rex.id, BECAUSE, key="k", now=LATER)
    back, stayed = await deaths.what_came_back(world.vet.viewer, recorded.death_id)
    assert ((await Pet.get(id=rex.id)).died_on, back.appointment_ids, back.others, stayed) == (None, (), (), {})


async def test_a_pet_that_came_in_dead_by_mistake_lives_again(database):
    world = await a_world()
    document = json.dumps(a_document(patient=a_patient(is_deceased=True, deceased_date="2026-01-30")))
    told: Any = {"records": record_format(), "now": NOW}
    arrival = Arrival(document, [PetOwner(world.owner.id)])
    promised = await pet_imports.rehearse(world.vet.viewer, arrival, **told)
    came = await pet_imports.carry_out(world.vet.viewer, arrival, promised.fingerprint, key="k", **told)
    standing = (await deaths.standing(world.vet.viewer, [came.pet_id]))[came.pet_id]
    assert (standing.died_on, standing.recorded_by, standing.is_reported_by_owner) == (
        date(2026, 1, 30),
        world.vet.staff.display_name,
        False,
    )
    await deaths.undo(world.vet.viewer, came.pet_id, BECAUSE, key="k", now=LATER)
    assert (await Pet.get(id=came.pet_id)).died_on is None


async def test_what_is_due_comes_back_although_a_dose_was_corrected_meanwhile(database):
    world, rabies = await a_world(), await a_vaccine()
    vet, dose = world.vet.viewer, NewVaccination(rabies.id, location_id=world.location.id, lot="A-1")
    given = await vaccinations.record(vet, world.pet.id, dose, key="given", now=NOW)
    before = await VaccinationDue.get(pet_id=world.pet.id)
    await died(world)
    await vaccinations.amend(vet, given, VaccinationChanges(lot="A-2"), key="amended", now=NOW)
    back, stayed = await undone(world)
    assert (counts(back), stayed) == ({EndingKind.VACCINATION_DUE: 1}, {})
    after = await VaccinationDue.get(pet_id=world.pet.id)
    assert (after.id, after.due_on, after.lapses_on) == (before.id, before.due_on, None)
