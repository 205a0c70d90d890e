"""Consents: what the clients of the demo practice want to hear of, and how it was said."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from models import ConsentSource, Purpose

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from random import Random

    from resolvers.clients import ClientRegistration
    from vetdesk.demo.households import Household, Person

_BEFORE_US_DAYS = 700
"""Whoever has been a client for longer was known to the program before this one."""
_WANTS_CARE, _WANTS_NONE, _WANTS_NEWS, _WANTS_NO_LETTERS = 0.76, 0.07, 0.2, 0.015
_SAID_AT_THE_DESK = {ConsentSource.FORM: 60, ConsentSource.IN_PERSON: 25, ConsentSource.PHONE: 15}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to hear of, as she said when she became a client; nothing where she was not asked."""

    wanted: Mapping[Purpose, bool] = field(default_factory=dict)
    source: ConsentSource = ConsentSource.FORM

    def with_care(self) -> Wish:
        """The same of somebody who wants to be reminded of care."""
        return replace(self, wanted={Purpose.APPOINTMENT: True, Purpose.CARE: True})

    def said_by(self, registration: ClientRegistration) -> ClientRegistration:
        """The registration, with what was said."""
        return replace(registration, wanted=self.wanted, source=self.source)


def made_up(homes: list[Household], now: datetime, random: Random) -> dict[Person, Wish]:
    """What everybody said; the two whose sign-in is printed have not been asked."""
    return {
        person: _made_up(person, now, random) if number else Wish()
        for number, home in enumerate(homes)
        for person in home.people
    }


def _made_up(person: Person, now: datetime, random: Random) -> Wish:
    source = random.choices(list(_SAID_AT_THE_DESK), list(_SAID_AT_THE_DESK.values()))[0]
    chance, wants_news, wants_no_letters = random.random(), random.random() < _WANTS_NEWS, random.random()
    if (now - person.since).days > _BEFORE_US_DAYS:
        source = ConsentSource.IMPORT
    wanted: dict[Purpose, bool] = {}
    if chance < _WANTS_CARE:
        wanted = {Purpose.CARE: True, Purpose.MARKETING: wants_news}
    elif chance < _WANTS_CARE + _WANTS_NONE:
        wanted = {Purpose.CARE: False, Purpose.MARKETING: False}
    if wants_no_letters < _WANTS_NO_LETTERS:
        wanted[Purpose.APPOINTMENT] = False
    return Wish(wanted, source)
