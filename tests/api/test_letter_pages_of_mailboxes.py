"""From any letter: its reader ends letters of that purpose, with one click, for everybody who gets them there."""

from __future__ import annotations

import json

import pytest

from models import Client, ClientEmail, Consent, ConsentSource, Letter, Message, MessageState, Practice, Purpose
from models.contact import email_fold
from tests.at_home import HOME, AtHome
from tests.found import last_event
from tests.world import (
    NOW,
    a_booking,
    a_care_letter,
    a_client,
    a_consent,
    a_letter,
    a_practice,
    an_owner,
    how_many_rows,
)

pytestmark = pytest.mark.anyio

ONE_CLICK, YES = {"List-Unsubscribe": "One-Click"}, {"do": "yes"}
CARE, APPOINTMENT, MARKETING = Purpose.CARE, Purpose.APPOINTMENT, Purpose.MARKETING


@pytest.fixture
async def letter(database):
    """A reminder of care that is due went to Olga Berg, who wants such letters."""
    await a_practice()
    olga = await an_owner("Olga Berg")
    await a_consent(olga, CARE)
    return await a_care_letter(olga, state=MessageState.SENT, sent_at=NOW)


@pytest.fixture
def box():
    return AtHome()


async def said_by(client_id, purpose=CARE):
    consent = await Consent.get_or_none(client_id=client_id, purpose=purpose)
    return consent and (consent.is_given, consent.source)


async def test_the_page_asks_first(letter, box):
    page = await box.open(box.to_unsubscribe(letter))
    assert (page.status, page.title) == (200, "Do you want no more of these letters?")
    assert "High Street Vets sends reminders of care that is due to this mailbox." in page
    assert page.buttons == {"Send no more of them": YES}
    assert await said_by(letter.client_id) == (True, ConsentSource.IN_PERSON)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_scanner_that_opens_every_link_changes_nothing(letter, box, method):
    before = await how_many_rows()
    assert (await box.sent(method, box.to_unsubscribe(letter) + "?List-Unsubscribe=One-Click")).status == 200
    assert (await how_many_rows()) | {"Throttle": 0} == before | {"Throttle": 0}
    assert await said_by(letter.client_id) == (True, ConsentSource.IN_PERSON)


@pytest.mark.parametrize("form", [ONE_CLICK, YES])
async def test_one_click_ends_letters_of_that_purpose_only(letter, box, form):
    page = await box.press(box.to_unsubscribe(letter), form)
    assert (page.status, page.title) == (200, "You will get no more of these letters")
    assert "You still get letters about your appointments." in page
    assert await said_by(letter.client_id) == (False, ConsentSource.UNSUBSCRIBED)
    assert await said_by(letter.client_id, APPOINTMENT) is None
    event, detail = await last_event()
    assert (event.kind, event.subject_id) == ("CONTACT_PREFERENCES_SET", letter.client_id)
    assert (event.account_id, event.system_reason) == (None, "unsubscribe link")
    assert json.loads(detail) == {
        "before": {"wants_care": {"is_given": True, "source": "IN_PERSON"}},
        "after": {"wants_care": {"is_given": False, "source": "UNSUBSCRIBED"}},
    }


async def test_done_twice_it_is_done(letter, box):
    url = box.to_unsubscribe(letter)
    await box.press(url, ONE_CLICK)
    before = await how_many_rows()
    for page in (await box.press(url, ONE_CLICK), await box.press(url, YES), await box.open(url)):
        assert (page.status, page.title, page.buttons) == (200, "You will get no more of these letters", {})
    assert await how_many_rows() == before


async def test_a_mail_program_says_it_in_either_form_and_from_anywhere(letter, box):
    body = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
    headers = {"content-type": "multipart/form-data; boundary=b", "sec-fetch-site": "cross-site"}
    page = await box.sent("POST", box.to_unsubscribe(letter), content=body, headers=headers)
    assert page.status == 200
    assert await said_by(letter.client_id) == (False, ConsentSource.UNSUBSCRIBED)


@pytest.mark.parametrize("form", [None, {}, {"List-Unsubscribe": "Two-Clicks"}, {"do": "no"}, {"x": "y" * 5000}])
async def test_what_neither_sends_is_not_understood(letter, box, form):
    page = await box.press(box.to_unsubscribe(letter), form)
    assert (page.status, page.title) == (400, "That was not understood")
    assert await said_by(letter.client_id) == (True, ConsentSource.IN_PERSON)


async def test_it_counts_for_everybody_whose_letters_go_to_that_mailbox_and_for_nobody_else(letter, box):
    together, elsewhere, never = [await a_client(name) for name in ("Peter Berg", "Amira Said", "John Miles")]
    for one in (together, elsewhere):
        await a_consent(one, CARE)
    shared = "Olga.Berg@HOME.example"
    await ClientEmail.filter(client_id=together.id).update(address=shared, fold=email_fold(shared))
    await ClientEmail.filter(client_id=never.id).update(address=shared, fold=email_fold(shared))
    # A second address gets no letters.
    await ClientEmail.create(client_id=elsewhere.id, address=shared, fold=email_fold(shared), position=1)

    await box.press(box.to_unsubscribe(letter), ONE_CLICK)

    for client_id in (letter.client_id, together.id, never.id):
        assert await said_by(client_id) == (False, ConsentSource.UNSUBSCRIBED)
    assert await said_by(elsewhere.id) == (True, ConsentSource.IN_PERSON)


async def test_who_said_no_before_has_said_it_in_her_own_way(letter, box):
    await Consent.all().update(is_given=False, source=ConsentSource.PHONE)
    page = await box.press(box.to_unsubscribe(letter), ONE_CLICK)
    assert page.status == 200
    assert await said_by(letter.client_id) == (False, ConsentSource.PHONE)


async def test_letters_about_visits_can_be_ended_as_well(letter, box):
    visit = await a_booking()
    about = await a_letter(visit, Letter.APPOINTMENT_BOOKED, to_address="olga.berg@home.example")
    page = await box.press(box.to_unsubscribe(about), ONE_CLICK)
    assert "You still get reminders of care that is due." in page
    assert await said_by(letter.client_id, APPOINTMENT) == (False, ConsentSource.UNSUBSCRIBED)
    page = await box.press(box.to_unsubscribe(letter), ONE_CLICK)
    assert "You get no other letters but those you ask for" in page


async def test_the_page_speaks_the_language_of_the_letter(letter, box):
    in_german = await a_care_letter(await Client.get(id=letter.client_id), language="de-AT")
    page = await box.open(box.to_unsubscribe(in_german))
    assert (page.language, page.title) == ("de", "Möchten Sie diese Briefe nicht mehr bekommen?")
    assert (await box.press(box.to_unsubscribe(in_german), YES)).title == "Sie bekommen diese Briefe nicht mehr"


async def test_there_is_nothing_to_end_for_what_is_asked_for(database, box):
    code = await Message.create(
        letter=Letter.SIGN_IN_CODE, state=MessageState.SENT, to_address="olga.berg@home.example", language="en",
        template_version=1, not_before=NOW, created_at=NOW,
    )  # fmt: skip
    page = await box.press(box.to_unsubscribe(code), ONE_CLICK)
    assert (page.status, page.title) == (410, "This link is no longer good")


async def test_a_changed_token_or_one_for_something_else_ends_nothing(letter, box):
    token = box.to_unsubscribe(letter).rsplit("/", 1)[1]
    visit = await a_booking()
    for wrong in (token[:-1], token[1:], token.swapcase(), box.to_visit(visit).rsplit("/", 1)[1], "A" * 4000):
        page = await box.press(f"{HOME}/unsubscribe/{wrong}", ONE_CLICK)
        assert (page.status, page.title) == (403, "This link does not work")
    assert await said_by(letter.client_id) == (True, ConsentSource.IN_PERSON)


async def test_a_broken_link_is_answered_in_the_language_of_the_browser(letter, box):
    for accepted, title in (
        ("de-CH,de;q=0.9,en;q=0.8", "Dieser Link geht nicht"),
        ("tlh, de;q=0.1", "Dieser Link geht nicht"),
        ("tlh", "This link does not work"),
        ("", "This link does not work"),
        ("de" * 5000, "This link does not work"),
    ):
        page = await box.open(f"{HOME}/unsubscribe/nothing", **{"accept-language": accepted})
        assert page.title == title


async def test_names_are_shown_as_they_are_and_are_nothing_else(letter, box):
    await Practice.all().update(name="<script>alert(1)</script> & Söhne")
    page = await box.sent("GET", box.to_unsubscribe(letter))
    assert "<script>alert(1)</script> & Söhne" in page
