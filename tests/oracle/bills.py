"""Bills: what the oracle says of charges, invoices and credit notes; and what there is of them in the house."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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
from tests.oracle.pages import bad_input, connection
from tests.oracle.prices import _counting, graph_id, money
from tests.oracle.prices import _plain as plain
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


def _today(zone: str, moment: datetime) -> date:
    try:
        return moment.astimezone(ZoneInfo(zone)).date()
    except ZoneInfoNotFoundError:
        return moment.astimezone(UTC).date()


def _is_overdue(oracle: Oracle, invoice: Any) -> bool:
    place = oracle.one("Location", invoice.location_id)
    assert place
    today = _today(place.row.zone, NOW)
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


_TYPES = {
    "APPOINTMENT": "Appointment",
    "PROCEDURE": "Procedure",
    "TREATMENT": "Treatment",
    "PRESCRIPTION": "Prescription",
    "REPEAT": "PrescriptionRepeat",
    "VACCINATION": "Vaccination",
    "PROPOSAL": "ProposedCharge",
}


def _source_id(_oracle: Oracle, line: Any) -> str | None:
    return None if line.source is None else graph_id(_TYPES[line.source], line.source_id)


# Charges


_KNOWN: WeakKeyDictionary[Any, dict[Any, tuple[list[dict[str, Any]], set[Any]]]] = WeakKeyDictionary()
"""What was worked out of each visit for somebody, and which tables were looked into for that."""


def _done(oracle: Oracle, visit: Any) -> list[dict[str, Any]]:
    """What was done at a visit and stands, in its order; worked out once for whoever asks."""
    known = _KNOWN.setdefault(oracle, {})
    if visit.id not in known:
        before, oracle.looked = oracle.looked, set()
        known[visit.id] = _worked_out(oracle, visit), oracle.looked
        oracle.looked = before
    found, looked = known[visit.id]
    oracle.looked |= looked
    return found


def _worked_out(oracle: Oracle, visit: Any) -> list[dict[str, Any]]:
    if visit.errored_at is not None:
        return []
    found = [*_planned(oracle, visit), *_written(oracle, visit), *_given(oracle, visit), *_proposed(oracle, visit)]
    return sorted(found, key=lambda each: each["order"])


def _one(kind: str, row: Any, name: str, at: datetime, **more: Any) -> dict[str, Any]:
    usual = {"amount": "", "service": None, "vaccine": None, "item": None, "quantity": 0}
    place = list(_TYPES).index(kind)
    return {**usual, "kind": kind, "row": row, "name": name, "order": (place, at, row.id), "at": at, **more}


def _behind(oracle: Oracle, kind: str, key: Any) -> Any:
    found = oracle.one(kind, key)
    assert found
    return found.row


def _planned(oracle: Oracle, visit: Any) -> list[dict[str, Any]]:
    if visit.appointment_id is None:
        return []
    planned = _behind(oracle, "Appointment", visit.appointment_id)
    service = _behind(oracle, "Service", planned.service_id)
    return [_one("APPOINTMENT", planned, service.name, visit.at, service=service.id)]


def _written(oracle: Oracle, visit: Any) -> list[dict[str, Any]]:
    notes = {each.row.id for each in oracle.all("Note", visit_id=visit.id)}

    def of(kind: str) -> list[Any]:
        return [each.row for each in oracle.all(kind) if each.row.note_id in notes and each.row.errored_at is None]

    medicines = of("Prescription")
    return [
        *(_one("PROCEDURE", row, row.name, row.at, service=row.service_id) for row in of("Procedure")),
        *(_one("TREATMENT", row, row.name, row.at, amount=row.amount) for row in of("Treatment")),
        *(_one("PRESCRIPTION", row, row.medicine, row.at, amount=row.quantity) for row in medicines),
        *(
            _one("REPEAT", each.row, row.medicine, each.row.given_at, amount=row.quantity)
            for row in medicines
            for each in oracle.all("PrescriptionRepeat", prescription_id=row.id)
        ),
    ]


def _given(oracle: Oracle, visit: Any) -> list[dict[str, Any]]:
    doses = [each.row for each in oracle.all("Vaccination", visit_id=visit.id, voided_at=None)]
    named = [(row, _behind(oracle, "Vaccine", row.vaccine_id)) for row in doses if row.source == "RECORDED"]
    return [_one("VACCINATION", row, vaccine.name, row.at, vaccine=vaccine.id) for row, vaccine in named]


def _proposed(oracle: Oracle, visit: Any) -> list[dict[str, Any]]:
    proposed = [each.row for each in oracle.all("ProposedCharge", visit_id=visit.id)]
    named = [(row, _behind(oracle, "PriceListItem", row.item_id)) for row in proposed]
    return [
        _one("PROPOSAL", row, item.name, row.proposed_at, item=item, quantity=row.quantity_thousandths)
        for row, item in named
    ]


def charges(oracle: Oracle, visit: Any) -> list[dict[str, Any]]:
    """What was done at a visit and is on no invoice, as clients see it."""
    held = {each.row.source_id for each in oracle.all("InvoiceLine") if each.row.holds_source}
    dropped = {each.row.source_id: each.row.because for each in oracle.all("DroppedCharge")}
    done = _done(oracle, visit)
    planned = next((each for each in done if each["kind"] == "APPOINTMENT"), None)
    if planned is not None:
        same = [each for each in done if each["kind"] == "PROCEDURE" and each["service"] == planned["service"]]
        if same:
            twin = next((each for each in same if each["row"].id in held), same[0])
            gone = planned if twin["row"].id in held and planned["row"].id not in held else twin
            done = [each for each in done if each is not gone]
    return [_charge(oracle, visit, each, dropped.get(each["row"].id)) for each in done if each["row"].id not in held]


def _charge(oracle: Oracle, visit: Any, one: dict[str, Any], because: str | None) -> dict[str, Any]:
    place = oracle.one("Location", visit.location_id)
    assert place
    there = place.row
    day = _today(there.zone, one["at"] if one["kind"] == "REPEAT" else visit.at)
    item = one["item"] or _item(oracle, one)
    told = {
        "source": one["kind"],
        "sourceId": graph_id(_TYPES[one["kind"]], one["row"].id),
        "visitId": graph_id("Visit", visit.id),
        "petId": graph_id("Pet", visit.pet_id),
        "name": one["name"],
        "providedOn": day,
        "droppedBecause": because,
        "itemId": None,
        "itemName": None,
        "quantity": one["quantity"] / 1000,
        "unit": "",
        **dict.fromkeys(("unitPrice", "taxPercent", "net", "tax", "gross")),
    }
    if item is None:
        return told
    quantity = one["quantity"] or _measured(one["amount"], item.unit)
    told |= {"itemId": graph_id("PriceListItem", item.id), "itemName": item.name, "unit": item.unit}
    told["quantity"] = quantity / 1000
    price = _counting(oracle.all("Price", item_id=item.id, location_id=there.id, currency=there.currency), day)
    of_it: Any = {"category_id": item.tax_category_id, "legal_entity_id": there.legal_entity_id}
    rate = _counting(oracle.all("TaxRate", **of_it) if there.legal_entity_id else [], day)
    told["unitPrice"] = money(price and price.minor, there.currency)
    told["taxPercent"] = rate and rate.rate / 1000
    if price is not None and rate is not None:
        left = _whole(Decimal(quantity * price.minor) / 1000)
        part, whole = Decimal(rate.rate), Decimal(100_000)
        tax = _whole(left * part / (whole + part if rate.is_included else whole))
        net = left - tax if rate.is_included else left
        told |= {
            name: money(minor, there.currency) for name, minor in (("net", net), ("tax", tax), ("gross", net + tax))
        }
    return told


def _whole(exact: Decimal) -> int:
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def _item(oracle: Oracle, one: dict[str, Any]) -> Any | None:
    """The item that charges something: by its service, its vaccine, its name, or another name of it."""
    items = [each.row for each in oracle.all("PriceListItem", "id") if each.row.is_offered]
    named = _plain(one["name"])
    for fits in (
        lambda item: one["service"] is not None and item.service_id == one["service"],
        lambda item: one["vaccine"] is not None and item.vaccine_id == one["vaccine"],
        lambda item: named and _plain(item.name) == named,
        lambda item: named and named in [_plain(each) for each in item.also_called],
    ):
        for item in items:
            if fits(item):
                return item
    return None


def _plain(text: str) -> str:
    return " ".join(plain(text).split())


def _measured(amount: str, unit: str) -> int:
    found = re.fullmatch(r"(\d{1,6}(?:[.,]\d{1,3})?)\s*(\S.*)", amount.strip())
    if not found or not unit or _plain(found[2]).rstrip(".").removesuffix("s") != _plain(unit).removesuffix("s"):
        return 1000
    quantity = int(Decimal(found[1].replace(",", ".")) * 1000)
    return quantity or 1000


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
    concerned |= {each.row.visit_id: _behind(oracle, "Visit", each.row.visit_id) for each in lines if each.row.visit_id}
    everywhere = {one["row"].id for each in concerned.values() for one in _done(oracle, each)}
    not_done = [each for each in lines if each.row.holds_source and each.row.source_id not in everywhere]
    not_billed = [one for each in visits for one in charges(oracle, each) if one["droppedBecause"] is None]
    not_done.sort(key=lambda each: each.row.id)
    return {"differs": bool(not_billed or not_done), "notBilled": not_billed, "notDone": not_done}


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
