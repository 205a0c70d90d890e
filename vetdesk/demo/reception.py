"""Reception: the bills of the demo practice opened, issued, paid and put right, and its books closed month by month."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from models import CreditNote, Invoice, InvoiceLine, LegalEntity, Money, PaymentMethod
from resolvers import closings, credit_notes, refunds, tills, write_offs
from resolvers.credit_notes import Part
from resolvers.invoices import drafts, issuing
from resolvers.invoices.drafts import NewInvoice
from resolvers.refunds import NewRefund
from resolvers.tills import Meant, NewPayment
from vetdesk.demo.bills import Fate
from vetdesk.demo.team import MANAGER, RECEPTIONIST

if TYPE_CHECKING:
    from resolvers.viewer import Viewer
    from vetdesk.demo.bills import Bill
    from vetdesk.demo.house import House
    from vetdesk.demo.households import Person
    from vetdesk.demo.team import Member

Act = Callable[[datetime], Awaitable[None]]

_DAY = timedelta(days=1)
_MONTHS_WITH_BOOKS = 11
_AS_OPENED = 1
_A_ROUND_SUM = 1000
_COUNTED = frozenset({Fate.PAID, Fate.PAID_TOO_MUCH, Fate.PART_PAID, Fate.CREDITED_AND_REFUNDED, Fate.CREDITED})
_PUT_RIGHT = frozenset({Fate.CREDITED_AND_REFUNDED, Fate.CREDITED})


class Reception:
    """The desk: what is done there with each bill. The keys of clients and visits are those of whoever made them."""

    def __init__(self, house: House, clients: Mapping[Person, UUID], visits: Mapping[int, UUID]) -> None:
        self._house = house
        self._clients = clients
        self._visits = visits
        self._drafts: dict[Bill, UUID] = {}
        self._payments: dict[Bill, UUID] = {}
        self._viewers: dict[Member, Viewer] = {}

    def foresee(self, bill: Bill, now: datetime) -> Iterator[tuple[datetime, Act]]:
        """What will be done with a bill, and when."""
        yield bill.opened_at, partial(self._open, bill)
        if bill.fate is Fate.DRAFT:
            return
        yield bill.issued_at, partial(self._issue, bill)
        if bill.fate in _COUNTED:
            yield bill.paid_at, partial(self._take, bill)
        if bill.fate in _PUT_RIGHT:
            yield bill.paid_at + _DAY, partial(self._credit, bill)
        if bill.fate is Fate.WRITTEN_OFF:
            yield now - 6 * _DAY, partial(self._write_off, bill)

    def foresee_closings(self, now: datetime) -> Iterator[tuple[datetime, Act]]:
        """On the first of each month the month before the last is closed."""
        first = now.astimezone(UTC).date().replace(day=1)
        for _ in range(_MONTHS_WITH_BOOKS):
            yield datetime.combine(first, time(7, 30), UTC), self._close
            first = (first - _DAY).replace(day=1)

    async def _open(self, bill: Bill, moment: datetime) -> None:
        visit = bill.visit
        place_id, visit_id = self._house.places[visit.slot.place], self._visits[id(visit)]
        new = NewInvoice(self._clients[visit.client], place_id, [visit_id])
        desk = await self._viewer(RECEPTIONIST)
        self._drafts[bill] = await drafts.open(desk, new, key=self._house.key(), now=moment)

    async def _issue(self, bill: Bill, moment: datetime) -> None:
        desk = await self._viewer(RECEPTIONIST)
        await issuing.issue(desk, self._drafts[bill], based_on=_AS_OPENED, key=self._house.key(), now=moment)

    async def _take(self, bill: Bill, moment: datetime) -> None:
        """Who has a share of the bill pays it; only the named one too much, or too little."""
        for invoice in await self._invoices(bill):
            is_named = invoice.id == self._drafts[bill]
            minor = _given(bill.fate, invoice.gross_minor) if is_named else invoice.gross_minor
            payment = NewPayment(
                client_id=invoice.client_id,
                location_id=invoice.location_id,
                method=bill.method,
                amount=Money(minor, invoice.currency),
                invoices=[Meant(invoice.id)],
                reference=f"Invoice {invoice.number}" if bill.method is PaymentMethod.BANK else "",
            )
            desk = await self._viewer(RECEPTIONIST)
            payment_id = await tills.take(desk, payment, key=self._house.key(), now=moment)
            if is_named:
                self._payments[bill] = payment_id

    async def _credit(self, bill: Bill, moment: datetime) -> None:
        """The last thing on it was not done after all; the money goes back, or stays on account."""
        desk, invoice_id = await self._viewer(RECEPTIONIST), self._drafts[bill]
        line = await InvoiceLine.filter(invoice_id=invoice_id).order_by("-position").first()
        parts = [Part(line.id if line else None)]
        note_id = await credit_notes.issue(
            desk, invoice_id, parts, "Written down by mistake", key=self._house.key(), now=moment
        )
        if bill.fate is Fate.CREDITED_AND_REFUNDED:
            note = await CreditNote.get(id=note_id)
            back = NewRefund(self._payments[bill], Money(note.gross_minor, note.currency), note.because, note_id)
            await refunds.refund(desk, back, key=self._house.key(), now=moment)

    async def _write_off(self, bill: Bill, moment: datetime) -> None:
        manager, because = await self._viewer(MANAGER), "Has moved away, letters come back"
        for invoice in await self._invoices(bill):
            await write_offs.write_off(manager, invoice.id, None, because, key=self._house.key(), now=moment)

    async def _close(self, moment: datetime) -> None:
        manager = await self._viewer(MANAGER)
        through = (moment.date() - _DAY).replace(day=1) - _DAY
        for entity in await LegalEntity.all().order_by("id"):
            await closings.close(manager, entity.id, through, key=self._house.key(), now=moment)

    async def _invoices(self, bill: Bill) -> list[Invoice]:
        return await Invoice.filter(bill_id=self._drafts[bill]).order_by("number")

    async def _viewer(self, member: Member) -> Viewer:
        if member not in self._viewers:
            self._viewers[member] = await self._house.viewer_of(member)
        return self._viewers[member]


def _given(fate: Fate, minor: int) -> int:
    """How much is given for so much: a round sum where it is too much, or less than the half."""
    if fate is Fate.PAID_TOO_MUCH:
        return minor + _A_ROUND_SUM - minor % _A_ROUND_SUM
    if fate is Fate.PART_PAID:
        return max(minor // 3 // 100, 1) * 100
    return minor
