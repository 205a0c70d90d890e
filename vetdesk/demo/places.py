"""Places: the two houses of the demo practice, one on the Thames and one on the Spree."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from models.contact import Address
from models.stretch import Stretch

PRACTICE = "Two Rivers Veterinary Practice"

MON, TUE, WED, THU, FRI, SAT = range(1, 7)
WEEKDAYS = (MON, TUE, WED, THU, FRI)

CONSULTING = ("Room 1", "Room 2", "Room 3")
THEATRE = "Theatre"
NURSES = "Nurses' room"
QUIET = "Quiet room"
ROOMS = (*CONSULTING, THEATRE, NURSES, QUIET)
"""Each place has all of these. As many consulting rooms as vets would do, were visits booked in their order."""


@dataclass(frozen=True, slots=True)
class Place:
    """A location as it will be added."""

    name: str
    zone: str
    currency: str
    address: Address
    phone: str
    opening_hours: tuple[Stretch, ...]

    @property
    def clock(self) -> ZoneInfo:
        """The clock on its wall."""
        return ZoneInfo(self.zone)


def weekly(weekdays: tuple[int, ...], *hours: tuple[float, float]) -> tuple[Stretch, ...]:
    """The same hours (8.5 is half past eight) on each of those weekdays."""
    return tuple(Stretch(day, int(begins * 60), int(ends * 60)) for day in weekdays for begins, ends in hours)


# Phone numbers that are nobody's. Source: Ofcom, numbers for drama; Bundesnetzagentur, Mitteilung 148/2021.
THAMES = Place(
    name="Two Rivers Thames",
    zone="Europe/London",
    currency="GBP",
    address=Address("14 Tannery Stairs", "SE16 4XX", "London", "GB"),
    phone="+44 20 7946 0014",
    opening_hours=(*weekly(WEEKDAYS, (8, 18.5)), *weekly((SAT,), (9, 13))),
)
SPREE = Place(
    name="Two Rivers Spree",
    zone="Europe/Berlin",
    currency="EUR",
    address=Address("Uferstieg 7", "10997", "Berlin", "DE"),
    phone="+49 30 23125 007",
    opening_hours=(*weekly(WEEKDAYS, (8, 12), (14, 18)), *weekly((THU,), (18, 19.5))),
)
PLACES = (THAMES, SPREE)
