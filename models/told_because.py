"""Told because: why somebody was told of something that is due, or was not, in a sentence that she would understand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.consent import ConsentSource
from models.reminder import NoticeOutcome, NoticeReason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime


def sentence(
    outcome: NoticeOutcome,
    reason: NoticeReason,
    step: int,
    due_on: date,
    consent_source: ConsentSource | None,
    consent_at: datetime | None,
) -> str:
    """What became of telling somebody, and why: the due day, the step that came, and what she had agreed to.

    It is read on any day, before the due day and after it, and says of neither which it is.
    """
    begins = _BECAME[outcome]
    if reason is NoticeReason.NO_CONSENT:
        return f"{begins} {_refused(consent_source, consent_at)}"
    why = f"{begins} {_WHY[reason]}" if reason in _WHY else begins
    if outcome in _NOT_TOLD:
        return why
    return f"{why} Due day: {_day(due_on)}; its owners are told {_when(step)}. {_agreed(consent_source, consent_at)}"


_BECAME: Final[Mapping[NoticeOutcome, str]] = {
    NoticeOutcome.WAITING: "A letter waits to be sent.",
    NoticeOutcome.SENT: "A letter was sent.",
    NoticeOutcome.WITHHELD: "No letter was sent.",
    NoticeOutcome.WITHDRAWN: "The letter was withdrawn before it was sent.",
    NoticeOutcome.FAILED: "The letter could not be sent.",
    NoticeOutcome.DOUBTFUL: "A letter may have arrived: the mail server took it and never answered.",
}
_NOT_TOLD: Final = frozenset({NoticeOutcome.WITHHELD, NoticeOutcome.WITHDRAWN, NoticeOutcome.FAILED})
_WHY: Final[Mapping[NoticeReason, str]] = {
    NoticeReason.NO_ADDRESS: "We know no e-mail address to write to.",
    NoticeReason.ADDRESS_UNDELIVERABLE: "A mail server has said that nobody reads the address any more.",
    NoticeReason.TOO_LATE: "The day for it was more than two weeks ago.",
    NoticeReason.TOLD_RECENTLY: "A letter about the same had gone out less than three days before.",
    NoticeReason.BOOKED: "A visit for it is booked.",
    NoticeReason.HELD: "Somebody of the practice holds it.",
    NoticeReason.DONE: "It has been done.",
    NoticeReason.PET_DIED: "The pet has died.",
    NoticeReason.NO_OWNER: "The pet was not with this owner any more.",
    NoticeReason.RULE_OFF: "The practice does not remind of this any more.",
    NoticeReason.NO_LONGER_DUE: "It is not due any more.",
    NoticeReason.MAIL_REFUSED: "The mail server refused it.",
}
"""The reasons that a sentence says; of the others the outcome says enough."""
_SOURCES: Final[Mapping[ConsentSource, str]] = {
    ConsentSource.OWNER: "online",
    ConsentSource.IN_PERSON: "in person",
    ConsentSource.PHONE: "on the phone",
    ConsentSource.FORM: "on a form",
    ConsentSource.IMPORT: "as older records say",
    ConsentSource.UNSUBSCRIBED: "with the link in a letter",
}


def _when(step: int) -> str:
    if step == 0:
        return "on that day"
    days = "1 day" if abs(step) == 1 else f"{abs(step)} days"
    return f"{days} {'before' if step < 0 else 'after'} it"


def _agreed(source: ConsentSource | None, at: datetime | None) -> str:
    if source is None or at is None:
        return "Nothing was said against such letters."
    return f"Letters about care were agreed to {_SOURCES[source]} on {_day(at.date())}."


def _refused(source: ConsentSource | None, at: datetime | None) -> str:
    if source is None or at is None:
        return "Letters about care were never agreed to."
    return f"Letters about care were declined {_SOURCES[source]} on {_day(at.date())}."


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
