"""From a letter about a visit: its reader says that she comes, or that she does not, with the rights she has now."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models import Appointment, Client, Event, Letter, Message, Ownership, Pet, Status
from models.ownership import Right
from resolvers import appointments
from resolvers.appointments import Move
from tests.at_home import HOME, AtHome
from tests.world import (
    AN_HOUR,
    NOW,
    a_booking,
    a_client,
    a_pet,
    a_practice,
    a_receptionist,
    a_service,
    a_vet,
    an_owner,
    an_ownership,
    how_many_rows,
)

pytestmark = pytest.mark.anyio

CONFIRM, CANCEL = {"do": "confirm"}, {"do": "cancel"}
ENDED, BROKEN = "This link is no longer good", "This link does not work"


@pytest.fixture
async def visit(database):
    """Rex is to come tomorrow at ten, as Olga Berg was told."""
    await a_practice()
    owner = await an_owner("Olga Berg")
    pet = await a_pet(owner, name="Rex")
    await a_vet("Vera Falk")
    return await a_booking(pet, starts_at=NOW + timedelta(days=1) + AN_HOUR)


@pytest.fixture
def box():
    return AtHome()


async def status_of(visit):
    return (await Appointment.get(id=visit.id)).status


async def test_the_page_shows_the_visit_and_two_buttons(visit, box):
    page = await box.open(box.to_visit(visit))
    assert (page.status, page.title, page.language) == (200, "Your appointment", "en")
    for words in ("Rex", "Check-up", "Tuesday, 3 March 2026, 10:00", "Central European Standard Time", "Vera Falk"):
        assert words in page, (words, page.text)
    assert page.buttons == {"We will come": CONFIRM, "Cancel the appointment": CANCEL}


async def test_the_page_runs_and_loads_nothing_and_is_kept_nowhere(visit, box):
    page = await box.open(box.to_visit(visit))
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "form-action 'self'; frame-ancestors 'none'" in policy
    assert "script" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-robots-tag"] == "noindex"
    assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_scanner_that_opens_every_link_changes_nothing(visit, box, method):
    before = await how_many_rows()
    for _ in range(3):
        answer = await box.sent(method, box.to_visit(visit) + "?do=confirm")
        assert answer.status == 200
    after = await how_many_rows()
    assert after | {"Throttle": 0} == before | {"Throttle": 0}
    assert await status_of(visit) is Status.BOOKED


async def test_she_says_that_she_comes_and_it_stands_in_the_trail_how_she_said_it(visit, box):
    url = box.to_visit(visit)
    page = await box.press(url, CONFIRM)
    assert (page.status, page.title) == (200, "You have confirmed the appointment")
    assert page.buttons == {"Cancel the appointment": CANCEL}
    assert await status_of(visit) is Status.CONFIRMED
    event = await Event.get()
    assert (event.kind, event.account_id, event.system_reason) == ("APPOINTMENT_CONFIRMED", None, "letter link")
    before = await how_many_rows()
    again = await box.press(url, CONFIRM)
    assert again.title == page.title
    assert await how_many_rows() == before


async def test_she_cancels_and_everything_follows_as_if_she_had_signed_in(visit, box):
    url = box.to_visit(visit)
    page = await box.press(url, CANCEL)
    assert (page.status, page.title, page.buttons) == (200, "The appointment is cancelled", {})
    assert await status_of(visit) is Status.CANCELLED
    assert [one.letter for one in await Message.all()] == [Letter.APPOINTMENT_CANCELLED]
    before = await how_many_rows()
    assert (await box.press(url, CANCEL)).title == "The appointment is cancelled"
    assert (await box.open(url)).buttons == {}
    assert await how_many_rows() == before


async def test_what_was_cancelled_is_not_confirmed_by_an_old_page(visit, box):
    url = box.to_visit(visit)
    await box.press(url, CANCEL)
    page = await box.press(url, CONFIRM)
    assert (page.status, page.title) == (410, ENDED)
    assert await status_of(visit) is Status.CANCELLED


async def test_a_visit_that_was_confirmed_can_be_cancelled(visit, box):
    url = box.to_visit(visit)
    await box.press(url, CONFIRM)
    await box.press(url, CANCEL)
    assert await status_of(visit) is Status.CANCELLED


async def test_the_page_speaks_the_language_of_its_reader(visit, box):
    await Client.filter(id=visit.client_id).update(language="de")
    page = await box.open(box.to_visit(visit), **{"accept-language": "en"})
    assert (page.title, page.language) == ("Ihr Termin", "de")
    assert "Dienstag, 3. März 2026" in page
    assert set(page.buttons) == {"Wir kommen", "Termin absagen"}


async def test_around_a_farewell_nothing_is_said_of_what_for(visit, box):
    farewell = await a_service("Euthanasia", is_farewell=True)
    await Appointment.filter(id=visit.id).update(service_id=farewell.id)
    page = await box.open(box.to_visit(visit))
    assert "Euthanasia" not in page
    assert "Rex" in page


# When a link is no longer good


async def moved(visit):
    to = Move(visit.id, visit.starts_at + AN_HOUR)
    await appointments.reschedule((await a_receptionist()).viewer, to, key="k", now=NOW)


async def died(visit):
    await Pet.filter(id=visit.pet_id).update(died_on=date(2026, 3, 2))


async def given_away(visit):
    await Ownership.filter(pet_id=visit.pet_id).update(ends_on=date(2026, 3, 1))


async def hidden(visit):
    await Ownership.filter(pet_id=visit.pet_id).update(may_view=False)


async def arrived(visit):
    await Appointment.filter(id=visit.id).update(status=Status.ARRIVED)


@pytest.mark.parametrize("what", [moved, died, given_away, hidden, arrived])
@pytest.mark.parametrize("form", [None, CONFIRM, CANCEL])
async def test_a_link_ends_with_what_it_was_made_for(visit, box, what, form):
    url = box.to_visit(visit)
    await what(visit)
    before, status = await how_many_rows(), await status_of(visit)
    page = await (box.open(url) if form is None else box.press(url, form))
    assert (page.status, page.title, page.buttons) == (410, ENDED, {})
    assert "Rex" not in page
    assert await status_of(visit) is status
    assert (await how_many_rows()) | {"Throttle": 0} == before | {"Throttle": 0}


async def test_a_link_ends_when_the_visit_begins(visit, box):
    url = box.to_visit(visit)
    box.program.clock.now = visit.starts_at - timedelta(seconds=1)
    assert (await box.open(url)).status == 200
    box.program.clock.now = visit.starts_at
    for page in (await box.open(url), await box.press(url, CANCEL)):
        assert (page.status, page.title) == (410, ENDED)
    assert await status_of(visit) is Status.BOOKED


async def test_whoever_lost_the_link_is_told_whom_to_call(visit, box):
    place = await visit.location
    await type(place).filter(id=place.id).update(phone="030 901820")
    url = box.to_visit(visit)
    await moved(visit)
    assert "Please call us if anything is not right: 030 901820" in await box.open(url)


# Who may


async def test_another_owner_without_the_right_to_book_sees_the_visit_and_no_button(visit, box):
    john = await an_owner("John Miles")
    await an_ownership(await visit.pet, john, rights=frozenset({Right.VIEW}))
    url = box.to_visit(visit, john)
    page = await box.open(url)
    assert (page.status, page.buttons) == (200, {})
    assert "Another owner of Rex arranges its appointments." in page
    for form in (CONFIRM, CANCEL):
        assert "Another owner of Rex" in await box.press(url, form)
    assert await status_of(visit) is Status.BOOKED


async def test_another_owner_with_the_right_cancels_in_her_own_name(visit, box):
    john = await an_owner("John Miles")
    await an_ownership(await visit.pet, john)
    assert (await box.press(box.to_visit(visit, john), CANCEL)).title == "The appointment is cancelled"


async def test_nobody_acts_for_a_pet_that_is_not_hers(visit, box):
    stranger = await a_client("Paul Stone")
    foreign = await a_booking(await a_pet(stranger, name="Luna"), starts_at=visit.starts_at + 2 * AN_HOUR)
    olga = await Client.get(id=visit.client_id)
    for form in (None, CONFIRM, CANCEL):
        url = box.to_visit(foreign, olga)
        page = await (box.open(url) if form is None else box.press(url, form))
        assert (page.status, page.title) == (410, ENDED)
        assert "Luna" not in page
    assert await status_of(foreign) is Status.BOOKED


async def test_a_client_who_is_none_any_more_reads_nothing(visit, box):
    url = box.to_visit(visit, await a_pet())  # the key of somebody who is no client
    assert (await box.open(url)).status == 410


# Who attacks


async def test_a_changed_token_opens_nothing(visit, box):
    url = box.to_visit(visit)
    other = await a_booking(await a_pet(await a_client("Paul Stone")), starts_at=visit.starts_at + 2 * AN_HOUR)
    mine, theirs = url.rsplit("/", 1)[1], box.to_visit(other).rsplit("/", 1)[1]
    half = len(mine) // 2
    for token in (
        mine[:-1] + ("Q" if mine.endswith("A") else "A"),
        mine[:half] + theirs[half:],
        mine + "A",
        "A",
        "A" * 5000,
        "%00",
        "%F0%9F%92%A5",
    ):
        for page in (await box.open(f"{HOME}/visits/{token}"), await box.press(f"{HOME}/visits/{token}", CANCEL)):
            assert page.status in (403, 429), token
            assert page.buttons == {}
    assert {await status_of(visit), await status_of(other)} == {Status.BOOKED}


async def test_a_link_made_for_something_else_opens_nothing_here(visit, box):
    letter = await Message.create(
        letter=Letter.APPOINTMENT_BOOKED, state="SENT", to_address="olga.berg@home.example", language="en",
        template_version=1, not_before=NOW, created_at=NOW,
    )  # fmt: skip
    token = box.to_unsubscribe(letter).rsplit("/", 1)[1]
    page = await box.press(f"{HOME}/visits/{token}", CANCEL)
    assert (page.status, page.title) == (403, BROKEN)
    back = await box.press(f"{HOME}/unsubscribe/{box.to_visit(visit).rsplit('/', 1)[1]}", {"do": "yes"})
    assert back.status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "http://vet.example"},
    ],
)
async def test_another_page_presses_no_button(visit, box, headers):
    before = await how_many_rows()
    page = await box.press(box.to_visit(visit), CANCEL, **headers)
    assert (page.status, page.title) == (403, "Please use the buttons on our page")
    assert await status_of(visit) is Status.BOOKED
    assert (await how_many_rows()) | {"Throttle": 0} == before | {"Throttle": 0}


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin", "origin": "null"}, {"origin": "null"}, {}])
async def test_our_own_page_does(visit, box, headers):
    await box.press(box.to_visit(visit), CONFIRM, **headers)
    assert await status_of(visit) is Status.CONFIRMED


@pytest.mark.parametrize(
    "content", [b"", b"do=delete", b"do=", b"x" * 5000, b"\xff\xfe", b"&" * 100, b"do=confirm" + b"&a=b" * 20]
)
async def test_what_no_button_sends_is_not_understood(visit, box, content):
    form = {"content-type": "application/x-www-form-urlencoded"}
    page = await box.sent("POST", box.to_visit(visit), content=content, headers=form)
    assert (page.status, page.title) == (400, "That was not understood")
    assert await status_of(visit) is Status.BOOKED


async def test_who_guesses_is_stopped_and_who_has_a_letter_is_not(visit, box):
    for _ in range(30):
        assert (await box.open(f"{HOME}/visits/guessed")).status == 403
    stopped = await box.open(f"{HOME}/visits/guessed")
    assert (stopped.status, stopped.title) == (429, "Too many tries")
    assert int(stopped.headers["retry-after"]) > 0
    assert (await box.open(box.to_visit(visit))).status == 200


async def test_one_link_is_not_used_without_end(visit, box):
    url = box.to_visit(visit)
    for _ in range(60):
        assert (await box.open(url)).status == 200
    assert (await box.press(url, CANCEL)).status == 429
    assert await status_of(visit) is Status.BOOKED


async def test_nothing_else_is_answered_at_that_address(visit, box):
    for method in ("PUT", "DELETE", "PATCH"):
        assert (await box.sent(method, box.to_visit(visit))).status == 405


async def test_the_token_is_in_no_log(visit, box, capfd):
    url = box.to_visit(visit)
    await box.open(url)
    await box.press(url, CONFIRM)
    await box.open(url[:-1] + "_")
    written = capfd.readouterr()
    assert url.rsplit("/", 1)[1][:20] not in written.out + written.err
