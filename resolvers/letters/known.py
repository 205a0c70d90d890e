"""Known: the facts of a letter, read as they are at the moment of sending."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from models import Letter, Message, MessageState, Status, language, sql
from models.contact import email_fold
from models.message import PURPOSES
from models.period import MINUTES_A_DAY
from resolvers import reach
from resolvers.letters.facts import Facts, Visit, one_line, own_words, place
from resolvers.letters.noticed import with_due

if TYPE_CHECKING:
    from collections.abc import Mapping

VISIT: Final = (
    "a.starts_at, a.status, p.name AS pet, p.died_on, s.name AS service, s.is_farewell, v.display_name AS vet, "
    "l.name AS location, l.street, l.postal_code, l.city, l.country, l.phone, l.zone"
)
"""The columns of a visit, of an appointment `a` with what is joined `OF_VISIT`."""
OF_VISIT: Final = (
    "LEFT JOIN pet p ON p.id = a.pet_id LEFT JOIN service s ON s.id = a.service_id "
    "LEFT JOIN staff v ON v.id = a.vet_id LEFT JOIN location l ON l.id = a.location_id"
)

_FACTS = (
    "SELECT m.state, m.attempts, own.name AS practice, own.letters_from, own.letters_until, "  # noqa: S608 - our own names
    f"c.display_name AS client, c.zone AS client_zone, {VISIT}, "
    "(NOT EXISTS (SELECT 1 FROM ownership o WHERE o.pet_id = a.pet_id AND o.client_id = m.client_id) "
    "OR EXISTS (SELECT 1 FROM ownership o WHERE o.pet_id = a.pet_id AND o.client_id = m.client_id "
    "AND o.ends_on IS NULL AND o.may_view)) AS may_hear, "
    "(SELECT MAX(k.expires_at) FROM sign_in_code k WHERE k.email_fold = ?) AS code_expires_at, "
    "w.id AS own_id, w.subject AS own_subject, w.body AS own_body "
    "FROM message m LEFT JOIN practice own ON own.is_the_only_one "
    f"LEFT JOIN client c ON c.id = m.client_id LEFT JOIN appointment a ON a.id = m.appointment_id {OF_VISIT} "
    "LEFT JOIN letter_text w ON w.letter = m.letter AND w.language = ? AND w.is_in_use AND w.rule_id IS NULL WHERE m.id = ?"
)


async def facts(message: Message) -> Facts:
    """What the letter tells, as it is now: whether it is still true and what it says come from one moment."""
    address = email_fold(message.to_address) if message.letter is Letter.SIGN_IN_CODE else ""
    rows = await sql.fetch(_FACTS, (address, language.spoken(message.language), message.id))
    if not rows:
        return Facts(is_still_claimed=False, practice="", client="", visit=None, code_expires_at=None)
    row = rows[0]
    told = Facts(
        is_still_claimed=row["state"] == MessageState.WAITING and row["attempts"] == message.attempts,
        practice=one_line(row["practice"]) or "Vetdesk",
        client=one_line(row["client"]),
        visit=None if row["starts_at"] is None else visit(row),
        code_expires_at=None if row["code_expires_at"] is None else sql.as_instant(row["code_expires_at"]),
        may_hear=bool(row["may_hear"]),
        zone=row["client_zone"] or "",
        letters_from=row["letters_from"] or 0,
        letters_until=row["letters_until"] or MINUTES_A_DAY,
        own=own_words(row),
    )
    if message.letter is Letter.CARE_REMINDER:
        return await with_due(message, told)
    purpose = PURPOSES.get(message.letter)
    if message.client_id is None or purpose is None:
        return told
    reached = (await reach.of([message.client_id], purpose))[message.client_id]
    return replace(told, address=reached.address or None, unreached=reached.why_not)


def visit(row: Mapping[str, Any]) -> Visit:
    """The visit in a row (`VISIT`), as a letter shows it."""
    return Visit(
        pet=one_line(row["pet"]),
        pet_has_died=row["died_on"] is not None,
        service=one_line(row["service"]),
        is_farewell=bool(row["is_farewell"]),
        vet=one_line(row["vet"]),
        starts_at=sql.as_instant(row["starts_at"]),
        status=Status(row["status"]),
        place=place(row),
    )
