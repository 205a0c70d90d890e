"""Blocks: what stands in a letter beside its sentences, the same in plain text as in HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from babel.lists import format_list

from models import Purpose
from models.message import PURPOSES
from resolvers import letter_links, wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from models import Message
    from resolvers.letters.facts import DueItem, Facts
    from resolvers.ports import Vault
    from resolvers.wording import Wording

Kind = Literal["paragraph", "visit", "code", "link", "due", "way", "foot"]


class Ways(Protocol):
    """Where the links of one letter lead."""

    def unsubscribe(self) -> str:
        """Where its reader ends letters of this purpose."""

    def visit(self, starts_at: datetime) -> str:
        """Where she confirms or cancels the visit; "" for somebody who is no client."""

    def book(self, item: DueItem) -> str:
        """Where she books what is due; "" for somebody who is no client."""


@dataclass(frozen=True, slots=True)
class Linked:
    """The ways of a letter that is sent: each link is for one purpose, and for its reader alone."""

    message: Message
    vault: Vault
    public_url: str

    def unsubscribe(self) -> str:
        """Where its reader ends letters of this purpose."""
        return letter_links.unsubscribe(self.message.id, vault=self.vault, public_url=self.public_url)

    def visit(self, starts_at: datetime) -> str:
        """Where she confirms or cancels the visit; "" for somebody who is no client."""
        appointment_id, client_id = self.message.appointment_id, self.message.client_id
        if appointment_id is None or client_id is None:
            return ""
        return letter_links.visit(appointment_id, client_id, starts_at, vault=self.vault, public_url=self.public_url)

    def book(self, item: DueItem) -> str:
        """Where she books what is due; "" for somebody who is no client."""
        client_id = item.client_id or self.message.client_id
        if client_id is None:
            return ""
        return letter_links.book(item.reminder_id, client_id, vault=self.vault, public_url=self.public_url)


@dataclass(frozen=True, slots=True)
class Nowhere:
    """The ways of a letter that is only looked at: in the name of a client nobody else may do anything."""

    public_url: str

    def unsubscribe(self) -> str:
        """Nowhere."""
        return f"{self.public_url}/#preview"

    def visit(self, _starts_at: datetime) -> str:
        """Nowhere."""
        return f"{self.public_url}/#preview"

    def book(self, _item: DueItem) -> str:
        """Nowhere."""
        return f"{self.public_url}/#preview"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is due for a pet: what, when, why, and how it is booked; `book` is "" where it cannot be."""

    what: str
    when: str
    why: str
    label: str
    book: str

    @property
    def plain(self) -> str:
        """The line in a letter of plain text."""
        booked = f"{self.label}: {self.book}" if self.book else ""
        return "\n  ".join(filter(None, (f"- {self.what}: {self.when}", self.why, booked)))


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a letter, as text; the facts of a visit are pairs of a label and its value, what is due is lines."""

    kind: Kind
    text: str = ""
    pairs: tuple[tuple[str, str], ...] = ()
    lines: tuple[Line, ...] = ()
    label: str = ""
    url: str = ""

    @property
    def plain(self) -> str:
        """The part in a letter of plain text."""
        if self.kind == "visit":
            return "\n".join(f"{label}: {value}" for label, value in self.pairs)
        if self.kind == "due":
            return "\n".join((self.text, *(line.plain for line in self.lines)))
        return "\n".join(filter(None, (self.text, f"{self.label}: {self.url}" if self.url else "")))


def told(facts: Facts) -> tuple[DueItem, ...]:
    """What is told of what is due: what is due first comes first."""
    return tuple(sorted(facts.told, key=lambda item: (item.due_on, item.pet, item.called, item.detail)))


def is_late(item: DueItem, now: datetime) -> bool:
    """Whether its day has passed at the place."""
    return item.due_on < now.astimezone(item.place.zone).date()


def due(items: Sequence[DueItem], tag: str, *, ways: Ways, now: datetime) -> list[Part]:
    """What is due, one part for each pet; what one rule says of a pet on one day is one line."""
    pets: dict[UUID | str, dict[tuple[UUID, date], list[DueItem]]] = {}
    for item in items:
        pets.setdefault(item.pet_id or item.pet, {}).setdefault((item.rule_id, item.due_on), []).append(item)
    return [
        Part(
            "due",
            next(iter(lines.values()))[0].pet,
            lines=tuple(_line(same, tag, ways=ways, now=now) for same in lines.values()),
        )
        for lines in pets.values()
    ]


def what(items: Sequence[DueItem], tag: str) -> str:
    """What is due, when it is one thing; else nothing."""
    first = items[0]
    if {(item.pet_id or item.pet, item.rule_id) for item in items} != {(first.pet_id or first.pet, first.rule_id)}:
        return ""
    return _what(items, wording.of(tag, first.place.country))


def pets(items: Sequence[DueItem], tag: str) -> str:
    """The pets for which something is due, as people list them: `Bella, Milo and Rex`."""
    names = {item.pet_id or item.pet: item.pet for item in items}
    return listed(list(names.values()), wording.of(tag, items[0].place.country))


def phones(items: Iterable[DueItem]) -> str:
    """Whom to call: the phone of the place, or of each place by its name."""
    known = {item.place.name: item.place.phone for item in items if item.place.phone}
    if len(set(known.values())) == 1:
        return next(iter(known.values()))
    return ", ".join(f"{phone} ({name})" for name, phone in known.items())


def visit_way(facts: Facts, tag: str, *, ways: Ways) -> Part:
    """How the visit is confirmed or cancelled."""
    if facts.visit is None:
        return Part("way")
    label = "farewell_visit" if facts.visit.is_farewell else "visit"
    url = ways.visit(facts.visit.starts_at)
    return Part("way", label=wording.of(tag).said("letter", label) if url else "", url=url)


def foot(message: Message, facts: Facts, *, ways: Ways) -> Part:
    """Why somebody gets this letter, and how she ends such letters; nothing below one that she has asked for."""
    purpose = PURPOSES.get(message.letter)
    if purpose is None:
        return Part("foot")
    words = wording.of(message.language, _country(facts))
    return Part(
        "foot",
        _because(message, facts, words),
        label=words.said("letter", f"stop_{purpose.value}"),
        url=ways.unsubscribe(),
    )


def listed(names: Sequence[str], words: Wording) -> str:
    """The names as people list them."""
    joined = format_list(names, locale=words.locale)
    *before, last = names
    # Before the sound of i, Spaniards say e for y.
    if before and words.language == "es" and re.match(r"h?[ií](?![aeo])", last.lower()):
        return joined[: -len(f"y {last}")] + f"e {last}"
    return joined


def _line(same: Sequence[DueItem], tag: str, *, ways: Ways, now: datetime) -> Line:
    first = same[0]
    words = wording.of(tag, first.place.country)
    bookable = next((item for item in same if item.service), None)
    url = ways.book(bookable) if bookable else ""
    return Line(
        what=_what(same, words),
        when=words.said("letter", "was_due_on" if is_late(first, now) else "due_on", day=words.weekday(first.due_on)),
        why=" ".join(dict.fromkeys(item.why for item in same if item.why)),
        label=words.said("letter", "book", pet=first.pet) if url else "",
        book=url,
    )


def _what(same: Sequence[DueItem], words: Wording) -> str:
    called = same[0].called
    details = list(dict.fromkeys(item.detail for item in same if item.detail))
    return called[:1].upper() + called[1:] + (f" ({listed(details, words)})" if details else "")


def _because(message: Message, facts: Facts, words: Wording) -> str:
    if PURPOSES[message.letter] is Purpose.APPOINTMENT:
        return words.said("letter", "about_visits", practice=facts.practice)
    if message.consent_at is None:
        return words.said("letter", "agreed", practice=facts.practice)
    said_on = message.consent_at.astimezone(facts.due[0].place.zone).date() if facts.due else message.consent_at.date()
    source = words.sections["letter"].get(message.consent_source.value, words.said("letter", "agreed"))
    return source.format(day=words.day(said_on), practice=facts.practice)


def _country(facts: Facts) -> str:
    if facts.visit is not None:
        return facts.visit.place.country
    return facts.due[0].place.country if facts.due else ""
