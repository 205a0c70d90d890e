"""Parting: people who shared a mailbox when a letter was written may share it no longer when it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import Client, Letter, Message, Purpose, sql
from models.contact import email_fold
from models.row import uuid7
from resolvers import reach
from resolvers.locks import hold_all, keep_all
from resolvers.messages.writing import Recipient, waiting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from resolvers.letters import DueItem, Facts


async def part(message: Message, facts: Facts, *, now: datetime) -> bool:
    """Give those whose letters go elsewhere by now a letter of their own, with what they are told; whether anybody did."""
    elsewhere: dict[str, list[DueItem]] = {}
    here = email_fold(facts.address or "")
    for item in facts.due:
        if item.why_not is None and item.mailbox != here:
            elsewhere.setdefault(item.mailbox, []).append(item)
    if not elsewhere:
        return False
    async with in_transaction():
        # First, or whoever makes two clients one would wait for the letter, and the letter for her.
        await keep_all(Client, {item.client_id for item in facts.due if item.client_id})
        if not await hold_all(Message, "id = ? AND state = 'WAITING' AND attempts = ?", (message.id, message.attempts)):
            return False
        for items in elsewhere.values():
            await _own_letter(message, items, now=now)
    return True


async def _own_letter(message: Message, items: Sequence[DueItem], *, now: datetime) -> None:
    reader = min(item.client_id for item in items if item.client_id)
    to = Recipient.reached((await reach.of([reader], Purpose.CARE))[reader])
    own = waiting(Letter.CARE_REMINDER, to, now=now)
    own.id = uuid7()
    await sql.insert([own])
    await sql.execute(
        "UPDATE reminder_notice SET message_id = ? WHERE message_id = ? AND outcome = 'WAITING' "  # noqa: S608 - only marks
        f"AND id IN ({sql.marks(len(items))})",
        (own.id, message.id, *(item.notice_id for item in items)),
    )
