"""Letters go out once each, when they are due, and wait when the mail server does not take them."""

import asyncio
from datetime import timedelta

import pytest

from models import Letter, Message, MessageState, sql
from models.refusal import Forbidden, SignedOut
from resolvers import messages
from resolvers.messages import Delivered, Recipient, claiming
from resolvers.messages.delivering import Delivery
from resolvers.ports import MailRefused
from resolvers.viewer import Viewer
from tests.postbox import OLGA, Clock, PaperVault, PostBox, a_code, deliver
from tests.world import AN_HOUR, NOW, a_booking, a_letter, a_manager, a_practice
from vetdesk.database import counted

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)


@pytest.fixture
async def practice(database):
    return await a_practice()


@pytest.fixture
def box():
    return PostBox()


@pytest.fixture
def clock():
    return Clock(NOW)


async def the_message(**which):
    return await Message.get(**which)


async def claimed(clock):
    message = await claiming.next_due(clock())
    assert message is not None
    return message


async def test_only_the_practices_own_machinery_delivers(practice, box, clock):
    await a_code()
    for viewer, refusal in ((Viewer.anyone(), SignedOut), ((await a_manager()).viewer, Forbidden)):
        with pytest.raises(refusal):
            await messages.deliver_due(viewer, mail=box, vault=PaperVault(), public_url="https://v.example", now=clock)
    assert box.letters == []
    assert (await the_message()).attempts == 0


async def test_a_letter_is_sent_when_it_is_due_and_not_before(practice, box, clock):
    visit = await a_booking(starts_at=NOW + 2 * DAY)
    await a_letter(visit)
    assert await deliver(box, clock) == Delivered()
    clock.forward(DAY)
    assert await deliver(box, clock) == Delivered(sent=1)
    message = await the_message()
    assert (message.state, message.sent_at, message.last_answer) == (MessageState.SENT, NOW + DAY, "250 Ok")
    assert (message.attempts, message.locked_until) == (1, None)
    assert await deliver(box, clock) == Delivered()
    assert box.addresses == ["olga.berg@home.example"]


async def test_one_letter_takes_eight_statements(practice, box, clock):
    await a_letter(await a_booking())
    with counted() as statements:
        assert await deliver(box, clock, most=1) == Delivered(sent=1)
    assert statements.count == 8


async def test_the_code_is_erased_once_it_is_sent(practice, box, clock):
    message = await a_code(code="271828")
    assert await deliver(box, clock) == Delivered(sent=1)
    assert "271828" in box.letters[0].text
    await message.refresh_from_db()
    assert message.secret is None


async def test_at_most_so_many_are_sent_and_the_oldest_first(practice, box, clock):
    for minutes in (2, 3, 1):
        await a_code(Recipient(f"{minutes}@home.example", "en"), now=NOW - timedelta(minutes=minutes))
    assert (await deliver(box, clock, most=2)).sent == 2
    assert box.addresses == ["3@home.example", "2@home.example"]


async def test_several_at_once_deliver_each_letter_once(practice, clock):
    for number in range(30):
        await a_code(Recipient(f"{number}@home.example", "en"))

    async def a_moment():
        await asyncio.sleep(0)

    boxes = [PostBox(meanwhile=a_moment) for _ in range(3)]
    delivered = await asyncio.gather(*(deliver(box, clock) for box in boxes))
    assert sum(one.sent for one in delivered) == 30
    addresses = [address for box in boxes for address in box.addresses]
    assert len(addresses) == len(set(addresses)) == 30
    assert all(box.letters for box in boxes)


async def test_a_letter_that_somebody_else_is_sending_is_left_alone_until_the_claim_ends(practice, box, clock):
    await a_code()
    await Message.all().update(locked_until=NOW + messages.LEASE, attempts=1)
    assert await deliver(box, clock) == Delivered()
    clock.forward(messages.LEASE)
    assert await deliver(box, clock) == Delivered(sent=1)
    assert (await the_message()).attempts == 2


async def test_a_code_that_is_repeated_has_the_same_message_id(practice, box, clock):
    message = await a_code()
    # The process dies after the server has taken it: somebody waits for the code, so it goes again.
    box.silence[OLGA.address] = asyncio.CancelledError()
    for _ in range(2):
        with pytest.raises(asyncio.CancelledError):
            await deliver(box, clock)
        clock.forward(messages.LEASE)
    box.silence.clear()
    assert await deliver(box, clock) == Delivered(sent=1)
    assert [letter.message_id for letter in box.letters] == [f"<{message.id}@vet.example>"] * 3


async def test_who_lost_the_claim_does_not_send(practice, box, clock):
    await a_code()
    mine = await claimed(clock)
    clock.forward(messages.LEASE)
    assert await deliver(box, clock) == Delivered(sent=1)
    late = await Delivery(mine, box, PaperVault(), "https://v.example", clock).done()
    assert (late, len(box.letters)) == ("gone", 1)


async def test_what_the_server_refuses_for_good_is_given_up(practice, box, clock):
    await a_code()
    box.trouble[OLGA.address] = MailRefused("550 5.1.1 No such mailbox \x00\ud800", for_good=True)
    assert await deliver(box, clock) == Delivered(failed=1)
    message = await the_message()
    assert (message.state, message.reason) == (MessageState.FAILED, "Nobody reads this address.")
    assert (message.last_answer, message.secret) == ("550 5.1.1 No such mailbox ?", None)
    assert await deliver(box, Clock(NOW + 30 * DAY)) == Delivered()


async def test_what_the_server_refuses_for_now_is_tried_later_and_later_and_then_given_up(practice, box, clock):
    await a_code()
    box.trouble[OLGA.address] = MailRefused("451 4.7.1 Greylisted", for_good=False)
    waits = []
    for attempt in range(1, messages.MOST_ATTEMPTS):
        assert await deliver(box, clock) == Delivered(postponed=1)
        message = await the_message()
        assert (message.state, message.attempts) == (MessageState.WAITING, attempt)
        assert (message.last_answer, message.locked_until) == ("451 4.7.1 Greylisted", None)
        waits.append((message.not_before - clock()) // timedelta(minutes=1))
        assert await deliver(box, Clock(message.not_before - timedelta(seconds=1))) == Delivered()
        clock.now = message.not_before
    assert waits == [1, 5, 15, 60] + [240] * 7
    assert await deliver(box, clock) == Delivered(failed=1)
    message = await the_message()
    assert (message.state, message.reason) == (MessageState.FAILED, "Given up after 12 attempts.")
    assert (message.last_answer, message.secret, box.letters) == ("451 4.7.1 Greylisted", None, [])


async def test_a_letter_that_was_put_off_goes_out_when_the_server_is_back(practice, box, clock):
    await a_code()
    box.trouble[OLGA.address] = MailRefused("[Errno 111] Connection refused", for_good=False)
    assert await deliver(box, clock) == Delivered(postponed=1)
    box.trouble.clear()
    clock.forward(timedelta(minutes=1))
    assert await deliver(box, clock) == Delivered(sent=1)
    assert (await the_message()).last_answer == "250 Ok"


async def test_an_unexpected_error_with_one_letter_keeps_no_other_from_going_out(practice, box, clock):
    for name in ("anna", "bert", "cora"):
        await a_code(Recipient(f"{name}@home.example", "en"))
    broken = Recipient("dora@home.example", "en")
    await sql.insert([messages.waiting(Letter.SIGN_IN_CODE, broken, now=NOW - AN_HOUR, secret="not sealed by us")])
    box.trouble["bert@home.example"] = ZeroDivisionError("bert")
    delivered = await deliver(box, clock)
    assert (delivered.sent, delivered.postponed) == (2, 2)
    assert [type(error) for error in delivered.unexpected] == [LookupError, ZeroDivisionError]
    assert sorted(box.addresses) == ["anna@home.example", "cora@home.example"]
    message = await the_message(to_address="bert@home.example")
    assert (message.state, message.last_answer) == (MessageState.WAITING, "Unexpected error: ZeroDivisionError.")
    assert message.not_before == NOW + timedelta(minutes=1)


async def test_a_letter_that_ends_every_process_is_given_up(practice, box, clock):
    await a_code()
    await Message.all().update(attempts=messages.MOST_ATTEMPTS)
    assert await deliver(box, clock) == Delivered(failed=1)
    message = await the_message()
    assert (message.state, message.reason, box.letters) == (MessageState.FAILED, "Given up after 12 attempts.", [])
