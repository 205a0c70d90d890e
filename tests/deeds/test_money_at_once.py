"""Many do something with the same money at the same moment: each is done or refused, and the books hold."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import Random

import pytest

from models import (
    Client,
    ClientAccount,
    EntryKind,
    Invoice,
    InvoiceLine,
    InvoicePayer,
    LedgerEntry,
    LegalEntity,
    Money,
    Payment,
    PaymentMethod,
    sql,
)
from models.refusal import (
    InvalidInput,
    NotFound,
    NothingToPay,
    NothingWrittenOff,
    PaymentNotPossible,
    PeriodClosed,
    TooMuch,
)
from resolvers import accounts, closings, credit_notes, on_account, refunds, reversals, tills, write_offs
from resolvers.credit_notes import Part
from resolvers.invoices import issuing
from resolvers.refunds import NewRefund
from resolvers.tills import NewPayment
from tests.racing import meanwhile
from tests.world import NOW, TODAY, a_client, a_world, an_owner
from tests.world.money import a_draft, a_legal_entity, an_invoice

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)


@pytest.fixture
async def world(database):
    made = await a_world()
    await a_legal_entity()
    return made


async def issued(world, draft, key):
    return await issuing.issue(world.manager.viewer, draft.id, based_on=draft.version, key=key, now=NOW)


async def taken(world, invoice, number):
    paid = NewPayment(
        client_id=invoice.client_id, location_id=world.location.id, method=PaymentMethod.CASH, amount=Money(3000, "EUR")
    )
    return await tills.take(world.manager.viewer, paid, key=f"before {number}", now=NOW)


def what_somebody_does(world, random, invoices, payments, number):
    """One of the deeds, with some of that money."""
    viewer, key = world.manager.viewer, f"k{number}"
    invoice, payment, minor = random.choice(invoices), random.choice(payments), random.choice((1, 700, 2500))
    line, client = invoice.line, invoice.client_id
    on = random.choice((TODAY, TODAY - DAY))
    paid = NewPayment(
        client_id=client, location_id=world.location.id, method=PaymentMethod.CASH, amount=Money(minor, "EUR"),
        received_on=on,
    )  # fmt: skip
    back = NewRefund(payment.id, Money(minor, "EUR"), "Twice.")
    return random.choice(
        (
            lambda: tills.take(viewer, paid, key=key, now=NOW),
            lambda: tills.take(viewer, paid, key=key, now=NOW),
            lambda: on_account.apply(viewer, client, world.location.id, None, key=key, now=NOW),
            lambda: credit_notes.issue(viewer, invoice.id, [Part(line, (minor, "EUR"))], "Short.", key=key, now=NOW),
            lambda: refunds.refund(viewer, back, key=key, now=NOW),
            lambda: reversals.reverse(viewer, payment.id, "Twice.", key=key, now=NOW),
            lambda: write_offs.write_off(viewer, invoice.id, (minor, "EUR"), "Gone.", key=key, now=NOW),
            lambda: write_offs.undo(viewer, invoice.id, (minor, "EUR"), "Back.", key=key, now=NOW),
            lambda: closings.close(viewer, invoice.legal_entity_id, TODAY - DAY, key=key, now=NOW),
        )
    )


async def test_in_a_crowd_each_is_done_or_refused_and_every_cent_is_somewhere(world):
    random, others = Random(4), [await an_owner("Paul Stone", phone="+4930111111")]
    invoices = [await an_invoice(owner) for owner in (world.owner, world.owner, *others, *others)]
    payments = [await Payment.get(id=await taken(world, one, number)) for number, one in enumerate(invoices[:3])]
    for one in invoices:
        one.line = (await InvoiceLine.get(invoice_id=one.id)).id
    crowd = [what_somebody_does(world, random, invoices, payments, number) for number in range(48)]

    told = await asyncio.gather(*(one() for one in crowd), return_exceptions=True)

    as_it_must_be = TooMuch | NothingToPay | NothingWrittenOff | PeriodClosed | PaymentNotPossible
    strange = [one for one in told if isinstance(one, Exception) and not isinstance(one, as_it_must_be)]
    assert strange == []
    assert sum(1 for one in told if not isinstance(one, Exception)) > 15
    await the_books_hold()


async def the_books_hold():
    """Numbers go on, balances are sums, and nothing is less than nothing."""
    for account in await ClientAccount.all():
        balance = 0
        for place, one in enumerate(await LedgerEntry.filter(account_id=account.id).order_by("number"), 1):
            balance += one.minor * ((one.debit in CLIENTS) - (one.credit in CLIENTS))
            assert (one.number, one.balance_minor) == (place, balance)
    for book, key, sign in (("RECEIVABLE", "invoice_id", 1), ("ON_ACCOUNT", "payment_id", -1)):
        sums = await sql.tuples(
            f"SELECT {key}, SUM(CASE WHEN debit = '{book}' THEN minor ELSE -minor END) FROM ledger_entry "
            f"WHERE '{book}' IN (debit, credit) GROUP BY {key}"
        )
        assert all(int(minor) * sign >= 0 for _, minor in sums)
    receipts = [one.number for one in await Payment.exclude(number=None)]
    assert len(receipts) == len(set(receipts))


CLIENTS = ("RECEIVABLE", "ON_ACCOUNT")


async def test_twelve_issue_at_once_and_no_number_is_missing_or_double(world):
    drafts = [await a_draft(owner) for owner in [world.owner, await an_owner("Paul Stone", phone="+49301")] * 6]
    await asyncio.gather(*(issued(world, draft, f"k{number}") for number, draft in enumerate(drafts)))
    numbers = sorted(str(one.number) for one in await Invoice.all())
    assert numbers == [f"2026-{number:05d}" for number in range(1, 13)]
    assert await LedgerEntry.filter(kind=EntryKind.CHARGE).count() == 12


async def test_bills_that_the_same_three_share_are_issued_at_once_by_whoever_comes(world):
    paul, ida = await an_owner("Paul Stone", phone="+49301"), await an_owner("Ida Voss", phone="+49302")
    everybody, drafts = [world.owner, paul, ida], []
    for number in range(9):
        first = everybody[number % 3]
        draft = await a_draft(first, gross=1000 + number)
        for owner, share in zip(everybody, (34, 33, 33), strict=True):
            await InvoicePayer.create(invoice_id=draft.id, client_id=owner.id, share=share)
        drafts.append(draft)
    await asyncio.gather(*(issued(world, draft, f"k{number}") for number, draft in enumerate(drafts)))
    for number, draft in enumerate(drafts):
        assert sum(one.gross_minor for one in await Invoice.filter(bill_id=draft.id)) == 1000 + number
    numbers = sorted(str(one.number) for one in await Invoice.all())
    assert numbers == [f"2026-{number:05d}" for number in range(1, 28)]
    await the_books_hold()


async def test_who_is_linked_while_her_first_invoice_is_issued_keeps_it(world):
    lena = await an_owner("Lena Hoff", is_linked=False, email="lena@mail.example")
    known = await a_client("Lena Hoff-Meyer", email="lena@work.example")
    draft = await a_draft(lena)

    def link():
        return accounts.link_account(world.manager.viewer, lena.account.id, known.id, key="link", now=NOW)

    assert isinstance(await meanwhile(lambda: issued(world, draft, "issue"), link), InvalidInput)
    assert (await Invoice.get(id=draft.id)).client_id == lena.id


async def test_whose_draft_is_issued_while_she_is_linked_is_looked_at_again(world):
    lena = await an_owner("Lena Hoff", is_linked=False, email="lena@mail.example")
    known = await a_client("Lena Hoff-Meyer", email="lena@work.example")
    draft = await a_draft(lena)

    def link():
        return accounts.link_account(world.manager.viewer, lena.account.id, known.id, key="link", now=NOW)

    refused = await meanwhile(link, lambda: issued(world, draft, "issue"))
    assert isinstance(refused, NotFound)
    assert not await Client.exists(id=lena.id)
    again = await Invoice.get(id=draft.id)
    await issued(world, again, "again")
    assert (await Invoice.get(id=draft.id)).client_id == known.id


async def test_nothing_is_posted_into_books_that_were_closed_meanwhile(world):
    invoice = await an_invoice(world.owner)
    paid = NewPayment(
        client_id=world.owner.id, location_id=world.location.id, method=PaymentMethod.CASH, amount=Money(5000, "EUR"),
        received_on=TODAY - DAY,
    )  # fmt: skip

    def close():
        return closings.close(world.manager.viewer, invoice.legal_entity_id, TODAY - DAY, key="c", now=NOW)

    refused = await meanwhile(close, lambda: tills.take(world.manager.viewer, paid, key="t", now=NOW))
    assert isinstance(refused, PeriodClosed)
    assert not await LedgerEntry.exists(kind=EntryKind.PAYMENT)
    assert (await LegalEntity.get(id=invoice.legal_entity_id)).closed_through == TODAY - DAY
