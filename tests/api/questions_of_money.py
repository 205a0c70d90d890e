"""Questions about money: arguments with which each query about it finds something."""

from __future__ import annotations

from typing import Any

from resolvers.viewer import Audience
from tests.doors import id_of
from tests.world import World, a_visit
from tests.world.money import some_bookkeeping

MONTH = {"from": "2026-03-01", "to": "2026-03-31"}


async def of_money(world: World, audience: Audience, page: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The questions of that audience, about an invoice of the owner that was paid, credited and given back."""
    visit = await a_visit(world.pet)
    books = await some_bookkeeping(world.owner, visit, ref="asked")
    owner, place, entity = id_of(world.owner.client), id_of(world.location), id_of(books.entity)
    both: dict[str, dict[str, Any]] = {
        "invoice": {"id": id_of(books.invoice)},
        "creditNote": {"id": id_of(books.credit_note)},
        "payment": {"id": id_of(books.payment)},
    }
    statement = {"legalEntityId": entity, "currency": "EUR", **MONTH}
    if audience is Audience.OWNER:
        return {
            **both,
            "myInvoices": {"onlyOpen": True, **page},
            "myPayments": page,
            "myStatement": {**statement, **page},
            "myStatementLink": statement,
        }
    return {
        **both,
        "invoices": {"state": "ISSUED", "clientId": owner, "locationId": place, "onlyOverdue": False, **page},
        "checkout": {"visitIds": [id_of(visit)], "invoiceId": None},
        "payments": {"clientId": owner, "locationId": place, "method": "CARD", **MONTH, **page},
        "statement": {"clientId": owner, **statement, **page},
        "statementLink": {"clientId": owner, **statement},
        "takings": {"locationId": place, "day": "2026-03-03"},
        "debtors": {
            "locationId": place,
            "legalEntityId": entity,
            "asOf": "2026-03-03",
            "order": "AMOUNT",
            "first": 2,
            "after": None,
        },
        "journalLink": {"legalEntityId": entity, **MONTH, "format": "CSV"},
    }
