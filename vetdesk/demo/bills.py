"""Bills: which visits of the demo practice are billed, and what becomes of each bill.

Lately all visits are billed, and of the time before a sample: so there are books of a whole year, and filling them
takes seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

from models import PaymentMethod
from models.period import today_in
from vetdesk.demo.billing import DUE_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from random import Random

    from vetdesk.demo.animals import Animal
    from vetdesk.demo.visits import Visit


class Fate(Enum):
    """What becomes of a bill; whatever is not said here waits to be paid."""

    PAID = auto()
    OPEN = auto()
    PART_PAID = auto()
    PAID_TOO_MUCH = auto()
    CREDITED_AND_REFUNDED = auto()
    CREDITED = auto()
    WRITTEN_OFF = auto()
    DRAFT = auto()


BILLED_WHOLLY = timedelta(days=45)
"""For so long all visits have been billed; before that, one in some, and whatever tells something."""
_ONE_IN = 25
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_TRANSFERS_AFTER = (2, 11)
_METHODS = {PaymentMethod.TERMINAL: 58, PaymentMethod.CASH: 27, PaymentMethod.BANK: 15}
# Every so many of those that are overdue for 1 to 30 days, 31 to 60, 61 to 90, and longer, is so still.
_AGES = ((1, 30, 25), (31, 60, 30), (61, 90, 40), (91, 330, 250))
_NOT_DUE_YET = 12
_GIVEN_UP = 120
_WAITING_DRAFTS = 3


@dataclass(slots=True, eq=False)
class Bill:
    """The bill of a visit: when reception opens it, how it is paid, and what becomes of it."""

    visit: Visit
    opened_at: datetime
    fate: Fate = Fate.PAID
    method: PaymentMethod = PaymentMethod.TERMINAL
    paid_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.paid_at = self.issued_at + 2 * _MINUTE

    @property
    def issued_at(self) -> datetime:
        """When it is issued, unless it stays a draft."""
        return self.opened_at + 2 * _MINUTE

    @property
    def due_on(self) -> date:
        """When it is to be paid."""
        place = self.visit.slot.place
        return today_in(place.clock, self.issued_at) + DUE_DAYS[place] * _DAY

    def days_overdue(self, now: datetime) -> int:
        """For how many days it is overdue, when nobody pays it; 0 or less when it is not."""
        return (today_in(self.visit.slot.place.clock, now) - self.due_on).days


def planned(visits: Iterable[Visit], shown: Sequence[Animal], now: datetime, random: Random) -> list[Bill]:
    """The bills of these visits, in the order of time; the first of the `shown` pets has one that waits to be paid."""
    bills = [
        Bill(visit, visit.completed_at + 4 * _MINUTE)
        for visit in visits
        if visit.completed_at is not None and visit.completed_at + 10 * _MINUTE < now
    ]
    bills.sort(key=lambda bill: bill.opened_at)
    for bill in bills:
        _choose_how(bill, now, random)
    # The last visit of all is not billed at all: somebody has forgotten it.
    *bills, _forgotten = bills
    drafts = _drafts(bills, now)
    told = [bill for bill in bills if bill not in drafts and bill.visit.animal not in shown]
    _leave_open(told, now)
    _tell(told, now)
    hers = [bill for bill in bills if bill.visit.animal is shown[0] and bill not in drafts]
    for bill in hers[-1:]:
        bill.fate = Fate.OPEN
    early = [bill for bill in bills if bill.opened_at < now - BILLED_WHOLLY]
    left_out = set(map(id, early)) - set(map(id, early[::_ONE_IN]))
    return [
        bill for bill in bills if id(bill) not in left_out or bill.fate is not Fate.PAID or bill.visit.animal in shown
    ]


def _choose_how(bill: Bill, now: datetime, random: Random) -> None:
    bill.method = random.choices(list(_METHODS), list(_METHODS.values()))[0]
    days, minutes = random.randint(*_TRANSFERS_AFTER), random.randint(-90, 90)
    if bill.method is PaymentMethod.BANK:
        bill.paid_at += days * _DAY + minutes * _MINUTE
        if bill.paid_at > now:
            bill.fate = Fate.OPEN


def _drafts(bills: list[Bill], now: datetime) -> list[Bill]:
    """The last ones wait at the desk; and so does still the last one of a pet that has died."""
    waiting = bills[-_WAITING_DRAFTS:]
    of_the_dead = [bill for bill in bills[:-_WAITING_DRAFTS] if _of_a_pet_that_has_died(bill, now)]
    drafts = [*of_the_dead[-1:], *waiting]
    for bill in drafts:
        bill.fate = Fate.DRAFT
    return drafts


def _of_a_pet_that_has_died(bill: Bill, now: datetime) -> bool:
    dies_at = bill.visit.animal.dies_at
    return dies_at is not None and dies_at < now and bill.opened_at > now - BILLED_WHOLLY


def _leave_open(bills: list[Bill], now: datetime) -> None:
    """Some that are not due yet, and some of every age."""
    young = [bill for bill in bills if bill.days_overdue(now) <= 0]
    for bill in young[::_NOT_DUE_YET]:
        bill.fate = Fate.OPEN
    for least, most, one_in in _AGES:
        for bill in [bill for bill in bills if least <= bill.days_overdue(now) <= most][::one_in]:
            bill.fate = Fate.OPEN


def _tell(bills: list[Bill], now: datetime) -> None:
    """Of those that were paid, each story a few times; and the oldest was not, and is written off."""
    paid = [bill for bill in bills if bill.fate is Fate.PAID]
    for bill in [bill for bill in paid if bill.days_overdue(now) > _GIVEN_UP][:1]:
        bill.fate = Fate.WRITTEN_OFF
    settled = [bill for bill in paid if now - BILLED_WHOLLY < bill.opened_at and bill.paid_at < now - 2 * _DAY]
    for number, fate in enumerate(_STORIES):
        for bill in settled[number * 2 :: max(len(settled) // 2, len(_STORIES) * 2)]:
            bill.fate = fate


_STORIES = (Fate.CREDITED_AND_REFUNDED, Fate.PAID_TOO_MUCH, Fate.PART_PAID, Fate.CREDITED)
