"""Words: letters are written from the text files beside this one.

`texts/<language>/<letter>.txt` holds the subject and then paragraphs, divided by empty lines. `[visit]`, `[due]`, `[links]`,
`[code]` and `[link]` stand for the facts of the visit (`visit.txt`), what is due, how the visit is confirmed or cancelled,
the code and its link (`blocks`). About a farewell, the quiet letters `farewell_….txt` are used, also where the practice has
words of its own (`own`). The plain text and the HTML are made of the same parts, so they always say the same. A new
language is a new folder, one more file in `resolvers/wording`, and a word in `models.language.SPOKEN`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

import structlog
from babel.dates import format_date, format_time, get_timezone_name
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError, select_autoescape

from models import language
from models.message import PURPOSES, Letter
from models.refusal import InvalidInput
from resolvers.letters import blocks, own
from resolvers.letters.blocks import Linked, Nowhere, Part
from resolvers.ports import Envelope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from models import Message
    from resolvers.letters.blocks import Ways
    from resolvers.letters.facts import DueItem, Facts, OwnWords, Visit
    from resolvers.ports import Vault

VERSION = 2
"""The version of the words, kept with each message: raised whenever what they say changes."""

_TEXTS = Path(__file__).parent / "texts"
_LONGEST_SUBJECT = 150
_MARKS: Final = {"[visit]": "visit", "[due]": "due", "[links]": "links", "[code]": "code", "[link]": "link"}

_TEMPLATES = Environment(
    loader=FileSystemLoader(_TEXTS),
    # Text files and their paragraphs are plain text; the one HTML file escapes whatever is put into it.
    autoescape=select_autoescape(("html",), default_for_string=False),
    undefined=StrictUndefined,
)
_log = structlog.get_logger("vetdesk.letters")

Paragraph = tuple[str, str]
"""A mark by its name, or "" and a text."""


@dataclass(frozen=True, slots=True)
class _Source:
    subject: Template
    paragraphs: tuple[tuple[str, Template | None], ...]


@dataclass(frozen=True, slots=True)
class _About:
    """Everything of which the parts of one letter are made."""

    message: Message
    facts: Facts
    items: tuple[DueItem, ...]
    known: Mapping[str, str]
    ways: Ways
    now: datetime


def written(message: Message, facts: Facts, *, vault: Vault, public_url: str, now: datetime) -> Envelope:
    """The letter, ready to be sent now: in the language of its reader, or in English when we do not speak it.

    It is in the words of the practice where it has some (`Envelope.text_id`); should they not hold any more, in ours.

    Raises:
        LookupError: nobody writes such a letter about a farewell, or nothing that it was written for is to be told.
    """
    known = _opened(message, vault, public_url)
    return _written(message, facts, known, Linked(message, vault, public_url), public_url=public_url, now=now)


def looked_at(message: Message, facts: Facts, *, public_url: str, now: datetime) -> Envelope:
    """The letter about a visit or about care as it would be sent now, but for its links, which lead nowhere.

    Raises:
        LookupError: as for `written`.
    """
    return _written(message, facts, {}, Nowhere(public_url), public_url=public_url, now=now)


def _written(
    message: Message, facts: Facts, known: dict[str, str], ways: Ways, *, public_url: str, now: datetime
) -> Envelope:
    items = blocks.told(facts)
    known = _known(message, facts, items, now) | known
    about = _About(message, facts, items, known, ways, now)
    theirs = _chosen(facts, items)
    said = _in_words_of_the_practice(message.letter, theirs, known) if theirs else None
    title, paragraphs = said or _in_ours(message, facts, known)
    parts = [part for paragraph in paragraphs for part in _parts(paragraph, about) if part.plain]
    if message.letter in PURPOSES:
        parts.append(blocks.foot(message, facts, ways=ways))
    if len(title) > _LONGEST_SUBJECT:
        title = title[: _LONGEST_SUBJECT - 1] + "…"
    spoken = language.spoken(message.language)
    return Envelope(
        to_address=message.to_address,
        subject=title,
        text="\n\n".join(part.plain for part in parts) + "\n",
        html=_TEMPLATES.get_template("letter.html").render(language=spoken, title=title, parts=parts),
        language=spoken,
        message_id=_message_id(message, public_url),
        unsubscribe_url=ways.unsubscribe() if message.letter in PURPOSES else "",
        text_id=theirs.text_id if theirs and said else None,
    )


def _opened(message: Message, vault: Vault, public_url: str) -> dict[str, str]:
    if not message.secret:
        return {}
    secret = vault.unseal(message.secret)
    # Behind the # it stays in the reader's browser: no server and no log sees it.
    return {"code": secret, "link": f"{public_url}/#invitation={quote(secret, safe='')}"}


def _known(message: Message, facts: Facts, items: tuple[DueItem, ...], now: datetime) -> dict[str, str]:
    known = {"practice": facts.practice, "client": facts.client}
    if facts.visit:
        known |= _told(facts.visit, message.language)
    if message.letter is Letter.CARE_REMINDER:
        if not items:
            raise LookupError("Nothing that this letter was written for is still to be told.")
        known |= {
            "pets": blocks.pets(items, message.language),
            "due": blocks.what(items, message.language),
            "what": items[0].called,
            "phone": blocks.phones(items),
            "is_late": "yes" if all(blocks.is_late(item, now) for item in items) else "",
        }
    return known


def _chosen(facts: Facts, items: Sequence[DueItem]) -> OwnWords | None:
    """The practice's own words: for a farewell none; for what one rule reminds of, those for the rule before the general ones."""
    if facts.visit is not None and facts.visit.is_farewell:
        return None
    of_the_rule = items[0].own if len({item.rule_id for item in items}) == 1 else None
    return of_the_rule or facts.own


def _in_words_of_the_practice(
    letter: Letter, theirs: OwnWords, known: Mapping[str, str]
) -> tuple[str, list[Paragraph]] | None:
    try:
        return own.words(letter, theirs.subject, theirs.body, of_a_rule=theirs.is_of_a_rule).filled(known)
    except (InvalidInput, TemplateError) as error:
        _log.error("letter_text_failed", text=str(theirs.text_id), letter=letter.value, error=str(error))
        return None


def _in_ours(message: Message, facts: Facts, known: Mapping[str, str]) -> tuple[str, list[Paragraph]]:
    source = _source(language.spoken(message.language), _name(message.letter, facts.visit))
    return _filled(source.subject, known), [
        (mark, "" if text is None else _filled(text, known)) for mark, text in source.paragraphs
    ]


def _name(letter: Letter, visit: Visit | None) -> str:
    name = letter.value.lower()
    if visit is None or not visit.is_farewell:
        return name
    if letter is Letter.APPOINTMENT_MISSED:
        raise LookupError("Nobody is told that they missed a farewell.")
    return f"farewell_{name}"


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
    text = (_TEXTS / spoken / f"{name}.txt").read_text(encoding="utf-8")
    subject, *paragraphs = (paragraph.strip() for paragraph in text.split("\n\n"))
    return _Source(
        _TEMPLATES.from_string(subject),
        tuple((mark, None) if (mark := _MARKS.get(one)) else ("", _TEMPLATES.from_string(one)) for one in paragraphs),
    )


@cache
def _labels(spoken: str) -> tuple[tuple[str, Template], ...]:
    lines = (_TEXTS / spoken / "visit.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition(":") for line in lines if line)
    return tuple((label, _TEMPLATES.from_string(value)) for label, _, value in pairs)


def _parts(paragraph: Paragraph, about: _About) -> list[Part]:
    mark, text = paragraph
    tag = about.message.language
    if mark == "visit":
        pairs = ((label, _filled(value, about.known)) for label, value in _labels(language.spoken(tag)))
        return [Part("visit", pairs=tuple((label, value) for label, value in pairs if value))]
    if mark == "due":
        return blocks.due(about.items, tag, ways=about.ways, now=about.now)
    if mark == "links":
        return [blocks.visit_way(about.facts, tag, ways=about.ways)]
    if mark == "code":
        return [Part("code", about.known[mark])]
    if mark == "link":
        return [Part("link", about.known[mark])]
    return [Part("paragraph", text)]


def _filled(source: Template, known: Mapping[str, str]) -> str:
    return " ".join(source.render(known).split())


def _message_id(message: Message, public_url: str) -> str:
    host = urlsplit(public_url).hostname or "localhost"
    return f"<{message.id}@{'localhost' if ':' in host else host}>"
