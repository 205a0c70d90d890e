"""Who is told of a visit leans on what she wants to hear of; what she is not told stands there with its reason."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from models import (
    Appointment,
    Client,
    ClientEmail,
    ConsentSource,
    Letter,
    Message,
    MessageState,
    Pet,
    Practice,
    Purpose,
    Service,
    Status,
)
from resolvers import appointments
from resolvers.appointments import Booking, Move
from resolvers.messages import Delivered
from tests.postbox import Clock, PostBox, deliver
from tests.world import (
    AN_HOUR,
    NOW,
    a_booking,
    a_consent,
    a_pet,
    a_practice,
    a_receptionist,
    a_room,
    a_service,
    a_vet,
    an_owner,
    an_undeliverable_address,
    the_location,
)

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
ON_THURSDAY = NOW + 3 * DAY + AN_HOUR
OLGA = "olga.berg@home.example"
UNWANTED = "The client does not want such letters."


@pytest.fixture
async def rex(database):
    """Rex is Olga Berg's, and can be booked for a check-up."""
    await a_practice()
    await a_room()
    rex = await a_pet(await an_owner("Olga Berg"), name="Rex")
    await a_service()
    await a_vet()
    return rex


async def booked(pet, starts_at=ON_THURSDAY, **more):
    service, place = await Service.get(), await the_location()
    booking = Booking(pet.id, service.id, place.id, starts_at, **more)
    return await appointments.book((await a_receptionist()).viewer, booking, key="k", now=NOW)


async def told():
    """Each letter with where it stands and why."""
    rows = await Message.all().order_by("letter", "id")
    return [(row.letter, row.state, row.reason) for row in rows]


async def test_a_letter_keeps_what_it_is_for_and_how_we_know_that_it_is_wanted(rex):
    owner = await Client.get(family_name="Berg")
    await a_consent(owner, Purpose.APPOINTMENT, source=ConsentSource.PHONE, said_at=NOW - DAY)
    visit_id = await booked(rex)

    now, coming = [await Message.get(letter=letter) for letter in (Letter.APPOINTMENT_BOOKED, Letter.COMING_VISIT)]
    for letter in (now, coming):
        assert (letter.purpose, letter.to_address, letter.to_domain) == (Purpose.APPOINTMENT, OLGA, "home.example")
        assert (letter.consent_source, letter.consent_at) == (ConsentSource.PHONE, NOW - DAY)
    assert [now.dedupe_key, coming.dedupe_key] == [None, f"COMING_VISIT:{visit_id}:2026-03-05T09:00:00+00:00"]
    assert (now.not_before, coming.not_before) == (NOW, ON_THURSDAY - DAY)


async def test_who_has_said_nothing_hears_of_her_visits(rex):
    await booked(rex)
    assert {(letter, state) for letter, state, _ in await told()} == {
        (Letter.APPOINTMENT_BOOKED, MessageState.WAITING),
        (Letter.COMING_VISIT, MessageState.WAITING),
    }
    assert {one.consent_source for one in await Message.all()} == {None}


async def unwanted():
    await a_consent(await Client.get(family_name="Berg"), Purpose.APPOINTMENT, is_given=False)
    return UNWANTED


async def nowhere():
    await ClientEmail.all().delete()
    return "The client has no e-mail address."


async def unread():
    await an_undeliverable_address(OLGA)
    return "Nobody reads the client's e-mail address."


@pytest.mark.parametrize("why", [unwanted, nowhere, unread])
async def test_who_cannot_be_told_is_not_and_the_reason_stands_there(rex, why):
    reason = await why()
    visit_id = await booked(rex)
    assert await told() == [
        (Letter.APPOINTMENT_BOOKED, MessageState.WITHHELD, reason),
        (Letter.COMING_VISIT, MessageState.WAITING, ""),
    ]
    box, clock = PostBox(), Clock(ON_THURSDAY - DAY)
    assert await deliver(box, clock) == Delivered(withheld=1)
    assert box.letters == []
    assert (await Message.get(letter=Letter.COMING_VISIT)).reason == reason
    reception = await a_receptionist()
    await appointments.reschedule(reception.viewer, Move(visit_id, ON_THURSDAY + AN_HOUR), key="k2", now=NOW)
    await appointments.cancel(reception.viewer, visit_id, key="k3", now=NOW)
    for letter in (Letter.APPOINTMENT_MOVED, Letter.APPOINTMENT_CANCELLED):
        message = await Message.get(letter=letter)
        assert (message.state, message.reason) == (MessageState.WITHHELD, reason)


async def test_who_can_be_told_by_the_day_before_is_told_then(rex):
    await nowhere()
    await booked(rex)
    owner = await Client.get(family_name="Berg")
    await ClientEmail.create(client_id=owner.id, address=OLGA, fold=OLGA, position=0)
    box, clock = PostBox(), Clock(ON_THURSDAY - DAY)
    assert await deliver(box, clock) == Delivered(sent=1)
    assert box.addresses == [OLGA]


async def test_of_a_pet_that_has_died_nobody_is_told_and_the_reason_stands_there(rex):
    visit = await a_booking(rex, starts_at=ON_THURSDAY)
    await Pet.filter(id=rex.id).update(died_on=date(2026, 3, 1))
    await appointments.cancel((await a_receptionist()).viewer, visit.id, key="k", now=NOW)
    assert await told() == [(Letter.APPOINTMENT_CANCELLED, MessageState.WITHHELD, "The pet has died.")]


# When she is told of the coming visit


@pytest.mark.parametrize(
    ("zone", "starts_at", "told_at"),
    [
        ("", ON_THURSDAY, ON_THURSDAY - DAY),
        # At ten in the morning in Berlin it is four at night in New York.
        ("America/New_York", ON_THURSDAY, datetime(2026, 3, 4, 13, 0, tzinfo=UTC)),
        # At five in the afternoon in Berlin it is half past nine in the evening in Kolkata.
        ("Asia/Kolkata", ON_THURSDAY + 7 * AN_HOUR, datetime(2026, 3, 5, 2, 30, tzinfo=UTC)),
    ],
)
async def test_nobody_is_told_of_a_coming_visit_at_night_on_her_own_clock(rex, zone, starts_at, told_at):
    await Client.all().update(zone=zone)
    await booked(rex, starts_at)
    assert (await Message.get(letter=Letter.COMING_VISIT)).not_before == told_at


async def test_the_practice_says_when_letters_may_go_out(rex):
    await Practice.all().update(letters_from=12 * 60, letters_until=13 * 60)
    await booked(rex)
    assert (await Message.get(letter=Letter.COMING_VISIT)).not_before == datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
    # What tells of a deed goes at once.
    assert (await Message.get(letter=Letter.APPOINTMENT_BOOKED)).not_before == NOW


async def test_a_visit_that_is_moved_and_moved_back_is_told_of_once(rex):
    visit_id, reception = await booked(rex), await a_receptionist()
    for number, starts_at in enumerate((ON_THURSDAY + AN_HOUR, ON_THURSDAY)):
        await appointments.reschedule(reception.viewer, Move(visit_id, starts_at), key=f"m{number}", now=NOW)
    coming = await Message.filter(letter=Letter.COMING_VISIT).order_by("id")
    assert [one.state for one in coming] == ["WITHDRAWN", "WITHDRAWN", "WAITING"]
    assert coming[0].dedupe_key == coming[2].dedupe_key
    box, clock = PostBox(), Clock(ON_THURSDAY - DAY)
    await deliver(box, clock)
    assert await Message.filter(letter=Letter.COMING_VISIT, state=MessageState.SENT).count() == 1


# Who did not come


async def missed(visit, now=None):
    now = now or visit.starts_at + timedelta(minutes=30)
    await appointments.mark_no_show((await a_receptionist()).viewer, visit.id, key="k", now=now)
    return now


async def test_who_did_not_come_is_asked_about_it_two_hours_later(rex):
    visit = await a_booking(rex, starts_at=NOW)
    marked = await missed(visit)
    letter = await Message.get()
    assert (letter.letter, letter.state, letter.not_before) == (
        Letter.APPOINTMENT_MISSED, MessageState.WAITING, marked + 2 * AN_HOUR,
    )  # fmt: skip
    assert letter.dedupe_key == f"APPOINTMENT_MISSED:{visit.id}:2026-03-02T08:00:00+00:00"
    box = PostBox()
    assert await deliver(box, Clock(marked + AN_HOUR)) == Delivered()
    assert await deliver(box, Clock(marked + 2 * AN_HOUR)) == Delivered(sent=1)
    assert "Rex" in box.letters[0].subject


async def test_nobody_is_asked_at_night(rex):
    visit = await a_booking(rex, starts_at=NOW + 8 * AN_HOUR)
    await missed(visit, NOW + 10 * AN_HOUR)  # at seven in the evening
    assert (await Message.get()).not_before == datetime(2026, 3, 3, 7, 0, tzinfo=UTC)


async def test_who_came_after_all_is_not_asked(rex):
    visit = await a_booking(rex, starts_at=NOW)
    marked = await missed(visit)
    await appointments.check_in((await a_receptionist()).viewer, visit.id, key="k2", now=marked + AN_HOUR)
    box = PostBox()
    assert await deliver(box, Clock(marked + 3 * AN_HOUR)) == Delivered(withheld=1)
    assert box.letters == []
    assert await told() == [(Letter.APPOINTMENT_MISSED, MessageState.WITHHELD, "The appointment was not missed.")]


async def test_nobody_is_asked_about_a_farewell_or_a_pet_that_has_died(rex):
    farewell = await a_booking(rex, starts_at=NOW, service=await a_service("Farewell", is_farewell=True))
    await missed(farewell)
    assert await told() == []
    visit = await a_booking(rex, starts_at=NOW + 2 * AN_HOUR)
    await Pet.filter(id=rex.id).update(died_on=date(2026, 3, 2))
    await appointments.mark_no_show((await a_receptionist()).viewer, visit.id, key="k2", now=NOW + 3 * AN_HOUR)
    assert (await Appointment.get(id=visit.id)).status is Status.NO_SHOW
    assert await told() == []


async def test_who_wants_no_letters_about_visits_is_not_asked(rex):
    await unwanted()
    await missed(await a_booking(rex, starts_at=NOW))
    assert await told() == [(Letter.APPOINTMENT_MISSED, MessageState.WITHHELD, UNWANTED)]


async def test_what_still_waits_about_a_missed_visit_is_withdrawn_first(rex):
    visit_id = await booked(rex, NOW + 2 * DAY)
    visit = await Appointment.get(id=visit_id)
    await missed(visit)
    assert [(letter, state) for letter, state, _ in await told()] == [
        (Letter.APPOINTMENT_BOOKED, MessageState.WITHDRAWN),
        (Letter.APPOINTMENT_MISSED, MessageState.WAITING),
        (Letter.COMING_VISIT, MessageState.WITHDRAWN),
    ]
