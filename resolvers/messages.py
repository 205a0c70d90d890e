"""Messages: letters are written with the deed they tell about, and sent later.

Sending is never part of a transaction. A letter is claimed for a while (`LEASE`), looked at again as things stand
now, sent, and its fate is written down. A process that dies between sending and writing lets its claim run out, and
the letter is sent once more: with the same Message-ID, so that a mailbox can tell. Otherwise each goes out once,
however many processes deliver.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from models import Letter, Message, MessageState, Status, sql
from resolvers import access, letters
from resolvers.access import Deed
from resolvers.letters import Facts, Visit
from resolvers.ports import Mail, MailRefused, Vault
from resolvers.viewer import Viewer

LEASE: Final = timedelta(minutes=5)
"""How long a claim holds: longer than sending one letter may take."""
BACK_OFF: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
)
"""How long to wait after the first, second, … attempt that failed; after the last of these, always that long."""
MOST_ATTEMPTS: Final = 12
"""After so many attempts, spread over a day and a half, a letter is given up."""

# A coming-visit letter is due a day before its visit, which may last 25 hours. If the visit lies further away, it was
# moved since, and another letter tells about it.
_COMING_WITHIN = timedelta(hours=26)
_LONGEST_ANSWER = 1000


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody a letter goes to; `client_id` is set when it goes to a client."""

    address: str
    language: str
    client_id: UUID | None = None


def waiting(
    letter: Letter,
    to: Recipient,
    *,
    now: datetime,
    not_before: datetime | None = None,
    appointment_id: UUID | None = None,
    secret: str | None = None,
) -> Message:
    """A letter that waits to be sent, from `not_before` on; not yet written to the database.

    `secret` is sealed by the caller, and erased as soon as the letter is sent, withdrawn or given up.
    """
    return Message(
        letter=letter,
        state=MessageState.WAITING,
        to_address=to.address,
        language=to.language,
        template_version=letters.VERSION,
        not_before=not_before or now,
        created_at=now,
        secret=secret,
        client_id=to.client_id,
        appointment_id=appointment_id,
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


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of the letters that were due.

    `unexpected` holds the errors that no letter should meet; the letters that met them are among the postponed or
    failed.
    """

    sent: int = 0
    withheld: int = 0
    failed: int = 0
    postponed: int = 0
    unexpected: tuple[Exception, ...] = ()

    @property
    def total(self) -> int:
        """How many letters were dealt with."""
        return self.sent + self.withheld + self.failed + self.postponed

    def __add__(self, other: Delivered) -> Delivered:
        return Delivered(
            self.sent + other.sent,
            self.withheld + other.withheld,
            self.failed + other.failed,
            self.postponed + other.postponed,
            (*self.unexpected, *other.unexpected),
        )


async def deliver_due(
    viewer: Viewer, *, mail: Mail, vault: Vault, public_url: str, now: Callable[[], datetime], most: int = 50
) -> Delivered:
    """Send the letters that are due, oldest first, at most `most` of them.

    A letter that is no longer true is withheld. One that the server refuses for good is given up; one that it
    refuses for now, or that meets an unexpected error, waits for its next attempt and keeps no other from going out.

    Raises:
        Forbidden, SignedOut: only the practice's own machinery may.
    """
    access.may(viewer, Deed.DELIVER_MESSAGES)
    fates: Counter[str] = Counter()
    unexpected: list[Exception] = []
    for _ in range(most):
        message = await _claimed(now())
        if message is None:
            break
        # Gathered, so that whatever goes wrong with one letter comes back as a value and the others still go out.
        work = _deliver(message, mail=mail, vault=vault, public_url=public_url, now=now)
        [fate] = await asyncio.gather(work, return_exceptions=True)
        if isinstance(fate, Exception):
            unexpected.append(fate)
            fate = await _put_off(message, f"Unexpected error: {type(fate).__name__}.", now=now())
        if isinstance(fate, BaseException):
            raise fate
        fates[fate] += 1
    return Delivered(
        fates["sent"], fates["withheld"], fates["failed"], fates["postponed"], unexpected=tuple(unexpected)
    )


_CLAIM = (
    "UPDATE message SET locked_until = ?, attempts = attempts + 1 WHERE id = ("
    "SELECT id FROM message WHERE state = 'WAITING' AND not_before <= ? AND (locked_until IS NULL OR locked_until <= ?) "
    "ORDER BY not_before, id LIMIT 1{skip}) RETURNING *"
)


async def _claimed(now: datetime) -> Message | None:
    """The next letter that is due, ours until the lease ends.

    One at a time, so that a slow server cannot make the leases of those behind it run out.
    """
    # SQLite has one writer at a time, who sees what the one before has claimed.
    claim = _CLAIM.replace("{skip}", " FOR UPDATE SKIP LOCKED" if sql.is_postgres() else "")
    rows = await sql.fetch(claim, (now + LEASE, now, now))
    return sql.loaded(Message, rows[0]) if rows else None


async def _deliver(message: Message, *, mail: Mail, vault: Vault, public_url: str, now: Callable[[], datetime]) -> str:
    facts = await letters.facts(message)
    if not facts.is_still_claimed:
        return "gone"
    if message.attempts > MOST_ATTEMPTS:
        return await _close(message, MessageState.FAILED, f"Given up after {MOST_ATTEMPTS} attempts.")
    reason = _why_not(message, facts, now())
    if reason:
        return await _close(message, MessageState.WITHHELD, reason)
    if facts.visit is not None and facts.address:
        message.to_address = facts.address  # reception may have mended it since
    letter = letters.written(message, facts, vault=vault, public_url=public_url, now=now())
    try:
        answer = await mail.send(letter)
    except MailRefused as refused:
        if refused.for_good:
            return await _close(message, MessageState.FAILED, "The mail server refused it for good.", refused.answer)
        return await _put_off(message, refused.answer, now=now())
    await sql.execute(
        # Without a look at the state: should it have been withdrawn in this very moment, it went out nevertheless.
        "UPDATE message SET state = 'SENT', to_address = ?, sent_at = ?, last_answer = ?, secret = NULL, "
        "locked_until = NULL WHERE id = ?",
        (message.to_address, now(), _kept(answer), message.id),
    )
    return "sent"


def _why_not(message: Message, facts: Facts, now: datetime) -> str | None:
    """Why the letter should not be sent as things stand now, if so."""
    if message.letter in (Letter.SIGN_IN_CODE, Letter.INVITATION):
        if not message.secret:
            return "What it should hold is gone."
        if facts.code_expires_at is not None and facts.code_expires_at <= now:
            return "The code has expired."
        return None
    if facts.visit is None:
        return "It is about no appointment."
    if facts.visit.pet_has_died:
        return "The pet has died."
    if not facts.may_hear:
        return "The client no longer owns the pet, or may no longer see it."
    if message.client_id is not None and not facts.address:
        return "The client has no e-mail address any more."
    return _why_not_about(facts.visit, message, now)


def _why_not_about(visit: Visit, message: Message, now: datetime) -> str | None:
    if message.letter is Letter.APPOINTMENT_CANCELLED:
        return None if visit.status is Status.CANCELLED else "The appointment is not cancelled."
    if visit.status not in (Status.BOOKED, Status.CONFIRMED):
        return f"The appointment is {visit.status.value.lower().replace('_', ' ')}."
    if visit.starts_at <= now:
        return "The visit has begun."
    if message.letter is Letter.COMING_VISIT and visit.starts_at > now + _COMING_WITHIN:
        return "The appointment was moved."
    return None


async def _put_off(message: Message, answer: str, *, now: datetime) -> str:
    if message.attempts >= MOST_ATTEMPTS:
        return await _close(message, MessageState.FAILED, f"Given up after {MOST_ATTEMPTS} attempts.", answer)
    wait = BACK_OFF[min(message.attempts, len(BACK_OFF)) - 1]
    await sql.execute(
        "UPDATE message SET not_before = ?, last_answer = ?, locked_until = NULL "
        "WHERE id = ? AND state = 'WAITING' AND attempts = ?",
        (now + wait, _kept(answer), message.id, message.attempts),
    )
    return "postponed"


async def _close(message: Message, state: MessageState, reason: str, answer: str | None = None) -> str:
    kept = message.last_answer if answer is None else _kept(answer)
    await sql.execute(
        "UPDATE message SET state = ?, reason = ?, last_answer = ?, secret = NULL, locked_until = NULL "
        "WHERE id = ? AND state = 'WAITING' AND attempts = ?",
        (state.value, reason, kept, message.id, message.attempts),
    )
    return state.value.lower()


def _kept(answer: str) -> str:
    """The server's words as any database can keep them."""
    return answer.encode("utf-8", "replace").decode().replace("\x00", "")[:_LONGEST_ANSWER]
