"""Wording: the words of our papers and small ones of our letters, and how days and sums are written, in each language that we speak.

`<language>.toml` beside this file holds the words of one language in sections. What staff typed is never translated.
"""

from __future__ import annotations

import copy
import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel.dates import format_date
from babel.units import format_unit
from iso4217 import Currency

from models import language
from models.money import ONE, WHOLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from babel import Locale

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language, and how a country that speaks it writes days and sums."""

    locale: Locale
    sections: Mapping[str, Mapping[str, str]]

    @property
    def language(self) -> str:
        """The language alone: `de`."""
        return self.locale.language

    @property
    def tag(self) -> str:
        """The tag under which it is found again: `de-AT`."""
        return language.written(self.locale)

    def words(self, *sections: str) -> dict[str, str]:
        """The words of these sections, those of a later one before those of an earlier one."""
        return {word: text for section in sections for word, text in self.sections[section].items()}

    def said(self, section: str, word: str, **filled: str) -> str:
        """One word or sentence; `{name}` in it is filled with what is given under that name."""
        text = self.sections[section][word]
        return text.format(**filled) if filled else text

    def day(self, day: date | str) -> str:
        """A day, or its ISO text, as people read it: `22 November 2026`; "" stays that."""
        if isinstance(day, str):
            if not day:
                return ""
            day = date.fromisoformat(day)
        return format_date(day, "long", locale=self.locale)

    def weekday(self, day: date) -> str:
        """A day with the day of its week: `Sunday, 22 November 2026`."""
        return format_date(day, "full", locale=self.locale)

    def days(self, facts: Mapping[str, Any]) -> dict[str, str]:
        """Of facts whose days are ISO texts, each day as people read it: what is named `…_on` is a day."""
        return {name: self.day(value) for name, value in facts.items() if name.endswith("_on")}

    def country(self, code: str) -> str:
        """A country (ISO 3166) by its name; "" stays that."""
        name: str = self.locale.territories.get(code, code)
        return name

    def months(self, count: int) -> str:
        """So many months as people say it: `2 years, 3 months`; nothing for none."""
        years, rest = divmod(count, 12)
        parts = [
            format_unit(many, unit, locale=self.locale) for many, unit in ((years, "year"), (rest, "month")) if many
        ]
        return ", ".join(parts)  # what the locale says of lists of units is not whole for each language

    def money(self, minor: int, currency: str) -> str:
        """A sum of that many of the smallest units of a currency (ISO 4217), with its sign: `1.234,50 €`."""
        digits = Currency(currency).exponent or 0
        # The digits are those of ISO 4217; the ones of the locale differ for some currencies.
        pattern = copy.copy(self.locale.currency_formats["standard"])
        pattern.frac_prec = (digits, digits)
        amount = Decimal(minor).scaleb(-digits)
        return str(pattern.apply(amount, self.locale, currency=currency, currency_digits=False))

    def percent(self, rate: int) -> str:
        """A rate in thousandths of a percent, with as many decimals as it has: `8.875%`."""
        pattern = copy.copy(self.locale.percent_formats[None])
        pattern.frac_prec = (0, 3)
        return str(pattern.apply(Decimal(rate) / WHOLE, self.locale))

    def pieces(self, thousandths: int) -> str:
        """A number of thousandths, with as many decimals as it has: `2`, `0.125`."""
        return str(self.locale.decimal_formats[None].apply(Decimal(thousandths) / ONE, self.locale))


def of(tag: str, country: str = "") -> Wording:
    """The wording for a reader of the language with this tag; it writes days as in that country, unless the tag names one."""
    return _wording(language.locale(tag, country))


@cache
def _wording(locale: Locale) -> Wording:
    return Wording(locale, tomllib.loads((_HERE / f"{locale.language}.toml").read_text(encoding="utf-8")))
