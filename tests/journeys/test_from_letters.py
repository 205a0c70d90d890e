"""Olga Berg reads her letters: she never signs in, and does everything with the links in them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from models import Appointment, Consent, ConsentSource, Letter, Message, MessageState, Purpose, Status
from tests.api.deed import done
from tests.at_home import HOME, AtHome
from tests.doors import id_of
from tests.world import (
    NOW,
    a_care_letter,
    a_consent,
    a_notice,
    a_pet,
    a_practice,
    a_receptionist,
    a_reminder,
    a_room,
    a_rule,
    a_service,
    a_vet,
    an_owner,
    the_location,
)

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)


@pytest.fixture
async def home(database):
    await a_practice()
    await a_room()
    return AtHome()


def link(letter, kind):
    """The one link of that kind in a letter, the same in the text and in the HTML."""
    (found,) = set(re.findall(rf"{HOME}/{kind}/[A-Za-z0-9_-]+", letter.text))
    assert found in letter.html
    return found


async def test_she_confirms_a_visit_from_its_letter_and_cancels_it_from_the_one_on_the_day_before(home):
    olga = await an_owner("Olga Berg")
    rex = await a_pet(olga, name="Rex")
    service, reception = await a_service(), await a_receptionist()
    await a_vet()
    starts_at = NOW + 3 * DAY
    given = {"petId": id_of(rex), "serviceId": id_of(service), "locationId": id_of(await the_location())}
    made = "AppointmentBooked { appointment { id } }"
    await done(home.program, reception.viewer, "bookAppointment", made, startsAt=starts_at.isoformat(), **given)

    (booked,) = await home.program.post()
    confirmed = await home.press(link(booked, "visits"), {"do": "confirm"})
    assert confirmed.title == "You have confirmed the appointment"

    home.program.clock.now = starts_at - DAY
    (coming,) = await home.program.post()
    assert link(coming, "visits") == link(booked, "visits")
    cancelled = await home.press(link(coming, "visits"), {"do": "cancel"})
    assert cancelled.title == "The appointment is cancelled"
    assert (await Appointment.get()).status is Status.CANCELLED

    (about_it,) = await home.program.post()
    assert "/visits/" not in about_it.text


async def test_she_is_reminded_books_from_the_letter_and_ends_such_letters_with_one_click(home):
    olga = await an_owner("Olga Berg")
    bella = await a_pet(olga, name="Bella")
    booster = await a_service("Booster")
    await a_vet()
    await a_consent(olga, Purpose.CARE)
    reminder = await a_reminder(bella, await a_rule(services=[booster], called={"en": "Rabies booster"}))
    await a_notice(reminder, await a_care_letter(olga))

    (letter,) = await home.program.post()
    page = await home.open(link(letter, "book"))
    assert page.title == "Rabies booster for Bella: please choose a time"
    booked = await home.press(link(letter, "book"), page.forms[-1])
    assert booked.title == "The appointment is booked"
    (visit,) = await Appointment.all()
    assert (visit.service_id, visit.client_id) == (booster.id, olga.id)

    (about_it,) = await home.program.post()
    assert (await home.open(link(about_it, "visits"))).title == "Your appointment"

    assert letter.unsubscribe_url.startswith(f"{HOME}/unsubscribe/")
    ended = await home.press(letter.unsubscribe_url, {"List-Unsubscribe": "One-Click"})
    assert "You still get letters about your appointments." in ended
    care = await Consent.get(client_id=olga.id)
    assert (care.is_given, care.source) == (False, ConsentSource.UNSUBSCRIBED)

    # What was to be sent after that is not.
    later = await a_reminder(bella, subject="OTHER")
    await a_notice(later, await a_care_letter(olga))
    assert await home.program.post() == []
    kept = await Message.filter(letter=Letter.CARE_REMINDER).order_by("id")
    assert [one.state for one in kept] == [MessageState.SENT, MessageState.WITHHELD]
