"""Bills: drafts that wait to be issued, invoices that wait to be paid, and two clients with long and short statements.

They lie beside the crowd, at a size of their own: so many drafts and invoices as a run may use up, none twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from graph.ids import global_id
from models.invoice import Amounts, amounts
from models.period import on_the_wall
from models.row import uuid7

_CONSULTATION, _GIVEN = 5_000, (("Meloxicam", "0.8 ml", 800, 1_890), ("Ringer's lactate", "120 ml", 120_000, 12))
ITEMS = (("Consultation", _CONSULTATION, ""), *((name, price, "ml") for name, _, _, price in _GIVEN))
"""What is on the price list: the first is charged for the service, the others by their names."""
_RATE = 19_000
_SHORT, _LONG = 10, 1_000
DUE_DAYS = 14

Rows = Iterator[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where is billed, by whom, to whom and what: the keys of it all, and the day of the newest bills."""

    location_id: UUID
    clock: Any
    entity_id: UUID
    service_id: UUID
    room_id: UUID
    vet_id: UUID
    category_id: UUID
    item_ids: Sequence[UUID]
    clients: Sequence[UUID]
    pets: Sequence[UUID]
    day: date


@dataclass(frozen=True, slots=True)
class Owing:
    """An invoice that waits to be paid, whose, and over how much."""

    client: str
    invoice: str
    amount: str


@dataclass(frozen=True, slots=True)
class _Line:
    """A line: its item by its place on the list, what it bills, and its amounts in minor units."""

    item: int
    source: str | None
    source_id: UUID | None
    quantity: int

    @property
    def cost(self) -> Amounts:
        price = ITEMS[self.item][1]
        return amounts(self.quantity, price, discount=0, tax_rate=_RATE, is_included=True)


@dataclass(slots=True)
class _Invoice:
    key: UUID
    client: UUID
    pet: UUID
    lines: list[_Line]
    at: datetime
    visit: UUID | None = None
    payment: UUID | None = None

    @property
    def gross(self) -> int:
        return sum(line.cost.gross for line in self.lines)

    @property
    def tax(self) -> int:
        return sum(line.cost.tax for line in self.lines)


@dataclass(slots=True)
class Bills:
    """So `many` drafts and as many open invoices, and the statements."""

    desk: Desk
    many: int
    drafts: list[_Invoice] = field(default_factory=list)
    issued: list[_Invoice] = field(default_factory=list)
    _visits: list[tuple[Any, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.many:
            return
        desk, usual = self.desk, self.desk.clients[2:]
        noon = on_the_wall(desk.day - timedelta(days=30), 12 * 60, desk.clock)
        for number in range(self.many):
            client, pet = usual[number % len(usual)], desk.pets[2 + number % len(usual)]
            self.drafts.append(self._draft(client, pet, noon + timedelta(minutes=number % 300)))
            self.issued.append(_Invoice(uuid7(), client, pet, _three(), noon))
        for client, bills in zip(desk.clients[:2], (_SHORT, _LONG), strict=True):
            for number in range(bills):
                at = noon - timedelta(days=bills - number)
                self.issued.append(_Invoice(uuid7(), client, desk.pets[0], _three(), at, payment=uuid7()))

    @property
    def draft_ids(self) -> tuple[str, ...]:
        """The drafts, each over the same three things done at a visit, by the ids that clients use."""
        return tuple(global_id("Invoice", one.key) for one in self.drafts)

    @property
    def owing(self) -> tuple[Owing, ...]:
        """The invoices that wait to be paid."""
        return tuple(
            Owing(global_id("Client", one.client), global_id("Invoice", one.key), f"{one.gross / 100:.2f}")
            for one in self.issued
            if one.payment is None
        )

    @property
    def stated(self) -> tuple[str, ...]:
        """A client with a statement of 20 entries, and one with 2,000."""
        return tuple(global_id("Client", client) for client in self.desk.clients[:2]) if self.many else ()

    def _draft(self, client: UUID, pet: UUID, at: datetime) -> _Invoice:
        appointment, visit, note = uuid7(), uuid7(), uuid7()
        given = [uuid7() for _ in _GIVEN]
        self._visits.append((appointment, visit, note, given, client, pet, at))
        lines = _three([("APPOINTMENT", appointment), *(("TREATMENT", one) for one in given)])
        return _Invoice(uuid7(), client, pet, lines, at, visit=visit)

    def tables(self) -> Iterator[tuple[str, str, Rows]]:
        """Each table, its columns and its rows, in the order in which they may refer to each other."""
        desk, every = self.desk, [*self.drafts, *self.issued]
        yield (
            "appointment",
            "id starts_at ends_at status reason cancelled_because created_at client_id location_id pet_id room_id "
            "service_id vet_id",
            (
                (*(one, at, at + timedelta(minutes=30), "COMPLETED", "", "", at, client, desk.location_id, pet),
                 *(desk.room_id, desk.service_id, desk.vet_id))
                for one, _, _, _, client, pet, at in self._visits
            ),
        )  # fmt: skip
        yield (
            "visit",
            "id pet_id appointment_id location_id vet_id at ended_at reason words created_at errored_because",
            (
                (visit, pet, one, desk.location_id, desk.vet_id, at, at, "Limps", "limps", at, "")
                for one, visit, _, _, _, pet, at in self._visits
            ),
        )
        yield (
            "note",
            "id visit_id pet_id kind author_id subjective objective assessment plan internal words version at "
            "created_at changed_at errored_because",
            (
                (note, visit, pet, "VET", desk.vet_id, "Limps", "", "Sprain", "Rest", "", "limps", 1, at, at, at, "")
                for _, visit, note, _, _, pet, at in self._visits
            ),
        )
        yield (
            "treatment",
            "id pet_id note_id at recorded_at recorded_by_id words errored_because name amount route lot given_by_id",
            (
                (key, pet, note, at, at, desk.vet_id, "", "", name, amount, "s.c.", "", desk.vet_id)
                for _, _, note, keys, _, pet, at in self._visits
                for key, (name, amount, _, _) in zip(keys, _GIVEN, strict=True)
            ),
        )
        yield (
            "invoice",
            "id bill_id location_id legal_entity_id client_id currency state version share net_minor tax_minor "
            "gross_minor opened_at names differs_because discarded_because",
            (
                (*(one.key, one.key, desk.location_id, desk.entity_id, one.client, "EUR", "DRAFT", 1, 100),
                 *(one.gross - one.tax, one.tax, one.gross, one.at, "", "", ""))
                for one in every
            ),
        )  # fmt: skip
        yield (
            "invoice_visit",
            "id invoice_id visit_id",
            ((uuid7(), one.key, one.visit) for one in self.drafts),
        )
        yield (
            "invoice_line",
            "id invoice_id position item_id pet_id visit_id source source_id holds_source description pet_name "
            "provided_on quantity_thousandths unit list_price_minor unit_price_minor price_because discount_rate "
            "discount_because tax_category_id tax_rate tax_is_included net_minor tax_minor gross_minor",
            (self._line(one, position, line) for one in every for position, line in enumerate(one.lines, 1)),
        )

    def _line(self, one: _Invoice, position: int, line: _Line) -> tuple[Any, ...]:
        name, price, unit = ITEMS[line.item]
        held = (line.source, line.source_id, line.source is not None)
        what = (self.desk.item_ids[line.item], one.pet, one.visit, *held, name, "Balu", one.at.date())
        priced = (line.quantity, unit, price, price, "", 0, "", self.desk.category_id, _RATE, True)
        return uuid7(), one.key, position, *what, *priced, line.cost.net, line.cost.tax, line.cost.gross

    def issues(self) -> Rows:
        """What `ISSUED` takes, for each invoice that is one already."""
        names = json.dumps({"seller": "High Street Vets Ltd"})
        for number, one in enumerate(self.issued, 1):
            on = one.at.date()
            yield f"{on.year}-9{number:05d}", one.at, on, on + timedelta(days=DUE_DAYS), names, one.key

    def books(self) -> Iterator[tuple[str, str, Rows]]:
        """The payments, and every entry of the ledger: what is not paid is only charged."""
        desk, now = self.desk, self.issued[0].at
        accounts = {client: uuid7() for client in dict.fromkeys(one.client for one in self.issued)}
        yield (
            "client_account",
            "id client_id legal_entity_id currency opened_at",
            ((key, client, desk.entity_id, "EUR", now) for client, key in accounts.items()),
        )
        yield (
            "payment",
            "id location_id legal_entity_id client_id method state minor currency number started_at received_on "
            "settled_at reference provider_ref declined_because cancelled_because looks",
            (
                (*(one.payment, desk.location_id, desk.entity_id, one.client, "CASH", "SUCCEEDED", one.gross, "EUR"),
                 *(f"R{one.at.year}-9{number:05d}", one.at, one.at.date(), one.at, "", None, "", "", 0))
                for number, one in enumerate(self.issued)
                if one.payment
            ),
        )  # fmt: skip
        yield (
            "ledger_entry",
            "id account_id number kind debit credit minor balance_minor currency client_id legal_entity_id location_id "
            "invoice_id payment_id tax_rate because posted_on at",
            self._entries(accounts),
        )

    def _entries(self, accounts: dict[UUID, UUID]) -> Rows:
        desk = self.desk
        numbers, balances = dict.fromkeys(accounts, 0), dict.fromkeys(accounts, 0)
        for one in self.issued:
            moves: list[tuple[str, str, str, int, int, UUID | None, UUID | None, int | None]] = [
                ("CHARGE", "RECEIVABLE", "SALES", one.gross, one.gross, one.key, None, None),
                ("CHARGE_TAX", "SALES", "TAX", one.tax, 0, one.key, None, _RATE),
            ]
            if one.payment:
                moves += [
                    ("PAYMENT", "CASH", "ON_ACCOUNT", one.gross, -one.gross, None, one.payment, None),
                    ("ALLOCATION", "ON_ACCOUNT", "RECEIVABLE", one.gross, 0, one.key, one.payment, None),
                ]
            for kind, debit, credit, minor, more, invoice, payment, rate in moves:
                numbers[one.client] += 1
                balances[one.client] += more
                books = (kind, debit, credit, minor, balances[one.client], "EUR", one.client)
                papers = (desk.entity_id, desk.location_id, invoice, payment, rate, "", one.at.date(), one.at)
                yield uuid7(), accounts[one.client], numbers[one.client], *books, *papers


ISSUED = (
    "UPDATE invoice SET state = 'ISSUED', number = ?, issued_at = ?, issued_on = ?, due_on = ?, names = ? WHERE id = ?"
)
"""How a draft that is there becomes an invoice: the database takes none that begins as one."""


def _three(sources: Sequence[tuple[str, UUID]] = ()) -> list[_Line]:
    """A consultation and two medicines, each of what was done when that is said."""
    done: Sequence[tuple[str | None, UUID | None]] = sources or [(None, None)] * len(ITEMS)
    quantities = (1_000, *(quantity for _, _, quantity, _ in _GIVEN))
    return [
        _Line(item, source, key, quantity)
        for item, ((source, key), quantity) in enumerate(zip(done, quantities, strict=True))
    ]
