"""Letter previews: a letter as it would be sent now, to look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from models import Appointment, Letter, Message, Reminder, ReminderRule, language, sql
from models.message import PURPOSES
from models.refusal import InvalidInput
from models.row import uuid7
from resolvers import access, letter_texts, letters, reach
from resolvers.access import Deed
from resolvers.letter_texts import NewText
from resolvers.letters import Facts, OwnWords, own
from resolvers.letters.facts import one_line, own_words
from resolvers.letters.known import OF_VISIT, VISIT, visit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from resolvers.ports import Envelope
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Asked:
    """Which letter is looked at, about which appointment or reminder; without a subject and a body, in the words in use."""

    letter: Letter
    language: str
    subject: str | None = None
    body: str | None = None
    rule_id: UUID | None = None
    appointment_id: UUID | None = None
    reminder_id: UUID | None = None


async def preview(viewer: Viewer, asked: Asked, *, public_url: str, now: datetime) -> Envelope:
    """The letter as it would be sent now, with what is known of that appointment or reminder; nothing is sent or kept.

    Its links lead nowhere: only its reader may do anything in her own name. A letter about a farewell is in our words.

    Raises:
        NotFound: there is no such appointment, reminder or rule.
        InvalidInput: the letter always has our words, the words are not in order, nothing is named that it could be about,
            or nobody is ever told so.
    """
    access.may(viewer, Deed.SET_LETTER_TEXT)
    theirs = _theirs(asked)
    if asked.rule_id is not None:
        await access.find(viewer, ReminderRule, asked.rule_id, path="ruleId")
    if asked.letter is Letter.CARE_REMINDER:
        message, facts = await _of_a_reminder(viewer, asked, theirs)
    else:
        message, facts = await _of_a_visit(viewer, asked, theirs)
    try:
        return letters.looked_at(message, facts, public_url=public_url, now=now)
    except LookupError as nobody:
        raise InvalidInput(str(nobody), path=("letter",)) from nobody


def _theirs(asked: Asked) -> OwnWords | None:
    """The words that are asked about, when they are in order; None where those in use are."""
    if asked.subject is None and asked.body is None:
        if asked.letter not in own.EDITABLE:
            raise InvalidInput(own.ALWAYS_OURS, path=("letter",))
        letter_texts.must_be_spoken(asked.language)
        return None
    subject, body = asked.subject or "", asked.body or ""
    letter_texts.looked_at(NewText(asked.letter, asked.language, subject, body, asked.rule_id))
    return OwnWords(None, subject, body, is_of_a_rule=asked.rule_id is not None)


_OF_THE_PRACTICE = (
    "SELECT own.name AS practice, c.id AS client_id, c.display_name AS client, w.id AS own_id, w.subject AS own_subject, "
    "w.body AS own_body"
)
_IN_USE = "LEFT JOIN letter_text w ON w.letter = ? AND w.language = ? AND w.is_in_use AND w.rule_id IS NULL"
_VISIT = (
    f"{_OF_THE_PRACTICE}, {VISIT} FROM appointment a LEFT JOIN practice own ON own.is_the_only_one "
    f"LEFT JOIN client c ON c.id = a.client_id {OF_VISIT} {_IN_USE} WHERE a.id = ?"
)
_READER = (
    f"{_OF_THE_PRACTICE} FROM reminder r LEFT JOIN practice own ON own.is_the_only_one "  # noqa: S608 - our own names
    "LEFT JOIN client c ON c.id = (SELECT o.client_id FROM ownership o WHERE o.pet_id = r.pet_id AND o.ends_on IS NULL "
    f"AND o.may_view ORDER BY o.client_id LIMIT 1) {_IN_USE} WHERE r.id = ?"
)
_DUE = f"SELECT {letters.TOLD} FROM reminder r {letters.JOINED} WHERE r.id = ?"  # noqa: S608 - our own names


async def _of_a_visit(viewer: Viewer, asked: Asked, theirs: OwnWords | None) -> tuple[Message, Facts]:
    if asked.appointment_id is None or asked.reminder_id is not None:
        raise InvalidInput("Please name the appointment that the letter is about, alone.", path=("appointmentId",))
    appointment = await access.find(viewer, Appointment, asked.appointment_id, path="appointmentId")
    [row] = await sql.fetch(_VISIT, (asked.letter.value, asked.language, appointment.id))
    message = await _message(asked, row)
    message.appointment_id = appointment.id
    return message, replace(_facts(row, theirs), visit=visit(row))


async def _of_a_reminder(viewer: Viewer, asked: Asked, theirs: OwnWords | None) -> tuple[Message, Facts]:
    if asked.reminder_id is None or asked.appointment_id is not None:
        raise InvalidInput("Please name the reminder that the letter is about, alone.", path=("reminderId",))
    reminder = await access.find(viewer, Reminder, asked.reminder_id, path="reminderId")
    if asked.rule_id is not None and asked.rule_id != reminder.rule_id:
        raise InvalidInput("This reminder is of another rule. Please choose one of that rule.", path=("reminderId",))
    [row] = await sql.fetch(_READER, (asked.letter.value, asked.language, reminder.id))
    [told] = await sql.fetch(_DUE, (language.spoken(asked.language), reminder.id))
    due = letters.item(told, asked.language)
    facts = _facts(row, theirs)
    if theirs is not None:
        due = replace(due, own=theirs if theirs.is_of_a_rule else None)
    return await _message(asked, row), replace(facts, due=(due,))


def _facts(row: Mapping[str, Any], theirs: OwnWords | None) -> Facts:
    return Facts(
        is_still_claimed=True,
        practice=one_line(row["practice"]),
        client=one_line(row["client"]),
        visit=None,
        code_expires_at=None,
        own=theirs or own_words(row),
    )


async def _message(asked: Asked, row: Mapping[str, Any]) -> Message:
    """A message that is never kept, to whom such a letter would go."""
    message = Message(id=uuid7(), letter=asked.letter, language=asked.language, to_address="", secret=None)
    if row["client_id"] is None:
        return message
    message.client_id = sql.as_key(row["client_id"])
    reached = (await reach.of([message.client_id], PURPOSES[asked.letter]))[message.client_id]
    message.to_address, message.consent_at = reached.address, reached.consent_at
    if reached.consent_source is not None:
        message.consent_source = reached.consent_source
    return message
