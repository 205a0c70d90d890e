"""Money in the demo practice: believable bills, books in which every rule holds, and work that waits at the desk."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from random import Random

import pytest

from models import (
    Account,
    Book,
    Client,
    ClientAccount,
    EntryKind,
    Invoice,
    InvoiceState,
    InvoiceVisit,
    LedgerEntry,
    LegalEntity,
    Payment,
    PaymentMethod,
    Visit,
)
from resolvers import checkouts, invoices, ledger
from resolvers.access import Viewer
from resolvers.invoices import Wanted
from tests.journeys.test_demo import PORTS, SMALL, WEDNESDAY
from tests.journeys.test_demo_filling import MOMENTS
from vetdesk.database import connect
from vetdesk.demo import animals, bills, households, sign_ins, visits
from vetdesk.demo.bills import Bill, Fate
from vetdesk.demo.building import build

pytestmark = pytest.mark.anyio
TODAY = date(2026, 3, 4)
DESK = Viewer.system("a test")


@pytest.fixture(scope="module")
async def database(anyio_backend, databases):
    """A small demo practice, filled once: these tests only look at it."""
    async with databases.migrated() as made, connect(made.url):
        await build(PORTS, now=WEDNESDAY, report=lambda *_: None, size=SMALL)
        yield made


async def test_there_are_as_many_bills_and_payments_as_were_made_up(database):
    print(Counter(i.state.value for i in await Invoice.all()), Counter(p.method.value for p in await Payment.all()))
    print(Counter(e.kind.value for e in await LedgerEntry.all()))


async def test_every_rule_of_the_ledger_holds(database):
    entries = await LedgerEntry.all().order_by("account_id", "number")
    receivable, on_account = Counter(), Counter()
    for entry in entries:
        if Book.RECEIVABLE in (entry.debit, entry.credit):
            receivable[entry.invoice_id] += entry.minor if entry.debit is Book.RECEIVABLE else -entry.minor
        if Book.ON_ACCOUNT in (entry.debit, entry.credit):
            on_account[entry.payment_id] += entry.minor if entry.credit is Book.ON_ACCOUNT else -entry.minor
    assert min(receivable.values()) == 0
    assert min(on_account.values()) == 0
    for account in await ClientAccount.all():
        own = [entry for entry in entries if entry.account_id == account.id]
        assert [entry.number for entry in own] == list(range(1, len(own) + 1))
        owed = sum(receivable[key] for key in {entry.invoice_id for entry in own})
        credit = sum(on_account[key] for key in {entry.payment_id for entry in own})
        assert own[-1].balance_minor == owed - credit
    for entity in await LegalEntity.all():
        assert entity.closed_through == date(2026, 1, 31)
        series = Counter()
        for invoice in await Invoice.filter(legal_entity_id=entity.id, state=InvoiceState.ISSUED).order_by("issued_at", "number"):
            assert invoice.number
            series[invoice.issued_on.year] += 1
            assert invoice.number == f"{entity.number_prefix}{invoice.issued_on.year}-{series[invoice.issued_on.year]:05d}"


async def test_the_owner_whose_sign_in_is_printed_has_something_to_pay(database):
    account = await Account.get(audience="owner", email=sign_ins.OWNER)
    hers = await Invoice.filter(client_id=account.client_id, state=InvoiceState.ISSUED)
    is_open = await ledger.open_of(each.id for each in hers)
    print(sorted(is_open.values()))


async def test_drafts_wait_at_the_desk_and_something_that_nobody_has_billed(database):
    drafts = await Invoice.filter(state=InvoiceState.DRAFT).order_by("opened_at")
    print([(str(d.opened_at), d.gross_minor) for d in drafts])
    last = await Visit.all().order_by("-at").first()
    print(last.at, await InvoiceVisit.filter(visit_id=last.id).count(), len((await checkouts.of_visits(DESK, [last.id])).not_billed))
