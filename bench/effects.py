"""Effects: that issuing and paying leave the same rows behind, whoever does them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from bench.journeys import Journey, as_http
from bench.load import one_answer
from bench.servers import NAMES, Contestant
from graph.ids import opened
from models import sql
from vetdesk.database import connect

_KEY = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
_OPEN = (
    "SELECT SUM(CASE WHEN debit = 'RECEIVABLE' THEN minor WHEN credit = 'RECEIVABLE' THEN -minor ELSE 0 END) AS left_over "
    "FROM ledger_entry WHERE invoice_id = ?"
)
_INVOICE = (
    "SELECT state, version, share, net_minor, tax_minor, gross_minor, number, names, differs_because, issued_by_id, "
    "CAST(due_on AS text) AS due_on, CAST(issued_on AS text) AS issued_on FROM invoice WHERE id = ?"
)
_ENTRIES = (
    "SELECT kind, debit, credit, minor, currency, tax_rate, because, invoice_id, payment_id, "
    "CAST(posted_on AS text) AS posted_on, number - (SELECT MAX(b.number) FROM ledger_entry b "
    "WHERE b.account_id = e.account_id) AS from_the_last FROM ledger_entry e WHERE e.invoice_id = ? "
    "OR e.payment_id IN (SELECT p.payment_id FROM payment_invoice p WHERE p.invoice_id = ?) ORDER BY e.number"
)
_PAYMENTS = (
    "SELECT p.method, p.state, p.minor, p.currency, p.number, CAST(p.received_on AS text) AS received_on, p.taken_by_id, "
    "p.reference, p.look_at, j.minor AS meant FROM payment p JOIN payment_invoice j ON j.payment_id = p.id "
    "WHERE j.invoice_id = ?"
)
_EVENTS = (
    "SELECT e.kind, e.account_id, e.location_id, e.changed, d.detail FROM event e "
    "LEFT JOIN event_detail d ON d.number = e.number WHERE e.subject_id = ? "
    "OR e.subject_id IN (SELECT p.payment_id FROM payment_invoice p WHERE p.invoice_id = ?) ORDER BY e.number"
)
_RETRY = "SELECT scope, deed, outcome FROM idempotency_key WHERE key = ?"
OF = {"issue": "issueInvoice", "pay": "takePayment"}
"""The journeys that are looked after, and their mutations."""


async def differences(url: str, journeys: Sequence[Journey], contestants: Sequence[Contestant]) -> list[str]:
    """In words, which rows are others after the limit has done one of these than after the product has."""
    found: list[str] = []
    for journey in journeys:
        left = []
        for one in contestants:
            given = next(iter(journey.variables))["input"]
            body = {"input": given} if one.path is None else {"query": journey.document, "variables": {"input": given}}
            answer = await one_answer(one.server.port, as_http(one.path or journey.path, body, journey.token))
            async with connect(url):
                left.append({"answer": _plain(json.loads(answer)["data"]), **await _left_by(given)})
        found += [
            f"{journey.name}: after {NAMES[one.name]} {what} is\n  {rows[what]}\n  instead of {left[0][what]}"
            for one, rows in zip(contestants[1:], left[1:], strict=True)
            for what in left[0]
            if rows[what] != left[0][what]
        ]
    return found


async def _left_by(given: Mapping[str, Any]) -> dict[str, Any]:
    """The rows about an invoice, as they are for every invoice of that kind: without what is its own."""
    of = opened(given["invoiceId"] if "invoiceId" in given else given["invoices"][0]["invoiceId"])
    key = of[1] if of else None
    asked = {
        "what is open": (_OPEN, (key,)),
        "the invoice": (_INVOICE, (key,)),
        "the ledger": (_ENTRIES, (key, key)),
        "the payment": (_PAYMENTS, (key,)),
        "the trail": (_EVENTS, (key, key)),
        "the key of the retry": (_RETRY, (given["idempotencyKey"],)),
    }
    return {
        what: [{name: _plain(value) for name, value in row.items()} for row in await sql.fetch(text, values)]
        for what, (text, values) in asked.items()
    }


def _plain(value: Any) -> Any:
    """The value without what differs from bill to bill: keys, who it is addressed to, and the digits of numbers."""
    if isinstance(value, UUID):
        return "a key"
    if isinstance(value, dict):
        own = {"client", "displayName", "id", "invoiceId"}
        return {name: "somebody" if name in own else _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, str) and value[:1] in ("{", "["):
        return _plain(json.loads(value))
    return re.sub(r"-\d{5,}$", "-#", _KEY.sub("a key", value)) if isinstance(value, str) else value
