"""Takings: what came in at a location on a day, what went back, and what was charged and credited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import EntryKind, LedgerEntry, Location, Money, PaymentMethod, sql
from resolvers import access

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class MethodTakings:
    """What came and went in one way: how many payments, refunds and payments taken back, and how much of each."""

    method: PaymentMethod
    payments: Money
    payment_count: int
    refunds: Money
    refund_count: int
    reversals: Money
    reversal_count: int

    @property
    def net(self) -> Money:
        """What stayed."""
        return self.payments - self.refunds - self.reversals


@dataclass(frozen=True, slots=True)
class RateTakings:
    """What was charged and credited at one rate of tax, in thousandths of a percent: without the tax, and the tax."""

    tax_rate: int
    charged: Money
    charged_tax: Money
    credited: Money
    credited_tax: Money


@dataclass(frozen=True, slots=True)
class Takings:
    """The takings of a day, by method and by rate of tax; where nothing was taken, nothing stands."""

    location_id: UUID
    day: date
    methods: Sequence[MethodTakings]
    rates: Sequence[RateTakings]


async def takings(viewer: Viewer, location_id: UUID | None, day: date) -> Takings:
    """What was taken at a location on a day of its calendar.

    Raises:
        NotFound: there is no such location.
    """
    place = await access.find(viewer, Location, location_id, path="locationId")
    return Takings(place.id, day, await _methods(viewer, place.id, day), await _rates(viewer, place.id, day))


_TILL = (EntryKind.PAYMENT, EntryKind.REFUND_PAID, EntryKind.PAYMENT_REVERSED)


async def _methods(viewer: Viewer, location_id: UUID, day: date) -> list[MethodTakings]:
    seen, values = access.sight(viewer, LedgerEntry, "l")
    sums = ", ".join(
        f"SUM(CASE WHEN l.kind = '{kind}' THEN l.minor ELSE 0 END), SUM(CASE WHEN l.kind = '{kind}' THEN 1 ELSE 0 END)"
        for kind in _TILL
    )
    found = await sql.tuples(
        f"SELECT CASE WHEN l.kind = 'PAYMENT' THEN l.debit ELSE l.credit END AS method, l.currency, {sums} "  # noqa: S608 - our own names
        f"FROM ledger_entry l WHERE l.location_id = ? AND l.posted_on = ? AND l.kind IN ({sql.marks(len(_TILL))}) "
        f"AND ({seen}) GROUP BY 1, 2 ORDER BY 2, 1",
        (location_id, day, *(kind.value for kind in _TILL), *values),
    )
    order = list(PaymentMethod)
    rows = [
        MethodTakings(
            PaymentMethod(method),
            Money(int(came), currency),
            int(payments),
            Money(int(went), currency),
            int(refunds),
            Money(int(undone), currency),
            int(reversals),
        )
        for method, currency, came, payments, went, refunds, undone, reversals in found
    ]
    return sorted(rows, key=lambda each: (each.payments.currency, order.index(each.method)))


async def _rates(viewer: Viewer, location_id: UUID, day: date) -> list[RateTakings]:
    """By the lines of what was issued that day: a rate of 0 has no entry of tax, and is told all the same."""
    seen, values = access.sight(viewer, LedgerEntry, "l")
    issued = f"FROM ledger_entry l WHERE l.location_id = ? AND l.posted_on = ? AND ({seen}) AND l.kind"
    found = await sql.tuples(
        "SELECT tax_rate, currency, SUM(net), SUM(tax), SUM(net_back), SUM(tax_back) FROM ("  # noqa: S608 - our own names
        "SELECT x.tax_rate, i.currency, x.net_minor AS net, x.tax_minor AS tax, 0 AS net_back, 0 AS tax_back "
        f"FROM invoice_line x JOIN invoice i ON i.id = x.invoice_id WHERE x.invoice_id IN (SELECT l.invoice_id {issued} = 'CHARGE') "
        "UNION ALL SELECT x.tax_rate, n.currency, 0, 0, x.net_minor, x.tax_minor "
        f"FROM credit_note_line x JOIN credit_note n ON n.id = x.credit_note_id WHERE x.credit_note_id IN (SELECT l.credit_note_id {issued} = 'CREDIT')"
        ") lines GROUP BY tax_rate, currency ORDER BY currency, tax_rate DESC",
        (location_id, day, *values) * 2,
    )
    return [RateTakings(int(rate), *(Money(int(minor), currency) for minor in sums)) for rate, currency, *sums in found]
