"""Bills: what the oracle says of charges, invoices and credit notes; and what there is of them in the house."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from models import (
    ChargeSource,
    DroppedCharge,
    Location,
    PriceListItem,
    Procedure,
    ProposedCharge,
    Treatment,
    Visit,
)
from tests.oracle.charges import TYPES, behind, charges, done, is_less, today_at
from tests.oracle.pages import bad_input, connection
from tests.oracle.prices import graph_id, money
from tests.world import NOW, TODAY, a_note
from tests.world.money import a_draft, an_invoice, some_bookkeeping

if TYPE_CHECKING:
    from random import Random
    from uuid import UUID

    from tests.oracle.oracle import Oracle

DAY = timedelta(days=1)
STATES = ("DRAFT", "ISSUED", "DISCARDED", None)


async def some_bills(people: dict[str, Any]) -> None:
    """Drafts and invoices of every state to several owners, overdue ones and paid ones, with and without a pet."""
    owner, other, stranger = people["owner"], people["other owner"], people["stranger"]
    place = await Location.get(name="High Street")
    visits = await Visit.filter(errored_at=None, location_id=place.id).order_by("at", "id")
    visit, last = visits[0], visits[-1]
    books = await some_bookkeeping(owner, visit)
    past: Any = {"issued_on": TODAY - 20 * DAY, "issued_at": NOW - 20 * DAY}
    await an_invoice(owner, visit=last, gross=999, due_on=TODAY - DAY, opened_at=NOW - DAY, **past)
    await an_invoice(owner, gross=1, due_on=TODAY)
    await an_invoice(other, visit=visit, gross=12_345, due_on=TODAY - 3 * DAY, share=50, **past)
    for number, each in enumerate((other, stranger, people["blind owner"])):
        await some_bookkeeping(each, last, ref=f"{number + 2}")
    await a_draft(other, visit=last, opened_at=NOW - 2 * DAY)
    gone: Any = {"state": "DISCARDED", "discarded_at": NOW, "discarded_because": "Nö."}
    draft = await a_draft(owner, gross=300)
    await draft.update_from_dict(gone).save()
    await _charges(last, books.item)


async def _charges(visit: Visit, item: PriceListItem) -> None:
    """At one visit something is held, something was dropped, something has no price, and something is in the unit."""
    tablets = await PriceListItem.get(name="Élan 50 mg")
    procedures = await Procedure.filter(note__visit_id=visit.id, errored_at=None).order_by("id")
    note = await a_note(visit)
    line: Any = {"pet_id": visit.pet_id, "note_id": note.id, "at": visit.at, "recorded_at": visit.at}
    for number, (name, amount) in enumerate((("Rimadyl", "2,5 tablets"), ("élan 50 MG", "some"), ("Hönig", "1 ml"))):
        at = visit.at + timedelta(minutes=number)
        await Treatment.create(**line | {"at": at}, name=name, amount=amount, given_by_id=visit.vet_id)
    given: Any = {"visit_id": visit.id, "proposed_by_id": visit.vet_id, "proposed_at": NOW}
    for number, one in enumerate((item, tablets)):
        await ProposedCharge.create(**given, item_id=one.id, quantity_thousandths=1500 * (number + 1))
    dropped: Any = {"visit_id": visit.id, "dropped_by_id": visit.vet_id, "dropped_at": NOW}
    for procedure in procedures[:1]:
        await DroppedCharge.create(
            **dropped, source=ChargeSource.PROCEDURE, source_id=procedure.id, because="On the house."
        )


# What the oracle says


def _open(oracle: Oracle, invoice: Any) -> int:
    entries = [each.row for each in oracle.all("LedgerEntry", invoice_id=invoice.id)]
    plus = sum(each.minor for each in entries if each.debit == "RECEIVABLE")
    return int(plus - sum(each.minor for each in entries if each.credit == "RECEIVABLE"))


def _open_amount(oracle: Oracle, invoice: Any) -> Any:
    return money(_open(oracle, invoice), invoice.currency) if invoice.state == "ISSUED" else None


def _is_overdue(oracle: Oracle, invoice: Any) -> bool:
    place = oracle.one("Location", invoice.location_id)
    assert place
    today = today_at(place.row.zone, NOW)
    return invoice.state == "ISSUED" and _open(oracle, invoice) > 0 and invoice.due_on < today


def _credited(oracle: Oracle, line: Any) -> Any:
    taken = [each.row.gross_minor for each in oracle.all("CreditNoteLine", invoice_line_id=line.id)]
    return money(sum(taken), _invoice(oracle, line).currency)


def _invoice(oracle: Oracle, line: Any) -> Any:
    found = oracle.one("Invoice", line.invoice_id)
    assert found
    return found.row


def _note(oracle: Oracle, line: Any) -> Any:
    found = oracle.one("CreditNote", line.credit_note_id)
    assert found
    return found.row


def _names(_oracle: Oracle, row: Any) -> Any:
    if not row.names:
        return None
    return {_camel(name): value for name, value in json.loads(row.names).items()}


def _visits(oracle: Oracle, invoice: Any) -> list[Any]:
    rows = oracle.all("InvoiceVisit", invoice_id=invoice.id)
    found = [oracle.one("Visit", each.row.visit_id) for each in rows]
    return sorted((each for each in found if each), key=lambda each: (each.row.at, each.row.id))


def _source_id(_oracle: Oracle, line: Any) -> str | None:
    return None if line.source is None else graph_id(TYPES[line.source], line.source_id)


# What is asked at the top


def listed(
    oracle: Oracle,
    state: str | None = None,
    client_id: str | None = None,
    location_id: str | None = None,
    only_overdue: bool | None = None,
    **page: Any,
) -> Any:
    """The invoices that are meant, those opened last first."""
    found = oracle.all("Invoice", "-opened_at")
    if state is not None:
        found = [each for each in found if each.row.state == state]
    if client_id is not None:
        found = [each for each in found if graph_id("Client", each.row.client_id) == client_id]
    if location_id is not None:
        found = [each for each in found if graph_id("Location", each.row.location_id) == location_id]
    if only_overdue:
        found = [each for each in found if _is_overdue(oracle, each.row)]
    return connection(found, ("opened_at", "id"), is_down=True, **page)


def mine(oracle: Oracle, only_open: bool | None = None, **page: Any) -> Any:
    """The invoices to the owner who asks."""
    own = [each for each in oracle.all("Invoice") if each.row.client_id == oracle.viewer.client_id]
    if only_open:
        found = sorted((each for each in own if _open(oracle, each.row) > 0), key=lambda e: (e.row.due_on, e.row.id))
        return connection(found, ("due_on", "id"), **page)
    found = sorted(own, key=lambda each: (each.row.issued_at, each.row.id), reverse=True)
    return connection(found, ("issued_at", "id"), is_down=True, **page)


def checkout(oracle: Oracle, visit_ids: list[str] | None = None, invoice_id: str | None = None) -> Any:
    """What was done against what is billed."""
    if (visit_ids is None) == (invoice_id is None):
        raise bad_input()
    if visit_ids is not None:
        visits: list[Any] = []
        for each in dict.fromkeys(visit_ids):
            visit = next(iter(oracle.all("Visit", id=_key("Visit", each))), None)
            if visit is None:
                return None
            visits.append(visit.row)
        keys = {each.id for each in visits}
        lines = [each for each in oracle.all("InvoiceLine") if each.row.visit_id in keys]
    else:
        found = next(iter(oracle.all("Invoice", id=_key("Invoice", invoice_id or ""))), None)
        if found is None:
            return None
        visits = [each.row for each in _visits(oracle, found.row)]
        lines = oracle.all("InvoiceLine", invoice_id=found.row.id)
    visits.sort(key=lambda each: (each.at, each.id))
    concerned = {each.id: each for each in visits}
    concerned |= {each.row.visit_id: behind(oracle, "Visit", each.row.visit_id) for each in lines if each.row.visit_id}
    everywhere = {one["row"].id: (each, one) for each in concerned.values() for one in done(oracle, each)}
    not_done = [each for each in lines if each.row.holds_source and each.row.source_id not in everywhere]
    not_billed = [one for each in visits for one in charges(oracle, each) if one["droppedBecause"] is None]
    not_done.sort(key=lambda each: each.row.id)
    less = [
        each
        for each in lines
        if each.row.holds_source
        and each.row.source_id in everywhere
        and behind(oracle, "Invoice", each.row.invoice_id).state == "DRAFT"
        and is_less(oracle, *everywhere[each.row.source_id], each.row)
    ]
    less.sort(key=lambda each: each.row.id)
    differs = bool(not_billed or not_done or less)
    return {"differs": differs, "notBilled": not_billed, "notDone": not_done, "billedLess": less}


def _key(kind: str, text: str) -> UUID | None:
    from tests.oracle.oracle import opened

    found = opened(text)
    return found[1] if found and found[0] == kind else None


def _amounts(kind: str, of: Any, *fields: str) -> dict[tuple[str, str], Any]:
    def told(name: str) -> Any:
        return lambda oracle, row: money(getattr(row, f"{name}_minor"), of(oracle, row).currency)

    return {(kind, _camel(name)): told(name) for name in fields}


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)


SPECIAL: dict[tuple[str, str], Any] = {
    ("Visit", "charges"): charges,
    ("Invoice", "openAmount"): _open_amount,
    ("Invoice", "isSettled"): lambda oracle, row: row.state == "ISSUED" and _open(oracle, row) == 0,
    ("Invoice", "isOverdue"): _is_overdue,
    ("Invoice", "names"): _names,
    ("Invoice", "visits"): _visits,
    ("CreditNote", "names"): _names,
    ("InvoiceLine", "credited"): _credited,
    ("InvoiceLine", "sourceId"): _source_id,
    ("InvoiceLine", "quantity"): lambda _oracle, row: row.quantity_thousandths / 1000,
    ("InvoiceLine", "discountPercent"): lambda _oracle, row: row.discount_rate / 1000,
    ("InvoiceLine", "taxPercent"): lambda _oracle, row: row.tax_rate / 1000,
    ("CreditNoteLine", "taxPercent"): lambda _oracle, row: row.tax_rate / 1000,
    **_amounts("Invoice", lambda _oracle, row: row, "net", "tax", "gross"),
    **_amounts("CreditNote", lambda _oracle, row: row, "net", "tax", "gross"),
    **_amounts("InvoiceLine", _invoice, "net", "tax", "gross", "unit_price", "list_price"),
    **_amounts("CreditNoteLine", _note, "net", "tax", "gross"),
}
ASKED: dict[tuple[str, str], Any] = {
    ("Client", "invoices"): lambda oracle, row, **page: connection(
        oracle.all("Invoice", "-opened_at", client_id=row.id), ("opened_at", "id"), is_down=True, **page
    ),
}


def drawn(chance: Random, field: str, an_id: Any) -> dict[str, Any]:
    """What is given to a field about bills, but for its page."""
    if field in {"invoice", "creditNote"}:
        return {"id": an_id(f"{field[0].upper()}{field[1:]}")}
    if field == "checkout":
        given: dict[str, Any] = {}
        if chance.random() < 0.5:
            given["visitIds"] = [an_id("Visit") for _ in range(chance.randint(0, 3))]
        if not given or chance.random() < 0.05:
            given["invoiceId"] = an_id("Invoice")
        return given
    draws: dict[str, Any] = {"onlyOpen": lambda: chance.choice((True, False, None))}
    if field == "invoices":
        draws = {
            "state": lambda: chance.choice(STATES),
            "clientId": lambda: an_id("Client"),
            "locationId": lambda: an_id("Location"),
            "onlyOverdue": lambda: chance.choice((True, False, None)),
        }
    return {name: draw() for name, draw in draws.items() if chance.random() < 0.3}
