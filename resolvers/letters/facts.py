"""Facts: what a letter tells, read as it is at the moment of sending."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from models import Letter, Message, MessageState, NoticeReason, Status, language, sql
from models.contact import email_fold
from models.text import TURNING

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Place:
    """The location of a visit, as a letter shows it."""

    name: str
    address: str
    phone: str
    country: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Visit:
    """The appointment that a letter is about, as it stands now."""

    pet: str
    pet_has_died: bool
    service: str
    is_farewell: bool
    vet: str
    starts_at: datetime
    status: Status
    place: Place


@dataclass(frozen=True, slots=True)
class OwnWords:
    """The practice's own words for a letter, as they are kept (`models.LetterText`)."""

    text_id: UUID | None
    subject: str
    body: str
    is_of_a_rule: bool = False


@dataclass(frozen=True, slots=True)
class DueItem:
    """Something due that a letter reminds of: of which pet, what it is called, and on which day (at the place) it is due.

    `called` is in the language of the letter, and so are `detail`, what of it is due where a rule is about several things
    (a disease, a medicine), and `why` it is, a sentence. With `service` it can be booked. `own` is what the practice
    writes of this rule itself. `why_not` says why it is not told any more; such an item is left out.
    """

    notice_id: UUID
    reminder_id: UUID
    rule_id: UUID
    pet: str
    called: str
    due_on: date
    place: Place
    service: str = ""
    why_not: NoticeReason | None = None
    pet_id: UUID | None = None
    detail: str = ""
    why: str = ""
    own: OwnWords | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a letter tells, every name on one line and without control characters.

    `is_still_claimed` says that the letter still waits and that nobody claimed it after us. `code_expires_at` is
    when the last sign-in code for the address expires, or did.
    """

    is_still_claimed: bool
    practice: str
    client: str
    visit: Visit | None
    code_expires_at: datetime | None
    may_hear: bool = True
    """Of a visit: whether the client owns the pet, or never did and was named by reception."""
    address: str | None = None
    """Of a visit: where the client gets letters now."""
    due: tuple[DueItem, ...] = ()
    """Of a reminder: everything that it was written for, also what is not told any more."""
    own: OwnWords | None = None
    """The practice's own words for such a letter in the language of its reader; None where it has none."""


_FACTS = (
    "SELECT m.state, m.attempts, own.name AS practice, c.display_name AS client, "
    "a.starts_at, a.status, p.name AS pet, p.died_on, s.name AS service, s.is_farewell, v.display_name AS vet, "
    "l.name AS location, l.street, l.postal_code, l.city, l.country, l.phone, l.zone, "
    "(SELECT e.address FROM client_email e WHERE e.client_id = m.client_id ORDER BY e.position, e.id LIMIT 1) AS address, "
    "(NOT EXISTS (SELECT 1 FROM ownership o WHERE o.pet_id = a.pet_id AND o.client_id = m.client_id) "
    "OR EXISTS (SELECT 1 FROM ownership o WHERE o.pet_id = a.pet_id AND o.client_id = m.client_id "
    "AND o.ends_on IS NULL AND o.may_view)) AS may_hear, "
    "(SELECT MAX(k.expires_at) FROM sign_in_code k WHERE k.email_fold = ?) AS code_expires_at, "
    "w.id AS own_id, w.subject AS own_subject, w.body AS own_body "
    "FROM message m LEFT JOIN practice own ON own.is_the_only_one "
    "LEFT JOIN client c ON c.id = m.client_id LEFT JOIN appointment a ON a.id = m.appointment_id "
    "LEFT JOIN pet p ON p.id = a.pet_id LEFT JOIN service s ON s.id = a.service_id "
    "LEFT JOIN staff v ON v.id = a.vet_id LEFT JOIN location l ON l.id = a.location_id "
    "LEFT JOIN letter_text w ON w.letter = m.letter AND w.language = ? AND w.is_in_use AND w.rule_id IS NULL WHERE m.id = ?"
)


async def facts(message: Message) -> Facts:
    """What the letter tells, with one statement: whether it is still true and what it says come from one moment."""
    address = email_fold(message.to_address) if message.letter is Letter.SIGN_IN_CODE else ""
    rows = await sql.fetch(_FACTS, (address, language.spoken(message.language), message.id))
    if not rows:
        return Facts(is_still_claimed=False, practice="", client="", visit=None, code_expires_at=None)
    row = rows[0]
    return Facts(
        is_still_claimed=row["state"] == MessageState.WAITING and row["attempts"] == message.attempts,
        practice=one_line(row["practice"]) or "Vetdesk",
        client=one_line(row["client"]),
        visit=None if row["starts_at"] is None else _visit(row),
        code_expires_at=None if row["code_expires_at"] is None else sql.as_instant(row["code_expires_at"]),
        may_hear=bool(row["may_hear"]),
        address=row["address"],
        own=own_words(row),
    )


def _visit(row: Mapping[str, Any]) -> Visit:
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


def own_words(row: Mapping[str, Any], *, is_of_a_rule: bool = False) -> OwnWords | None:
    """The practice's own words in a row, in the columns `own_…`."""
    if row["own_id"] is None:
        return None
    return OwnWords(sql.as_key(row["own_id"]), row["own_subject"], row["own_body"], is_of_a_rule)


def place(row: Mapping[str, Any]) -> Place:
    """The location in a row, as a letter shows it; its name is in the column `location`."""
    town = " ".join(filter(None, (one_line(row["postal_code"]), one_line(row["city"]))))
    return Place(
        name=one_line(row["location"]),
        address=", ".join(filter(None, (one_line(row["street"]), town))),
        phone=one_line(row["phone"]),
        country=row["country"],
        zone=ZoneInfo(row["zone"]),
    )


def one_line(text: str | None) -> str:
    """What somebody typed, so that it can neither break a line nor turn the words around it."""
    line = " ".join((text or "").split())
    return "".join(c for c in line if unicodedata.category(c) not in ("Cc", "Cs") and c not in TURNING)[:_LONGEST]
