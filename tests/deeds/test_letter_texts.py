"""Managers write letters in words of their own; each change is a version, and letters that wait take the latest."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from models import Event, EventKind, IdempotencyKey, Letter, LetterText, Message, MessageState, Ownership, Role
from models.refusal import Forbidden, InvalidInput, NotFound
from models.row import uuid7
from resolvers import letter_previews, letter_texts
from resolvers.letter_previews import Asked
from resolvers.letter_texts import NewText
from tests.postbox import Clock, PostBox, deliver
from tests.world import (
    NOW,
    TODAY,
    a_booking,
    a_consent,
    a_letter,
    a_letter_text,
    a_location,
    a_member,
    a_pet,
    a_practice,
    a_reminder,
    a_rule,
    a_service,
    a_vet,
    an_owner,
)

pytestmark = pytest.mark.anyio

SOON = NewText(Letter.COMING_VISIT, "en", "See you, {{ pet }}", "Dear {{ client }},\n\n[visit]\n\n[links]")
URL = "https://vet.example"


@pytest.fixture
async def boss(database):
    await a_practice()
    await a_location()
    return (await a_member("Berta Boss", Role.MANAGER, at=None)).viewer


async def put(viewer, text=SOON, key="k1"):
    return await letter_texts.put(viewer, text, key=key, now=NOW)


async def reset(viewer, text_id, key="r1"):
    return await letter_texts.reset(viewer, text_id, key=key, now=NOW)


async def look(viewer, letter, language="en", **more):
    return await letter_previews.preview(viewer, Asked(letter, language, **more), public_url=URL, now=NOW)


async def a_visit(**more):
    await a_vet("Vera Falk")
    return await a_booking(
        await a_pet(await an_owner("Olga Berg"), name="Rex"), starts_at=NOW + timedelta(hours=1), **more
    )


async def versions():
    return [(row.version, row.is_in_use) for row in await LetterText.all().order_by("id")]


async def test_a_letter_that_waits_is_sent_in_the_words_of_the_practice(boss):
    visit = await a_visit()
    await a_letter(visit, Letter.COMING_VISIT)
    text_id = await put(boss)
    box = PostBox()
    await deliver(box, Clock(NOW))
    [letter] = box.letters
    assert letter.subject == "See you, Rex"
    assert letter.text.startswith("Dear Olga Berg,\n\nWhen: ")
    message = await Message.get(letter=Letter.COMING_VISIT)
    assert (message.state, message.text_id, message.subject) == (MessageState.SENT, text_id, "See you, Rex")


async def test_each_change_is_a_version_and_one_is_in_use(boss):
    first = await put(boss)
    second = await put(boss, NewText(SOON.letter, "en", "Soon: {{ pet }}", SOON.body), key="k2")
    await put(boss, NewText(SOON.letter, "de", "Bald: {{ pet }}", SOON.body), key="k3")
    assert await versions() == [(1, False), (2, True), (1, True)]
    kept = await LetterText.get(id=second)
    assert (kept.subject, kept.body, kept.made_by_id, kept.made_at) == (
        "Soon: {{ pet }}",
        SOON.body,
        boss.staff_id,
        NOW,
    )
    assert (await LetterText.get(id=first)).subject == SOON.subject
    events = await Event.filter(kind=EventKind.LETTER_TEXT_SET).order_by("number")
    assert [event.subject_id for event in events[:2]] == [first, second]


async def test_words_for_a_rule_stand_beside_those_for_every_reminder(boss):
    rule = await a_rule()
    await put(boss, NewText(Letter.CARE_REMINDER, "en", "{{ pets }}", "[due]"))
    await put(boss, NewText(Letter.CARE_REMINDER, "en", "{{ what }}", "[due]", rule.id), key="k2")
    assert await versions() == [(1, True), (1, True)]


async def test_a_letter_is_written_in_our_words_again(boss):
    text_id = await put(boss)
    assert await reset(boss, text_id) == text_id
    assert await reset(boss, text_id, key="r2") == text_id
    assert await versions() == [(1, False)]
    assert await Event.filter(kind=EventKind.LETTER_TEXT_RESET).count() == 1
    await put(boss, key="k2")
    assert await versions() == [(1, False), (2, True)]


async def test_a_request_that_is_sent_again_changes_nothing_more(boss):
    assert await put(boss) == await put(boss)
    assert await versions() == [(1, True)]


async def test_two_managers_at_once_make_two_versions(boss):
    texts = [NewText(SOON.letter, "en", f"Soon {number}", SOON.body) for number in range(4)]
    await asyncio.gather(*(put(boss, text, key=f"k{number}") for number, text in enumerate(texts)))
    assert sorted(await versions()) == [(1, False), (2, False), (3, False), (4, True)]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (NewText(Letter.COMING_VISIT, "fr", "Bonjour", "[visit]"), ("language",)),
        (NewText(Letter.COMING_VISIT, "en-GB", "Hello", "[visit]"), ("language",)),
        (NewText(Letter.INVITATION, "en", "Hello", "Hello"), ("letter",)),
        (NewText(Letter.COMING_VISIT, "en", "Hello", "[visit]", uuid7()), ("ruleId",)),
        (NewText(Letter.COMING_VISIT, "en", "{{ pets }}", "[visit]"), ("subject",)),
        (NewText(Letter.COMING_VISIT, "en", "Hello", "{% x %}\n\n[visit]"), ("body",)),
        (NewText(Letter.CARE_REMINDER, "en", "{{ what }}", "[due]"), ("subject",)),
    ],
)
async def test_what_is_not_in_order_is_refused_and_nothing_is_kept(boss, text, path):
    with pytest.raises(InvalidInput) as refused:
        await put(boss, text)
    assert refused.value.path == path
    assert await LetterText.all().count() == await Event.all().count() == await IdempotencyKey.all().count() == 0


async def test_a_rule_or_text_that_there_is_not_is_not_found(boss):
    with pytest.raises(NotFound):
        await put(boss, NewText(Letter.CARE_REMINDER, "en", "{{ what }}", "[due]", uuid7()))
    with pytest.raises(NotFound):
        await reset(boss, uuid7())


async def test_a_manager_of_one_place_may_look_but_not_write(boss):
    place = await a_location("Quay")
    viewer = (await a_member("Max", Role.MANAGER, at=place)).viewer
    visit = await a_visit()
    assert (await look(viewer, Letter.COMING_VISIT, appointment_id=visit.id)).subject.startswith(
        "Coming appointment: Rex on"
    )
    with pytest.raises(Forbidden):
        await put(viewer)


async def test_a_preview_tells_the_real_visit_and_its_links_lead_nowhere(boss):
    visit = await a_visit()
    seen = await look(
        boss, SOON.letter, "es", appointment_id=visit.id, subject="{{ pet }} / {{ client }}", body=SOON.body
    )
    assert seen.subject == "Rex / Olga Berg"
    assert "Cuándo: lunes, 2 de marzo de 2026, 10:00" in seen.text
    assert f"Confirmar o cancelar esta cita: {URL}/#preview" in seen.text
    assert f"Dejar de recibir mensajes sobre citas: {URL}/#preview" in seen.text
    assert (seen.language, seen.to_address) == ("es", "olga.berg@home.example")
    assert await Message.all().count() == await LetterText.all().count() == await Event.all().count() == 0


async def test_a_preview_without_words_shows_those_in_use(boss):
    visit = await a_visit()
    assert (await look(boss, SOON.letter, appointment_id=visit.id)).subject.startswith("Coming appointment: Rex on ")
    text_id = await put(boss)
    assert (await look(boss, SOON.letter, appointment_id=visit.id)).subject == "See you, Rex"
    assert (await look(boss, SOON.letter, "de", appointment_id=visit.id)).subject.startswith(
        "Bevorstehender Termin: Rex"
    )
    await reset(boss, text_id)
    assert (await look(boss, SOON.letter, appointment_id=visit.id)).text_id is None


async def test_a_letter_about_a_farewell_is_looked_at_in_our_words(boss):
    await a_service("Euthanasia", is_farewell=True)
    visit = await a_visit()
    await put(boss)
    for words in ({}, {"subject": "Hooray, {{ pet }}!", "body": SOON.body}):
        seen = await look(boss, SOON.letter, appointment_id=visit.id, **words)
        assert seen.subject == "Your appointment on Monday, 2 March 2026, 10:00"
    with pytest.raises(InvalidInput, match="Nobody is told that they missed a farewell"):
        await look(boss, Letter.APPOINTMENT_MISSED, appointment_id=visit.id)


async def test_a_preview_tells_the_real_reminder(boss):
    olga = await an_owner("Olga Berg")
    await a_consent(olga)
    rule = await a_rule("Rabies booster", services=[await a_service("Vaccination")], targets=["RABIES"])
    reminder = await a_reminder(await a_pet(olga, name="Rex"), rule, due_on=TODAY)
    ours = await look(boss, Letter.CARE_REMINDER, reminder_id=reminder.id)
    assert ours.subject == "Reminder for Rex: Rabies booster"
    assert f"Book an appointment for Rex: {URL}/#preview" in ours.text
    assert "You get this because you told us in person, on 2 March 2026," in ours.text
    general = {"subject": "Time for {{ pets }}", "body": "Dear {{ client }},\n\n[due]"}
    await a_letter_text(rule_id=rule.id, subject="{{ what }} in use")
    assert (await look(boss, Letter.CARE_REMINDER, reminder_id=reminder.id)).subject == "Rabies booster in use"
    tried = await look(boss, Letter.CARE_REMINDER, reminder_id=reminder.id, **general)
    assert (tried.subject, tried.text.split("\n\n")[0]) == ("Time for Rex", "Dear Olga Berg,")
    of_the_rule = await look(
        boss, Letter.CARE_REMINDER, reminder_id=reminder.id, rule_id=rule.id, subject="{{ what }}!", body="[due]"
    )
    assert of_the_rule.subject == "Rabies booster!"


async def test_a_preview_of_a_pet_that_nobody_owns_is_to_nobody(boss):
    reminder = await a_reminder(await a_pet(name="Rex"))
    await Ownership.all().update(ends_on=TODAY)
    seen = await look(boss, Letter.CARE_REMINDER, reminder_id=reminder.id)
    assert (seen.to_address, seen.text.split("\n\n")[0]) == ("", "Hello,")


async def test_a_preview_needs_what_the_letter_is_about(boss):
    visit = await a_visit()
    reminder = await a_reminder(await a_pet(await an_owner("Paul Orsted"), name="Milo"))
    other = await a_rule("Other")
    senseless = [
        (Asked(Letter.SIGN_IN_CODE, "en", appointment_id=visit.id), ("letter",)),
        (Asked(SOON.letter, "fr", appointment_id=visit.id), ("language",)),
        (Asked(SOON.letter, "en"), ("appointmentId",)),
        (Asked(SOON.letter, "en", appointment_id=visit.id, reminder_id=reminder.id), ("appointmentId",)),
        (Asked(Letter.CARE_REMINDER, "en", appointment_id=visit.id), ("reminderId",)),
        (Asked(Letter.CARE_REMINDER, "en", rule_id=other.id, reminder_id=reminder.id), ("reminderId",)),
        (Asked(SOON.letter, "en", "Only a subject", appointment_id=visit.id), ("body",)),
    ]
    for asked, path in senseless:
        with pytest.raises(InvalidInput) as refused:
            await letter_previews.preview(boss, asked, public_url=URL, now=NOW)
        assert refused.value.path == path
    for asked in (
        Asked(SOON.letter, "en", appointment_id=uuid7()),
        Asked(Letter.CARE_REMINDER, "en", reminder_id=uuid7()),
    ):
        with pytest.raises(NotFound):
            await letter_previews.preview(boss, asked, public_url=URL, now=NOW)
