"""How often the database is asked at the desk: as often for a long bill and a long account as for short ones."""

from __future__ import annotations

import pytest

from models import Money, PaymentMethod, sql
from models.row import uuid7
from resolvers import tills
from resolvers.invoices import issuing
from resolvers.tills import Meant, NewPayment
from tests.bills import a_treatment, an_empty_draft, issue, issued, opened, treated, with_line
from tests.world import NOW
from tests.world.money import an_invoice
from vetdesk.database import counted

pytestmark = pytest.mark.anyio


def of_an_event() -> int:
    """One on PostgreSQL; the counter, the event and its detail one after the other on SQLite."""
    return 1 if sql.is_postgres() else 3


async def issuing_takes(one, draft) -> int:
    with counted() as sent:
        await issuing.issue(one.desk.viewer, draft.id, based_on=draft.version, key=str(uuid7()), now=NOW)
    return sent.count


async def paying_takes(one, invoice) -> int:
    new = NewPayment(
        client_id=one.owner.id,
        location_id=one.world.location.id,
        method=PaymentMethod.CASH,
        amount=Money(invoice.gross_minor, "EUR"),
        invoices=[Meant(invoice.id)],
    )
    with counted() as sent:
        await tills.take(one.desk.viewer, new, key=str(uuid7()), now=NOW)
    return sent.count


async def test_issuing_takes_as_many_statements_with_thirty_lines_as_with_three(database):
    one = await treated()
    await issued(one)
    long_one = await an_empty_draft(one)
    for number in range(30):
        await with_line(one, long_one, one.consultation, key=str(number))
    await long_one.refresh_from_db()
    short_one = await an_empty_draft(one)
    await with_line(one, short_one, one.consultation, key="short")
    await short_one.refresh_from_db()
    # Found: the draft, whether it was done before, who pays, where. Held: the key, the account with its legal entity and
    # its last entry, the draft, its lines and visits. Then what it bills, its number, who is named, itself, its entries.
    assert await issuing_takes(one, short_one) == 15 + of_an_event()
    assert await issuing_takes(one, long_one) == 15 + of_an_event()


async def test_issuing_the_bill_of_a_visit_takes_two_statements_more(database):
    one = await treated()
    for _ in range(20):
        await a_treatment(one.note)
    draft = await opened(one)
    before = await an_empty_draft(one)
    await with_line(one, before, one.consultation)
    await issue(one, before)
    # All that was done at the visit, which is held, is looked at, and the lines that bill less of it.
    assert await issuing_takes(one, draft) == 17 + of_an_event()


async def test_paying_takes_as_many_statements_after_thirty_bills_as_after_one(database):
    one = await treated()
    await an_invoice(one.owner)
    first = await an_invoice(one.owner)
    # Found: whether it was done before, the place, the client, the invoice and who made
    # it out. Held: the key, the account with its legal entity and its last entry. Then what is open, the number, the payment, what it is for, and its entries.
    assert await paying_takes(one, first) == 13 + of_an_event()
    many = [await an_invoice(one.owner) for _ in range(30)]
    assert await paying_takes(one, many[-1]) == 13 + of_an_event()
