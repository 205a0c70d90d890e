"""Bounces: letters that come back after a mail server had taken them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import Message, MessageState, NoticeOutcome, NoticeReason, sql
from models.contact import email_fold
from resolvers import access, events, mailboxes
from resolvers.access import Deed
from resolvers.locks import hold_all
from resolvers.messages.answers import never_arrives
from resolvers.messages.settling import hold_reminders, kept, only_due

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Returned:
    """What a mail server says of a letter that it had taken, for one address.

    `status` is its enhanced status (RFC 3463), "" where it says none. When it `is_over` the letter never arrives there;
    else it is only late.
    """

    message_id: UUID
    address: str
    status: str
    words: str
    is_over: bool


class Fate(Enum):
    """What became of what came back: it was kept, is about nothing that we know of, or comes too early to be kept."""

    KEPT = "kept"
    UNKNOWN = "unknown"
    TOO_EARLY = "too early"


async def keep(viewer: Viewer, returned: Returned, *, now: datetime) -> Fate:
    """Keep what came back, when it is about a letter of ours to that very address: anybody may send us anything.

    The notices of a letter that never arrives have failed, and its address is marked when that is why. The same said
    twice is kept once. A letter of which we do not know yet that it was taken is TOO_EARLY: please bring it again.

    Raises:
        Forbidden, SignedOut: only the practice's own machinery may.
    """
    access.may(viewer, Deed.KEEP_BOUNCE)
    found = await Message.get_or_none(id=returned.message_id)
    if found is None or email_fold(found.to_address) != email_fold(returned.address):
        return Fate.UNKNOWN
    async with in_transaction():
        reminders = await hold_reminders(found)
        [message] = await hold_all(Message, "id = ?", (found.id,))
        if message.state is MessageState.WAITING and message.handed_at is not None:
            return Fate.TOO_EARLY
        if message.state not in (MessageState.SENT, MessageState.DOUBTFUL):
            return Fate.UNKNOWN
        if message.bounced_at is not None:
            return Fate.KEPT
        if not returned.is_over:
            await sql.execute("UPDATE message SET bounce = ? WHERE id = ?", (kept(returned.words), message.id))
            return Fate.KEPT
        because = NoticeReason.ADDRESS_UNDELIVERABLE if never_arrives(returned.status) else NoticeReason.MAIL_REFUSED
        await _came_back(message, kept(returned.words), because, now=now)
        happened = await only_due(reminders, now=now)
        if because is NoticeReason.ADDRESS_UNDELIVERABLE:
            address, words = message.to_address, kept(returned.words)
            happened += await mailboxes.nobody_reads(address, words, message_id=message.id, now=now)
        await events.record_all(viewer, happened, now=now)
    return Fate.KEPT


async def _came_back(message: Message, words: str, because: NoticeReason, *, now: datetime) -> None:
    await sql.execute(
        # What was in doubt is not any more.
        "UPDATE message SET bounced_at = ?, bounce = ?, reason = CASE WHEN state = 'DOUBTFUL' THEN 'It came back.' "
        "ELSE reason END, state = CASE WHEN state = 'DOUBTFUL' THEN 'FAILED' ELSE state END WHERE id = ?",
        (now, words, message.id),
    )
    await sql.execute(
        "UPDATE reminder_notice SET outcome = ?, reason = ?, settled_at = ? "
        "WHERE message_id = ? AND outcome IN ('SENT', 'DOUBTFUL')",
        (NoticeOutcome.FAILED, because, now, message.id),
    )
