"""Before it is sent, a letter is looked at again: what is no longer true is withheld."""

from datetime import timedelta

import pytest

from models import ClientEmail, Letter, Message, MessageState, SignInCode, Status, sql
from models.contact import email_fold
from resolvers import messages
from resolvers.messages import Delivered, claiming
from resolvers.messages.delivering import Delivery
from tests.postbox import OLGA, Clock, PaperVault, PostBox, a_code, deliver
from tests.world import AN_HOUR, NOW, TODAY, a_booking, a_letter, a_pet, a_practice, an_owner, an_ownership

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


async def a_kept_code(minutes):
    await SignInCode.create(
        email="Olga.Berg@home.example",
        email_fold=email_fold(OLGA.address),
        created_at=NOW,
        expires_at=NOW + timedelta(minutes=minutes),
    )


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
    fate = await Delivery(mine, box, PaperVault(), "https://v.example", clock).done()
    assert (fate, box.letters) == ("gone", [])
    assert (await the_message()).state is MessageState.WITHDRAWN


async def test_a_letter_withdrawn_while_it_was_on_its_way_counts_as_sent(practice, box, clock):
    visit = await a_booking()
    await a_letter(visit)
    box.meanwhile = lambda: messages.withdraw_unsent(visit.id, "The appointment was moved.")
    assert await deliver(box, clock) == Delivered(sent=1)
    message = await the_message()
    assert (message.state, message.sent_at) == (MessageState.SENT, NOW)


async def test_whoever_no_longer_owns_the_pet_hears_no_more_of_its_visits(practice, box, clock):
    owner, former = await an_owner(), await an_owner()
    pet = await a_pet(owner)
    ownership = await an_ownership(pet, former, share=0)
    await a_letter(await a_booking(pet, client=former))
    ownership.ends_on = TODAY
    await ownership.save()

    assert await deliver(box, clock) == Delivered(withheld=1)
    assert box.letters == []
    assert (await the_message()).reason == "The client no longer owns the pet, or may no longer see it."


async def test_a_letter_goes_to_the_address_that_the_client_has_when_it_is_sent(practice, box, clock):
    owner = await an_owner()
    await a_letter(await a_booking(await a_pet(owner)))
    await ClientEmail.filter(client_id=owner.id).update(address="new@home.example", fold="new@home.example")

    assert await deliver(box, clock) == Delivered(sent=1)
    assert box.addresses == ["new@home.example"]
    assert (await the_message()).to_address == "new@home.example"


async def test_a_client_without_an_address_gets_no_letter(practice, box, clock):
    owner = await an_owner()
    await a_letter(await a_booking(await a_pet(owner)))
    await ClientEmail.filter(client_id=owner.id).delete()

    assert await deliver(box, clock) == Delivered(withheld=1)
