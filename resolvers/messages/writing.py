"""Writing: a letter comes into being beside the deed that it tells about, and waits, or never will be sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from models import ConsentSource, Letter, Message, MessageState, sql
from models.contact import domain
from models.message import PURPOSES
from resolvers import letters
from resolvers.messages.claiming import ASKED_FOR
from resolvers.reach import Reach

if TYPE_CHECKING:
    from resolvers.ports import Envelope


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody a letter goes to; `client_id` is set when it goes to a client, whose consent it leans on."""

    address: str
    language: str
    client_id: UUID | None = None
    consent_source: ConsentSource | None = None
    consent_at: datetime | None = None

    @classmethod
    def reached(cls, reach: Reach) -> Recipient:
        """A client as she is reached."""
        return cls(reach.address, reach.language, reach.client_id, reach.consent_source, reach.consent_at)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a letter as they are kept, and in which of the practice's own texts they are, if in one."""

    subject: str = ""
    body: str = ""
    text_id: UUID | None = None


def words(message: Message, letter: Envelope, public_url: str) -> Words:
    """The words to keep: none of a letter that holds a code, and no address behind which something is done."""
    if message.letter in ASKED_FOR:
        return Words()
    # What stands behind our address may be a key that only the reader should hold.
    body = re.sub(re.escape(public_url) + r"/\S*", public_url, letter.text)
    return Words(letter.subject, body, letter.text_id)


def waiting(
    letter: Letter,
    to: Recipient,
    *,
    now: datetime,
    not_before: datetime | None = None,
    appointment_id: UUID | None = None,
    secret: str | None = None,
    dedupe_key: str | None = None,
) -> Message:
    """A letter that waits to be sent, from `not_before` on; not yet written to the database.

    `secret` is sealed by the caller, and erased as soon as the letter is sent, withdrawn or given up. Of those with the
    same `dedupe_key` only one may wait or have been sent: the database refuses a second.
    """
    return Message(
        letter=letter,
        state=MessageState.WAITING,
        to_address=to.address,
        to_domain=domain(to.address),
        language=to.language,
        template_version=letters.VERSION,
        not_before=not_before or now,
        created_at=now,
        secret=secret,
        client_id=to.client_id,
        appointment_id=appointment_id,
        purpose=PURPOSES.get(letter),
        consent_source=to.consent_source,
        consent_at=to.consent_at,
        dedupe_key=dedupe_key,
    )


def withheld(
    letter: Letter, to: Recipient, reason: str, *, now: datetime, appointment_id: UUID | None = None
) -> Message:
    """A letter that will never be sent, and why; not yet written to the database."""
    message = waiting(letter, to, now=now, appointment_id=appointment_id)
    message.state, message.reason = MessageState.WITHHELD, reason
    return message


async def withdraw_unsent(appointment_id: UUID, reason: str) -> int:
    """Withdraw every letter about the appointment that still waits; how many there were."""
    return await sql.execute(
        "UPDATE message SET state = 'WITHDRAWN', reason = ?, secret = NULL, locked_until = NULL "
        "WHERE state = 'WAITING' AND appointment_id = ?",
        (reason, appointment_id),
    )
