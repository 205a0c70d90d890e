"""Money in the demo practice: believable bills, books in which every rule holds, and work that waits at the desk."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from models import (
    Account,
    Book,
    ClientAccount,
    Invoice,
    InvoiceState,
    InvoiceVisit,
    LedgerEntry,
    LegalEntity,
    Payment,
    Visit,
)
from resolvers import checkouts, ledger
from resolvers.viewer import Viewer
from tests.journeys.test_demo import PORTS, SMALL, WEDNESDAY
from tests.journeys.test_demo_filling import MOMENTS
from vetdesk.database import at_once, connect
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
        with at_once():
            await build(PORTS, now=WEDNESDAY, report=lambda *_: None, size=SMALL)
        yield made


async def test_there_are_as_many_bills_and_payments_as_were_made_up(database):
    assert Counter(each.state.value for each in await Invoice.all()) == {"ISSUED": 30, "DRAFT": 3}
    assert Counter(each.method.value for each in await Payment.all()) == {"TERMINAL": 13, "CASH": 6, "BANK": 3}
    kinds = Counter(each.kind.value for each in await LedgerEntry.all())
    assert kinds == {
        "CHARGE": 30, "CHARGE_TAX": 30, "PAYMENT": 22, "ALLOCATION": 22, "CREDIT": 3, "CREDIT_TAX": 3, "RELEASE": 3,
        "REFUND": 2, "REFUND_PAID": 2, "WRITE_OFF": 1,
    }  # fmt: skip
    assert sum(each.gross_minor for each in await Invoice.filter(state=InvoiceState.ISSUED)) == 199_450


async def test_bills_are_shared_and_open_and_paid_in_part_and_too_much(database):
    issued = await Invoice.filter(state=InvoiceState.ISSUED)
    assert Counter(each.share for each in issued) == {100: 22, 50: 4, 70: 2, 30: 2}
    left = await ledger.open_of(each.id for each in issued)
    paid_in_part = [each for each in issued if 0 < left[each.id] < each.gross_minor]
    assert (sum(minor > 0 for minor in left.values()), len(paid_in_part)) == (8, 1)
    days = sorted((TODAY - each.due_on).days for each in issued if left[each.id] and each.due_on)
    assert days == [-15, -12, -5, 23, 23, 30, 82, 310]
    over = await ledger.on_account_of(each.id for each in await Payment.all())
    assert sorted(minor for minor in over.values() if minor) == [50, 400, 5400]


async def test_every_rule_of_the_ledger_holds(database):
    entries = await LedgerEntry.all().order_by("account_id", "number")
    receivable, on_account = Counter[UUID | None](), Counter[UUID | None]()
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
        series = Counter[int]()
        for invoice in await Invoice.filter(legal_entity_id=entity.id, state=InvoiceState.ISSUED).order_by(
            "issued_at", "number"
        ):
            assert invoice.issued_on
            series[invoice.issued_on.year] += 1
            assert (
                invoice.number == f"{entity.number_prefix}{invoice.issued_on.year}-{series[invoice.issued_on.year]:05d}"
            )


async def test_the_owner_whose_sign_in_is_printed_has_something_to_pay(database):
    account = await Account.get(audience="owner", email=sign_ins.OWNER)
    hers = await Invoice.filter(client_id=account.client_id, state=InvoiceState.ISSUED)
    is_open = await ledger.open_of(each.id for each in hers)
    assert sorted(is_open.values()) == [0, 0, 0, 0, 0, 5651]
    (owed,) = [each for each in hers if is_open[each.id]]
    # He who owns the pet with her has a share of the bill, and an invoice of his own.
    assert (owed.share, str(owed.due_on)) == (50, "2026-02-09")
    assert await Invoice.filter(bill_id=owed.bill_id).count() == 2


async def test_drafts_wait_at_the_desk_and_something_that_nobody_has_billed(database):
    drafts = await Invoice.filter(state=InvoiceState.DRAFT).order_by("opened_at")
    assert [(str(each.opened_at), each.gross_minor) for each in drafts] == [
        ("2026-03-03 11:52:00+00:00", 3350),
        ("2026-03-03 13:34:00+00:00", 1850),
        ("2026-03-03 17:21:00+00:00", 6600),
    ]
    last = await Visit.all().order_by("-at").first()
    assert last
    assert not await InvoiceVisit.exists(visit_id=last.id)
    assert len((await checkouts.of_visits(DESK, [last.id])).not_billed) == 2


def made_up(now: datetime) -> tuple[list[Bill], list[animals.Animal]]:
    random = Random(1822)
    theirs = animals.made_up(households.made_up(400, now, random), 600, now, random)
    calendar = visits.planned(theirs, now, random, fortnight=600, past_year=2000)
    return bills.planned(calendar.visits, theirs[:3], now, Random(1822)), theirs[:3]


def age(bill: Bill, now: datetime) -> str:
    days = bill.days_overdue(now)
    return next((name for most, name in AGES if days <= most), "longer")


AGES = ((0, "not due"), (30, "a month"), (60, "two months"), (90, "three months"))


@pytest.mark.parametrize("now", [WEDNESDAY, *MOMENTS[3:]], ids=str)
def test_whenever_it_is_made_up_every_story_is_told(now):
    planned, shown = made_up(now)
    fates = Counter(bill.fate for bill in planned)
    assert set(fates) == set(Fate)
    assert fates[Fate.PAID] > 0.8 * len(planned)
    assert (fates[Fate.DRAFT], fates[Fate.WRITTEN_OFF]) == (4, 1)
    assert {age(bill, now) for bill in planned if bill.fate is Fate.OPEN} == {*(name for _, name in AGES), "longer"}
    hers = [bill.fate for bill in planned if bill.visit.animal in shown]
    assert Counter(hers)[Fate.OPEN] == 1
    (of_the_dead,) = [bill for bill in planned if bill.fate is Fate.DRAFT and bill.visit.animal.dies_at]
    assert of_the_dead.opened_at < now - timedelta(days=1)
    for bill in planned:
        assert bill.visit.slot.starts_at < bill.opened_at < bill.issued_at < now
        assert bill.fate is Fate.OPEN or bill.issued_at < bill.paid_at <= now
    lately = {id(bill.visit) for bill in planned if bill.opened_at > now - bills.BILLED_WHOLLY}
    assert 250 < len(lately) < len(planned) < 650


def test_the_same_moment_makes_the_same_bills():
    def told(planned: list[Bill]) -> list[object]:
        return [(bill.opened_at, bill.fate, bill.method, bill.paid_at) for bill in planned]

    assert told(made_up(WEDNESDAY)[0]) == told(made_up(WEDNESDAY)[0])
