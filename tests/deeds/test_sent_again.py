"""A letter that was lost is sent again when a person asks for it, and an address works again when somebody says so."""

import pytest

from models import (
    Event,
    EventKind,
    Letter,
    Message,
    MessageState,
    NoticeOutcome,
    NoticeReason,
    Status,
    UndeliverableAddress,
    sql,
)
from models.refusal import Forbidden, InvalidInput, NotFound, NotSentAgain
from resolvers import mailboxes, messages
from resolvers.messages import Delivered
from resolvers.ports import MailUnanswered
from tests.postbox import Clock, PostBox, deliver
from tests.racing import meanwhile
from tests.world import (
    NOW,
    a_booking,
    a_care_letter,
    a_consent,
    a_letter,
    a_location,
    a_notice,
    a_nurse,
    a_pet,
    a_practice,
    a_receptionist,
    a_reminder,
    an_owner,
    an_undeliverable_address,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(database):
    await a_practice()
    await a_location()
    return (await a_receptionist()).viewer


async def again(desk, message, key="k"):
    return await Message.get(id=await messages.send_again(desk, message.id, key=key, now=NOW))


async def test_a_letter_in_doubt_is_sent_again_once_and_the_first_stays_as_it_was(desk):
    olga = await an_owner()
    await a_consent(olga)
    pet = await a_pet(olga)
    letter = await a_care_letter(olga)
    notice = await a_notice(await a_reminder(pet), letter)
    box = PostBox(silence={letter.to_address: MailUnanswered("Connection lost")})
    assert await deliver(box, Clock(NOW)) == Delivered(doubtful=1)
    another = await again(desk, letter)
    assert await again(desk, letter) == another
    await notice.refresh_from_db()
    assert (notice.outcome, notice.message_id, notice.settled_at) == (NoticeOutcome.WAITING, another.id, None)
    box.silence.clear()
    assert await deliver(box, Clock(NOW)) == Delivered(sent=1)
    await notice.refresh_from_db()
    await letter.refresh_from_db()
    assert (notice.outcome, notice.reason) == (NoticeOutcome.SENT, NoticeReason.STEP_REACHED)
    assert (letter.state, len(box.letters)) == (MessageState.DOUBTFUL, 2)
    assert box.letters[0].message_id != box.letters[1].message_id
    [event] = await Event.filter(kind=EventKind.MESSAGE_SENT_AGAIN)
    assert event.subject_id == letter.id
    with pytest.raises(NotSentAgain, match="again already"):
        await again(desk, letter, key="another")


async def test_what_is_sent_again_is_looked_at_again(desk):
    visit = await a_booking()
    letter = await a_letter(visit)
    await Message.all().update(state=MessageState.FAILED)
    await visit.filter(id=visit.id).update(status=Status.CANCELLED)
    another = await again(desk, letter)
    assert (another.letter, another.appointment_id, another.client_id) == (
        Letter.COMING_VISIT,
        visit.id,
        letter.client_id,
    )
    box = PostBox()
    assert await deliver(box, Clock(NOW)) == Delivered(withheld=1)
    assert box.letters == []
    # What was withheld has made room: as it stands now it may be tried once more.
    assert (await again(desk, letter, key="k2")).id != another.id


async def test_a_letter_that_came_back_is_sent_again(desk):
    letter = await a_care_letter(await an_owner(), state=MessageState.SENT, bounced_at=NOW)
    assert (await again(desk, letter)).state is MessageState.WAITING


@pytest.mark.parametrize("state", [state for state in MessageState if state not in ("DOUBTFUL", "FAILED")])
async def test_no_other_letter_is_sent_again(desk, state):
    letter = await a_care_letter(await an_owner(), state=state)
    with pytest.raises(NotSentAgain):
        await again(desk, letter)
    assert await Message.all().count() == 1


async def test_a_code_is_nothing_that_could_be_sent_again(desk):
    code = messages.withheld(Letter.SIGN_IN_CODE, messages.Recipient("a@b.example", "en"), "No", now=NOW)
    code.state = MessageState.FAILED
    await code.save()
    with pytest.raises(NotFound):
        await again(desk, code)


async def test_a_nurse_restores_an_address_and_sends_nothing_again(desk):
    nurse, olga = (await a_nurse()).viewer, await an_owner(email="Olga@home.example")
    await an_undeliverable_address("olga@home.example")
    lost = await a_care_letter(olga, state=MessageState.DOUBTFUL)
    with pytest.raises(Forbidden):
        await messages.send_again(nurse, lost.id, key="k", now=NOW)
    for _ in range(2):
        assert await mailboxes.restore(nurse, "OLGA@home.example", key="k", now=NOW) == "OLGA@home.example"
    assert await UndeliverableAddress.all().count() == 0
    [event] = await Event.filter(kind=EventKind.ADDRESS_RESTORED)
    assert event.subject_id == olga.id


@pytest.mark.parametrize(("address", "refusal"), [("olga@home.example", NotFound), ("olga", InvalidInput)])
async def test_only_an_address_that_does_not_work_is_restored(desk, address, refusal):
    with pytest.raises(refusal):
        await mailboxes.restore(desk, address, key="k", now=NOW)
    assert await Event.all().count() == 0


@pytest.mark.only_on("postgres")
async def test_who_sends_again_and_who_makes_two_clients_one_do_not_wait_for_each_other(desk):
    olga = await an_owner()
    await a_consent(olga)
    lost = await a_care_letter(olga, state=MessageState.DOUBTFUL, handed_at=NOW)
    sent = await meanwhile(
        lambda: sql.fetch("SELECT * FROM client WHERE id = ? FOR UPDATE", (olga.id,)),
        lambda: messages.send_again(desk, lost.id, key="k", now=NOW),
        then=lambda: sql.execute("UPDATE message SET client_id = ? WHERE client_id = ?", (olga.id, olga.id)),
    )
    assert (await Message.get(id=sent)).client_id == olga.id
