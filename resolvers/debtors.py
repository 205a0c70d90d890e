"""Debtors: who owes what, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from models import Book, LedgerEntry, LegalEntity, Location, Money, sql
from models.ledger import left_in, touch
from models.period import today_by
from resolvers import access

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from resolvers.viewer import Viewer

AGES = (30, 60, 90)
"""Where one age of debts ends and the next begins, in days after the day on which they were due."""


class DebtorOrder(StrEnum):
    """By what debtors are sorted."""

    AMOUNT = "AMOUNT"
    OLDEST = "OLDEST"


@dataclass(frozen=True, slots=True)
class Debtor:
    """What a client owes in one currency: in all, by how long it has been due, and since when the oldest of it was."""

    client_id: UUID
    total: Money
    not_due: Money
    due_1_to_30: Money
    due_31_to_60: Money
    due_61_to_90: Money
    due_longer: Money
    oldest_due_on: date
    invoices: int

    def after(self, order: DebtorOrder) -> tuple[Any, ...]:
        """What a cursor has to hold to find those after this one; amounts are text, since they may be large."""
        first = str(self.total.minor) if order is DebtorOrder.AMOUNT else self.oldest_due_on
        return (self.total.currency, first, self.client_id)


@dataclass(frozen=True, slots=True)
class Wish:
    """Whose debtors, those of a location or of a legal entity, as of which day, and in which order."""

    location_id: UUID | None = None
    legal_entity_id: UUID | None = None
    as_of: date | None = None
    order: DebtorOrder = DebtorOrder.AMOUNT


@dataclass(frozen=True, slots=True)
class Found:
    """Some debtors, whether there are more after them, and as of which day it is so."""

    debtors: Sequence[Debtor]
    has_more: bool
    as_of: date


async def debtors(viewer: Viewer, wish: Wish, size: int, beyond: tuple[Any, ...] | None, *, now: datetime) -> Found:
    """At most `size` debtors after the one with that cursor, by currency, and then by amount or age.

    Raises:
        NotFound: there is no such location or legal entity.
    """
    as_of = wish.as_of or await _today(now)
    open_of, values = await _open(viewer, wish, as_of)
    first, sign = ("total", "<") if wish.order is DebtorOrder.AMOUNT else ("oldest", ">")
    later, asked = "", tuple[Any, ...]()
    if beyond is not None:
        currency, edge, client = beyond
        edge = int(edge) if wish.order is DebtorOrder.AMOUNT else edge
        later = (
            f"WHERE d.currency > ? OR (d.currency = ? AND (d.{first} {sign} ? OR (d.{first} = ? AND d.client_id > ?)))"
        )
        asked = (currency, currency, edge, edge, client)
    found = await sql.tuples(
        f"SELECT * FROM ({_BY_CLIENT.format(open=open_of)}) d {later} "  # noqa: S608 - our own names
        f"ORDER BY d.currency, d.{first} {'DESC' if sign == '<' else 'ASC'}, d.client_id LIMIT ?",
        (*_edges(as_of), *values, *asked, size + 1),
    )
    return Found([_debtor(row) for row in found[:size]], len(found) > size, as_of)


async def totals(viewer: Viewer, wish: Wish, *, now: datetime) -> tuple[int, list[Money]]:
    """How many debtors there are, one for each client and currency, and what they owe together by currency.

    Raises:
        NotFound: there is no such location or legal entity.
    """
    open_of, values = await _open(viewer, wish, wish.as_of or await _today(now))
    found = await sql.tuples(
        f"SELECT currency, COUNT(DISTINCT client_id), SUM(minor) FROM ({open_of}) o GROUP BY currency ORDER BY currency",  # noqa: S608 - our own names
        values,
    )
    return sum(int(many) for _, many, _ in found), [Money(int(minor), currency) for currency, _, minor in found]


_BY_CLIENT = (
    "SELECT client_id, currency, CAST(SUM(minor) AS bigint) AS total, "
    "SUM(CASE WHEN due_on >= ? THEN minor ELSE 0 END) AS age_0, "
    "SUM(CASE WHEN due_on < ? AND due_on >= ? THEN minor ELSE 0 END) AS age_1, "
    "SUM(CASE WHEN due_on < ? AND due_on >= ? THEN minor ELSE 0 END) AS age_2, "
    "SUM(CASE WHEN due_on < ? AND due_on >= ? THEN minor ELSE 0 END) AS age_3, "
    "SUM(CASE WHEN due_on < ? THEN minor ELSE 0 END) AS age_4, "
    "MIN(due_on) AS oldest, COUNT(*) AS invoices FROM ({open}) o GROUP BY client_id, currency"
)


def _edges(as_of: date) -> tuple[date, ...]:
    """The days between which the ages lie, as the statement asks for them."""
    one, two, three = (as_of - min(timedelta(days=age), as_of - date.min) for age in AGES)  # there is no day before
    return (as_of, as_of, one, one, two, two, three, three)


async def _open(viewer: Viewer, wish: Wish, as_of: date) -> tuple[str, list[Any]]:
    """The statement that says what was open of each invoice at the end of that day, and its values."""
    seen, values = access.sight(viewer, LedgerEntry, "l")
    scope, scoped = "", []
    if wish.location_id is not None:
        place = await access.find(viewer, Location, wish.location_id, path="locationId")
        scope, scoped = "AND i.location_id = ?", [place.id]
    own, owned = "", []
    if wish.legal_entity_id is not None:
        entity = await access.find(viewer, LegalEntity, wish.legal_entity_id, path="legalEntityId")
        own, owned = "AND l.legal_entity_id = ?", [entity.id]
    return (
        "SELECT i.client_id, i.currency, i.due_on, x.minor FROM "  # noqa: S608 - our own names
        f"(SELECT l.invoice_id, {left_in(Book.RECEIVABLE, 'l.')} AS minor FROM ledger_entry l "
        f"WHERE l.posted_on <= ? AND {touch(Book.RECEIVABLE, 'l.')} {own} AND ({seen}) "
        "GROUP BY l.invoice_id) x "
        f"JOIN invoice i ON i.id = x.invoice_id WHERE x.minor > 0 {scope}",
        [as_of, *owned, *values, *scoped],
    )


async def _today(now: datetime) -> date:
    """The latest day that it is anywhere in the practice."""
    return max((today_by(place.zone, now) for place in await Location.all()), default=now.astimezone(UTC).date())


def _debtor(row: Sequence[Any]) -> Debtor:
    client, currency, *sums, oldest, invoices = row
    total, not_due, first, second, third, longer = (Money(int(minor), currency) for minor in sums)
    since = sql.as_date(oldest)
    assert since is not None  # noqa: S101 - what is issued is due one day
    return Debtor(sql.as_key(client), total, not_due, first, second, third, longer, since, int(invoices))
