"""From a letter about care that is due: its reader books a visit for it, in one go."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest

from models import (
    Appointment,
    Client,
    Event,
    Letter,
    Location,
    Message,
    MessageState,
    OpeningHours,
    Ownership,
    Pet,
    Reminder,
    ReminderReason,
    ReminderState,
    Service,
    Status,
)
from models.ownership import Right
from tests.at_home import HOME, AtHome
from tests.world import (
    AN_HOUR,
    NOW,
    TODAY,
    a_booking,
    a_client,
    a_pet,
    a_practice,
    a_reminder,
    a_room,
    a_rule,
    a_service,
    a_vet,
    an_owner,
    an_ownership,
    how_many_rows,
)

pytestmark = pytest.mark.anyio

TUESDAY_AT_NINE = NOW + timedelta(days=1)
AT_NINE = {"at": TUESDAY_AT_NINE.isoformat()}
CHOOSE = "Rabies booster for Bella: please choose a time"
ENDED = "This link is no longer good"


@pytest.fixture
async def bella(database):
    """Bella's booster is due in 30 days; Olga Berg was told, and can book it with Vera Falk."""
    await a_practice()
    await a_room()
    olga = await an_owner("Olga Berg")
    bella = await a_pet(olga, name="Bella")
    booster = await a_service("Booster")
    await a_vet("Vera Falk")
    rule = await a_rule(services=[booster], called={"en": "rabies booster", "de": "Tollwut-Auffrischung"})
    return await a_reminder(bella, rule, state=ReminderState.SENT, reason=ReminderReason.TOLD)


@pytest.fixture
def box():
    return AtHome()


async def olga():
    return await Client.get(family_name="Berg")


async def test_the_page_shows_the_free_times_of_the_right_service_day_by_day(bella, box):
    page = await box.open(box.to_book(bella, await olga()))
    assert (page.status, page.title, page.language) == (200, CHOOSE, "en")
    assert "Wednesday, 1 April 2026" in page  # when it is due
    assert "Tuesday, 17 March 2026" not in page
    assert "Wednesday, 18 March 2026 (" in page  # 14 days before
    assert {"at": (NOW + timedelta(days=16)).isoformat()} in page.forms
    # On 29 March the clocks are changed.
    assert "All times are local (Central European Standard Time and Central European Summer Time)." in page
    assert page.links == {"Earlier times": "?from=2026-03-04", "Later times": "?from=2026-04-01"}


async def test_earlier_and_later_times_are_behind_links(bella, box):
    url = box.to_book(bella, await olga())
    page = await box.open(url + "?from=2026-03-04")
    assert "Wednesday, 4 March 2026 (" in page
    assert "Wednesday, 18 March 2026" not in page
    assert "All times are local (Central European Standard Time)." in page
    assert page.links == {"Earlier times": "?from=2026-03-02", "Later times": "?from=2026-03-18"}
    first = await box.open(url + page.links["Earlier times"])
    assert first.forms[0] == {"at": (NOW + timedelta(minutes=15)).isoformat()}
    assert AT_NINE in first.forms
    assert first.links == {"Later times": "?from=2026-03-16"}


@pytest.mark.parametrize(
    ("days", "first", "earlier"),
    [(-5, "2026-03-03", "2026-03-02"), (15, "2026-03-03", "2026-03-02"), (16, "2026-03-04", "2026-03-02")],
)
async def test_the_times_begin_tomorrow_or_14_days_before_the_due_day(bella, box, days, first, earlier):
    await Reminder.filter(id=bella.id).update(due_on=TODAY + timedelta(days=days))
    page = await box.open(box.to_book(bella, await olga()))
    assert page.forms[0]["at"].startswith(first)
    assert page.links["Earlier times"] == f"?from={earlier}"


async def test_no_time_is_offered_that_would_be_for_something_else(bella, box):
    """60 days before the due day a visit for it can be, and not before."""
    await Reminder.filter(id=bella.id).update(due_on=TODAY + timedelta(days=70))
    page = await box.open(box.to_book(bella, await olga()) + "?from=2026-03-02")
    assert page.forms[0]["at"].startswith("2026-03-12")
    assert page.links == {"Later times": "?from=2026-03-26"}


async def test_where_no_time_is_free_the_heading_asks_for_no_choice(bella, box):
    await OpeningHours.all().delete()
    page = await box.open(box.to_book(bella, await olga()))
    assert page.title == "Rabies booster for Bella"
    assert "There is no free time from Wednesday, 18 March 2026 to Tuesday, 31 March 2026." in page


@pytest.mark.parametrize("day", ["", "never", "2026-02-30"])
async def test_a_day_that_is_none_is_as_if_it_had_not_been_said(bella, box, day):
    page = await box.open(box.to_book(bella, await olga()) + f"?from={day}")
    assert page.links["Later times"] == "?from=2026-04-01"


@pytest.mark.parametrize("day", ["0001-01-01", "2025-01-01"])
async def test_a_day_that_is_over_is_today(bella, box, day):
    page = await box.open(box.to_book(bella, await olga()) + f"?from={day}")
    assert page.links == {"Later times": "?from=2026-03-16"}


async def test_nobody_looks_further_ahead_than_can_be_booked(bella, box):
    page = await box.open(box.to_book(bella, await olga()) + "?from=9999-12-31")
    assert page.status == 200
    assert "Later times" not in page.links


async def test_a_scanner_that_opens_every_link_changes_nothing(bella, box):
    url = box.to_book(bella, await olga())
    before = await how_many_rows()
    for method in ("GET", "HEAD"):
        assert (await box.sent(method, f"{url}?at={AT_NINE['at']}")).status == 200
    assert (await how_many_rows()) | {"Throttle": 0} == before | {"Throttle": 0}


async def test_she_books_and_a_letter_comes(bella, box):
    page = await box.press(box.to_book(bella, await olga()), AT_NINE)
    assert (page.status, page.title) == (200, "The appointment is booked")
    assert "A letter about it is on its way to you." in page
    assert "Tuesday, 3 March 2026, 09:00" in page
    visit = await Appointment.get()
    assert (visit.pet_id, visit.client_id, visit.status) == (bella.pet_id, (await olga()).id, Status.BOOKED)
    assert (visit.starts_at, visit.reason) == (TUESDAY_AT_NINE, "rabies booster")
    assert {one.letter for one in await Message.all()} == {Letter.APPOINTMENT_BOOKED}
    event = await Event.get()
    assert (event.kind, event.account_id, event.system_reason) == ("APPOINTMENT_BOOKED", None, "letter link")


async def test_from_there_she_goes_on_to_confirm_or_cancel(bella, box):
    page = await box.press(box.to_book(bella, await olga()), AT_NINE)
    visit = await box.open(page.links["Confirm or cancel this appointment"])
    assert visit.title == "Your appointment"
    assert (await box.press(box.to_visit(await Appointment.get()), {"do": "cancel"})).status == 200
    again = await box.open(box.to_book(bella, await olga()))
    assert again.title == CHOOSE


async def test_pressed_twice_it_is_booked_once(bella, box):
    url = box.to_book(bella, await olga())
    await box.press(url, AT_NINE)
    before = await how_many_rows()
    again = await box.press(url, AT_NINE)
    assert again.title == "An appointment for this is booked already"
    other = await box.press(url, {"at": (TUESDAY_AT_NINE + AN_HOUR).isoformat()})
    assert other.title == "An appointment for this is booked already"
    assert await how_many_rows() == before


async def test_pressed_twice_at_the_same_moment_it_is_booked_once(bella, box):
    url = box.to_book(bella, await olga())
    pages = await asyncio.gather(*[box.press(url, AT_NINE) for _ in range(3)])
    assert {page.status for page in pages} == {200}
    assert await Appointment.all().count() == 1


async def test_what_was_cancelled_can_be_booked_at_the_same_time_once_more(bella, box):
    url = box.to_book(bella, await olga())
    for _ in range(2):
        assert (await box.press(url, AT_NINE)).title == "The appointment is booked"
        visit = await Appointment.get(status=Status.BOOKED)
        await box.press(box.to_visit(visit), {"do": "cancel"})
    assert (await box.press(url, AT_NINE)).title == "The appointment is booked"
    assert sorted(one.status for one in await Appointment.all()) == ["BOOKED", "CANCELLED", "CANCELLED"]


async def test_a_time_that_is_taken_shows_the_others_with_a_sentence(bella, box):
    url = box.to_book(bella, await olga()) + "?from=2026-03-02"
    assert AT_NINE in (await box.open(url)).forms
    await a_booking(await a_pet(await a_client("Paul Stone")), starts_at=TUESDAY_AT_NINE)
    page = await box.press(url, AT_NINE)
    assert (page.status, page.title) == (409, CHOOSE)
    assert "That time is taken by now. Please choose another." in page
    assert AT_NINE not in page.forms
    assert await Appointment.filter(pet_id=bella.pet_id).count() == 0


@pytest.mark.parametrize(
    "at",
    [
        NOW - timedelta(days=1),
        TUESDAY_AT_NINE + timedelta(minutes=7),
        TUESDAY_AT_NINE + timedelta(hours=12),
        TUESDAY_AT_NINE + timedelta(days=800),
        TUESDAY_AT_NINE.replace(year=9999),
    ],
)
async def test_a_time_that_cannot_be_had_books_nothing(bella, box, at):
    page = await box.press(box.to_book(bella, await olga()), {"at": at.isoformat()})
    assert (page.status, page.title) == (409, CHOOSE)
    assert await Appointment.all().count() == 0


@pytest.mark.parametrize(
    "at", ["", "soon", "2026-03-03", "2026-03-03T09:00:00", "0001-01-01T00:00:00+14:00", "x" * 5000]
)
async def test_what_no_button_sends_is_not_understood(bella, box, at):
    page = await box.press(box.to_book(bella, await olga()), {"at": at})
    assert (page.status, page.title) == (400, "That was not understood")
    assert await Appointment.all().count() == 0


async def test_who_has_booked_otherwise_is_told_when(bella, box):
    await a_booking(await bella.pet, starts_at=NOW + timedelta(days=2), service=await Service.get(name="Booster"))
    for page in (
        await box.open(box.to_book(bella, await olga())),
        await box.press(box.to_book(bella, await olga()), AT_NINE),
    ):
        assert (page.status, page.title) == (200, "An appointment for this is booked already")
        assert "Wednesday, 4 March 2026, 09:00" in page
    assert await Appointment.all().count() == 1


async def test_a_visit_for_something_else_or_long_after_is_not_for_this(bella, box):
    other = await a_service("Nail trim")
    await a_booking(await bella.pet, starts_at=NOW + timedelta(days=2), service=other)
    far = NOW + timedelta(days=30 + 61)
    await a_booking(await bella.pet, starts_at=far, service=await Service.get(name="Booster"))
    assert (await box.open(box.to_book(bella, await olga()))).title == CHOOSE


@pytest.mark.parametrize(("days", "is_for_this"), [(59, False), (60, True)])
async def test_a_visit_long_before_is_not_for_this(bella, box, days, is_for_this):
    await Reminder.filter(id=bella.id).update(due_on=TODAY + timedelta(days=120))
    early = NOW + timedelta(days=days)
    await a_booking(await bella.pet, starts_at=early, service=await Service.get(name="Booster"))
    page = await box.open(box.to_book(bella, await olga()))
    assert (page.title == "An appointment for this is booked already") == is_for_this


async def test_the_page_speaks_the_language_of_its_reader(bella, box):
    reader = await olga()
    await Client.filter(id=reader.id).update(language="de")
    page = await box.open(box.to_book(bella, reader))
    assert (page.title, page.language) == ("Tollwut-Auffrischung für Bella: Bitte wählen Sie eine Zeit", "de")
    assert "Alle Zeiten sind Ortszeiten (Mitteleuropäische Normalzeit und Mitteleuropäische Sommerzeit)." in page
    assert "Mittwoch, 18. März 2026" in page
    assert sorted(page.links) == ["Frühere Zeiten", "Spätere Zeiten"]


async def test_who_gets_no_letters_about_visits_is_told_to_note_the_time(bella, box):
    reader = await olga()
    await reader.email_rows.all().delete()
    page = await box.press(box.to_book(bella, reader), AT_NINE)
    assert "Please note the time: no letter about it will reach you." in page


# When a link is no longer good, or something cannot be booked


async def withdrawn(reminder):
    await Reminder.filter(id=reminder.id).update(state="WITHDRAWN", reason="NO_LONGER_DUE")


async def completed(reminder):
    await Reminder.filter(id=reminder.id).update(state="COMPLETED", reason="DONE", done_on=TODAY)


async def died(reminder):
    await Pet.filter(id=reminder.pet_id).update(died_on=date(2026, 3, 2))


async def given_away(reminder):
    await Ownership.filter(pet_id=reminder.pet_id).update(ends_on=date(2026, 3, 1))


async def long_ago(reminder):
    await Reminder.filter(id=reminder.id).update(due_on=TODAY - timedelta(days=91))


@pytest.mark.parametrize("what", [withdrawn, completed, died, given_away, long_ago])
@pytest.mark.parametrize("form", [None, AT_NINE])
async def test_a_link_ends_with_what_it_was_made_for(bella, box, what, form):
    url = box.to_book(bella, await olga())
    await what(bella)
    page = await (box.open(url) if form is None else box.press(url, form))
    assert (page.status, page.title, page.buttons) == (410, ENDED, {})
    assert "Bella" not in page
    assert await Appointment.all().count() == 0


async def test_a_link_is_good_for_90_days_after_the_due_day(bella, box):
    await Reminder.filter(id=bella.id).update(due_on=TODAY - timedelta(days=90))
    assert (await box.open(box.to_book(bella, await olga()))).status == 200


async def no_service(_):
    await Service.filter(name="Booster").update(is_offered=False)


async def not_online(_):
    await Service.filter(name="Booster").update(is_bookable_online=False)


async def closed(_):
    await Location.all().update(closed_on=TODAY)


async def not_for_strangers(_):
    await Service.filter(name="Booster").update(is_open_to_new_clients=False)
    await Client.filter(family_name="Berg").update(is_registered_online=True)


@pytest.mark.parametrize("what", [no_service, not_online, closed, not_for_strangers])
@pytest.mark.parametrize("form", [None, AT_NINE])
async def test_what_cannot_be_booked_online_is_booked_by_phone(bella, box, what, form):
    url = box.to_book(bella, await olga())
    await what(bella)
    page = await (box.open(url) if form is None else box.press(url, form))
    assert (page.status, page.title) == (200, "Please call us for an appointment")
    assert await Appointment.all().count() == 0


async def test_who_has_many_visits_to_come_is_asked_to_call(bella, box):
    reader = await olga()
    for number in range(20):
        await a_booking(await bella.pet, starts_at=NOW + timedelta(days=100 + number), client=reader)
    page = await box.press(box.to_book(bella, reader), AT_NINE)
    assert "You have as many appointments to come as can be booked online." in page


# Who attacks


async def test_another_owner_without_the_right_books_nothing(bella, box):
    john = await an_owner("John Miles")
    await an_ownership(await bella.pet, john, rights=frozenset({Right.VIEW}))
    for page in (await box.open(box.to_book(bella, john)), await box.press(box.to_book(bella, john), AT_NINE)):
        assert "Another owner of this pet arranges its appointments." in page
        assert page.buttons == {}
    assert await Appointment.all().count() == 0


async def test_nobody_books_for_a_pet_that_is_not_hers(bella, box):
    stranger = await a_client("Paul Stone")
    for page in (await box.open(box.to_book(bella, stranger)), await box.press(box.to_book(bella, stranger), AT_NINE)):
        assert (page.status, page.title) == (410, ENDED)
        assert "Bella" not in page
    assert await Appointment.all().count() == 0


async def test_a_changed_token_or_one_for_something_else_books_nothing(bella, box):
    token = box.to_book(bella, await olga()).rsplit("/", 1)[1]
    letter = await Message.create(
        letter=Letter.CARE_REMINDER, state=MessageState.SENT, to_address="olga.berg@home.example", language="en",
        template_version=1, not_before=NOW, created_at=NOW,
    )  # fmt: skip
    for wrong in (token[:-1], token[1:], token.swapcase(), box.to_unsubscribe(letter).rsplit("/", 1)[1], "A" * 4000):
        page = await box.press(f"{HOME}/book/{wrong}", AT_NINE)
        assert (page.status, page.title) == (403, "This link does not work")
    assert await Appointment.all().count() == 0


async def test_another_page_presses_no_button(bella, box):
    page = await box.press(box.to_book(bella, await olga()), AT_NINE, **{"sec-fetch-site": "cross-site"})
    assert (page.status, page.title) == (403, "Please use the buttons on our page")
    assert await Appointment.all().count() == 0
