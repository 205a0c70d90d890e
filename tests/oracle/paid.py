"""Paid: what the oracle says of payments, refunds, statements, takings and debtors; and what there is of them in the house."""

from __future__ import annotations

import base64
import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from graph.reading.pages import cursor
from models import ClientAccount, Invoice, LedgerEntry, LegalEntity, Money, Payment, PaymentMethod
from models.refusal import InvalidInput
from resolvers import refunds, reversals, tills
from resolvers.refunds import NewRefund
from tests.oracle.kinds import Thing
from tests.oracle.pages import bad_input, connection
from tests.oracle.prices import graph_id, money
from tests.world import NOW, TODAY

if TYPE_CHECKING:
    from random import Random

    from tests.oracle.oracle import Oracle

DAY = timedelta(days=1)
DAYS = tuple(str(TODAY + days * DAY) for days in (-400, -2, -1, 0, 0, 0, 0, 0, 1, 30, 90))
METHODS = ("CASH", "CARD", "TERMINAL", "BANK", None)
STATED = (
    "CHARGE", "CREDIT", "PAYMENT", "PAYMENT_REVERSED", "REFUND", "REFUND_FAILED", "WRITE_OFF", "WRITE_OFF_UNDONE",
    "DISPUTE_LOST", "DISPUTE_COVERED",
)  # fmt: skip


async def some_payments(world: Any, people: dict[str, Any]) -> None:
    """Money of several owners that paid all, part or nothing, on several days and in every way, and money given back."""
    viewer, place = world.receptionist.viewer, world.location
    for number, (name, method, minor, days) in enumerate(
        (
            ("owner", PaymentMethod.CASH, 900, 0),
            ("owner", PaymentMethod.TERMINAL, 5000, 1),
            ("other owner", PaymentMethod.BANK, 345, 2),
            ("stranger", PaymentMethod.CASH, 1700, 0),
            ("owner", PaymentMethod.CASH, 444, 1),
        )
    ):
        new = tills.NewPayment(
            client_id=people[name].id,
            location_id=place.id,
            method=method,
            amount=Money(minor, place.currency),
            received_on=TODAY - days * DAY,
            reference="Größe" if number else "",
        )
        taken = await tills.take(viewer, new, key=f"oracle {number}", now=NOW - timedelta(minutes=number))
        if minor == 444:
            await reversals.reverse(viewer, taken, "Doppelt.", key="oracle", now=NOW)
        if name == "stranger":
            back = NewRefund(taken, Money(600, place.currency), "Zu viel.")
            await refunds.refund(viewer, back, key="oracle", now=NOW)


# What the oracle says


def _entries(oracle: Oracle, **which: Any) -> list[Any]:
    """Entries, whoever sees them: what is told of a payment is as visible as the payment."""
    rows = oracle.records.rows[LedgerEntry]
    oracle.looked.add(LedgerEntry)
    return [row for row in rows if all(getattr(row, name) == value for name, value in which.items())]


def _on_account(oracle: Oracle, payment: Any) -> Any:
    entries = _entries(oracle, payment_id=payment.id)
    into = sum(each.minor for each in entries if each.credit == "ON_ACCOUNT")
    return money(into - sum(each.minor for each in entries if each.debit == "ON_ACCOUNT"), payment.currency)


def _refunded(oracle: Oracle, payment: Any) -> Any:
    entries = _entries(oracle, payment_id=payment.id)
    sign = {"REFUND": 1, "REFUND_FAILED": -1}
    return money(sum(each.minor * sign.get(each.kind, 0) for each in entries), payment.currency)


def _reversal(oracle: Oracle, payment: Any) -> Any:
    return next(iter(_entries(oracle, payment_id=payment.id, kind="PAYMENT_REVERSED")), None)


def _of_the_reversal(column: str) -> Any:
    return lambda oracle, payment: getattr(_reversal(oracle, payment), column, None)


def _invoices(oracle: Oracle, payment: Any) -> list[dict[str, Any]]:
    paid: dict[UUID, int] = {}
    for each in _entries(oracle, payment_id=payment.id):
        sign = {"ALLOCATION": 1, "RELEASE": -1}.get(each.kind, 0)
        if sign:
            paid[each.invoice_id] = paid.get(each.invoice_id, 0) + sign * each.minor
    found = [oracle.records.one(Invoice, key) for key, minor in paid.items() if minor > 0]
    rows = sorted((each for each in found if each), key=lambda each: (each.issued_at, each.id))
    return [
        {
            "invoiceId": graph_id("Invoice", each.id),
            "invoiceNumber": each.number,
            "amount": money(paid[each.id], each.currency),
        }
        for each in rows
    ]


def _balances(oracle: Oracle, client: Any) -> list[dict[str, Any]]:
    told = []
    for account in (each.row for each in oracle.all("ClientAccount", client_id=client.id)):
        entries = sorted(_entries(oracle, account_id=account.id), key=lambda each: each.number)
        entity = oracle.records.one(LegalEntity, account.legal_entity_id)
        assert entity
        balance = money(entries[-1].balance_minor if entries else 0, account.currency)
        about = {
            "legalEntityId": graph_id("LegalEntity", entity.id),
            "legalEntityName": entity.name,
            "balance": balance,
        }
        told.append(((entity.fold, entity.id, account.currency), about))
    return [about for _, about in sorted(told, key=lambda each: each[0])]


def _change(_oracle: Oracle, entry: Any) -> Any:
    ours = ("RECEIVABLE", "ON_ACCOUNT")
    return money(entry.minor * ((entry.debit in ours) - (entry.credit in ours)), entry.currency)


# What is asked at the top


def listed(oracle: Oracle, **given: Any) -> Any:
    """The payments that are meant, those begun last first."""
    since, until = _days(given)
    found = oracle.all("Payment", "-started_at")
    for name, kind in (("client_id", "Client"), ("location_id", "Location")):
        text = given.pop(name, None)
        if text is not None:
            found = [each for each in found if graph_id(kind, getattr(each.row, name)) == text]
    method = given.pop("method", None)
    if method is not None:
        found = [each for each in found if each.row.method == method]
    if since is not None:
        found = [each for each in found if each.row.received_on is not None and each.row.received_on >= since]
    if until is not None:
        found = [each for each in found if each.row.received_on is not None and each.row.received_on <= until]
    return connection(found, ("started_at", "id"), is_down=True, **given)


def mine(oracle: Oracle, **page: Any) -> Any:
    """The payments of the owner who asks."""
    found = oracle.all("Payment", "-started_at", client_id=oracle.viewer.client_id)
    return connection(found, ("started_at", "id"), is_down=True, **page)


def _account(oracle: Oracle, client: UUID | None, given: dict[str, Any]) -> Any:
    """The first account that fits; None when there is none."""
    accounts = [row for row in oracle.records.rows[ClientAccount] if row.client_id == client]
    entity, currency = given.pop("legal_entity_id", None), given.pop("currency", None)
    if entity is not None:
        accounts = [each for each in accounts if graph_id("LegalEntity", each.legal_entity_id) == entity]
    if currency is not None:
        accounts = [each for each in accounts if each.currency == currency]
    return min(accounts, key=lambda each: (each.opened_at, each.id), default=None)


def statement(oracle: Oracle, client: UUID | None, **given: Any) -> Any:
    """The stated entries of the first account that fits."""
    since, until = _days(given)
    account = _account(oracle, client, given)
    found: list[Thing] = []
    if account is not None:
        found = [each for each in oracle.all("LedgerEntry", "number", account_id=account.id) if each.row.kind in STATED]
    if since is not None:
        found = [each for each in found if each.row.posted_on >= since]
    if until is not None:
        found = [each for each in found if each.row.posted_on <= until]
    return connection(found, ("number", "id"), **given)


def _days(given: dict[str, Any]) -> tuple[date | None, date | None]:
    since, until = (given.pop(name, None) for name in ("from", "to"))
    if since and until and until < since:
        raise bad_input()
    return since and date.fromisoformat(since), until and date.fromisoformat(until)


_TILL = ("PAYMENT", "REFUND_PAID", "PAYMENT_REVERSED")


def takings(oracle: Oracle, location_id: str, day: str) -> Any:
    """What came and went by method, and what was charged and credited by rate of tax."""
    place = next(iter(oracle.all("Location", id=_key("Location", location_id))), None)
    if place is None:
        return None
    entries = _entries(oracle, location_id=place.row.id, posted_on=date.fromisoformat(day))
    ways: dict[tuple[str, int], list[int]] = {}
    order = ("CASH", "TERMINAL", "BANK", "CARD")
    for each in entries:
        if each.kind in _TILL:
            way = each.debit if each.kind == "PAYMENT" else each.credit
            sums = ways.setdefault((each.currency, order.index(way)), [0] * 6)
            sums[2 * _TILL.index(each.kind)] += each.minor
            sums[2 * _TILL.index(each.kind) + 1] += 1
    methods = [
        {
            "method": order[method],
            "payments": money(came, currency),
            "paymentCount": count,
            "refunds": money(went, currency),
            "refundCount": back,
            "reversals": money(undone, currency),
            "reversalCount": undone_count,
            "net": money(came - went - undone, currency),
        }
        for (currency, method), (came, count, went, back, undone, undone_count) in sorted(ways.items())
    ]
    return {"day": date.fromisoformat(day), "location": place, "methods": methods, "rates": _rates(oracle, entries)}


def _rates(oracle: Oracle, entries: list[Any]) -> list[dict[str, Any]]:
    sums: dict[tuple[str, int], list[int]] = {}
    for kind, lines, of, at in (
        ("CHARGE", "InvoiceLine", "invoice_id", 0),
        ("CREDIT", "CreditNoteLine", "credit_note_id", 2),
    ):
        for entry in (each for each in entries if each.kind == kind):
            for line in (each.row for each in oracle.all(lines, **{of: getattr(entry, of)})):
                row = sums.setdefault((entry.currency, -line.tax_rate), [0, 0, 0, 0])
                row[at] += line.net_minor
                row[at + 1] += line.tax_minor
    names = ("charged", "chargedTax", "credited", "creditedTax")
    return [
        {"taxPercent": -rate / 1000, **{name: money(minor, currency) for name, minor in zip(names, row, strict=True)}}
        for (currency, rate), row in sorted(sums.items())
    ]


def _owing(oracle: Oracle, as_of: date, place: UUID | None = None, entity: UUID | None = None) -> list[dict[str, Any]]:
    """What each client owes in each currency, by age."""
    is_open: dict[UUID, int] = {}
    for each in _entries(oracle):
        if each.posted_on <= as_of and (entity is None or each.legal_entity_id == entity):
            sign = (each.debit == "RECEIVABLE") - (each.credit == "RECEIVABLE")
            if sign:
                is_open[each.invoice_id] = is_open.get(each.invoice_id, 0) + sign * each.minor
    debts: dict[tuple[UUID, str], list[tuple[int, date]]] = {}
    for key, minor in is_open.items():
        row = oracle.records.one(Invoice, key)
        if row and minor > 0 and (place is None or row.location_id == place):
            debts.setdefault((row.client_id, row.currency), []).append((minor, row.due_on))
    told = []
    for (client, currency), owed in debts.items():
        ages = [0, 0, 0, 0, 0]
        for minor, due in owed:
            late = (as_of - due).days
            ages[next((age for age, most in enumerate((0, 30, 60, 90)) if late <= most), 4)] += minor
        total, oldest = sum(ages), min(due for _, due in owed)
        names = ("notDue", "due1To30", "due31To60", "due61To90", "dueLonger")
        told.append(
            {
                "client": oracle.one("Client", client),
                "total": money(total, currency),
                **{name: money(minor, currency) for name, minor in zip(names, ages, strict=True)},
                "oldestDueOn": oldest,
                "invoices": len(owed),
                "_": (currency, total, oldest, client),
            }
        )
    return told


def debtors(oracle: Oracle, order: str = "AMOUNT", first: Any = None, after: Any = None, **which: Any) -> Any:
    """A page of who owes what."""
    size = 20 if first is None else first
    if not 1 <= size <= 100:
        raise bad_input()
    beyond = None if after is None else _opened(after, order)
    found: dict[str, UUID | None] = {}
    for name, kind, of in (("location_id", "Location", "place"), ("legal_entity_id", "LegalEntity", "entity")):
        if which.get(name) is not None:
            row = next(iter(oracle.all(kind, id=_key(kind, which[name]))), None)
            if row is None:
                return None
            found[of] = row.row.id
    as_of = date.fromisoformat(which["as_of"]) if which.get("as_of") else TODAY
    owing = _owing(oracle, as_of, **found)

    def place(each: dict[str, Any]) -> tuple[Any, ...]:
        currency, total, oldest, client = each["_"]
        return (currency, -total if order == "AMOUNT" else oldest, client)

    owing.sort(key=place)
    inside = [each for each in owing if beyond is None or place(each) > beyond]
    shown = inside[:size]
    cursors = [_cursor(each["_"], order) for each in shown]
    totals: dict[str, int] = {}
    for each in owing:
        totals[each["_"][0]] = totals.get(each["_"][0], 0) + each["_"][1]
    return {
        "asOf": as_of,
        "nodes": shown,
        "debtorCount": len(owing),
        "totals": [money(minor, currency) for currency, minor in sorted(totals.items())],
        "pageInfo": {
            "hasNextPage": len(inside) > size,
            "hasPreviousPage": beyond is not None,
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
        },
    }


def _cursor(place: tuple[str, int, date, UUID], order: str) -> str:
    currency, total, oldest, client = place
    return cursor((currency, str(total) if order == "AMOUNT" else oldest, client))


def _opened(text: str, order: str) -> tuple[Any, ...]:
    try:
        held = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError as error:
        raise bad_input() from error
    if [kind for kind, _ in held] != (["s", "s", "s"] if order == "AMOUNT" else ["s", "d", "s"]):
        raise bad_input()
    currency, edge, client = (value for _, value in held)
    return (currency, -int(edge) if order == "AMOUNT" else date.fromisoformat(edge), UUID(client))


def statement_link(oracle: Oracle, client: UUID | None, **given: Any) -> Any:
    """An address that is sealed for a quarter of an hour."""
    since, until = given.pop("from"), given.pop("to")
    if not 0 <= (date.fromisoformat(until) - date.fromisoformat(since)).days < 366:
        raise bad_input()
    account = _account(oracle, client, given)
    if account is None:
        return None
    oracle.told = True
    ends_at = NOW + timedelta(minutes=15)
    paper = f"statements/{account.id}/{since}/{until}"
    seal = oracle.records.sealed(f"{int(ends_at.timestamp())} {paper}")
    return {
        "url": f"http://127.0.0.1:8000/papers/{paper}?until={int(ends_at.timestamp())}&seal={seal}",
        "endsAt": ends_at,
    }


def journal_link(oracle: Oracle, legal_entity_id: str, to: str, format: str, **more: str) -> Any:
    """An address that is sealed for a quarter of an hour."""
    since = more["from"]
    if to < since:
        raise bad_input()
    found = next(iter(oracle.all("LegalEntity", id=_key("LegalEntity", legal_entity_id))), None)
    if found is None:
        return None
    if (date.fromisoformat(to) - date.fromisoformat(since)).days > 365:
        raise InvalidInput
    oracle.told = True
    ends_at = NOW + timedelta(minutes=15)
    path = f"/journals/{found.row.id.hex}/{since}/{to}.{format.lower()}"
    seal = oracle.records.sealed(f"{int(ends_at.timestamp())} {path}")
    return {"url": f"http://127.0.0.1:8000{path}?until={int(ends_at.timestamp())}&seal={seal}", "endsAt": ends_at}


def _key(kind: str, text: str) -> UUID | None:
    from tests.oracle.oracle import opened

    found = opened(text)
    return found[1] if found and found[0] == kind else None


def _amount(column: str) -> Any:
    return lambda _oracle, row: money(getattr(row, column), row.currency)


SPECIAL: dict[tuple[str, str], Any] = {
    ("Client", "balances"): _balances,
    ("Payment", "amount"): _amount("minor"),
    ("Payment", "receiptNumber"): lambda _oracle, row: row.number,
    ("Payment", "onAccount"): _on_account,
    ("Payment", "refunded"): _refunded,
    ("Payment", "invoices"): _invoices,
    ("Payment", "isReversed"): lambda oracle, row: _reversal(oracle, row) is not None,
    ("Payment", "reversedAt"): _of_the_reversal("at"),
    ("Payment", "reversedBecause"): _of_the_reversal("because"),
    ("Refund", "amount"): _amount("minor"),
    ("Dispute", "amount"): _amount("minor"),
    ("LedgerEntry", "amount"): _amount("minor"),
    ("LedgerEntry", "balance"): _amount("balance_minor"),
    ("LedgerEntry", "change"): _change,
    ("LedgerEntry", "taxPercent"): lambda _oracle, row: None if row.tax_rate is None else row.tax_rate / 1000,
}


# What is given


def places(rows: Any) -> dict[str, list[str]]:
    """Where lists of payments, entries and debtors can go on; and where there is money, and of whom."""
    by_amount = [cursor(("EUR", str(minor), row.client_id)) for row in rows[Payment] for minor in (100, 1000)]
    by_age = [cursor(("EUR", TODAY + days * DAY, row.client_id)) for row in rows[Payment] for days in (-1, 14)]
    return {
        "payments": [cursor((row.started_at, row.id)) for row in rows[Payment]],
        "statement": [cursor((row.number, row.id)) for row in rows[LedgerEntry]],
        "AMOUNT": by_amount,
        "OLDEST": by_age,
        "Location": [graph_id("Location", row.location_id) for row in rows[Payment]],
        "Client": [graph_id("Client", row.client_id) for row in rows[Payment]],
    }


def drawn(chance: Random, field: str, an_id: Any) -> dict[str, Any]:
    """What is given to a field about money that came and went, but for its page."""
    if field == "payment":
        return {"id": an_id("Payment")}
    if field == "takings":
        return {"locationId": an_id("Location"), "day": chance.choice(DAYS)}
    if field == "journalLink":
        since, until = sorted(chance.sample(DAYS, 2)) if chance.random() < 0.9 else (DAYS[-1], DAYS[0])
        book = {"legalEntityId": an_id("LegalEntity"), "format": chance.choice(("CSV", "JSON"))}
        return {**book, "from": since, "to": until}
    given = {"clientId": an_id("Client")} if field in {"statement", "statementLink"} else {}
    given |= {name: an_id(kind) for name, kind in _NARROWED[field] if chance.random() < 0.2}
    for name, often, choices in _CHOSEN[field]:
        if chance.random() < often:
            given[name] = chance.choice(choices)
    if field.endswith("tatementLink") and chance.random() < 0.9:
        given["from"], given["to"] = sorted((given["from"], given["to"]))
    return given


_NARROWED: dict[str, tuple[tuple[str, str], ...]] = {
    "payments": (("clientId", "Client"), ("locationId", "Location")),
    "myPayments": (),
    **dict.fromkeys(
        ("statement", "myStatement", "statementLink", "myStatementLink"), (("legalEntityId", "LegalEntity"),)
    ),
    "debtors": (("locationId", "Location"), ("legalEntityId", "LegalEntity")),
}
_STRETCH: tuple[tuple[str, float, tuple[Any, ...]], ...] = (("from", 0.15, DAYS), ("to", 0.15, DAYS))
_CHOSEN: dict[str, tuple[tuple[str, float, tuple[Any, ...]], ...]] = {
    "payments": (("method", 0.2, METHODS), *_STRETCH),
    "myPayments": (),
    **dict.fromkeys(("statement", "myStatement"), (("currency", 0.2, ("EUR", "GBP")), *_STRETCH)),
    **dict.fromkeys(
        ("statementLink", "myStatementLink"),
        (("currency", 0.2, ("EUR", "GBP")), ("from", 1.0, DAYS), ("to", 1.0, DAYS)),
    ),
    "debtors": (("order", 0.5, ("AMOUNT", "OLDEST")), ("asOf", 0.5, DAYS)),
}
