"""Moving appointments, and the steps they take."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from models import (
    Appointment,
    BusyTime,
    ClientEmail,
    Event,
    EventKind,
    Letter,
    Message,
    MessageState,
    Right,
    ServiceRoom,
    Status,
)
from models.appointment import NEXT
from models.refusal import (
    Forbidden,
    InvalidInput,
    NotFound,
    PetHasDied,
    RightNeeded,
    SlotTaken,
    StepNotAllowed,
    TimeHasPassed,
)
from models.role import Role
from resolvers import appointments
from resolvers.appointments import Move, told
from resolvers.viewer import Viewer
from tests.world import (
    AN_HOUR,
    NOW,
    TODAY,
    a_booking,
    a_letter,
    a_location,
    a_pet,
    a_receptionist,
    a_room,
    a_vet,
    a_world,
    an_owner,
    an_ownership,
    how_many_rows,
)

AT_TEN, AT_ELEVEN = NOW + AN_HOUR, NOW + 2 * AN_HOUR
STEPS = {
    Status.CONFIRMED: appointments.confirm,
    Status.ARRIVED: appointments.check_in,
    Status.IN_PROGRESS: appointments.start,
    Status.COMPLETED: appointments.complete,
    Status.CANCELLED: appointments.cancel,
    Status.NO_SHOW: appointments.mark_no_show,
}


async def moved(world, appointment, starts_at=AT_ELEVEN, viewer=None, key="k", now=NOW, **more):
    move = Move(appointment.id, starts_at, **more)
    await appointments.reschedule(viewer or world.owner.viewer, move, key=key, now=now)
    return await Appointment.get(id=appointment.id)


async def refused(refusal, work):
    before = await how_many_rows()
    with pytest.raises(refusal) as caught:
        await work
    assert await how_many_rows() == before
    return caught.value


async def test_an_owner_moves_her_appointment_and_it_stays_the_same_one(database):
    world = await a_world()
    appointment = await a_booking(world.pet)
    assert (await moved(world, appointment)).starts_at == AT_ELEVEN
    assert {b.starts_at for b in await BusyTime.all()} == {AT_ELEVEN}
    event = await Event.get()
    assert (event.kind, event.old_starts_at, event.new_starts_at) == (EventKind.APPOINTMENT_MOVED, AT_TEN, AT_ELEVEN)


async def test_a_confirmed_appointment_that_is_moved_has_to_be_confirmed_again(database):
    world = await a_world()
    appointment = await a_booking(world.pet, status=Status.CONFIRMED)
    assert (await moved(world, appointment)).status is Status.BOOKED


async def test_moving_withdraws_the_unsent_letters_and_writes_new_ones(database):
    world = await a_world()
    appointment = await a_booking(world.pet)
    old = await a_letter(appointment)
    await moved(world, appointment, starts_at=AT_TEN + timedelta(days=2))
    assert (await Message.get(id=old.id)).state is MessageState.WITHDRAWN
    waiting = [m.letter for m in await Message.filter(state=MessageState.WAITING)]
    assert sorted(waiting) == [Letter.APPOINTMENT_MOVED, Letter.COMING_VISIT]


async def test_an_appointment_can_be_moved_into_its_own_time(database):
    world = await a_world()
    appointment = await a_booking(world.pet)
    assert (await moved(world, appointment, starts_at=AT_TEN + timedelta(minutes=15))).status is Status.BOOKED


async def test_an_appointment_cannot_be_moved_to_a_time_that_somebody_has(database):
    world = await a_world()
    appointment = await a_booking(world.pet)
    await a_booking(await a_pet(world.owner), starts_at=AT_ELEVEN)
    refusal = await refused(SlotTaken, moved(world, appointment))
    assert refusal.alternatives


async def test_moving_keeps_the_vet_unless_any_vet_will_do(database):
    world = await a_world()
    other, room = await a_vet(), await a_room()
    await ServiceRoom.get_or_create(service_id=world.service.id, room_id=room.id)
    appointment = await a_booking(world.pet, vet=world.vet)
    await a_booking(await a_pet(world.owner), vet=world.vet, starts_at=AT_ELEVEN)
    await refused(SlotTaken, moved(world, appointment))
    assert (await moved(world, appointment, any_vet=True, key="any")).vet_id == other.id


@pytest.mark.parametrize(
    "status", [Status.ARRIVED, Status.IN_PROGRESS, Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW]
)
async def test_what_has_begun_or_ended_cannot_be_moved(database, status):
    world = await a_world()
    appointment = await a_booking(world.pet, status=status)
    await refused(StepNotAllowed, moved(world, appointment))


async def test_an_owner_moves_only_appointments_of_her_own_pets(database):
    world = await a_world()
    appointment = await a_booking(world.pet)
    stranger = await an_owner()
    await refused(NotFound, moved(world, appointment, viewer=stranger.viewer))
    await refused(NotFound, appointments.cancel(stranger.viewer, appointment.id, key="c", now=NOW))
    await refused(NotFound, appointments.confirm(stranger.viewer, uuid4(), key="d", now=NOW))


async def test_a_former_owner_can_no_longer_cancel(database):
    world = await a_world()
    former = await an_owner()
    ownership = await an_ownership(world.pet, former, share=0)
    appointment = await a_booking(world.pet)
    ownership.ends_on = TODAY
    await ownership.save()
    await refused(NotFound, appointments.cancel(former.viewer, appointment.id, key="c", now=NOW))


async def test_an_owner_who_may_only_look_is_told_that_cancelling_is_for_another(database):
    world = await a_world()
    other = await an_owner()
    await an_ownership(world.pet, other, rights=frozenset({Right.VIEW}), share=0)
    appointment = await a_booking(world.pet)
    await refused(RightNeeded, appointments.cancel(other.viewer, appointment.id, key="c", now=NOW))


async def test_an_owner_cannot_move_or_cancel_what_should_have_begun(database):
    world = await a_world()
    appointment = await a_booking(world.pet)
    later = AT_TEN + timedelta(minutes=5)
    await refused(TimeHasPassed, moved(world, appointment, now=later))
    await refused(TimeHasPassed, appointments.cancel(world.owner.viewer, appointment.id, key="c", now=later))


async def test_nothing_is_moved_for_a_pet_that_has_died(database):
    world = await a_world()
    appointment = await a_booking(world.pet)
    world.pet.died_on = TODAY
    await world.pet.save()
    await refused(PetHasDied, moved(world, appointment))


@pytest.mark.parametrize("standing", [s for s in Status if s is not Status.REQUESTED])
@pytest.mark.parametrize("wanted", list(STEPS))
async def test_an_appointment_takes_the_allowed_steps_and_no_other(database, standing, wanted):
    world = await a_world()
    appointment = await a_booking(world.pet, starts_at=AT_TEN, status=standing)
    step = STEPS[wanted](world.receptionist.viewer, appointment.id, key="k", now=AT_TEN)
    if wanted not in NEXT[standing]:
        await refused(StepNotAllowed, step)
        return
    await step
    assert (await Appointment.get(id=appointment.id)).status is wanted
    expected = 0 if wanted in {Status.CANCELLED, Status.NO_SHOW} else 3
    assert await BusyTime.all().count() == expected


async def test_cancelling_frees_the_time_and_tells_the_client(database):
    world = await a_world()
    appointment = await a_booking(world.pet)
    coming = await a_letter(appointment)
    await appointments.cancel(world.owner.viewer, appointment.id, because="She is well.", key="c", now=NOW)
    assert await BusyTime.all().count() == 0
    assert (await Message.get(id=coming.id)).state is MessageState.WITHDRAWN
    (letter,) = await Message.filter(state=MessageState.WAITING)
    assert (letter.letter, letter.to_address) == (
        Letter.APPOINTMENT_CANCELLED,
        (await ClientEmail.get(client_id=world.owner.id)).address,
    )
    assert (await Appointment.get(id=appointment.id)).cancelled_because == "She is well."


async def test_a_visit_that_has_not_begun_is_no_no_show(database):
    world = await a_world()
    appointment = await a_booking(world.pet)
    await refused(
        StepNotAllowed, appointments.mark_no_show(world.receptionist.viewer, appointment.id, key="n", now=NOW)
    )


async def test_whoever_comes_late_the_same_day_is_seen_if_the_time_is_free(database):
    world = await a_world()
    appointment = await a_booking(world.pet)
    desk = world.receptionist.viewer
    await appointments.mark_no_show(desk, appointment.id, key="n", now=AT_TEN)
    await appointments.check_in(desk, appointment.id, key="c", now=AT_TEN)
    assert await BusyTime.all().count() == 3


async def test_whoever_comes_late_when_the_time_is_given_away_hears_other_times(database):
    world = await a_world()
    appointment = await a_booking(world.pet)
    desk = world.receptionist.viewer
    await appointments.mark_no_show(desk, appointment.id, key="n", now=AT_TEN)
    await a_booking(await a_pet(world.owner), starts_at=AT_TEN)
    await refused(SlotTaken, appointments.check_in(desk, appointment.id, key="c", now=AT_TEN))


async def test_whoever_comes_another_day_is_not_checked_in(database):
    world = await a_world()
    appointment = await a_booking(world.pet, status=Status.NO_SHOW)
    late = AT_TEN + timedelta(days=1)
    await refused(StepNotAllowed, appointments.check_in(world.receptionist.viewer, appointment.id, key="c", now=late))


async def test_a_step_taken_twice_at_once_is_taken_once(database):
    world = await a_world()
    appointment = await a_booking(world.pet)
    desk = world.receptionist.viewer
    await asyncio.gather(*(appointments.check_in(desk, appointment.id, key="same", now=NOW) for _ in range(5)))
    assert await Event.all().count() == 1


async def test_of_two_who_move_the_same_appointment_both_leave_it_whole(database):
    world = await a_world()
    appointment = await a_booking(world.pet)
    times = [AT_ELEVEN, AT_ELEVEN + AN_HOUR, AT_ELEVEN + 2 * AN_HOUR]
    await asyncio.gather(*(moved(world, appointment, starts_at=t, key=str(t)) for t in times))
    now_at = (await Appointment.get(id=appointment.id)).starts_at
    assert {b.starts_at for b in await BusyTime.all()} == {now_at}
    assert await BusyTime.all().count() == 3


async def test_staff_act_only_where_they_hold_the_role(database):
    world = await a_world()
    elsewhere = await a_location("Harbour")
    away = await a_receptionist(location=elsewhere)
    appointment = await a_booking(world.pet)
    assert away.viewer.everywhere == frozenset()
    await refused(Forbidden, appointments.check_in(away.viewer, appointment.id, key="c", now=NOW))


async def test_nobody_and_owners_do_not_take_the_steps_of_the_staff(database):
    world = await a_world()
    appointment = await a_booking(world.pet)
    await refused(NotFound, appointments.check_in(Viewer.anyone(), appointment.id, key="a", now=NOW))
    await refused(Forbidden, appointments.check_in(world.owner.viewer, appointment.id, key="b", now=NOW))
    nobody = Viewer(staff_id=world.vet.id, account_id=world.vet.account.id)
    assert nobody.roles == frozenset()
    await refused(NotFound, appointments.check_in(nobody, appointment.id, key="c", now=NOW))
    assert Role.VET in world.vet.viewer.roles


async def test_a_check_in_that_meets_a_no_show_takes_no_time_it_does_not_have(database, monkeypatch):
    world = await a_world()
    appointment = await a_booking(world.pet)
    desk = world.receptionist.viewer
    ours = told.locked

    async def marked_meanwhile(appointment_id):
        await Appointment.filter(id=appointment_id).update(status=Status.NO_SHOW)
        await BusyTime.all().delete()
        return await ours(appointment_id)

    monkeypatch.setattr(told, "locked", marked_meanwhile)
    with pytest.raises(StepNotAllowed):
        await appointments.check_in(desk, appointment.id, key="c", now=AT_TEN)
    assert (await Appointment.get(id=appointment.id)).status is Status.BOOKED


async def test_an_owner_cannot_choose_the_vet_by_moving_where_the_practice_does(database):
    world = await a_world()
    appointment = await a_booking(world.pet)
    world.service.owner_may_choose_vet = False
    await world.service.save()
    await refused(InvalidInput, moved(world, appointment, vet_id=world.vet.id))


async def test_a_vet_who_is_named_counts_even_when_any_will_do(database):
    world = await a_world()
    other, room = await a_vet(), await a_room()
    await ServiceRoom.get_or_create(service_id=world.service.id, room_id=room.id)
    appointment = await a_booking(world.pet, vet=world.vet)
    assert (await moved(world, appointment, vet_id=other.id, any_vet=True)).vet_id == other.id


async def test_a_former_owner_hears_nothing_of_what_becomes_of_the_visit(database):
    world = await a_world()
    former = await an_owner()
    ownership = await an_ownership(world.pet, former, share=0)
    appointment = await a_booking(world.pet, client=former)
    ownership.ends_on = TODAY
    await ownership.save()
    desk = world.receptionist.viewer
    await moved(world, appointment, viewer=desk)
    await appointments.cancel(desk, appointment.id, key="c", now=NOW)
    assert {m.client_id for m in await Message.all()} == {world.owner.id}


async def test_a_move_keeps_what_was_before_in_the_trail(database):
    world = await a_world()
    await moved(world, await a_booking(world.pet))
    event = await Event.get()
    assert list(event.changed) == ["room_id", "vet_id"]
    assert event.detail_hash


async def test_a_step_that_is_not_allowed_says_which_ones_are(database):
    world = await a_world()
    desk = world.receptionist.viewer
    booked = await a_booking(world.pet)
    refusal = await refused(StepNotAllowed, appointments.start(desk, booked.id, key="s", now=NOW))
    assert refusal.message == (
        "This appointment is booked. From there it can be confirmed or checked in or cancelled or marked as a no-show."
    )
    over = await a_booking(await a_pet(world.owner), starts_at=AT_ELEVEN, status=Status.COMPLETED)
    refusal = await refused(StepNotAllowed, moved(world, over, key="m"))
    assert refusal.message == "This appointment is completed and cannot be changed any more."
