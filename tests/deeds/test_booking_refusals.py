"""What cannot be booked, and in which words that is said."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from models import (
    Appointment,
    Ownership,
    Right,
    Service,
    ServiceStaff,
    Species,
)
from models.appointment import MOST_COMING_UNKNOWN
from models.refusal import (
    InvalidInput,
    LocationClosed,
    NotFound,
    OutsideHours,
    PetHasDied,
    RightNeeded,
    ServiceNotOffered,
    SlotTaken,
    TimeHasPassed,
    TooManyPlanned,
    TooShortNotice,
    VetCannotDoService,
)
from resolvers import bookings
from tests.booking import AT_TEN, booked, refused
from tests.world import (
    AN_HOUR,
    NOW,
    TODAY,
    a_location,
    a_pet,
    a_room,
    a_vet,
    a_world,
    an_owner,
    an_ownership,
)


async def test_a_time_in_the_past_is_refused(database):
    world = await a_world()
    await refused(world, TimeHasPassed, starts_at=NOW - timedelta(minutes=15))


async def test_a_time_off_the_grid_is_refused(database):
    world = await a_world()
    refusal = await refused(world, InvalidInput, starts_at=AT_TEN + timedelta(minutes=7))
    assert refusal.path == ("startsAt",)


async def test_a_time_outside_the_hours_is_refused(database):
    world = await a_world()
    for moment in (NOW - timedelta(hours=3) + timedelta(days=1), NOW + timedelta(days=5), NOW + timedelta(hours=9)):
        await refused(world, OutsideHours, starts_at=moment)


async def test_a_visit_that_would_end_after_closing_is_refused(database):
    world = await a_world()
    await refused(world, OutsideHours, starts_at=NOW + timedelta(hours=8, minutes=45))


async def test_a_vet_who_cannot_do_the_service_is_refused(database):
    world = await a_world()
    newcomer = await a_vet()
    await ServiceStaff.filter(staff_id=newcomer.id).delete()
    await refused(world, VetCannotDoService, vet_id=newcomer.id)


async def test_a_location_where_the_vet_does_not_work_is_refused(database):
    world = await a_world()
    elsewhere = await a_location("Harbour")
    await a_room(location=elsewhere)
    await refused(world, VetCannotDoService, location_id=elsewhere.id, vet_id=world.vet.id)


async def test_an_unknown_location_service_or_pet_is_not_found(database):
    world = await a_world()
    for name in ("location_id", "service_id", "pet_id"):
        for key in (None, uuid4(), UUID(int=0)):
            await refused(world, NotFound, **{name: key})


async def test_a_closed_location_is_refused(database):
    world = await a_world()
    world.location.closed_on = TODAY
    await world.location.save()
    await refused(world, LocationClosed)


async def test_a_pet_that_is_not_hers_is_not_found_in_the_words_for_no_pet_at_all(database):
    world = await a_world()
    stranger = await a_pet(await an_owner())
    theirs = await refused(world, NotFound, pet_id=stranger.id)
    nobodys = await refused(world, NotFound, pet_id=uuid4())
    assert (theirs.message, theirs.path) == (nobodys.message, nobodys.path)


async def test_a_pet_that_has_died_is_refused_in_words_of_its_own(database):
    world = await a_world()
    world.pet.died_on = TODAY
    await world.pet.save()
    refusal = await refused(world, PetHasDied)
    assert "sorry" in refusal.message


async def test_an_owner_without_the_right_to_book_is_told_so(database):
    world = await a_world()
    other = await an_owner()
    await an_ownership(world.pet, other, rights=frozenset({Right.VIEW}), share=0)
    await refused(world, RightNeeded, viewer=other.viewer)


async def test_a_service_that_is_not_online_is_not_there_for_owners(database):
    world = await a_world()
    world.service.is_bookable_online = False
    await world.service.save()
    await refused(world, NotFound)
    await booked(world, viewer=world.receptionist.viewer)


async def test_a_client_whom_nobody_knows_books_only_what_is_open_to_new_clients(database):
    world = await a_world()
    newcomer = await an_owner(is_linked=False)
    pet = await a_pet(newcomer)
    await booked(world, viewer=newcomer.viewer, pet_id=pet.id)
    world.service.is_open_to_new_clients = False
    await world.service.save()
    await refused(world, ServiceNotOffered, viewer=newcomer.viewer, pet_id=pet.id, key="other")


async def test_a_species_that_is_not_seen_is_refused(database):
    world = await a_world()
    await Service.filter(id=world.service.id).update(species=[Species.CAT.value])
    await refused(world, ServiceNotOffered)


async def test_too_short_notice_is_refused_online_and_not_at_the_desk(database):
    world = await a_world()
    world.service.lead_minutes = 120
    await world.service.save()
    refusal = await refused(world, TooShortNotice)
    assert refusal.earliest == NOW + timedelta(hours=2)
    await booked(world, viewer=world.receptionist.viewer)


async def test_an_owner_cannot_choose_the_vet_where_the_practice_does(database):
    world = await a_world()
    world.service.owner_may_choose_vet = False
    await world.service.save()
    await refused(world, InvalidInput, vet_id=world.vet.id)


async def test_a_client_whom_nobody_knows_cannot_book_the_practice_full(database):
    world = await a_world()
    newcomer = await an_owner(is_linked=False)
    pet = await a_pet(newcomer)
    for number in range(MOST_COMING_UNKNOWN):
        day = timedelta(days=number % 4)
        await booked(
            world, newcomer.viewer, key=str(number), pet_id=pet.id, starts_at=AT_TEN + day + AN_HOUR * (number // 4)
        )
    await refused(world, TooManyPlanned, newcomer.viewer, pet_id=pet.id, key="more", starts_at=AT_TEN + 5 * AN_HOUR)
    await booked(world, world.receptionist.viewer, key="desk", pet_id=pet.id, starts_at=AT_TEN + 5 * AN_HOUR)


async def test_online_booking_reaches_one_year_ahead(database):
    world = await a_world()
    await refused(world, InvalidInput, starts_at=AT_TEN + timedelta(days=371))
    await booked(world, world.receptionist.viewer, starts_at=AT_TEN + timedelta(days=371))


async def test_where_the_practice_chooses_the_vet_alternatives_name_none(database):
    world = await a_world()
    world.service.owner_may_choose_vet = False
    await world.service.save()
    await booked(world)
    refusal = await refused(world, SlotTaken, key="again")
    assert refusal.alternatives
    assert {time.vet_ids for time in refusal.alternatives} == {()}


async def test_a_right_that_is_lost_while_she_books_is_noticed(database, monkeypatch):
    world = await a_world()
    ours = bookings.hold

    async def hold_after_the_end(wish, place):
        await Ownership.filter(client_id=world.owner.id).update(ends_on=TODAY)
        await ours(wish, place)

    monkeypatch.setattr(bookings, "hold", hold_after_the_end)
    with pytest.raises(RightNeeded):
        await booked(world)
    assert await Appointment.all().count() == 0
