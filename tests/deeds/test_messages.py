"""Letters go out once each, when they are due and only if they are still true."""

import asyncio
from datetime import timedelta

import pytest

from models import Letter, Message, MessageState, SignInCode, Status, sql
from models.contact import email_fold
from models.refusal import Forbidden, SignedOut
from resolvers import messages
from resolvers.messages import Delivered, Recipient
from resolvers.ports import MailRefused
from resolvers.viewer import Viewer
from tests.postbox import Clock, PaperVault, PostBox
from tests.world import AN_HOUR, NOW, a_booking, a_letter, a_manager, a_pet, a_practice, an_owner
from vetdesk.database import counted

pytestmark = pytest.mark.anyio

OLGA = Recipient("olga.berg@home.example", "en")
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


async def deliver(box, clock, **more):
    return await messages.deliver_due(
        Viewer.system("test"), mail=box, vault=PaperVault(), public_url="https://vet.example", now=clock, **more
    )


async def a_code(to=OLGA, *, code="271828", now=NOW):
    secret = PaperVault().seal(code)
    message = messages.waiting(Letter.SIGN_IN_CODE, to, now=now, secret=secret)
    await sql.insert([message])
    return message


async def the_message(**which):
    return await Message.get(**which)


async def a_kept_code(minutes):
    await SignInCode.create(
        email="Olga.Berg@home.example",
        email_fold=email_fold(OLGA.address),
        created_at=NOW,
        expires_at=NOW + timedelta(minutes=minutes),
    )


async def claimed(clock):
    message = await messages._claimed(clock())
    assert message is not None
    return message


# Writing them


async def test_letters_of_one_deed_are_written_with_one_statement(practice):
    visit = await a_booking(starts_at=NOW + 3 * DAY)
    to = Recipient("olga.berg@home.example", "de", visit.client_id)
    letters = [
        messages.waiting(Letter.APPOINTMENT_BOOKED, to, now=NOW, appointment_id=visit.id),
        messages.waiting(Letter.COMING_VISIT, to, now=NOW, not_before=visit.starts_at - DAY, appointment_id=visit.id),
        messages.withheld(Letter.SIGN_IN_CODE, to, "Nobody has this address.", now=NOW),
    ]
    with counted() as statements:
        await sql.insert(letters)
    assert statements.count == 1
    booked, coming, code = [
        await the_message(letter=letter)
        for letter in (Letter.APPOINTMENT_BOOKED, Letter.COMING_VISIT, Letter.SIGN_IN_CODE)
    ]
    assert (booked.state, booked.not_before, booked.language) == (MessageState.WAITING, NOW, "de")
    assert (booked.client_id, booked.appointment_id) == (visit.client_id, visit.id)
    assert (coming.state, coming.not_before) == (MessageState.WAITING, NOW + 2 * DAY)
    assert (code.state, code.reason, code.secret) == (MessageState.WITHHELD, "Nobody has this address.", None)


async def test_withdrawing_takes_back_the_unsent_letters_of_one_appointment(practice):
    visit = await a_booking()
    other = await a_booking(starts_at=NOW + 2 * AN_HOUR)
    mine, hers = await a_letter(visit), await a_letter(other)
    sent = await a_letter(visit, Letter.APPOINTMENT_BOOKED, state=MessageState.SENT, sent_at=NOW)
    with counted() as statements:
        assert await messages.withdraw_unsent(visit.id, "The appointment was moved.") == 1
    assert statements.count == 1
    await mine.refresh_from_db()
    assert (mine.state, mine.reason) == (MessageState.WITHDRAWN, "The appointment was moved.")
    for untouched in (hers, sent):
        state = untouched.state
        await untouched.refresh_from_db()
        assert (untouched.state, untouched.reason) == (state, "")


async def test_a_death_withdraws_every_unsent_letter_of_that_pet(practice):
    owner = await an_owner()
    rex, luna = await a_pet(owner, name="Rex"), await a_pet(owner, name="Luna")
    for hours in (1, 2):
        await a_letter(await a_booking(rex, starts_at=NOW + hours * AN_HOUR))
    others = await a_letter(await a_booking(luna, starts_at=NOW + 3 * AN_HOUR), secret="sealed:x")
    assert await messages.withdraw_unsent_for_pet(rex.id, "The pet has died.") == 2
    assert await messages.withdraw_unsent_for_pet(luna.id, "The pet has died.") == 1
    await others.refresh_from_db()
    assert others.state is MessageState.WITHDRAWN
    assert not others.secret


# Who may deliver


async def test_only_the_practices_own_machinery_delivers(practice, box, clock):
    await a_code()
    for viewer, refusal in ((Viewer.anyone(), SignedOut), ((await a_manager()).viewer, Forbidden)):
        with pytest.raises(refusal):
            await messages.deliver_due(viewer, mail=box, vault=PaperVault(), public_url="https://v.example", now=clock)
    assert box.letters == []
    assert (await the_message()).attempts == 0


# Sending them


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


async def test_one_letter_takes_three_statements(practice, box, clock):
    await a_letter(await a_booking())
    with counted() as statements:
        assert await deliver(box, clock, most=1) == Delivered(sent=1)
    assert statements.count == 3


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


async def test_a_repeated_letter_has_the_same_message_id(practice, box, clock):
    message = await a_code()

    async def the_process_dies():
        raise asyncio.CancelledError

    box.meanwhile = the_process_dies
    with pytest.raises(asyncio.CancelledError):
        await deliver(box, clock)
    box.meanwhile = None
    for _ in range(2):
        clock.forward(messages.LEASE)
        assert await deliver(box, clock) == Delivered(sent=1)
        # As if it had died between sending and writing.
        await Message.all().update(state=MessageState.WAITING, secret=PaperVault().seal("1"), locked_until=clock())
    assert [letter.message_id for letter in box.letters] == [f"<{message.id}@vet.example>"] * 2


async def test_who_lost_the_claim_does_not_send(practice, box, clock):
    await a_code()
    mine = await claimed(clock)
    clock.forward(messages.LEASE)
    assert await deliver(box, clock) == Delivered(sent=1)
    late = await messages._deliver(mine, mail=box, vault=PaperVault(), public_url="https://v.example", now=clock)
    assert (late, len(box.letters)) == ("gone", 1)


# Looking again before sending


@pytest.mark.parametrize(
    ("letter", "status", "reason"),
    [
        (Letter.COMING_VISIT, Status.CANCELLED, "The appointment is cancelled."),
        (Letter.COMING_VISIT, Status.ARRIVED, "The appointment is arrived."),
        (Letter.APPOINTMENT_BOOKED, Status.CANCELLED, "The appointment is cancelled."),
        (Letter.APPOINTMENT_MOVED, Status.NO_SHOW, "The appointment is no show."),
        (Letter.APPOINTMENT_CANCELLED, Status.BOOKED, "The appointment is not cancelled."),
    ],
)
async def test_a_letter_that_is_no_longer_true_is_withheld(practice, box, clock, letter, status, reason):
    await a_letter(await a_booking(status=status), letter)
    assert await deliver(box, clock) == Delivered(withheld=1)
    message = await the_message()
    assert (message.state, message.reason) == (MessageState.WITHHELD, reason)
    assert (box.letters, message.sent_at, message.locked_until) == ([], None, None)


@pytest.mark.parametrize(
    ("letter", "status"),
    [
        (Letter.COMING_VISIT, Status.BOOKED),
        (Letter.COMING_VISIT, Status.CONFIRMED),
        (Letter.APPOINTMENT_BOOKED, Status.CONFIRMED),
        (Letter.APPOINTMENT_MOVED, Status.BOOKED),
        (Letter.APPOINTMENT_CANCELLED, Status.CANCELLED),
    ],
)
async def test_a_letter_that_is_true_is_sent(practice, box, clock, letter, status):
    await a_letter(await a_booking(status=status), letter)
    assert await deliver(box, clock) == Delivered(sent=1)


@pytest.mark.parametrize("letter", [Letter.COMING_VISIT, Letter.APPOINTMENT_BOOKED, Letter.APPOINTMENT_CANCELLED])
async def test_nothing_is_sent_about_a_pet_that_has_died(practice, box, clock, letter):
    status = Status.CANCELLED if letter is Letter.APPOINTMENT_CANCELLED else Status.BOOKED
    await a_letter(await a_booking(await a_pet(died_on=NOW.date()), status=status), letter)
    assert await deliver(box, clock) == Delivered(withheld=1)
    assert ((await the_message()).reason, box.letters) == ("The pet has died.", [])


async def test_no_coming_visit_is_announced_once_it_has_begun(practice, box, clock):
    await a_letter(await a_booking())
    clock.forward(AN_HOUR)
    assert await deliver(box, clock) == Delivered(withheld=1)
    assert (await the_message()).reason == "The visit has begun."


async def test_no_coming_visit_is_announced_for_the_time_before_it_was_moved(practice, box, clock):
    visit = await a_booking()
    await a_letter(visit)
    await visit.filter(id=visit.id).update(starts_at=NOW + 7 * DAY, ends_at=NOW + 8 * DAY)
    assert await deliver(box, clock) == Delivered(withheld=1)
    assert (await the_message()).reason == "The appointment was moved."


async def test_a_code_that_has_expired_is_not_sent(practice, box, clock):
    await a_code()
    await a_kept_code(10)
    clock.forward(timedelta(minutes=10))
    assert await deliver(box, clock) == Delivered(withheld=1)
    message = await the_message()
    assert (message.reason, message.secret, box.letters) == ("The code has expired.", None, [])


async def test_a_letter_without_what_it_should_hold_is_withheld(practice, box, clock):
    await sql.insert([messages.waiting(letter, OLGA, now=NOW) for letter in (Letter.INVITATION, Letter.COMING_VISIT)])
    assert await deliver(box, clock) == Delivered(withheld=2)
    assert (await the_message(letter=Letter.INVITATION)).reason == "What it should hold is gone."
    assert (await the_message(letter=Letter.COMING_VISIT)).reason == "It is about no appointment."
    assert box.letters == []


async def test_an_expired_code_keeps_no_fresh_one_from_being_sent(practice, box, clock):
    await a_kept_code(10)
    await a_kept_code(20)
    clock.forward(timedelta(minutes=15))
    await a_code(now=clock())
    assert await deliver(box, clock) == Delivered(sent=1)


async def test_a_letter_withdrawn_while_it_was_claimed_is_not_sent(practice, box, clock):
    visit = await a_booking()
    await a_letter(visit)
    mine = await claimed(clock)
    await messages.withdraw_unsent(visit.id, "The appointment was moved.")
    fate = await messages._deliver(mine, mail=box, vault=PaperVault(), public_url="https://v.example", now=clock)
    assert (fate, box.letters) == ("gone", [])
    assert (await the_message()).state is MessageState.WITHDRAWN


async def test_a_letter_withdrawn_while_it_was_on_its_way_counts_as_sent(practice, box, clock):
    visit = await a_booking()
    await a_letter(visit)
    box.meanwhile = lambda: messages.withdraw_unsent(visit.id, "The appointment was moved.")
    assert await deliver(box, clock) == Delivered(sent=1)
    message = await the_message()
    assert (message.state, message.sent_at) == (MessageState.SENT, NOW)


# When the server does not take them


async def test_what_the_server_refuses_for_good_is_given_up(practice, box, clock):
    await a_code()
    box.trouble[OLGA.address] = MailRefused("550 5.1.1 No such mailbox \x00\ud800", for_good=True)
    assert await deliver(box, clock) == Delivered(failed=1)
    message = await the_message()
    assert (message.state, message.reason) == (MessageState.FAILED, "The mail server refused it for good.")
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
