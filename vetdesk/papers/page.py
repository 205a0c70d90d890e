"""The page: what somebody sees who scans the code on a certificate, or follows a link to one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from models import language
from resolvers import wording
from resolvers.verifications import Standing
from vetdesk.sheet import Sheet

if TYPE_CHECKING:
    from datetime import date, datetime

    from resolvers.verifications import Verified
    from resolvers.wording import Wording

Tone = Literal["good", "mind", "bad"]

_SHEET = Sheet.of(Path(__file__).parent)
_WHERE_NOBODY_SAYS = "GB"
"""Days are written as there where a browser names a language and no country."""
POLICY = _SHEET.policy(buttons_lead="none")


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on the page; `pairs` are labels with their values, and `footer` says what to do with them."""

    tone: Tone
    language: str
    title: str
    sentences: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...] = ()
    footer: str = ""

    @property
    def html(self) -> str:
        """The page as HTML; whatever is put into it is escaped."""
        return _SHEET.html(self, self.language)


def words_for(accepted: str) -> Wording:
    """The words for somebody whose browser asks for these languages (`Accept-Language`)."""
    return wording.of(language.preferred(accepted), _WHERE_NOBODY_SAYS)


def of_certificate(found: Verified, words: Wording, *, now: datetime) -> Page:
    """The page of a certificate."""
    facts = {
        "number": found.number,
        "pet": found.pet,
        "species": found.species,
        "product": found.product,
        "given_on": _day(found.given_on, words),
        "valid_until": _day(found.valid_until, words),
        "practice": found.practice,
        "issued_on": _day(found.issued_on, words),
    }
    tone, title, sentences = _headed(found, words, now)
    pairs = tuple((words.said("verified", name), value) for name, value in facts.items() if value)
    return Page(tone, words.language, title, sentences, pairs, words.said("verified", "compare"))


def of_trouble(trouble: str, words: Wording) -> Page:
    """The page of a paper that cannot be shown, and why: one of those in `paper_trouble`."""
    title, sentence = (words.said("paper_trouble", word) for word in (f"{trouble}_title", trouble))
    return Page("mind", words.language, title, (sentence,))


def _headed(found: Verified, words: Wording, now: datetime) -> tuple[Tone, str, tuple[str, ...]]:
    def said(word: str, **filled: str) -> str:
        return words.said("verified", word, **filled)

    day = _day(found.voided_on, words)
    if found.standing is Standing.VOIDED:
        return "bad", said("void_title"), (said("void", day=day),)
    if found.standing is Standing.REPLACED:
        return (
            "bad",
            said("replaced_title"),
            (said("replaced", day=day), said("replaced_by", number=found.replaced_by or "")),
        )
    if not found.holds_at(now):
        return "mind", said("over_title"), (said("over"),)
    return "good", said("stands_title"), (said("stands", practice=found.practice),)


def _day(day: date | None, words: Wording) -> str:
    return words.day(day) if day else ""
