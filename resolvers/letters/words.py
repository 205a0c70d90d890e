"""Words: letters are written from the text files beside this one.

`texts/<language>/<letter>.txt` holds the subject and then paragraphs, divided by empty lines. `[visit]`, `[code]` and
`[link]` stand for the facts of the visit (`visit.txt`), the code and the link. About a farewell, the quiet letters
`farewell_….txt` are used. The plain text and the HTML are made of the same paragraphs, so they always say the same.
A new language is a new folder, and a word in `models.language.SPOKEN`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlsplit

from babel.dates import format_date, format_time, get_timezone_name
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from models import Letter, Message, language
from resolvers.letters.facts import Facts, Visit
from resolvers.ports import Envelope, Vault

VERSION = 1
"""The version of the words, kept with each message: raised whenever what they say changes."""

_TEXTS = Path(__file__).parent / "texts"
_LONGEST_SUBJECT = 150

_TEMPLATES = Environment(
    loader=FileSystemLoader(_TEXTS),
    # Text files and their paragraphs are plain text; the one HTML file escapes whatever is put into it.
    autoescape=select_autoescape(("html",), default_for_string=False),
    undefined=StrictUndefined,
)

Kind = Literal["paragraph", "visit", "code", "link"]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a letter, as text; the facts of a visit are pairs of a label and its value."""

    kind: Kind
    text: str = ""
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def plain(self) -> str:
        """The part in a letter of plain text."""
        if self.kind == "visit":
            return "\n".join(f"{label}: {value}" for label, value in self.pairs)
        return self.text


@dataclass(frozen=True, slots=True)
class _Source:
    subject: Template
    paragraphs: tuple[Template | Kind, ...]


def written(message: Message, facts: Facts, *, vault: Vault, public_url: str, now: datetime) -> Envelope:  # noqa: ARG001 - days will be held against it
    """The letter, ready to be sent now: in the language of its reader, or in English when we do not speak it."""
    spoken = language.spoken(message.language)
    known = _known(message, facts, vault=vault, public_url=public_url)
    source = _source(spoken, _name(message.letter, facts.visit))
    title = _filled(source.subject, known)
    if len(title) > _LONGEST_SUBJECT:
        title = title[: _LONGEST_SUBJECT - 1] + "…"
    parts = [part for paragraph in source.paragraphs if (part := _part(paragraph, spoken, known)).plain]
    return Envelope(
        to_address=message.to_address,
        subject=title,
        text="\n\n".join(part.plain for part in parts) + "\n",
        html=_TEMPLATES.get_template("letter.html").render(language=spoken, title=title, parts=parts),
        language=spoken,
        message_id=_message_id(message, public_url),
    )


def _name(letter: Letter, visit: Visit | None) -> str:
    name = letter.value.lower()
    return f"farewell_{name}" if visit and visit.is_farewell else name


def _known(message: Message, facts: Facts, *, vault: Vault, public_url: str) -> dict[str, str]:
    known = {"practice": facts.practice, "client": facts.client}
    if message.secret:
        secret = vault.unseal(message.secret)
        # Behind the # it stays in the reader's browser: no server and no log sees it.
        known |= {"code": secret, "link": f"{public_url}/#invitation={quote(secret, safe='')}"}
    if facts.visit:
        known |= _told(facts.visit, message.language)
    return known


def _told(visit: Visit, tag: str) -> dict[str, str]:
    locale = language.locale(tag, visit.place.country)
    local = visit.starts_at.astimezone(visit.place.zone)
    return {
        "pet": visit.pet,
        # Somebody who comes for a farewell knows what for.
        "service": "" if visit.is_farewell else visit.service,
        "vet": visit.vet,
        "day": format_date(local.date(), "full", locale=locale),
        "time": format_time(local, "short", tzinfo=visit.place.zone, locale=locale),
        "zone": get_timezone_name(local, "long", locale=locale),
        "location": visit.place.name,
        "address": visit.place.address,
        "phone": visit.place.phone,
    }


@cache
def _source(spoken: str, name: str) -> _Source:
    """A letter as it is before any name is put in: marks are told apart here."""
    marks: dict[str, Kind] = {"[visit]": "visit", "[code]": "code", "[link]": "link"}
    text = (_TEXTS / spoken / f"{name}.txt").read_text(encoding="utf-8")
    subject, *paragraphs = (paragraph.strip() for paragraph in text.split("\n\n"))
    return _Source(
        _TEMPLATES.from_string(subject),
        tuple(marks.get(paragraph) or _TEMPLATES.from_string(paragraph) for paragraph in paragraphs),
    )


@cache
def _labels(spoken: str) -> tuple[tuple[str, Template], ...]:
    lines = (_TEXTS / spoken / "visit.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition(":") for line in lines if line)
    return tuple((label, _TEMPLATES.from_string(value)) for label, _, value in pairs)


def _part(source: Template | Kind, spoken: str, known: dict[str, str]) -> Part:
    if isinstance(source, Template):
        return Part("paragraph", _filled(source, known))
    if source == "visit":
        pairs = ((label, _filled(value, known)) for label, value in _labels(spoken))
        return Part("visit", pairs=tuple((label, value) for label, value in pairs if value))
    return Part(source, known[source])


def _filled(source: Template, known: dict[str, str]) -> str:
    return " ".join(source.render(known).split())


def _message_id(message: Message, public_url: str) -> str:
    host = urlsplit(public_url).hostname or "localhost"
    return f"<{message.id}@{'localhost' if ':' in host else host}>"
