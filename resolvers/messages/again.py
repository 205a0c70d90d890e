"""Again: a letter that failed, came back, or may not have arrived is sent once more, when a person asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import Client, EventKind, Message, MessageState, sql
from models.refusal import NotSentAgain
from models.row import uuid7
from resolvers import access, events, reach, retries
from resolvers.access import Deed
from resolvers.events import Happening
from resolvers.locks import hold, keep_all
from resolvers.messages.settling import hold_reminders
from resolvers.messages.writing import Recipient, waiting

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer


async def send_again(viewer: Viewer, message_id: UUID | None, *, key: str, now: datetime) -> UUID:
    """Write another letter about the same, which waits and is looked at again before it is sent, like any; its key.

    It goes to the address that the client has now. What of the first is not true any more it leaves out.

    Raises:
        NotFound: there is no such letter, or it is not the viewer's to see.
        NotSentAgain: it waits, has arrived as far as anybody knows, was not to be sent, or was sent again already.
    """
    access.may(viewer, Deed.SEND_MESSAGE_AGAIN)
    found = await access.find(viewer, Message, message_id, path="messageId")
    retry = retries.asked(viewer, Deed.SEND_MESSAGE_AGAIN, key, {"message": str(found.id)}, now=now)
    again_id = uuid7()

    async def work() -> Outcome:
        async with in_transaction():
            await retry.keep(message=again_id)
            await keep_all(Client, [found.client_id] if found.client_id else [], path=("messageId",))
            await hold_reminders(found)
            held = await hold(Message, found.id, path=("messageId",))
            await _refuse_unless_lost(held)
            await sql.insert([await _another(held, again_id, now=now)])
            await sql.execute(
                "UPDATE reminder_notice SET message_id = ?, outcome = 'WAITING', reason = 'STEP_REACHED', settled_at = NULL "
                "WHERE message_id = ? AND outcome IN ('DOUBTFUL', 'FAILED')",
                (again_id, held.id),
            )
            happened = Happening(EventKind.MESSAGE_SENT_AGAIN, held.id, after={"again": again_id})
            await events.record(viewer, happened, now=now)
        return {"message": str(again_id)}

    return sql.as_key((await retries.once(retry, work))["message"])


async def _refuse_unless_lost(message: Message) -> None:
    if message.state not in (MessageState.DOUBTFUL, MessageState.FAILED) and message.bounced_at is None:
        raise NotSentAgain(path=("messageId",))
    if await Message.filter(dedupe_key=_key_of(message)).exclude(state__in=_MADE_ROOM).exists():
        raise NotSentAgain("It has been sent again already. Please look at that letter.", path=("messageId",))


async def _another(message: Message, id: UUID, *, now: datetime) -> Message:
    to = Recipient(message.to_address, message.language, message.client_id)
    if message.client_id is not None and message.purpose is not None:
        reached = (await reach.of([message.client_id], message.purpose))[message.client_id]
        to = Recipient.reached(reached) if reached.address else to
    another = waiting(message.letter, to, now=now, appointment_id=message.appointment_id, dedupe_key=_key_of(message))
    another.id = id
    return another


_MADE_ROOM = (MessageState.WITHDRAWN, MessageState.WITHHELD, MessageState.FAILED)


def _key_of(message: Message) -> str:
    """What is sent again once at most."""
    return f"AGAIN:{message.id}"
