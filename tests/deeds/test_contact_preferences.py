"""What somebody wants to hear of: said by herself or to the staff, with the way in which we know."""

import json
from datetime import timedelta

import pytest

from models import Channel, Client, Consent, ConsentSource, EventKind, MessageState, Purpose, ReminderNotice
from models.refusal import Forbidden, IdempotencyKeyReused, InvalidInput, NotFound
from models.row import uuid7
from resolvers import accounts, clients, consents, wishes
from resolvers.clients import ClientRegistration
from resolvers.consents import Preferences
from tests.found import events, last_event
from tests.world import (
    NOW,
    a_care_letter,
    a_client,
    a_consent,
    a_notice,
    a_nurse,
    a_pet,
    a_receptionist,
    a_reminder,
    an_owner,
    an_ownership,
    how_many_rows,
)

pytestmark = pytest.mark.anyio

CARE, MARKETING, APPOINTMENT = Purpose.CARE, Purpose.MARKETING, Purpose.APPOINTMENT
LATER = NOW + timedelta(days=1)


async def said_by(client):
    rows = await Consent.filter(client_id=client.id).order_by("purpose")
    assert {row.channel for row in rows} <= {Channel.EMAIL}
    return {row.purpose: (row.is_given, row.source, row.said_at) for row in rows}


async def told(viewer, client, wanted, *, source=ConsentSource.PHONE, key="k", now=NOW, **more):
    preferences = Preferences(wanted, **more)
    return await consents.set_preferences(viewer, client.id, preferences, source=source, key=key, now=now)


async def test_staff_write_down_what_a_client_said(database):
    nurse, olga = await a_nurse(), await a_client("Olga Berg")

    await told(nurse.viewer, olga, {CARE: True, MARKETING: False}, zone="Europe/Lisbon")

    assert await said_by(olga) == {
        CARE: (True, ConsentSource.PHONE, NOW),
        MARKETING: (False, ConsentSource.PHONE, NOW),
    }
    assert (await Client.get(id=olga.id)).zone == "Europe/Lisbon"
    event, detail = await last_event()
    assert (event.kind, event.subject_id) == (EventKind.CONTACT_PREFERENCES_SET, olga.id)
    assert json.loads(detail) == {
        "before": {"wants_care": None, "wants_marketing": None, "zone": ""},
        "after": {
            "wants_care": {"is_given": True, "source": "PHONE"},
            "wants_marketing": {"is_given": False, "source": "PHONE"},
            "zone": "Europe/Lisbon",
        },
    }


async def test_an_owner_says_it_herself(database):
    olga = await an_owner("Olga Berg")
    await a_consent(olga, CARE)

    await consents.set_mine(olga.viewer, Preferences({CARE: False}), key="k", now=LATER)

    assert await said_by(olga) == {CARE: (False, ConsentSource.OWNER, LATER)}
    _, detail = await last_event()
    assert json.loads(detail) == {
        "before": {"wants_care": {"is_given": True, "source": "IN_PERSON"}},
        "after": {"wants_care": {"is_given": False, "source": "OWNER"}},
    }


async def test_what_is_not_named_stays(database):
    olga = await an_owner("Olga Berg")
    await a_consent(olga, CARE)
    await consents.set_mine(olga.viewer, Preferences(zone="Europe/Lisbon"), key="k1", now=NOW)
    await consents.set_mine(olga.viewer, Preferences({MARKETING: True}), key="k2", now=NOW)

    assert set(await said_by(olga)) == {CARE, MARKETING}
    assert (await Client.get(id=olga.id)).zone == "Europe/Lisbon"

    await consents.set_mine(olga.viewer, Preferences(zone=" "), key="k3", now=NOW)
    assert (await Client.get(id=olga.id)).zone == ""


async def test_the_same_word_in_the_same_way_is_no_event_and_stays_as_old_as_it_is(database):
    nurse, olga = await a_nurse(), await a_client("Olga Berg")
    await told(nurse.viewer, olga, {CARE: True})
    await told(nurse.viewer, olga, {CARE: True}, key="k2", now=LATER)

    assert await said_by(olga) == {CARE: (True, ConsentSource.PHONE, NOW)}
    assert await events() == ["CONTACT_PREFERENCES_SET"]

    await told(nurse.viewer, olga, {CARE: True}, source=ConsentSource.FORM, key="k3", now=LATER)
    assert await said_by(olga) == {CARE: (True, ConsentSource.FORM, LATER)}


async def test_the_same_request_is_done_once(database):
    nurse, olga = await a_nurse(), await a_client("Olga Berg")
    await told(nurse.viewer, olga, {CARE: True})
    await told(nurse.viewer, olga, {CARE: False}, key="k2")
    assert await told(nurse.viewer, olga, {CARE: True}) == olga.id

    assert await said_by(olga) == {CARE: (False, ConsentSource.PHONE, NOW)}
    with pytest.raises(IdempotencyKeyReused):
        await told(nurse.viewer, olga, {CARE: False})


@pytest.mark.parametrize("source", [ConsentSource.OWNER, ConsentSource.UNSUBSCRIBED])
async def test_staff_do_not_speak_as_the_owner(database, source):
    nurse, olga = await a_nurse(), await a_client("Olga Berg")
    before = await how_many_rows()
    with pytest.raises(InvalidInput) as refused:
        await told(nurse.viewer, olga, {CARE: True}, source=source)
    assert refused.value.path == ("source",)
    assert await how_many_rows() == before


async def test_no_clock_keeps_a_zone_that_is_none(database):
    olga = await an_owner("Olga Berg")
    before = await how_many_rows()
    with pytest.raises(InvalidInput) as refused:
        await consents.set_mine(olga.viewer, Preferences({CARE: True}, zone="Berlin"), key="k", now=NOW)
    assert refused.value.path == ("zone",)
    assert await how_many_rows() == before


async def test_nobody_sets_what_somebody_else_wants_to_hear(database):
    olga, peter, nurse = await an_owner("Olga Berg"), await an_owner("Peter Lang"), await a_nurse()
    before = await how_many_rows()
    for viewer in (olga.viewer, peter.viewer):
        with pytest.raises(Forbidden):
            await told(viewer, olga, {CARE: True})
    with pytest.raises(Forbidden):
        await consents.set_mine(nurse.viewer, Preferences({CARE: True}), key="k", now=NOW)
    with pytest.raises(NotFound):
        await consents.set_preferences(
            nurse.viewer, uuid7(), Preferences({CARE: True}), source=ConsentSource.PHONE, key="k", now=NOW
        )
    assert await how_many_rows() == before


async def test_reception_registers_somebody_with_what_she_wants(database):
    anna = ClientRegistration(family_name="Berg", wanted={CARE: True}, source=ConsentSource.FORM)
    client_id = await clients.register((await a_receptionist()).viewer, anna, key="k", now=NOW)

    assert await said_by(await Client.get(id=client_id)) == {CARE: (True, ConsentSource.FORM, NOW)}
    _, detail = await last_event()
    assert json.loads(detail)["after"]["wants_care"] == {"is_given": True, "source": "FORM"}


# One person who was two clients


async def test_of_two_clients_who_are_one_the_later_word_counts(database):
    early, late = await a_client("Olga Early"), await a_client("Olga Late")
    await a_consent(early, CARE, is_given=True, said_at=NOW)
    await a_consent(late, CARE, is_given=False, said_at=LATER)
    await a_consent(early, MARKETING, is_given=False, said_at=LATER)
    await a_consent(late, MARKETING, is_given=True, said_at=NOW)
    await a_consent(late, APPOINTMENT, is_given=False, said_at=NOW)

    await wishes.merge(late.id, early.id)

    assert {purpose: said[0] for purpose, said in (await said_by(early)).items()} == {
        CARE: False,
        MARKETING: False,
        APPOINTMENT: False,
    }
    assert await said_by(late) == {}


async def test_of_two_words_at_once_the_known_clients_counts(database):
    known, other = await a_client("Olga Known"), await a_client("Olga Other")
    await a_consent(known, CARE, is_given=False)
    await a_consent(other, CARE, is_given=True)
    await wishes.merge(other.id, known.id)
    assert await said_by(known) == {CARE: (False, ConsentSource.IN_PERSON, NOW)}


async def test_who_is_recognised_keeps_what_she_said_and_what_she_was_told(database):
    reception, pet = await a_receptionist(), await a_pet()
    known = await a_client("Olga Known")
    online = await an_owner("Olga Online", is_linked=False)
    await an_ownership(pet, online.client)
    await a_consent(online, CARE, source=ConsentSource.OWNER)
    sent = await a_care_letter(online, state=MessageState.SENT, sent_at=NOW)
    await a_notice(await a_reminder(pet), sent, outcome="SENT")

    await accounts.link_account(reception.viewer, online.account.id, known.id, key="k", now=NOW)

    assert await said_by(known) == {CARE: (True, ConsentSource.OWNER, NOW)}
    notice = await ReminderNotice.get()
    assert (notice.client_id, notice.outcome) == (known.id, "SENT")
    await sent.refresh_from_db()
    assert sent.client_id == known.id


async def test_two_who_were_both_told_of_the_same_step_become_one_who_was(database):
    pet = await a_pet()
    known, other = await a_client("Olga Known"), await a_client("Olga Other")
    reminder = await a_reminder(pet)
    for one in (known, other):
        letter = await a_care_letter(one, state=MessageState.SENT, sent_at=NOW)
        await a_notice(reminder, letter, outcome="SENT")
    await a_notice(reminder, client_id=known.id, step=-7)
    waiting = await a_notice(reminder, await a_care_letter(other), step=-7)

    await wishes.merge(other.id, known.id)

    kept = await ReminderNotice.filter(reminder_id=reminder.id).order_by("step")
    assert [(one.step, one.client_id, one.outcome) for one in kept] == [
        (-30, known.id, "SENT"),
        (-7, known.id, "WAITING"),
    ]
    assert kept[1].id == waiting.id
