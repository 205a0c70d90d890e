"""Follow-ups: pets that were to be seen again last month, and what came of telling their owners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vetdesk.demo.animals import Animal
    from vetdesk.demo.households import Person

_SETTLED = timedelta(days=60)
_THESE_WEEKS = 35
_OF_THE_FIRST = 4
"""So many pets have stories of their own."""


class Fate(Enum):
    """What comes of a follow-up."""

    TOLD = auto()
    UNREAD = auto()
    BROKEN_OFF = auto()
    FAR_AWAY = auto()
    BOOKED = auto()
    DONE = auto()
    HELD = auto()
    UNSUBSCRIBED = auto()


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A pet that a vet wants to see again on a day, so many days from today."""

    animal: Animal
    fate: Fate
    days_ahead: int
    title: str
    what: str

    @property
    def person(self) -> Person:
        """Its first owner."""
        return self.animal.people[0]

    @property
    def address(self) -> str:
        """Where her letters go."""
        return next(iter(self.person.registration.emails), "")


_FATES = (
    (Fate.BROKEN_OFF, 5, "After the anaesthetic", "Look at the wound and take out the stitches"),
    (Fate.UNREAD, -6, "Itching", "Look at the skin again, and at how the new food is borne"),
    (Fate.HELD, 2, "Lameness", "Look at the leg again after the rest"),
    (Fate.UNSUBSCRIBED, -9, "Ears", "Look into the ears after the drops"),
    (Fate.FAR_AWAY, -8, "Heart", "Listen to the heart and count the breaths"),
    (Fate.BOOKED, 4, "Kidneys", "Blood pressure and weight again"),
    (Fate.DONE, -12, "Bladder", "A sample of urine"),
)
_TOGETHER = (
    (-2, "Cough in the house", "Listen to the lungs again"),
    (1, "Cough in the house", "Listen to the lungs again"),
)
_HERS = (-20, "Weight", "Weigh again, and go through the food")


def made_up(animals: list[Animal], now: datetime) -> Iterator[FollowUp]:
    """The follow-ups, first that of the owner whose sign-in is printed; then two pets that live together."""
    days, title, what = _HERS
    yield FollowUp(animals[2], Fate.DONE, days, title, what)
    homes: dict[int, list[Animal]] = {}
    for animal in sorted(animals[_OF_THE_FIRST:], key=partial(_comes_anyway, today=now.date())):
        if animal.dies_at is None and animal.since < now - _SETTLED and animal.people[0].gets_letters:
            homes.setdefault(id(animal.household), []).append(animal)
    together = next((home for home in homes.values() if len(home) > 1), None)
    if together is not None:
        del homes[id(together[0].household)]
        for animal, (days, title, what) in zip(together, _TOGETHER, strict=False):
            yield FollowUp(animal, Fate.TOLD, days, title, what)
    spanish = next((home for home in homes.values() if home[0].people[0].registration.language == "es"), None)
    if spanish is not None:
        del homes[id(spanish[0].household)]
        yield FollowUp(spanish[0], Fate.TOLD, 6, "Teeth", "Look at the gums, and how brushing goes")
    for home, (fate, days, title, what) in zip(homes.values(), _FATES, strict=False):
        yield FollowUp(home[0], fate, days, title, what)


def _comes_anyway(animal: Animal, today: date) -> bool:
    """Whether a visit these weeks would make it needless to tell its owners."""
    return any(abs((day - today).days) <= _THESE_WEEKS for day in animal.days)
