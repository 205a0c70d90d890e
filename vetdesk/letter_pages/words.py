"""Words: what the pages say in each language, and how days and times are written there."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_name
from babel.lists import format_list

from models import language

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from babel import Locale

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language, for readers who write days as in one country."""

    locale: Locale
    sections: Mapping[str, Mapping[str, str]]

    @property
    def language(self) -> str:
        """The language alone: `de`."""
        return self.locale.language

    def said(self, section: str, word: str, **filled: str) -> str:
        """One sentence; `{name}` in it is filled with what is given under that name."""
        text = self.sections[section][word]
        return text.format(**filled) if filled else text

    def day(self, day: date) -> str:
        """A day with its weekday: `Monday, 2 March 2026`."""
        return format_date(day, "full", locale=self.locale)

    def time(self, at: datetime, zone: ZoneInfo) -> str:
        """A time on the wall there: `09:15`."""
        return format_time(at.astimezone(zone), "short", tzinfo=zone, locale=self.locale)

    def clock(self, at: datetime, zone: ZoneInfo) -> str:
        """What the clock there is called at that moment, as letters call it: `Central European Standard Time`."""
        return get_timezone_name(at.astimezone(zone), "long", locale=self.locale)

    def moment(self, at: datetime, zone: ZoneInfo) -> str:
        """A moment as the wall there shows it, with the name of its clock."""
        local = at.astimezone(zone)
        return self.said(
            "page", "moment", day=self.day(local.date()), time=self.time(at, zone), zone=self.clock(at, zone)
        )

    def listed(self, several: Iterable[str]) -> str:
        """Several things in one sentence."""
        return format_list(list(several), locale=self.locale)


def of(tag: str, country: str = "") -> Words:
    """The words for a reader of the language with this tag, who is at home in that country unless the tag says otherwise."""
    return _words(language.locale(tag, country))


@cache
def _words(locale: Locale) -> Words:
    return Words(locale, tomllib.loads((_HERE / f"{locale.language}.toml").read_text(encoding="utf-8")))
