"""Charges: what the oracle says of what was done at visits and is on no invoice."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tests.oracle.prices import _counting, graph_id, money
from tests.oracle.prices import _plain as plain

if TYPE_CHECKING:
    from tests.oracle.oracle import Oracle

TYPES = {
    "APPOINTMENT": "Appointment",
    "PROCEDURE": "Procedure",
    "TREATMENT": "Treatment",
    "PRESCRIPTION": "Prescription",
    "REPEAT": "PrescriptionRepeat",
    "VACCINATION": "Vaccination",
    "PROPOSAL": "ProposedCharge",
}


def today_at(zone: str, moment: datetime) -> date:
    try:
        return moment.astimezone(ZoneInfo(zone)).date()
    except ZoneInfoNotFoundError:
        return moment.astimezone(UTC).date()


_KNOWN: WeakKeyDictionary[Any, dict[Any, tuple[list[dict[str, Any]], set[Any]]]] = WeakKeyDictionary()
"""What was worked out of each visit for somebody, and which tables were looked into for that."""


def done(oracle: Oracle, visit: Any) -> list[dict[str, Any]]:
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
    place = list(TYPES).index(kind)
    return {**usual, "kind": kind, "row": row, "name": name, "order": (place, at, row.id), "at": at, **more}


def behind(oracle: Oracle, kind: str, key: Any) -> Any:
    found = oracle.one(kind, key)
    assert found
    return found.row


def _planned(oracle: Oracle, visit: Any) -> list[dict[str, Any]]:
    if visit.appointment_id is None:
        return []
    planned = behind(oracle, "Appointment", visit.appointment_id)
    service = behind(oracle, "Service", planned.service_id)
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
    named = [(row, behind(oracle, "Vaccine", row.vaccine_id)) for row in doses if row.source == "RECORDED"]
    return [_one("VACCINATION", row, vaccine.name, row.at, vaccine=vaccine.id) for row, vaccine in named]


def _proposed(oracle: Oracle, visit: Any) -> list[dict[str, Any]]:
    proposed = [each.row for each in oracle.all("ProposedCharge", visit_id=visit.id)]
    named = [(row, behind(oracle, "PriceListItem", row.item_id)) for row in proposed]
    return [
        _one("PROPOSAL", row, item.name, row.proposed_at, item=item, quantity=row.quantity_thousandths)
        for row, item in named
    ]


def charges(oracle: Oracle, visit: Any) -> list[dict[str, Any]]:
    """What was done at a visit and is on no invoice, as clients see it."""
    held = {each.row.source_id for each in oracle.all("InvoiceLine") if each.row.holds_source}
    dropped = {each.row.source_id: each.row.because for each in oracle.all("DroppedCharge")}
    found = done(oracle, visit)
    planned = next((each for each in found if each["kind"] == "APPOINTMENT"), None)
    if planned is not None:
        same = [each for each in found if each["kind"] == "PROCEDURE" and each["service"] == planned["service"]]
        if same:
            twin = next((each for each in same if each["row"].id in held), same[0])
            gone = planned if twin["row"].id in held and planned["row"].id not in held else twin
            found = [each for each in found if each is not gone]
    return [_charge(oracle, visit, each, dropped.get(each["row"].id)) for each in found if each["row"].id not in held]


def _charge(oracle: Oracle, visit: Any, one: dict[str, Any], because: str | None) -> dict[str, Any]:
    place = oracle.one("Location", visit.location_id)
    assert place
    there = place.row
    day = today_at(there.zone, one["at"] if one["kind"] == "REPEAT" else visit.at)
    item = one["item"] or _item(oracle, one)
    told = {
        "source": one["kind"],
        "sourceId": graph_id(TYPES[one["kind"]], one["row"].id),
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


def is_less(oracle: Oracle, visit: Any, one: dict[str, Any], line: Any) -> bool:
    """Whether a line bills less than this, which was done at the visit: fewer, or as an item that costs less."""
    item = one["item"] or _item(oracle, one)
    if item is None or item.id == line.item_id:
        return bool(line.quantity_thousandths < (one["quantity"] or _measured(one["amount"], line.unit)))
    told = _charge(oracle, visit, one, None)
    if told["unitPrice"] is None:
        return False
    there = behind(oracle, "Location", visit.location_id)
    price = line.unit_price_minor if line.list_price_minor is None else line.list_price_minor
    billed = money(line.quantity_thousandths * price, there.currency)
    done_for = Decimal(str(told["quantity"])) * 1000 * Decimal(told["unitPrice"]["amount"])
    return billed is not None and Decimal(billed["amount"]) < done_for


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
