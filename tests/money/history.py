"""A history of the deeds of money, drawn at random: each deed is done, and told to the bookkeeper, who must agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from models import (
    Invoice,
    InvoiceLine,
    InvoiceState,
    Location,
    Money,
    PaymentMethod,
    sql,
)
from models.period import today_in
from models.refusal import NothingToPay, NothingWrittenOff, PaymentNotPossible, PeriodClosed, Refusal, TooMuch
from resolvers import closings, credit_notes, on_account, refunds, reversals, tills, write_offs
from resolvers.credit_notes import Part
from resolvers.invoices import drafts, issuing
from resolvers.invoices import lines as invoice_lines
from resolvers.invoices.drafts import NewInvoice, Payer
from resolvers.invoices.lines import NewLine
from resolvers.invoices.terms import Terms
from resolvers.refunds import NewRefund
from resolvers.tills import Meant, NewPayment
from tests.money import cards
from tests.money.audit import agree
from tests.money.bookkeeper import Account, Bill, Bookkeeper, Line, Sum, cost, parts
from tests.money.street import Street
from tests.world import NOW

METHODS = (PaymentMethod.CASH, PaymentMethod.TERMINAL, PaymentMethod.BANK)


class History:
    """What was done so far, as the deeds have done it and as the bookkeeper has written it down."""

    def __init__(self, street: Street, seed: int) -> None:
        self.street, self.random, self.sheet = street, Random(seed), Bookkeeper()
        self.viewer = street.world.manager.viewer
        self.now = NOW
        self.done: Counter[str] = Counter()
        self._closed: dict[UUID, Any] = {}
        self._on_their_way: list[tuple[UUID, UUID]] = []
        self._keys = 0

    async def step(self) -> None:
        """Do one thing, be refused where the bookkeeper says so, and hold both against each other."""
        self.now += timedelta(minutes=self.random.choice((1, 1, 30, 60 * 9)))
        kinds = (
            self.bill, self.take, self.take, self.apply, self.credit, self.refund, self.write_off, self.close, self.card,
            self.dispute, self.settle, self.reverse, self.undo_write_off,
        )  # fmt: skip
        deed = self.random.choices(kinds, (8, 5, 5, 3, 6, 4, 2, 1, 4, 2, 2, 3, 2))[0]
        await deed()
        await agree(self.sheet)

    # Doing

    async def _do(self, what: str, deed: Callable[[str], Awaitable[Any]], refused: type[Refusal] | None) -> Any:
        """Do it once, or twice with the same key; None when it was refused as it must be."""
        self._keys += 1
        key = f"{what} {self._keys}"
        if refused is not None:
            with pytest.raises(refused):
                await deed(key)
            self.done[f"{what} refused"] += 1
            return None
        done = await deed(key)
        if self.random.random() < 0.2:
            assert await deed(key) == done, "told twice, done twice"
        self.done[what] += 1
        return done

    def _shares(self) -> list[int]:
        return self.random.choice(([100], [100], [99, 1], [1, 99], [50, 50], [34, 33, 33], [33, 34, 33], [1, 1, 98]))

    async def bill(self) -> None:
        place, shares = self.random.choice(self.street.places), self._shares()
        clients = self.random.sample(self.street.clients, len(shares))
        new = NewInvoice(clients[0], place.id)
        draft = await drafts.open(self.viewer, new, key=f"open {self._keys}", now=self.now)
        costs = [await self._line(draft, place, number) for number in range(self.random.randint(1, 4))]
        if len(shares) > 1:
            payers = [Payer(client, share) for client, share in zip(clients, shares, strict=True)]
            await drafts.set_payers(self.viewer, draft, payers, key=f"payers {self._keys}", now=self.now)
        version = (await Invoice.get(id=draft)).version
        today = today_in(place.clock, self.now)

        async def issue(key: str) -> Any:
            return await issuing.issue(self.viewer, draft, based_on=version, key=key, now=self.now)

        refused = PeriodClosed if self._is_closed(place, today) else None
        if await self._do("issue", issue, refused) is None:
            return
        await self._write_down(draft, place, clients, shares, costs)

    async def _line(self, draft: UUID, place: Location, number: int) -> Line:
        item, rate, is_included = self.random.choice(self.street.items)
        quantity = self.random.choice((1, 333, 1000, 1000, 1500, 3000, 12_345))
        price = self.random.choice((0, 1, 99, 1000, 1001, self.random.randint(1, 99_999)))
        discount = self.random.choice((0, 0, 10_000, 33_333, 100_000))
        terms = Terms(
            quantity=quantity, price=(price, place.currency), price_because="It was told so.", discount=discount,
            discount_because="She is a friend.",
        )  # fmt: skip
        key = f"line {self._keys} {number}"
        await invoice_lines.add(self.viewer, draft, NewLine(item_id=item.id, terms=terms), key=key, now=self.now)
        return Line(*cost(quantity, price, discount, rate, is_included=is_included), rate)

    async def _write_down(
        self, bill: UUID, place: Location, clients: list[UUID], shares: list[int], costs: list[Line]
    ) -> None:
        """What each of them owes by it; what the lines say must be what the bookkeeper says."""
        entity = place.legal_entity_id
        assert entity is not None
        nets, taxes = [parts(one.net, shares) for one in costs], [parts(one.tax, shares) for one in costs]
        made = {one.client_id: one for one in await Invoice.filter(bill_id=bill)}
        assert set(made) == set(clients)
        for number, client in enumerate(clients):
            invoice = made[client]
            own = await InvoiceLine.filter(invoice_id=invoice.id).order_by("position")
            mine = [Line(net[number], tax[number], one.rate) for net, tax, one in zip(nets, taxes, costs, strict=True)]
            assert [(one.net_minor, one.tax_minor, one.tax_rate) for one in own] == [
                (one.net, one.tax, one.rate) for one in mine
            ]
            gross = sum(one.gross for one in mine)
            assert (invoice.state, invoice.gross_minor, invoice.share) == (InvoiceState.ISSUED, gross, shares[number])
            assert invoice.due_on is not None
            assert invoice.issued_at is not None
            lines = {one.id: line for one, line in zip(own, mine, strict=True)}
            account = (client, entity, place.currency)
            self.sheet.issue(invoice.id, Bill(account, (invoice.due_on, invoice.issued_at), lines, gross))

    def _is_closed(self, place: Location, day: Any) -> bool:
        assert place.legal_entity_id is not None
        through = self._closed.get(place.legal_entity_id)
        return through is not None and day <= through

    def _account(self) -> tuple[Location, Account]:
        """A client at a place, more often one who owes something there."""
        place, client = self.random.choice(self.street.places), self.random.choice(self.street.clients)
        assert place.legal_entity_id is not None
        return place, (client, place.legal_entity_id, place.currency)

    async def take(self) -> None:
        place, account = self._account()
        debts = self.sheet.debts(account)
        owed = sum(self.sheet.bills[one].is_open for one in debts)
        minor = max(1, self.random.choice((owed, owed // 2, owed + 7, self.random.randint(1, 30_000))))
        day = today_in(place.clock, self.now) - timedelta(days=self.random.choice((0, 0, 0, 3)))
        method = self.random.choice(METHODS)
        named: list[Meant] | None = None
        refused: type[Refusal] | None = PeriodClosed if self._is_closed(place, day) else None
        if debts and self.random.random() < 0.5:
            chosen = self.random.sample(debts, self.random.randint(1, len(debts)))
            named = [Meant(one, self.random.choice((None, self.random.randint(1, minor)))) for one in chosen]
            if sum(one.minor or 0 for one in named) > minor:
                refused = TooMuch
        new = NewPayment(
            client_id=account[0], location_id=place.id, method=method, amount=Money(minor, place.currency),
            invoices=named, received_on=day,
        )  # fmt: skip

        async def take(key: str) -> Any:
            return await tills.take(self.viewer, new, key=key, now=self.now)

        payment = await self._do("take", take, refused)
        if payment is None:
            return
        self.sheet.receive(payment, Sum(account, method.value, minor, minor))
        if named is None:
            for one in debts:
                self.sheet.pay(one, payment)
            return
        self._pay_named(payment, named, minor)

    def _pay_named(self, payment: UUID, named: list[Meant], minor: int) -> None:
        """Those with an amount get it, the others what is open as far as it goes; the oldest is paid first."""
        left = minor - sum(one.minor or 0 for one in named)
        meant: dict[UUID, int] = {}
        for one in named:
            assert one.invoice_id is not None
            meant[one.invoice_id] = one.minor or min(left, self.sheet.bills[one.invoice_id].is_open)
            left -= 0 if one.minor else meant[one.invoice_id]
        for key in self.sheet.debts(self.sheet.payments[payment].account):
            if key in meant:
                self.sheet.pay(key, payment, meant[key])

    async def apply(self) -> None:
        place, account = self._account()
        debts, credit = self.sheet.debts(account), self.sheet.credit(account)
        named = (
            self.random.sample(debts, self.random.randint(1, len(debts)))
            if debts and self.random.random() < 0.5
            else None
        )
        refused: type[Refusal] | None = None
        if not debts or not credit:
            refused = NothingToPay
        elif self._is_closed(place, today_in(place.clock, self.now)):
            refused = PeriodClosed

        async def apply(key: str) -> Any:
            return await on_account.apply(self.viewer, account[0], place.id, named, key=key, now=self.now)

        if await self._do("apply", apply, refused) is not None:
            for payment in credit:
                for one in named or debts:
                    self.sheet.pay(one, payment)

    async def credit(self) -> None:
        if not self.sheet.bills:
            return
        key, bill = self.random.choice(list(self.sheet.bills.items()))
        chosen = self.random.sample(list(bill.lines), self.random.randint(1, len(bill.lines)))
        given = {one: self._amount(bill.lines[one].gross) for one in chosen if bill.lines[one].gross}
        if not given:
            return
        place = await self._place_of(key)
        refused: type[Refusal] | None = None
        if any(minor > bill.lines[one].gross for one, minor in given.items()) or sum(
            given.values()
        ) > self.sheet.most_to_credit(key):
            refused = TooMuch
        elif self._is_closed(place, today_in(place.clock, self.now)):
            refused = PeriodClosed
        named = [
            Part(
                one, None if minor == bill.lines[one].gross and self.random.random() < 0.5 else (minor, place.currency)
            )
            for one, minor in given.items()
        ]

        async def credit(retry: str) -> Any:
            return await credit_notes.issue(self.viewer, key, named, "It was shorter.", key=retry, now=self.now)

        if await self._do("credit", credit, refused) is not None:
            self.sheet.take_back(key, given)

    def _amount(self, whole: int) -> int:
        """All of it, a part of it, or too much."""
        return self.random.choice((whole, whole, max(1, whole // 3), self.random.randint(1, whole), whole + 1))

    async def _place_of(self, invoice: UUID) -> Location:
        return await Location.get(id=(await Invoice.get(id=invoice)).location_id)

    async def refund(self) -> None:
        if not self.sheet.payments:
            return
        with_some = [key for key, payment in self.sheet.payments.items() if payment.left]
        key = self.random.choice(with_some or list(self.sheet.payments))
        payment = self.sheet.payments[key]
        minor = self._amount(payment.left or 1)
        place = await self._place_of_payment(key)
        refused: type[Refusal] | None = None
        if payment.is_reversed:
            refused = PaymentNotPossible
        elif minor > payment.left:
            refused = TooMuch
        elif self._is_closed(place, today_in(place.clock, self.now)):
            refused = PeriodClosed
        new = NewRefund(key, Money(minor, place.currency), "She paid twice.")

        async def refund(retry: str) -> Any:
            return await refunds.refund(self.viewer, new, key=retry, now=self.now)

        made = await self._do("refund", refund, refused)
        if made is not None:
            self.sheet.give_back(key, minor)
            if payment.method != "CARD":
                self.sheet.refund_settled(key, minor, is_paid=True)
                return
            self._on_their_way.append((made, key))

    async def _place_of_payment(self, key: UUID) -> Location:
        row = await sql.tuples("SELECT location_id FROM payment WHERE id = ?", (key,))
        return await Location.get(id=sql.as_key(row[0][0]))

    async def reverse(self) -> None:
        """A payment was entered wrongly, and is taken back; not one by card, nor one that was given back or taken back."""
        if not self.sheet.payments:
            return
        key, payment = self.random.choice(list(self.sheet.payments.items()))
        place = await self._place_of_payment(key)
        refused: type[Refusal] | None = None
        if payment.method == "CARD" or payment.returned or payment.is_reversed:
            refused = PaymentNotPossible
        elif self._is_closed(place, today_in(place.clock, self.now)):
            refused = PeriodClosed

        async def reverse(retry: str) -> Any:
            return await reversals.reverse(self.viewer, key, "It bounced.", key=retry, now=self.now)

        if await self._do("reverse", reverse, refused) is not None:
            self.sheet.reverse(key)

    async def settle(self) -> None:
        """A refund to a card that is on its way has gone back, or has failed."""
        if self._on_their_way:
            made, _ = self._on_their_way.pop(self.random.randrange(len(self._on_their_way)))
            await cards.refund_settled(self.sheet, made, self.now, is_paid=self.random.random() < 0.4)
            self.done["settle"] += 1

    async def card(self) -> None:
        place, account = self._account()
        owed = sum(self.sheet.bills[one].is_open for one in self.sheet.debts(account))
        await cards.paid(self.sheet, account, place, max(1, self.random.choice((owed, owed // 2, owed + 7))), self.now)
        self.done["card"] += 1

    async def dispute(self) -> None:
        by_card = [key for key, payment in self.sheet.payments.items() if payment.method == "CARD"]
        if by_card:
            refunded = [key for _, key in self._on_their_way]
            key = self.random.choice(refunded if refunded and self.random.random() < 0.5 else by_card)
            by_card_minor = self.sheet.payments[key].minor
            minor = self.random.choice((by_card_minor, self.random.randint(1, by_card_minor)))
            await cards.disputed(self.sheet, key, minor, self.random, self.now)
            self.done["dispute"] += 1

    async def write_off(self) -> None:
        if not self.sheet.bills:
            return
        key, bill = self.random.choice(list(self.sheet.bills.items()))
        place = await self._place_of(key)
        minor = self._amount(bill.is_open) if bill.is_open else 1
        refused: type[Refusal] | None = None
        if not bill.is_open:
            refused = NothingToPay
        elif minor > bill.is_open:
            refused = TooMuch
        elif self._is_closed(place, today_in(place.clock, self.now)):
            refused = PeriodClosed

        async def write_off(retry: str) -> Any:
            given = (minor, place.currency)
            return await write_offs.write_off(self.viewer, key, given, "She moved.", key=retry, now=self.now)

        if await self._do("write off", write_off, refused) is not None:
            self.sheet.write_off(key, minor)

    async def undo_write_off(self) -> None:
        """What was written off is waited for again; more often of a bill of which something is."""
        bills = list(self.sheet.bills.items())
        written_off = [(key, bill) for key, bill in bills if bill.written_off]
        if not bills:
            return
        key, bill = self.random.choice(written_off if written_off and self.random.random() < 0.7 else bills)
        place = await self._place_of(key)
        minor = self._amount(bill.written_off) if bill.written_off else 1
        refused: type[Refusal] | None = None
        if not bill.written_off:
            refused = NothingWrittenOff
        elif minor > bill.written_off:
            refused = TooMuch
        elif self._is_closed(place, today_in(place.clock, self.now)):
            refused = PeriodClosed

        async def undo(retry: str) -> Any:
            given = (minor, place.currency)
            return await write_offs.undo(self.viewer, key, given, "She is back.", key=retry, now=self.now)

        if await self._do("undo write off", undo, refused) is not None:
            self.sheet.undo_write_off(key, minor)

    async def close(self) -> None:
        entity = self.random.choice([place.legal_entity_id for place in self.street.places])
        assert entity is not None
        through = min(today_in(place.clock, self.now) for place in self.street.places) - timedelta(days=1)
        before = self._closed.get(entity)

        async def close(retry: str) -> Any:
            return await closings.close(self.viewer, entity, through, key=retry, now=self.now)

        refused = PeriodClosed if before is not None and through <= before else None
        if await self._do("close", close, refused) is not None:
            self._closed[entity] = through
