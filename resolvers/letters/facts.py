"""Facts: what a letter tells."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from models import NoticeReason, Status, sql
from models.period import MINUTES_A_DAY, clock_of
from models.text import TURNING

if TYPE_CHECKING:
    from resolvers.reach import Reach

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
    client_id: UUID | None = None
    """Who is told: several whose letters go to one mailbox may each be told of the same."""
    mailbox: str = ""
    """Where her letters go now, as it is compared."""


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
    """Where the client gets letters now; None of what holds a code, or is for nobody we know."""
    reader: Reach | None = None
    """Of a reminder: to whom it speaks and by whose consent, when somebody is still to be told."""
    due: tuple[DueItem, ...] = ()
    """Of a reminder: everything that it was written for, also what is not told any more."""
    own: OwnWords | None = None
    """The practice's own words for such a letter in the language of its reader; None where it has none."""
    unreached: NoticeReason | None = None
    """Of a visit: why the client gets no letters about it, if so."""
    zone: str = ""
    """The zone of the clock by which the reader is not disturbed, "" where nobody said: that of the place counts."""
    letters_from: int = 0
    letters_until: int = MINUTES_A_DAY
    """Between these minutes of her day letters that can wait are sent."""

    @property
    def told(self) -> tuple[DueItem, ...]:
        """What is told of, each thing once, in its order."""
        first: dict[UUID, DueItem] = {}
        for item in self.due:
            if item.why_not is None:
                first.setdefault(item.reminder_id, item)
        return tuple(first.values())


def own_words(row: Mapping[str, Any], *, is_of_a_rule: bool = False) -> OwnWords | None:
    """The practice's own words in a row, in the columns `own_…`."""
    if row["own_id"] is None:
        return None
    return OwnWords(sql.as_key(row["own_id"]), row["own_subject"], row["own_body"], is_of_a_rule)


def place(row: Mapping[str, Any]) -> Place:
    """The location in a row, as a letter shows it; its name is in the column `location`.

    Where nobody here knows its zone, a letter shows times in UTC, and says so.
    """
    town = " ".join(filter(None, (one_line(row["postal_code"]), one_line(row["city"]))))
    return Place(
        name=one_line(row["location"]),
        address=", ".join(filter(None, (one_line(row["street"]), town))),
        phone=one_line(row["phone"]),
        country=row["country"],
        zone=clock_of(row["zone"]),
    )


def one_line(text: str | None) -> str:
    """What somebody typed, so that it can neither break a line nor turn the words around it."""
    line = " ".join((text or "").split())
    return "".join(c for c in line if unicodedata.category(c) not in ("Cc", "Cs") and c not in TURNING)[:_LONGEST]
