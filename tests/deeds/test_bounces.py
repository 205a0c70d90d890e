"""Letters that come back after they were sent: only of a letter of ours and its own address is anything believed."""

from datetime import timedelta
from typing import Any

import pytest

from models import (
    Event,
    EventKind,
    Message,
    MessageState,
    NoticeOutcome,
    NoticeReason,
    ReminderState,
    UndeliverableAddress,
)
from models.row import uuid7
from resolvers import bounces, codes
from resolvers.bounces import Fate, Returned
from resolvers.messages import Delivered, Recipient
from resolvers.viewer import Viewer
from tests.doorkeeper import ANYONE, HOME, RULES, VAULT, PaperTokens, secret_in_letter
from tests.postbox import Clock, PostBox, a_code, deliver
from tests.world import (
    NOW,
    a_care_letter,
    a_client,
    a_consent,
    a_location,
    a_notice,
    a_pet,
    a_practice,
    a_reminder,
    an_owner,
    an_undeliverable_address,
)

pytestmark = pytest.mark.anyio

LATER = NOW + timedelta(hours=1)
WORDS = "550 5.1.1 User unknown"


@pytest.fixture
async def sent(database):
    await a_practice()
    await a_location()
    olga = await an_owner(email="Olga@home.example")
    await a_consent(olga)
    letter = await a_care_letter(olga)
    await a_notice(await a_reminder(await a_pet(olga)), letter)
    assert await deliver(PostBox(), Clock(NOW)) == Delivered(sent=1)
    await letter.refresh_from_db()
    return letter


async def comes_back(letter, *, address=None, status="5.1.1", is_over=True):
    returned = Returned(letter.id, address or letter.to_address, status, WORDS, is_over=is_over)
    fate = await bounces.keep(Viewer.system("bounce"), returned, now=LATER)
    await letter.refresh_from_db()
    return fate


async def the_notice(letter):
    notice = await letter.notices.all().get()
    return notice.outcome, notice.reason, notice.settled_at, (await notice.reminder).state


async def test_a_letter_that_came_back_for_good_marks_its_address_and_its_notices(sent):
    for _ in range(2):
        assert await comes_back(sent, address="olga@HOME.example") is Fate.KEPT
    assert (sent.state, sent.bounced_at, sent.bounce) == (MessageState.SENT, LATER, WORDS)
    failed = (NoticeOutcome.FAILED, NoticeReason.ADDRESS_UNDELIVERABLE, LATER, ReminderState.DUE)
    assert await the_notice(sent) == failed
    [marked] = await UndeliverableAddress.all()
    assert (marked.fold, marked.answer, marked.message_id) == ("olga@home.example", WORDS, sent.id)
    [event] = await Event.filter(kind=EventKind.ADDRESS_UNDELIVERABLE)
    assert event.subject_id == sent.client_id


@pytest.mark.parametrize("status", ["5.7.1", "5.2.2", "4.4.7", ""])
async def test_what_is_not_said_of_the_address_does_not_mark_it(sent, status):
    assert await comes_back(sent, status=status) is Fate.KEPT
    assert sent.bounced_at == LATER
    assert (await the_notice(sent))[:2] == (NoticeOutcome.FAILED, NoticeReason.MAIL_REFUSED)
    assert await UndeliverableAddress.all().count() == 0


async def test_a_letter_that_is_late_is_only_noted(sent):
    assert await comes_back(sent, status="4.4.1", is_over=False) is Fate.KEPT
    assert (sent.bounced_at, sent.bounce) == (None, WORDS)
    assert (await the_notice(sent))[0] is NoticeOutcome.SENT


async def test_of_another_address_or_a_letter_that_we_do_not_know_nothing_is_believed(sent):
    assert await comes_back(sent, address="jan@home.example") is Fate.UNKNOWN
    stranger = Returned(uuid7(), sent.to_address, "5.1.1", WORDS, is_over=True)
    assert await bounces.keep(Viewer.system("bounce"), stranger, now=LATER) is Fate.UNKNOWN
    assert (sent.bounced_at, sent.bounce, await UndeliverableAddress.all().count()) == (None, "", 0)


@pytest.mark.parametrize("state", [MessageState.WAITING, MessageState.WITHDRAWN, MessageState.FAILED])
async def test_a_letter_that_was_not_sent_cannot_come_back(database, state):
    letter = await a_care_letter(await an_owner(), state=state)
    assert await comes_back(letter) is Fate.UNKNOWN


async def test_a_letter_that_is_just_being_sent_comes_back_too_early(database):
    letter = await a_care_letter(await an_owner(), handed_at=NOW)
    assert await comes_back(letter) is Fate.TOO_EARLY
    assert letter.bounced_at is None


async def test_a_doubt_ends_when_the_letter_comes_back(database):
    letter = await a_care_letter(await an_owner(), state=MessageState.DOUBTFUL)
    assert await comes_back(letter) is Fate.KEPT
    assert (letter.state, letter.reason, letter.bounced_at) == (MessageState.FAILED, "It came back.", LATER)


async def test_whoever_signs_in_with_a_code_from_an_address_has_proven_that_it_works(database):
    await a_practice()
    olga = await an_owner(email="olga@home.example")
    for name in ("olga", "jan"):
        await an_undeliverable_address(f"{name}@home.example")
    await codes.request_sign_in_code(ANYONE, "olga@home.example", origin=HOME, vault=VAULT, rules=RULES, now=NOW)
    code = await secret_in_letter("olga@home.example")
    given: dict[str, Any] = {"origin": HOME, "vault": VAULT, "tokens": PaperTokens(), "rules": RULES, "now": NOW}
    await codes.sign_in_with_code(ANYONE, "olga@home.example", code, **given)
    assert [one.fold for one in await UndeliverableAddress.all()] == ["jan@home.example"]
    [event] = await Event.filter(kind=EventKind.ADDRESS_RESTORED)
    assert event.subject_id == olga.id


async def test_nothing_is_sent_to_an_address_that_nobody_reads_but_what_its_owner_asked_for(sent):
    assert await comes_back(sent) is Fate.KEPT
    another = await a_care_letter(await a_client(email="olga@home.example"))
    box = PostBox()
    await a_code(Recipient("olga@home.example", "en"))
    assert await deliver(box, Clock(NOW)) == Delivered(sent=1, withheld=1)
    assert (await Message.get(id=another.id)).state is MessageState.WITHHELD
