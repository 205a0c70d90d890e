"""Codes: the short standard words for languages, countries, currencies and zones."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from babel import Locale, localedata
from iso4217 import Currency

from models.refusal import InvalidInput

if TYPE_CHECKING:
    from models.refusal import Path

_NO_COUNTRY = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_NO_PLACE = frozenset({"Factory", "localtime"})


def language(text: str, *, path: Path) -> str:
    """A language as its short code, with a country where it matters: `en`, `de`, `pt-BR`.

    Raises:
        InvalidInput: there is no such language.
    """
    code = text.strip()
    if re.fullmatch(r"[a-z]{2,3}(-[A-Z]{2})?", code) and localedata.exists(code.replace("-", "_")):
        return code
    raise InvalidInput("A language is a short code such as en, de or es.", path=path)


def country(text: str, *, path: Path) -> str:
    """A country as its two capital letters, or nothing when nothing is given.

    Raises:
        InvalidInput: there is no such country.
    Source: ISO 3166-1 alpha-2.
    """
    code = text.strip().upper()
    if not code or code in _countries():
        return code
    raise InvalidInput("A country is a code of two letters such as DE, GB or US.", path=path)


def region(text: str, *, country: str, path: Path) -> str:
    """The subdivision of a country, or nothing when nothing is given.

    Raises:
        InvalidInput: it is no such code, or of another country.
    Source: ISO 3166-2; which subdivisions a country has is not looked up.
    """
    code = text.strip().upper()
    if not code or (re.fullmatch(r"[A-Z]{2}-[A-Z0-9]{1,3}", code) and code[:2] == country):
        return code
    raise InvalidInput("A region is a code of its country, such as US-NY in US or DE-BE in DE.", path=path)


def currency(text: str, *, path: Path) -> str:
    """A currency that can be paid in, as its three capital letters.

    Raises:
        InvalidInput: there is no such currency.
    Source: ISO 4217; codes without minor units (gold, tests) are no money.
    """
    code = text.strip().upper()
    if code in _currencies():
        return code
    raise InvalidInput("A currency is a code of three letters such as EUR, GBP or USD.", path=path)


def zone(text: str, *, path: Path) -> str:
    """The name of a zone that clocks keep.

    Raises:
        InvalidInput: there is no such zone.
    Source: the IANA time zone database.
    """
    name = text.strip()
    if name in _zones():
        return name
    raise InvalidInput("A zone is named by continent and city, such as Europe/Berlin.", path=path)


@cache
def _countries() -> frozenset[str]:
    known = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in known if re.fullmatch(r"[A-Z]{2}", code)) - _NO_COUNTRY


@cache
def _currencies() -> frozenset[str]:
    return frozenset(currency.code for currency in Currency if currency.exponent is not None)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - _NO_PLACE
