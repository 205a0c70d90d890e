"""Delivering: the letters that are due go out, oldest first, and whatever goes wrong with one keeps no other waiting."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import Message, NoticeReason
from resolvers import access, letters
from resolvers.access import Deed
from resolvers.messages import answers, claiming, pacing, settling, still_true
from resolvers.messages.claiming import ASKED_FOR, NotOurs
from resolvers.messages.parting import part
from resolvers.messages.settling import MOST_ATTEMPTS
from resolvers.messages.writing import words
from resolvers.ports import MailRefused, MailUnanswered

if TYPE_CHECKING:
    from resolvers.letters import Facts
    from resolvers.messages.writing import Words
    from resolvers.ports import Mail, Vault
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of the letters that were due.

    `unexpected` holds the errors that no letter should meet; the letters that met them are among the postponed,
    failed or doubtful.
    """

    sent: int = 0
    withheld: int = 0
    failed: int = 0
    postponed: int = 0
    doubtful: int = 0
    unexpected: tuple[Exception, ...] = ()

    @property
    def total(self) -> int:
        """How many letters were dealt with."""
        return self.sent + self.withheld + self.failed + self.postponed + self.doubtful

    def __add__(self, other: Delivered) -> Delivered:
        return Delivered(
            self.sent + other.sent,
            self.withheld + other.withheld,
            self.failed + other.failed,
            self.postponed + other.postponed,
            self.doubtful + other.doubtful,
            (*self.unexpected, *other.unexpected),
        )


async def deliver_due(
    viewer: Viewer,
    *,
    mail: Mail,
    vault: Vault,
    public_url: str,
    now: Callable[[], datetime],
    most: int = 50,
    a_minute: int | None = None,
) -> Delivered:
    """Send the letters that are due, oldest first, at most `most` of them, and so many `a_minute` to one domain.

    A letter that is no longer true is withheld. One that the server refuses for good is given up; one that it
    refuses for now, or that meets an unexpected error, waits for its next attempt and keeps no other from going out.
    One that was handed over, and of which nobody knows the answer, is doubtful.

    Raises:
        Forbidden, SignedOut: only the practice's own machinery may.
    """
    access.may(viewer, Deed.DELIVER_MESSAGES)
    fates: Counter[str] = Counter()
    unexpected: list[Exception] = []
    for _ in range(most):
        message = await claiming.next_due(now(), a_minute=a_minute)
        if message is None:
            break
        # Gathered, so that whatever goes wrong with one letter comes back as a value and the others still go out.
        work = Delivery(message, mail, vault, public_url, now).done()
        [fate] = await asyncio.gather(work, return_exceptions=True)
        if isinstance(fate, Exception):
            unexpected.append(fate)
            fate = await _after(message, f"Unexpected error: {type(fate).__name__}.", now=now())
        if isinstance(fate, BaseException):
            raise fate
        fates[fate] += 1
    return Delivered(
        fates["sent"],
        fates["withheld"],
        fates["failed"],
        fates["postponed"],
        fates["doubtful"],
        unexpected=tuple(unexpected),
    )


class _OutOfDate(Exception):
    """What the letter says was not true any more when the server was about to get it, or it was too late in the day."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A letter that was claimed, on its way."""

    message: Message
    mail: Mail
    vault: Vault
    public_url: str
    now: Callable[[], datetime]

    async def done(self) -> str:
        """Send it, if it should be; what became of it."""
        message = self.message
        facts = await letters.facts(message)
        if not facts.is_still_claimed:
            return "gone"
        if message.handed_at is not None and message.letter not in ASKED_FOR:
            # Whoever handed it over has never said what came of it, and never will.
            return await settling.doubtful(message, None, now=self.now())
        if message.attempts > MOST_ATTEMPTS:
            return await settling.given_up(message, now=self.now())
        if await part(message, facts, now=self.now()):
            facts = await letters.facts(message)
        reason = still_true.why_not(message, facts, self.now())
        if reason:
            return await settling.withheld(message, reason, facts.due, now=self.now())
        morning = still_true.quiet_until(message, facts, self.now())
        if morning:
            return await settling.put_off(message, "", until=morning, now=self.now())
        return await self._handed(facts)

    async def _handed(self, facts: Facts) -> str:
        message = self.message
        if facts.address:
            message.to_address = facts.address  # reception may have mended it since
        if facts.reader is not None and facts.reader.client_id != message.client_id:
            # Whom it was written for is not told any more: the letter is another's, by another's consent.
            hers = facts.reader
            message.update_from_dict(
                {"client_id": hers.client_id, "consent_source": hers.consent_source, "consent_at": hers.consent_at}
            )
        letter = letters.written(message, facts, vault=self.vault, public_url=self.public_url, now=self.now())
        kept = words(message, letter, self.public_url)
        # Whatever becomes of it, should it be lost for good, these were its words.
        message.subject, message.body, message.text_id = kept.subject, kept.body, kept.text_id

        async def handing_over() -> None:
            await self._hand_over(facts, kept)

        try:
            answer = await self.mail.send(letter, handing_over)
        except NotOurs:
            return "gone"
        except _OutOfDate:
            # The next look at it says what of it is still to be told, and when.
            message.handed_at = None
            return await settling.put_off(message, "", until=self.now(), now=self.now())
        except MailUnanswered as lost:
            return await self._unanswered(lost.answer, facts)
        except MailRefused as refused:
            return await self._refused(refused, facts)
        fate = await settling.sent(message, answer, kept, facts.due, now=self.now())
        await pacing.went_well(message.to_domain)
        return fate

    async def _hand_over(self, facts: Facts, kept: Words) -> None:
        """Say that the server gets it now, unless something has happened meanwhile to what it tells, or to who reads it.

        Whoever withdraws a reminder, as a death does, holds it until that is done: so nothing comes in between.
        """
        message = self.message
        if message.letter in ASKED_FOR:
            await claiming.hand_over(message, kept, now=self.now())
            return
        async with in_transaction():
            await settling.hold_reminders(message)
            await claiming.hand_over(message, kept, now=self.now())
            is_as_read = await letters.facts(message) == facts
            if not is_as_read or still_true.quiet_until(message, facts, self.now()):
                raise _OutOfDate

    async def _refused(self, refused: MailRefused, facts: Facts) -> str:
        message, now = self.message, self.now()
        if refused.for_good:
            nobody = answers.nobody_reads(refused.answer, of_recipient=refused.of_recipient)
            reason = "Nobody reads this address." if nobody else "The mail server refused it for good."
            because = NoticeReason.ADDRESS_UNDELIVERABLE if nobody else NoticeReason.MAIL_REFUSED
            return await settling.failed(message, reason, refused.answer, facts.due, because=because, now=now)
        if answers.domain_must_wait(refused.answer):
            await pacing.must_wait(message.to_domain, settling.kept(refused.answer), now=now)
        return await settling.put_off(message, refused.answer, now=now)

    async def _unanswered(self, answer: str, facts: Facts) -> str:
        if self.message.letter in ASKED_FOR:
            return await settling.put_off(self.message, answer, now=self.now())
        return await settling.doubtful(self.message, answer, facts.due, now=self.now())


async def _after(message: Message, trouble: str, *, now: datetime) -> str:
    """What becomes of a letter that met an error which none should meet."""
    if message.handed_at is not None and message.letter not in ASKED_FOR:
        return await settling.doubtful(message, trouble, now=now)
    return await settling.put_off(message, trouble, now=now)
