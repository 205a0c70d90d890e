"""Letters are written with the deed they tell about, and taken back when it no longer holds."""

from datetime import timedelta

import pytest

from models import Letter, Message, MessageState, sql
from resolvers import messages
from resolvers.messages import Recipient
from tests.world import AN_HOUR, NOW, a_booking, a_letter, a_practice
from vetdesk.database import counted

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)


@pytest.fixture
async def practice(database):
    return await a_practice()


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
        await Message.get(letter=letter)
        for letter in (Letter.APPOINTMENT_BOOKED, Letter.COMING_VISIT, Letter.SIGN_IN_CODE)
    ]
    assert (booked.state, booked.not_before, booked.language) == (MessageState.WAITING, NOW, "de")
    assert (booked.client_id, booked.appointment_id) == (visit.client_id, visit.id)
    assert (coming.state, coming.not_before) == (MessageState.WAITING, NOW + 2 * DAY)
    assert (code.state, code.reason) == (MessageState.WITHHELD, "Nobody has this address.")
    assert not code.secret


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
