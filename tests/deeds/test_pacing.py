"""No domain gets more letters a minute than the practice allows, and one that asks us to wait is left alone."""

import asyncio
from datetime import timedelta

import pytest

from models import Letter, MailDomain, Message, MessageState, sql
from models.contact import domain
from resolvers import messages
from resolvers.messages import Delivered, Recipient, answers
from resolvers.messages.pacing import next_turn
from resolvers.ports import MailRefused
from resolvers.viewer import Viewer
from tests.postbox import Clock, PaperVault, PostBox, a_code, deliver
from tests.world import NOW, a_booking, a_letter, a_practice

pytestmark = pytest.mark.anyio

SECOND = timedelta(seconds=1)


@pytest.fixture
async def practice(database):
    return await a_practice()


@pytest.fixture
def box():
    return PostBox()


@pytest.fixture
def clock():
    return Clock(NOW)


async def paced(box, clock, a_minute=60):
    return await messages.deliver_due(
        Viewer.system("test"),
        mail=box,
        vault=PaperVault(),
        public_url="https://v.example",
        now=clock,
        a_minute=a_minute,
    )


async def letters_to(*hosts):
    """A letter about a visit to each of these hosts, in this order; how they are called."""
    for number, host in enumerate(hosts):
        letter = await a_letter(
            await a_booking(starts_at=NOW + timedelta(days=9, hours=number)), Letter.APPOINTMENT_BOOKED
        )
        address = f"{number}@{host}"
        await Message.filter(id=letter.id).update(
            to_address=address, to_domain=host, client_id=None, not_before=NOW - timedelta(minutes=20 - number)
        )


async def test_one_domain_gets_its_letters_one_after_the_other_and_keeps_no_other_waiting(practice, box, clock):
    await letters_to("a.example", "a.example", "a.example", "b.example")
    assert await paced(box, clock) == Delivered(sent=2)
    assert box.addresses == ["0@a.example", "3@b.example"]
    assert await next_turn(now=clock()) == NOW + SECOND
    for number in (1, 2):
        assert await paced(box, clock) == Delivered()
        clock.forward(SECOND)
        assert await paced(box, clock) == Delivered(sent=1)
        assert box.addresses[-1] == f"{number}@a.example"
    assert await next_turn(now=clock()) is None


async def test_the_number_a_minute_is_the_practices(practice, box, clock):
    await letters_to(*["a.example"] * 4)
    sent = []
    for _ in range(60):
        sent.append((await paced(box, clock, a_minute=3)).sent)
        clock.forward(SECOND)
    assert [second for second, count in enumerate(sent) if count] == [0, 20, 40]


async def test_several_processes_keep_to_the_pace_together(practice, clock):
    await letters_to(*["a.example"] * 6, "b.example")

    async def a_moment():
        await asyncio.sleep(0)

    boxes = [PostBox(meanwhile=a_moment) for _ in range(3)]
    delivered = await asyncio.gather(*(paced(box, clock) for box in boxes))
    assert sum(one.sent for one in delivered) == 2
    assert sorted(address for box in boxes for address in box.addresses) == ["0@a.example", "6@b.example"]


async def test_what_somebody_waits_for_is_not_paced(practice, box, clock):
    for name in ("anna", "bert"):
        await a_code(Recipient(f"{name}@a.example", "en"))
    await MailDomain.create(domain="a.example", free_at=NOW + timedelta(hours=1))
    assert await paced(box, clock) == Delivered(sent=2)


async def test_without_a_pace_all_go_at_once(practice, box, clock):
    await letters_to(*["a.example"] * 3)
    assert await deliver(box, clock) == Delivered(sent=3)
    assert await MailDomain.all().count() == 0


@pytest.mark.parametrize("answer", ["421 Too many", "451 4.7.0 Slow down", "450 4.7.1 Greylisted"])
async def test_a_domain_that_asks_us_to_wait_is_left_alone_and_longer_each_time(practice, box, clock, answer):
    await letters_to("a.example", "a.example", "b.example")
    for number in (0, 1):
        box.trouble[f"{number}@a.example"] = MailRefused(answer, for_good=False)
    assert await deliver(box, clock) == Delivered(sent=1, postponed=1)
    assert box.addresses == ["2@b.example"]
    waits = []
    for _ in range(6):
        held = await MailDomain.get(domain="a.example")
        assert held.answer == answer
        waits.append((held.free_at - clock()) // timedelta(minutes=1))
        assert await deliver(box, Clock(held.free_at - SECOND)) == Delivered()
        clock.now = max(held.free_at, min([one.not_before for one in await Message.filter(state="WAITING")]))
        assert (await deliver(box, clock, most=1)).postponed == 1
    assert waits == [1, 5, 15, 60, 240, 240]


async def test_a_domain_that_takes_letters_again_begins_anew(practice, box, clock):
    await letters_to("a.example", "a.example")
    box.trouble["0@a.example"] = MailRefused("421 Later", for_good=False)
    assert await deliver(box, clock) == Delivered(postponed=1)
    box.trouble.clear()
    clock.forward(timedelta(minutes=1))
    assert await deliver(box, clock) == Delivered(sent=2)
    assert [(one.refusals, one.answer) for one in await MailDomain.all()] == [(0, "")]


async def test_a_refusal_of_one_letter_keeps_no_other_to_its_domain_waiting(practice, box, clock):
    await letters_to("a.example", "a.example")
    box.trouble["0@a.example"] = MailRefused("452 4.2.2 Mailbox full", for_good=False)
    assert await deliver(box, clock) == Delivered(sent=1, postponed=1)
    assert await MailDomain.all().count() == 0


async def test_a_letter_in_doubt_needs_no_turn(practice, box, clock):
    await letters_to("a.example")
    await Message.all().update(handed_at=NOW - timedelta(hours=1))
    await MailDomain.create(domain="a.example", free_at=NOW + timedelta(hours=1))
    assert await paced(box, clock) == Delivered(doubtful=1)
    assert (await Message.get()).state is MessageState.DOUBTFUL


async def test_every_letter_says_to_which_domain_it_goes(practice):
    await sql.insert([messages.waiting(Letter.SIGN_IN_CODE, Recipient("Olga@Home.EXAMPLE", "en"), now=NOW)])
    assert ((await Message.get()).to_domain, domain("a@B.example")) == ("home.example", "b.example")


@pytest.mark.parametrize(
    ("answer", "of_recipient", "expected"),
    [
        ("550 No such user", True, True),
        ("551 5.1.6 Moved", True, True),
        ("553 Bad name", True, True),
        ("550 5.1.1 Unknown", False, True),
        ("554 5.2.1 Disabled", False, True),
        ("550 5.4.1 Access denied", True, True),
        ("550 No", False, False),
        ("552 5.2.2 Full", True, False),
        ("550 5.2.2 Full", True, False),
        ("550 5.7.1 Relaying denied", True, False),
        ("554 5.7.1 Blocked", True, False),
        ("550 5.1.8 Bad sender", True, False),
        ("451 4.1.1 Later", True, False),
        ("Connection lost", True, False),
        ("550 5.1.1x", False, False),
    ],
)
def test_only_what_is_said_of_the_address_marks_it(answer, of_recipient, expected):
    assert answers.nobody_reads(answer, of_recipient=of_recipient) is expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("5.1.1", True),
        ("5.0.0", True),
        ("5.4.4", True),
        ("5.7.1", False),
        ("5.2.2", False),
        ("4.4.7", False),
        ("", False),
    ],
)
def test_only_what_comes_back_for_good_and_for_the_address_marks_it(status, expected):
    assert answers.never_arrives(status) is expected
