"""The ledger: what is posted is what is open, and the database refuses what does not follow."""

import pytest
from tortoise.exceptions import IntegrityError

from models import EntryKind, Invoice, InvoiceState, LedgerEntry
from resolvers import ledger
from resolvers.ledger import Posting
from tests.world import NOW, a_visit, a_world
from tests.world.money import a_payment, an_invoice, posted, some_bookkeeping

pytestmark = pytest.mark.anyio


async def test_an_invoice_that_was_paid_credited_and_refunded_leaves_nothing_open(database):
    world = await a_world()
    books = await some_bookkeeping(world.owner, await a_visit(world.pet))

    assert await ledger.open_of([books.invoice.id]) == {books.invoice.id: 0}
    assert await ledger.on_account_of([books.payment.id]) == {books.payment.id: 0}
    last = await LedgerEntry.filter(account_id=books.account.id).order_by("-number").first()
    assert last is not None
    assert (last.number, last.balance_minor) == (9, 0)


async def test_the_oldest_debt_comes_first(database):
    world = await a_world()
    first, second = await an_invoice(world.owner), await an_invoice(world.owner, gross=2000)
    await a_payment(first, minor=3000)
    held = await ledger.hold(world.owner.id, first.legal_entity_id, first.currency, now=NOW)

    debts = await ledger.owed(held.account)

    assert [(debt.invoice_id, debt.minor) for debt in debts] == [(first.id, 2000), (second.id, 2000)]
    assert held.balance == 4000


async def test_an_issued_invoice_stays_issued(database):
    invoice = await an_invoice((await a_world()).owner)

    with pytest.raises(IntegrityError, match="invoice_issued"):
        await Invoice.filter(id=invoice.id).update(state=InvoiceState.DISCARDED)


async def test_nobody_pays_more_than_is_open(database):
    world = await a_world()
    invoice = await an_invoice(world.owner)
    payment = await a_payment(invoice, minor=6000)
    assert await ledger.on_account_of([payment.id]) == {payment.id: 1000}

    with pytest.raises(IntegrityError, match="ledger_owed"):
        await posted(
            invoice,
            Posting(
                kind=EntryKind.ALLOCATION,
                minor=1000,
                location_id=invoice.location_id,
                invoice_id=invoice.id,
                payment_id=payment.id,
            ),
        )
