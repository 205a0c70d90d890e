"""Still true: before it is sent, a letter is looked at again as things stand now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from models import Letter, Message, NoticeReason, Status, quiet_hours
from models.period import clock_of
from resolvers.messages.claiming import ASKED_FOR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.letters import Facts, Visit

CAN_WAIT: Final = (Letter.COMING_VISIT, Letter.APPOINTMENT_MISSED, Letter.CARE_REMINDER)
"""Letters that disturb nobody in quiet hours: they wait for the morning."""

# A coming-visit letter is due a day before its visit, which may last 25 hours. If the visit lies further away, it was
# moved since, and another letter tells about it.
_COMING_WITHIN = timedelta(hours=26)

SENTENCES: Final[Mapping[NoticeReason, str]] = {
    NoticeReason.NO_CONSENT: "The client does not want such letters.",
    NoticeReason.NO_ADDRESS: "The client has no e-mail address.",
    NoticeReason.ADDRESS_UNDELIVERABLE: "Nobody reads the client's e-mail address.",
    NoticeReason.PET_DIED: "The pet has died.",
    NoticeReason.NO_OWNER: "The client no longer owns the pet, or may no longer see it.",
    NoticeReason.BOOKED: "A visit for it is booked.",
    NoticeReason.HELD: "Somebody of the practice holds it.",
    NoticeReason.DONE: "It was done.",
    NoticeReason.RULE_OFF: "The rule is switched off.",
}
"""Why nobody is told, in a sentence."""
_NOT_DUE = "What it reminds of is not due any more."


def why_not(message: Message, facts: Facts, now: datetime) -> str | None:
    """Why the letter should not be sent as things stand now, if so."""
    if message.letter in ASKED_FOR:
        if not message.secret:
            return "What it should hold is gone."
        if facts.code_expires_at is not None and facts.code_expires_at <= now:
            return "The code has expired."
        return None
    if message.letter is Letter.CARE_REMINDER:
        reasons = [item.why_not for item in facts.due]
        return None if None in reasons else SENTENCES.get(reasons[0], _NOT_DUE) if reasons and reasons[0] else _NOT_DUE
    if facts.visit is None:
        return "It is about no appointment."
    if facts.visit.pet_has_died:
        return "The pet has died."
    if not facts.may_hear:
        return SENTENCES[NoticeReason.NO_OWNER]
    if facts.unreached is not None:
        return SENTENCES[facts.unreached]
    return _why_not_about(facts.visit, message, now)


def quiet_until(message: Message, facts: Facts, now: datetime) -> datetime | None:
    """When somebody may be disturbed by the letter, on her own clock or that of the place; None if she may be now."""
    places = [item.place.zone for item in facts.due if item.why_not is None] + (
        [facts.visit.place.zone] if facts.visit else []
    )
    if message.letter not in CAN_WAIT or not (facts.zone or places):
        return None
    practice = places[0] if places else None
    clock = clock_of(facts.zone, practice) if facts.zone else places[0]
    moment = quiet_hours.not_before(now, clock, opens=facts.letters_from, closes=facts.letters_until)
    return moment if moment > now else None


def _why_not_about(visit: Visit, message: Message, now: datetime) -> str | None:
    if message.letter is Letter.APPOINTMENT_CANCELLED:
        return None if visit.status is Status.CANCELLED else "The appointment is not cancelled."
    if message.letter is Letter.APPOINTMENT_MISSED:
        return None if visit.status is Status.NO_SHOW else "The appointment was not missed."
    if visit.status not in (Status.BOOKED, Status.CONFIRMED):
        return f"The appointment is {visit.status.value.lower().replace('_', ' ')}."
    if visit.starts_at <= now:
        return "The visit has begun."
    if message.letter is Letter.COMING_VISIT and visit.starts_at > now + _COMING_WITHIN:
        return "The appointment was moved."
    return None
