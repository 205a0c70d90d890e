"""Each letter goes out once: where a mail server leaves a doubt, the doubt is kept, and nothing is sent again by itself."""

import asyncio
from datetime import timedelta

import pytest

from models import Message, MessageState
from resolvers import letters, messages
from resolvers.messages import Delivered
from resolvers.ports import MailRefused, MailUnanswered
from tests.postbox import OLGA, Clock, PostBox, a_code, deliver
from tests.postmaster import Postmaster, a_mail, a_server
from tests.world import NOW, a_booking, a_letter, a_practice

pytestmark = pytest.mark.anyio

A_WEEK = timedelta(days=7)
DOUBT = "It was handed to the mail server, which never answered: it may have arrived."


@pytest.fixture
async def letter(database):
    await a_practice()
    return await a_letter(await a_booking())


@pytest.fixture
def clock():
    return Clock(NOW)


@pytest.mark.parametrize(
    ("when", "first", "taken"),
    [
        ("at the address", Delivered(postponed=1), 0),
        ("before the words", Delivered(doubtful=1), 0),
        ("amid the words", Delivered(doubtful=1), 0),
        ("after the last dot", Delivered(doubtful=1), 1),
    ],
)
async def test_a_connection_lost_before_the_words_is_tried_again_and_after_that_in_doubt(
    letter, clock, when, first, taken
):
    postmaster = Postmaster(hangs_up=when)
    async with a_server(postmaster) as port, a_mail(port) as mail:
        assert await deliver(mail, clock) == first
        assert len(postmaster.letters) == taken
        clock.forward(timedelta(minutes=1))
        assert await deliver(mail, clock) == (Delivered(sent=1) if first.postponed else Delivered())
    await letter.refresh_from_db()
    if first.doubtful:
        assert (letter.state, letter.reason, letter.handed_at) == (MessageState.DOUBTFUL, DOUBT, NOW)
        assert letter.last_answer
        assert (letter.subject[:18], letter.sent_at) == ("Coming appointment", None)
    else:
        assert (letter.state, letter.attempts, len(postmaster.letters)) == (MessageState.SENT, 2, 1)


async def test_a_server_that_never_answers_the_words_leaves_a_doubt(letter, clock):
    postmaster = Postmaster(never_answers_the_words=True)
    async with a_server(postmaster) as port, a_mail(port, timeout=1) as mail:
        assert await deliver(mail, clock) == Delivered(doubtful=1)
    assert (await Message.get()).state is MessageState.DOUBTFUL


@pytest.mark.parametrize(
    ("answer", "expected", "subject"),
    [
        ("451 4.3.0 Try again", (MessageState.WAITING, "", None), ""),
        ("554 5.6.0 Too long", (MessageState.FAILED, "The mail server refused it for good.", None), "Coming"),
    ],
)
async def test_what_the_server_says_of_the_words_leaves_no_doubt(letter, clock, answer, expected, subject):
    postmaster = Postmaster(data_answer=answer)
    async with a_server(postmaster) as port, a_mail(port) as mail:
        await deliver(mail, clock)
        await letter.refresh_from_db()
        assert (letter.state, letter.reason, letter.handed_at) == expected
        assert (letter.last_answer, letter.subject[:6], bool(letter.body)) == (answer, subject, bool(subject))
        postmaster.data_answer = None
        clock.forward(timedelta(minutes=1))
        assert (await deliver(mail, clock)).sent == (letter.state is MessageState.WAITING)


async def test_a_process_that_dies_after_handing_a_letter_over_leaves_a_doubt(letter, clock):
    box = PostBox(silence={letter.to_address: asyncio.CancelledError()})
    with pytest.raises(asyncio.CancelledError):
        await deliver(box, clock)
    assert await deliver(box, clock) == Delivered()
    clock.forward(messages.LEASE)
    assert await deliver(box, clock) == Delivered(doubtful=1)
    assert await deliver(box, Clock(NOW + A_WEEK)) == Delivered()
    message = await Message.get()
    assert (message.state, message.reason, message.handed_at) == (MessageState.DOUBTFUL, DOUBT, NOW)
    assert len(box.letters) == 1


async def test_a_process_that_dies_before_lets_another_send_it(letter, clock):
    class Dying(PostBox):
        async def send(self, letter, handing_over):
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await deliver(Dying(), clock)
    clock.forward(messages.LEASE)
    assert await deliver(PostBox(), clock) == Delivered(sent=1)


async def test_who_was_too_slow_does_not_hand_over_what_another_has_claimed(letter, clock):
    class Slow(PostBox):
        async def send(self, letter, handing_over):
            clock.forward(messages.LEASE)
            assert await deliver(fast, clock) == Delivered(sent=1)
            return await super().send(letter, handing_over)

    slow, fast = Slow(), PostBox()
    assert await deliver(slow, clock, most=1) == Delivered()
    assert (len(slow.letters), len(fast.letters)) == (0, 1)


async def test_an_answer_that_comes_after_all_ends_the_doubt(letter, clock):
    slow, other = PostBox(), PostBox()

    async def meanwhile():
        clock.forward(messages.LEASE)
        assert await deliver(other, clock) == Delivered(doubtful=1)

    slow.meanwhile = meanwhile
    assert await deliver(slow, clock) == Delivered(sent=1)
    await letter.refresh_from_db()
    assert (letter.state, letter.reason, len(slow.letters), other.letters) == (MessageState.SENT, "", 1, [])


async def test_an_unexpected_error_after_handing_over_is_a_doubt_too(letter, clock):
    box = PostBox(silence={letter.to_address: ZeroDivisionError()})
    delivered = await deliver(box, clock)
    assert (delivered.doubtful, [type(error) for error in delivered.unexpected]) == (1, [ZeroDivisionError])
    assert (await Message.get()).last_answer == "Unexpected error: ZeroDivisionError."


async def test_a_code_in_doubt_is_sent_again_for_somebody_waits_for_it(database, clock):
    await a_practice()
    await a_code()
    box = PostBox(silence={OLGA.address: MailUnanswered("Connection lost")})
    assert await deliver(box, clock) == Delivered(postponed=1)
    box.silence.clear()
    clock.forward(timedelta(minutes=1))
    assert await deliver(box, clock) == Delivered(sent=1)
    message = await Message.get()
    assert (message.state, message.subject, message.body) == (MessageState.SENT, "", "")
    assert len({letter.message_id for letter in box.letters}) == 1


async def test_the_words_are_kept_as_they_were_sent_without_keys_in_links(letter, clock):
    box = PostBox()
    assert await deliver(box, clock) == Delivered(sent=1)
    message, envelope = await Message.get(), box.letters[0]
    assert message.subject == envelope.subject
    assert message.body.splitlines()[0] == envelope.text.splitlines()[0]
    assert "https://vet.example/" not in message.body


@pytest.mark.parametrize("for_good", [True, False])
async def test_the_words_of_a_letter_that_failed_are_kept_likewise(letter, clock, for_good):
    box = PostBox(trouble={letter.to_address: MailRefused("550 No", for_good=for_good)})
    await Message.all().update(attempts=messages.MOST_ATTEMPTS - 1)
    assert await deliver(box, clock) == Delivered(failed=1)
    message = await Message.get()
    assert (message.state, message.subject[:18]) == (MessageState.FAILED, "Coming appointment")
    assert message.template_version == letters.VERSION
    assert "We expect you and Rex" in message.body
    assert "https://vet.example/" not in message.body


async def test_of_a_code_that_failed_no_words_are_kept(database, clock):
    await a_practice()
    await a_code()
    box = PostBox(trouble={OLGA.address: MailRefused("550 No", for_good=True)})
    assert await deliver(box, clock) == Delivered(failed=1)
    message = await Message.get()
    assert (message.state, message.subject, message.body) == (MessageState.FAILED, "", "")
    assert message.secret is None
