"""Letters that remind of what is due: looked at again when they are sent, item by item, and settled with their notices."""

from datetime import timedelta
from typing import Any

import pytest

from models import (
    Client,
    ClientEmail,
    Consent,
    ConsentSource,
    Event,
    EventKind,
    Message,
    MessageState,
    NoticeOutcome,
    NoticeReason,
    Ownership,
    Pet,
    Reminder,
    ReminderReason,
    ReminderState,
)
from models.contact import email_fold
from resolvers.messages import Delivered
from resolvers.ports import MailRefused, MailUnanswered
from tests.postbox import Clock, PostBox, deliver
from tests.world import (
    NOW,
    TODAY,
    a_care_letter,
    a_client,
    a_consent,
    a_location,
    a_notice,
    a_pet,
    a_practice,
    a_reminder,
    a_rule,
    an_owner,
    an_ownership,
    an_undeliverable_address,
)

pytestmark = pytest.mark.anyio

DUE: dict[str, Any] = {"state": ReminderState.DUE, "reason": ReminderReason.STEP_REACHED}
TOLD = {"state": ReminderState.SENT, "reason": ReminderReason.TOLD}
SENT = (NoticeOutcome.SENT, NoticeReason.STEP_REACHED, NOW)


class House:
    """Olga, who wants to be reminded, and her pets, of each of which something is due."""

    async def furnished(self):
        await a_practice()
        await a_location()
        self.olga = await an_owner("Olga Berg")
        await a_consent(self.olga)
        rule = await a_rule()
        self.rex, self.bella = [await a_pet(self.olga, name=name) for name in ("Rex", "Bella")]
        self.of_rex, self.of_bella = [await a_reminder(pet, rule, **DUE) for pet in (self.rex, self.bella)]
        self.letter = await a_care_letter(self.olga)
        self.notices = [await a_notice(one, self.letter) for one in (self.of_rex, self.of_bella)]
        return self


@pytest.fixture
async def house(database):
    return await House().furnished()


@pytest.fixture
def box():
    return PostBox()


@pytest.fixture
def clock():
    return Clock(NOW)


async def decided(house):
    """What became of telling her of Rex, and of Bella."""
    for notice in house.notices:
        await notice.refresh_from_db()
    return [(notice.outcome, notice.reason, notice.settled_at) for notice in house.notices]


async def stands(reminder):
    await reminder.refresh_from_db()
    return {"state": reminder.state, "reason": reminder.reason}


async def happened(kind):
    return [event.subject_id for event in await Event.filter(kind=kind).order_by("number")]


async def test_a_letter_that_went_out_is_settled_with_its_notices_and_reminders(house, box, clock):
    assert await deliver(box, clock) == Delivered(sent=1)
    assert await decided(house) == [SENT, SENT]
    assert [await stands(one) for one in (house.of_rex, house.of_bella)] == [TOLD, TOLD]
    events = await Event.filter(kind=EventKind.REMINDER_SENT).order_by("number")
    assert {event.subject_id for event in events} == {house.of_rex.id, house.of_bella.id}
    assert {event.location_id for event in events} == {house.of_rex.location_id}
    message = await Message.get()
    assert (message.state, message.sent_at, message.subject) == (MessageState.SENT, NOW, box.letters[0].subject)
    assert ("Rex" in message.body, "Bella" in message.body) == (True, True)


async def is_not_hers(house):
    await Ownership.filter(pet_id=house.rex.id).update(ends_on=TODAY)


async def is_not_to_be_seen(house):
    await Ownership.filter(pet_id=house.rex.id).update(may_view=False)


async def fits_no_longer(house):
    await Reminder.filter(id=house.of_rex.id).update(state=ReminderState.WITHDRAWN, reason=ReminderReason.DOES_NOT_FIT)


async def is_held(house):
    held = {"state": ReminderState.SUPPRESSED, "reason": ReminderReason.HELD, "held_because": "She is away."}
    await Reminder.filter(id=house.of_rex.id).update(**held)


async def is_done(house):
    done = {"state": ReminderState.COMPLETED, "reason": ReminderReason.DONE, "done_on": TODAY}
    await Reminder.filter(id=house.of_rex.id).update(**done)


async def is_due_later(house):
    await Reminder.filter(id=house.of_rex.id).update(due_on=TODAY + timedelta(days=90))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (is_not_hers, NoticeReason.NO_OWNER),
        (is_not_to_be_seen, NoticeReason.NO_OWNER),
        (fits_no_longer, NoticeReason.NO_LONGER_DUE),
        (is_held, NoticeReason.HELD),
        (is_done, NoticeReason.DONE),
        (is_due_later, NoticeReason.NO_LONGER_DUE),
    ],
)
async def test_what_is_not_true_any_more_is_left_out_and_the_rest_is_told(house, box, clock, change, reason):
    await change(house)
    assert await deliver(box, clock) == Delivered(sent=1)
    assert await decided(house) == [(NoticeOutcome.WITHHELD, reason, NOW), SENT]
    assert ("Rex" in box.letters[0].text, "Bella" in box.letters[0].text) == (False, True)
    assert await happened(EventKind.REMINDER_SENT) == [house.of_bella.id]


async def test_of_a_pet_that_has_died_nothing_is_told(house, box, clock):
    await Pet.filter(id=house.rex.id).update(died_on=TODAY)
    assert await deliver(box, clock) == Delivered(sent=1)
    assert (await decided(house))[0] == (NoticeOutcome.WITHHELD, NoticeReason.PET_DIED, NOW)
    assert "Rex" not in box.letters[0].text + box.letters[0].subject


async def test_a_letter_of_which_nothing_is_left_is_withheld(house, box, clock):
    await Reminder.all().update(state=ReminderState.COMPLETED, reason=ReminderReason.DONE, done_on=TODAY)
    assert await deliver(box, clock) == Delivered(withheld=1)
    message = await Message.get()
    assert (message.state, message.reason, box.letters) == (MessageState.WITHHELD, "It was done.", [])
    assert await decided(house) == [(NoticeOutcome.WITHHELD, NoticeReason.DONE, NOW)] * 2
    assert await happened(EventKind.REMINDER_SENT) == []


async def has_changed_her_mind(house):
    await Consent.filter(client_id=house.olga.id).update(is_given=False)


async def has_no_address(house):
    await ClientEmail.all().delete()


async def is_not_read(house):
    await an_undeliverable_address(house.letter.to_address)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (has_changed_her_mind, NoticeReason.NO_CONSENT),
        (has_no_address, NoticeReason.NO_ADDRESS),
        (is_not_read, NoticeReason.ADDRESS_UNDELIVERABLE),
    ],
)
async def test_who_is_not_reached_any_more_is_not_told_and_her_reminders_are_only_due(
    house, box, clock, change, reason
):
    await Reminder.all().update(**TOLD)
    await change(house)
    assert await deliver(box, clock) == Delivered(withheld=1)
    assert await decided(house) == [(NoticeOutcome.WITHHELD, reason, NOW)] * 2
    assert [await stands(one) for one in (house.of_rex, house.of_bella)] == [DUE, DUE]
    assert set(await happened(EventKind.REMINDER_DUE)) == {house.of_rex.id, house.of_bella.id}


async def test_a_letter_that_can_wait_waits_for_the_morning_on_her_clock(house, box):
    night = Clock(NOW.replace(hour=22))
    assert await deliver(box, night) == Delivered(postponed=1)
    message = await Message.get()
    assert (message.state, message.handed_at, box.letters) == (MessageState.WAITING, None, [])
    assert message.not_before == NOW.replace(day=3, hour=7)  # 8 o'clock in Berlin
    await Client.filter(id=house.olga.id).update(zone="America/New_York")
    morning = Clock(message.not_before)
    assert await deliver(box, morning) == Delivered(postponed=1)
    assert (await Message.get()).not_before == NOW.replace(day=3, hour=13)
    assert await deliver(box, Clock(NOW.replace(day=3, hour=13))) == Delivered(sent=1)


async def test_what_the_server_refuses_for_good_is_settled_too(house, box, clock):
    await Reminder.all().update(**TOLD)
    box.trouble[house.letter.to_address] = MailRefused("554 5.7.1 Spam", for_good=True)
    assert await deliver(box, clock) == Delivered(failed=1)
    assert await decided(house) == [(NoticeOutcome.FAILED, NoticeReason.MAIL_REFUSED, NOW)] * 2
    assert await stands(house.of_rex) == DUE


async def test_an_address_that_nobody_reads_is_marked_and_the_notices_say_so(house, box, clock):
    box.trouble[house.letter.to_address] = MailRefused("550 5.1.1 No such user", for_good=True, of_recipient=True)
    assert await deliver(box, clock) == Delivered(failed=1)
    assert await decided(house) == [(NoticeOutcome.FAILED, NoticeReason.ADDRESS_UNDELIVERABLE, NOW)] * 2
    assert await happened(EventKind.ADDRESS_UNDELIVERABLE) == [house.olga.id]


async def test_a_doubt_is_written_on_the_notices_and_counts_as_told(house, box, clock):
    await Reminder.all().update(**TOLD)
    box.silence[house.letter.to_address] = MailUnanswered("Connection lost")
    assert await deliver(box, clock) == Delivered(doubtful=1)
    assert await decided(house) == [(NoticeOutcome.DOUBTFUL, NoticeReason.NO_ANSWER, NOW)] * 2
    assert await stands(house.of_rex) == TOLD
    message = await Message.get()
    assert (message.last_answer, "Bella" in message.body) == ("Connection lost", True)


async def test_two_who_share_a_mailbox_are_told_of_one_thing_once(house, box, clock):
    jan = await a_client("Jan Berg", email=house.letter.to_address)
    await an_ownership(house.rex, jan, share=0)
    await a_consent(jan)
    of_jan = await a_notice(house.of_rex, house.letter, client_id=jan.id)
    assert await deliver(box, clock) == Delivered(sent=1)
    [letter] = box.letters
    assert letter.text.count("Rabies booster") == 2
    await of_jan.refresh_from_db()
    assert of_jan.outcome is NoticeOutcome.SENT
    assert len(await happened(EventKind.REMINDER_SENT)) == 2


async def test_who_shared_a_mailbox_and_does_so_no_longer_gets_a_letter_of_her_own(house, box, clock):
    jan = await a_client("Jan Berg", email="jan@work.example")
    await an_ownership(house.rex, jan, share=0)
    await a_consent(jan)
    of_jan = await a_notice(house.of_rex, house.letter, client_id=jan.id)
    assert await deliver(box, clock) == Delivered(sent=2)
    assert box.addresses == [house.letter.to_address, "jan@work.example"]
    assert ("Bella" in box.letters[1].text, "Rex" in box.letters[1].text) == (False, True)
    await of_jan.refresh_from_db()
    assert (of_jan.outcome, of_jan.message_id != house.letter.id) == (NoticeOutcome.SENT, True)


async def test_it_goes_to_the_address_that_she_has_now(house, box, clock):
    new = "olga@new.example"
    await ClientEmail.all().update(address=new, fold=email_fold(new))
    assert await deliver(box, clock) == Delivered(sent=1)
    message = await Message.get()
    assert (box.addresses, message.to_address, message.to_domain) == ([new], new, "new.example")


async def test_a_letter_that_speaks_to_another_after_all_is_hers_and_by_her_consent(house, box, clock):
    jan = await a_client("Jan Berg", email=house.letter.to_address)
    await an_ownership(house.rex, jan, share=0)
    said = await a_consent(jan, source=ConsentSource.PHONE, said_at=NOW - timedelta(days=3))
    await a_notice(house.of_rex, house.letter, client_id=jan.id)
    await ClientEmail.filter(client_id=house.olga.id).update(address="olga@new.example", fold="olga@new.example")
    await has_changed_her_mind(house)
    assert await deliver(box, clock) == Delivered(sent=1)
    assert "Dear Jan Berg" in box.letters[0].text
    message = await Message.get()
    assert (message.client_id, message.consent_source, message.consent_at) == (jan.id, said.source, said.said_at)
    assert [sent async for sent in Message.filter(client_id=house.olga.id)] == []
