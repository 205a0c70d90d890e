"""The limit of issuing and of paying: the product's checks, locks and rows, by hand in one transaction each.

In this order: the key of the retry, what was named, the account with its legal entity, the bill, what was done and what
is billed, the number, and the rows.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bench.door import Viewer
from bench.limit import desk
from bench.limit.database import Database
from bench.limit.desk import Account, Move, Refused, as_uuid, money
from bench.limit.events import told
from bench.limit.values import gid, key, uuid7

_DRAFT = """
SELECT i.client_id, i.legal_entity_id, i.currency, i.location_id, l.zone, l.name, i.bill_id, s.staff_id, c.display_name,
  c.language, c.street, c.postal_code, c.city, c.country,
  (SELECT COUNT(*) FROM invoice_payer p WHERE p.invoice_id = i.id)
FROM invoice i JOIN location l ON l.id = i.location_id JOIN client c ON c.id = i.client_id JOIN account s ON s.id = ?
WHERE i.id = ?
"""
# Begun when the account is held, so that it sees what was posted by whoever held it before.
_LAST = "(SELECT {what} FROM ledger_entry e WHERE e.account_id = ? ORDER BY e.number DESC LIMIT 1)"
_LOCK = f"""
WITH draft AS (SELECT id, state, version FROM invoice WHERE id = ? {{lock}}),
seen AS (SELECT v.id FROM visit v JOIN invoice_visit j ON j.visit_id = v.id WHERE j.invoice_id = ? ORDER BY v.id {{lock_v}})
SELECT state, version, (SELECT COUNT(*) FROM seen), {_LAST.format(what="number")}, {_LAST.format(what="balance_minor")}
FROM draft
"""
_ON = "JOIN note n ON n.id = x.note_id JOIN mine v ON v.id = n.visit_id WHERE x.errored_at IS NULL"
_BILLED = f"""
WITH mine AS (SELECT v.* FROM visit v JOIN invoice_visit j ON j.visit_id = v.id
  WHERE j.invoice_id = ? AND v.errored_at IS NULL),
standing AS (
  SELECT x.id FROM mine v JOIN appointment x ON x.id = v.appointment_id
  UNION ALL SELECT x.id FROM procedure x {_ON} AND NOT EXISTS (SELECT 1 FROM appointment a
    WHERE a.id = v.appointment_id AND a.service_id = x.service_id)
  UNION ALL SELECT x.id FROM treatment x {_ON}
  UNION ALL SELECT x.id FROM prescription x {_ON}
  UNION ALL SELECT r.id FROM prescription_repeat r JOIN prescription x ON x.id = r.prescription_id {_ON}
  UNION ALL SELECT x.id FROM vaccination x JOIN mine v ON v.id = x.visit_id
    WHERE x.voided_at IS NULL AND x.source = 'RECORDED'
  UNION ALL SELECT x.id FROM proposed_charge x JOIN mine v ON v.id = x.visit_id)
SELECT tax_rate, SUM(net_minor), SUM(tax_minor),
  (SELECT COUNT(*) FROM standing s WHERE NOT EXISTS (SELECT 1 FROM invoice_line h
    WHERE h.source_id = s.id AND h.holds_source)
   AND NOT EXISTS (SELECT 1 FROM dropped_charge d WHERE d.source_id = s.id)),
  SUM(CASE WHEN l.holds_source AND NOT EXISTS (SELECT 1 FROM standing s WHERE s.id = l.source_id) THEN 1 ELSE 0 END)
FROM invoice_line l WHERE invoice_id = ? GROUP BY tax_rate ORDER BY tax_rate
"""
_ISSUED = """
UPDATE invoice SET state = 'ISSUED', share = 100, net_minor = ?, tax_minor = ?, gross_minor = ?, number = ?,
  issued_at = ?, issued_on = ?, due_on = ?, issued_by_id = ?, names = ?, differs_because = '' WHERE id = ?
"""


async def issue(database: Database, viewer: Viewer, asked: dict[str, Any]) -> dict[str, Any]:
    """Issue a draft that one client pays: nine statements in one transaction on PostgreSQL."""
    try:
        return {"issueInvoice": {"__typename": "InvoicesIssued", "invoices": [await _issued(database, viewer, asked)]}}
    except Refused as refused:
        return {"issueInvoice": {"__typename": str(refused), "code": str(refused), "message": str(refused)}}


async def _issued(database: Database, viewer: Viewer, asked: dict[str, Any]) -> dict[str, Any]:
    given, now = asked["input"], desk.utc_now()
    draft = key(given["invoiceId"])
    async with database.deed() as ask:
        rows = await ask(_DRAFT, (viewer.account_id, draft))
        if not rows or not viewer.sees:
            raise Refused("NotFound")
        client, entity, currency, place, zone, place_name, bill, staff, *person, payers = rows[0]
        of, place = (as_uuid(client), as_uuid(entity), currency), as_uuid(place)
        desk.must_be_at_the_desk(viewer, place)
        if payers:
            raise Refused("SharedByOthers")
        await desk.keep(ask, viewer, "issueInvoice", given, {"bill": str(bill)}, now)
        account = await desk.held(database, ask, of, now)
        locks = (" FOR NO KEY UPDATE", " FOR NO KEY UPDATE OF v") if database.is_postgres else ("", "")
        text = _LOCK.format(lock=locks[0], lock_v=locks[1])
        ((state, version, _, last, balance),) = await ask(text, (draft, draft, account.key, account.key))
        if state != "DRAFT" or version != given["basedOn"]:
            raise Refused("InvoiceChanged")
        taxes = await ask(_BILLED, (draft, draft))
        if not taxes:
            raise Refused("InvalidInput")
        if any(row[3] or row[4] for row in taxes):
            raise Refused("NotReconciled")
        on = desk.today(ZoneInfo(zone), now)
        desk.must_be_open(account, on)
        net, tax = sum(int(row[1]) for row in taxes), sum(int(row[2]) for row in taxes)
        number, due_on = (
            await desk.number(ask, ("INVOICE", ""), account.prefix, on.year),
            on + timedelta(account.due_days),
        )
        names = _names(account, place_name, person)
        await ask(_ISSUED, (net, tax, net + tax, number, now, on, due_on, staff, names, draft))
        moves = [Move("CHARGE", "RECEIVABLE", "SALES", net + tax, net + tax, draft)]
        moves += [Move("CHARGE_TAX", "SALES", "TAX", int(row[2]), 0, draft, rate=row[0]) for row in taxes if row[2]]
        await desk.post(ask, account.key, (last or 0, balance or 0), of, place, moves, on, now)
        after = {"number": number, "client": of[0], "share": 100, "gross": net + tax, "differs_because": ""}
        await told(database, ask, viewer.account_id, [("INVOICE_ISSUED", draft, place, after)], now)
    total = money(net + tax, currency)
    return {
        "id": given["invoiceId"],
        "number": number,
        "issuedOn": on,
        "dueOn": due_on,
        "sharePercent": 100,
        "client": {"displayName": person[0]},
        "gross": total,
        "openAmount": total,
    }


def _names(account: Account, place: str, person: list[str]) -> str:
    name, *seller = account.seller
    client, language, *lives = person
    names = {
        "seller": name,
        "seller_address": _lines(*seller[:4]),
        "tax_number": seller[4],
        "bank_details": seller[5],
        "location": place,
        "client": client,
        "client_address": _lines(*lives),
        "language": language,
    }
    return json.dumps(names, ensure_ascii=False, sort_keys=True)


def _lines(street: str, postal_code: str, city: str, country: str) -> list[str]:
    return [part for part in (street, " ".join(filter(None, (postal_code, city))), country) if part]


_NAMED = """
SELECT i.client_id, i.legal_entity_id, i.currency, l.currency, l.zone, l.legal_entity_id, i.state, i.number, s.staff_id
FROM invoice i JOIN location l ON l.id = ? JOIN account s ON s.id = ? WHERE i.id = ?
"""
_OWED = f"""
SELECT {_LAST.format(what="number")}, {_LAST.format(what="balance_minor")},
  SUM(CASE WHEN debit = 'RECEIVABLE' THEN minor WHEN credit = 'RECEIVABLE' THEN -minor ELSE 0 END)
FROM ledger_entry WHERE invoice_id = ?
"""
_PAYMENT = """
INSERT INTO payment (id, location_id, legal_entity_id, client_id, method, state, minor, currency, number, started_at,
  received_on, settled_at, taken_by_id, reference, declined_because, cancelled_because, looks)
VALUES (?, ?, ?, ?, ?, 'SUCCEEDED', ?, ?, ?, ?, ?, ?, ?, '', '', '', 0)
"""
_FOR = "INSERT INTO payment_invoice (id, payment_id, invoice_id, minor) VALUES (?, ?, ?, ?)"
_AT_THE_DESK = {"CASH", "TERMINAL", "BANK"}


async def pay(database: Database, viewer: Viewer, asked: dict[str, Any]) -> dict[str, Any]:
    """Pay one invoice at the desk: nine statements in one transaction on PostgreSQL."""
    try:
        return {"takePayment": {"__typename": "PaymentTaken", "payment": await _paid(database, viewer, asked)}}
    except Refused as refused:
        return {"takePayment": {"__typename": str(refused), "code": str(refused), "message": str(refused)}}


async def _paid(database: Database, viewer: Viewer, asked: dict[str, Any]) -> dict[str, Any]:
    given, now, payment = asked["input"], desk.utc_now(), uuid7()
    place, client = key(given["locationId"]), key(given["clientId"])
    invoice, method = key(given["invoices"][0]["invoiceId"]), given["method"]
    desk.must_be_at_the_desk(viewer, place)
    minor = int(Decimal(given["amount"]["amount"]) * 100)
    async with database.deed() as ask:
        await desk.keep(ask, viewer, "takePayment", given, {"payment": str(payment)}, now)
        rows = await ask(_NAMED, (place, viewer.account_id, invoice))
        if not rows or not viewer.sees:
            raise Refused("NotFound")
        payer, entity, currency, taken_in, zone, invoices_there, state, invoice_number, staff = rows[0]
        if method not in _AT_THE_DESK or len({currency, taken_in, given["amount"]["currency"]}) > 1 or minor <= 0:
            raise Refused("InvalidInput")
        if as_uuid(payer) != client or entity != invoices_there:
            raise Refused("InvalidInput")
        if state != "ISSUED":
            raise Refused("InvoiceNotIssued")
        of = (client, as_uuid(entity), currency)
        account, on = await desk.held(database, ask, of, now), desk.today(ZoneInfo(zone), now)
        desk.must_be_open(account, on)
        ((last, balance, is_open),) = await ask(_OWED, (account.key, account.key, invoice))
        paid = min(minor, int(is_open or 0))
        number = await desk.number(ask, ("RECEIPT", "R"), account.prefix, on.year)
        terms = (place, of[1], client, method, minor, currency, number, now, on, now, staff)
        await ask(_PAYMENT, (payment, *terms))
        moves = [Move("PAYMENT", method, "ON_ACCOUNT", minor, -minor, payment=payment)]
        happenings: list[tuple[str, UUID, UUID, dict[str, Any]]] = [
            ("PAYMENT_TAKEN", payment, place, _told(method, minor, currency, number))
        ]
        if paid:
            await ask(_FOR, (uuid7(), payment, invoice, paid))
            moves.append(Move("ALLOCATION", "ON_ACCOUNT", "RECEIVABLE", paid, 0, invoice, payment))
            happenings.append(("INVOICE_PAID", invoice, place, {}))
        await desk.post(ask, account.key, (last or 0, balance or 0), of, place, moves, on, now)
        await told(database, ask, viewer.account_id, happenings, now)
    return _answer(payment, number, method, on, (minor, paid, currency), (given, invoice_number))


def _told(method: str, minor: int, currency: str, number: str) -> dict[str, Any]:
    return {"method": method, "minor": minor, "currency": currency, "number": number}


def _answer(
    payment: UUID, number: str, method: str, on: date, sums: tuple[int, int, str], of: tuple[dict[str, Any], str]
) -> dict[str, Any]:
    (minor, paid, currency), (given, invoice_number) = sums, of
    named = {"invoiceId": given["invoices"][0]["invoiceId"], "invoiceNumber": invoice_number}
    return {
        "id": gid("Payment", payment),
        "receiptNumber": number,
        "method": method,
        "receivedOn": on,
        "amount": money(minor, currency),
        "onAccount": money(minor - paid, currency),
        "invoices": [named | {"amount": money(paid, currency)}] if paid else [],
    }
