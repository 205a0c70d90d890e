"""Write-offs undone: what nobody waited for any more is waited for again, in part or all of it, and today."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models import (
    Book,
    EntryKind,
    EventKind,
    Invoice,
    InvoiceLine,
    LedgerEntry,
    LegalEntity,
    Money,
    PaymentMethod,
    Role,
)
from models.refusal import (
    Forbidden,
    IdempotencyKeyReused,
    InvalidInput,
    InvoiceNotIssued,
    NotFound,
    NothingToPay,
    NothingWrittenOff,
    PeriodClosed,
    Refusal,
    TooMuch,
)
from resolvers import credit_notes, invoices, journals, ledger, papers, takings, tills, write_offs
from resolvers.credit_notes import Part
from resolvers.debtors import Wish, debtors
from resolvers.papers import statements
from resolvers.statements import Stretch, of_client
from resolvers.tills import NewPayment
from resolvers.viewer import Viewer
from tests.found import events, found, last_event
from tests.racing import meanwhile
from tests.world import NOW, TODAY, a_location, a_member, a_world, how_many_rows
from tests.world.money import a_draft, a_legal_entity, a_written_off_invoice, an_invoice

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
ADVISER = Viewer.system("a test")


@pytest.fixture
async def world(database):
    made = await a_world()
    await a_legal_entity()
    return made


def undone(world, invoice, amount=None, *, key: str = "u", because: str = "She is back.", now=NOW) -> Any:
    return write_offs.undo(world.manager.viewer, invoice.id, amount, because, key=key, now=now)


def written_off(world, invoice, amount=None, *, key: str = "w", now=NOW) -> Any:
    return write_offs.write_off(world.manager.viewer, invoice.id, amount, "Moved away.", key=key, now=now)


async def refused(deed) -> Refusal:
    rows = await how_many_rows()
    with pytest.raises(Refusal) as told:
        await deed
    assert await how_many_rows() == rows
    return told.value


async def stands(invoice) -> tuple[int, int]:
    """What is open of it, and what is written off."""
    return (await ledger.open_of([invoice.id]))[invoice.id], (await ledger.written_off_of([invoice.id]))[invoice.id]


async def whole(invoice) -> list[dict[str, Any]]:
    rows = [await Invoice.get(id=invoice.id), *await InvoiceLine.filter(invoice_id=invoice.id)]
    return [{name: getattr(row, name) for name in row._meta.db_fields} for row in rows]


async def test_what_was_written_off_is_open_again_and_the_invoice_stays_as_it_is(world):
    invoice = await a_written_off_invoice(world.owner)
    before = await whole(invoice)
    assert await stands(invoice) == (0, 5000)

    assert await undone(world, invoice) == invoice.id

    assert await stands(invoice) == (5000, 0)
    assert await whole(invoice) == before
    entry = await LedgerEntry.get(kind=EntryKind.WRITE_OFF_UNDONE)
    assert (entry.debit, entry.credit, entry.minor) == (Book.RECEIVABLE, Book.BAD_DEBT, 5000)
    assert (entry.invoice_id, entry.location_id, entry.balance_minor) == (invoice.id, invoice.location_id, 5000)
    assert (entry.because, entry.posted_on, entry.at) == ("She is back.", TODAY, NOW)
    event, detail = await last_event()
    assert (event.kind, event.subject_id) == (EventKind.INVOICE_REOPENED, invoice.id)
    assert event.location_id == invoice.location_id
    assert "She is back." in detail


async def test_a_part_is_put_back_and_then_the_rest_and_what_is_open_is_written_off_again(world):
    invoice = await an_invoice(world.owner)
    await written_off(world, invoice, (4000, "EUR"))
    await undone(world, invoice, (1500, "EUR"))
    assert await stands(invoice) == (2500, 2500)
    await undone(world, invoice, key="rest")
    assert await stands(invoice) == (5000, 0)
    await written_off(world, invoice, key="again")
    assert await stands(invoice) == (0, 5000)
    kinds = ["INVOICE_WRITTEN_OFF", "INVOICE_REOPENED", "INVOICE_REOPENED", "INVOICE_WRITTEN_OFF"]
    assert await events() == kinds


async def test_what_is_open_again_is_paid_and_credited_like_any_debt(world):
    invoice = await a_written_off_invoice(world.owner)
    line = await InvoiceLine.get(invoice_id=invoice.id)

    def credited(minor):
        parts = [Part(line.id, (minor, "EUR"))]
        return credit_notes.issue(world.manager.viewer, invoice.id, parts, "It was short.", key="c", now=NOW)

    assert isinstance(await refused(credited(1000)), TooMuch)
    await undone(world, invoice, (3000, "EUR"))
    await credited(1000)
    new = NewPayment(
        client_id=world.owner.id, location_id=world.location.id, method=PaymentMethod.CASH, amount=Money(2500, "EUR")
    )
    payment = await tills.take(world.receptionist.viewer, new, key="t", now=NOW)
    assert await stands(invoice) == (0, 2000)
    assert await ledger.on_account_of([payment]) == {payment: 500}


@pytest.mark.parametrize("paid", [0, 5000])
async def test_where_nothing_is_written_off_nothing_is_put_back(world, paid):
    invoice = await an_invoice(world.owner)
    if paid:
        await written_off(world, invoice)
        await undone(world, invoice, key="first")
    told = await refused(undone(world, invoice))
    assert (type(told), told.code, told.path) == (NothingWrittenOff, "NOTHING_WRITTEN_OFF", ("invoiceId",))


async def test_what_was_written_off_of_another_invoice_is_not_put_back_to_this_one(world):
    await a_written_off_invoice(world.owner)
    invoice = await an_invoice(world.owner)
    assert isinstance(await refused(undone(world, invoice)), NothingWrittenOff)
    await written_off(world, invoice, (100, "EUR"))
    told = await refused(undone(world, invoice, (101, "EUR")))
    assert isinstance(told, TooMuch)
    assert (told.most_minor, told.currency, told.path) == (100, "EUR", ("amount",))


async def test_what_makes_no_sense_is_not_put_back(world):
    invoice, draft = await a_written_off_invoice(world.owner), await a_draft(world.owner)
    for deed, kind, path in (
        (undone(world, invoice, because=" "), InvalidInput, ("because",)),
        (undone(world, invoice, because="x" * 201), InvalidInput, ("because",)),
        (undone(world, invoice, (0, "EUR")), InvalidInput, ("amount",)),
        (undone(world, invoice, (100, "GBP")), InvalidInput, ("amount", "currency")),
        (undone(world, draft), InvoiceNotIssued, ()),
        (undone(world, world.pet), NotFound, ("invoiceId",)),
    ):
        told = await refused(deed)
        assert (type(told), told.path) == (kind, path)
    elsewhere = await a_member("Max Elsewhere", Role.MANAGER, at=await a_location("Elsewhere"))
    for somebody in (world.receptionist, world.vet, world.owner, elsewhere):
        with pytest.raises(Forbidden):
            await write_offs.undo(somebody.viewer, invoice.id, None, "Please.", key="k", now=NOW)
    assert await stands(invoice) == (0, 5000)


async def test_it_is_put_back_today_whatever_was_closed_since_and_not_on_a_closed_day(world):
    invoice = await an_invoice(world.owner)
    await written_off(world, invoice)
    await LegalEntity.all().update(closed_through=TODAY)
    assert isinstance(await refused(undone(world, invoice)), PeriodClosed)

    await undone(world, invoice, now=NOW + 3 * DAY)

    entries = await LedgerEntry.filter(kind__in=[EntryKind.WRITE_OFF, EntryKind.WRITE_OFF_UNDONE]).order_by("number")
    assert [entry.posted_on for entry in entries] == [TODAY, TODAY + 3 * DAY]


async def test_told_twice_it_is_put_back_once_and_a_key_means_one_thing(world):
    invoice = await an_invoice(world.owner)
    await written_off(world, invoice, (4000, "EUR"))
    first, twin = await asyncio.gather(undone(world, invoice, (1000, "EUR")), undone(world, invoice, (1000, "EUR")))
    assert first == twin == await undone(world, invoice, (1000, "EUR")) == invoice.id
    assert await stands(invoice) == (2000, 3000)
    assert isinstance(await refused(undone(world, invoice, (999, "EUR"))), IdempotencyKeyReused)


async def test_of_two_who_put_it_back_at_once_the_second_is_told(world):
    invoice = await a_written_off_invoice(world.owner)
    told = await meanwhile(lambda: undone(world, invoice), lambda: undone(world, invoice, key="another"))
    assert isinstance(told, NothingWrittenOff)
    assert await stands(invoice) == (5000, 0)


async def test_what_is_put_back_is_written_off_again_by_whoever_waited(world):
    invoice = await a_written_off_invoice(world.owner)
    assert isinstance(await refused(written_off(world, invoice)), NothingToPay)
    assert await meanwhile(lambda: undone(world, invoice), lambda: written_off(world, invoice)) == invoice.id
    assert await stands(invoice) == (0, 5000)


# What everybody else is told


async def test_she_owes_again_since_the_day_on_which_it_was_due(world):
    invoice = await a_written_off_invoice(world.owner)
    later = NOW + 40 * DAY
    assert (await debtors(world.manager.viewer, Wish(), 20, None, now=later)).debtors == []
    assert await invoices.settled(world.manager.viewer, [invoice.id]) == {invoice.id: True}

    await undone(world, invoice, (2000, "EUR"), now=later)

    (one,) = (await debtors(world.manager.viewer, Wish(), 20, None, now=later)).debtors
    assert (one.client_id, one.total, one.oldest_due_on) == (world.owner.id, Money(2000, "EUR"), invoice.due_on)
    assert (await debtors(world.manager.viewer, Wish(as_of=TODAY), 20, None, now=later)).debtors == []
    assert await invoices.settled(world.manager.viewer, [invoice.id]) == {invoice.id: False}
    assert await invoices.overdue(world.manager.viewer, [invoice.id], later) == {invoice.id: True}
    assert [row.id for row in await found(invoices.mine_open(world.owner.viewer))] == [invoice.id]


async def test_her_statement_and_the_journal_say_so_and_the_till_has_taken_nothing(world):
    invoice = await a_written_off_invoice(world.owner)
    await undone(world, invoice, (2000, "EUR"))
    entries = await found(of_client(world.manager.viewer, world.owner.id, Stretch()))
    assert [(entry.kind, entry.balance_minor) for entry in entries] == [
        (EntryKind.CHARGE, 5000),
        (EntryKind.WRITE_OFF, 0),
        (EntryKind.WRITE_OFF_UNDONE, 2000),
    ]
    paper = await statements.statement(entries[0].account_id, papers.Days(TODAY, TODAY), now=NOW)
    assert f"Write-off of invoice {invoice.number} taken back" in str(paper.facts)
    journal = await journals.journal(ADVISER, invoice.legal_entity_id, TODAY, TODAY)
    ((_, told),) = [day async for day in journals.days(ADVISER, journal)]
    last = told[-1]
    assert (last.kind, last.debit, last.credit) == ("WRITE_OFF_UNDONE", "RECEIVABLE", "BAD_DEBT")
    assert (last.amount, last.invoice, last.because) == (Money(2000, "EUR"), invoice.number, "She is back.")
    assert (await takings.takings(world.manager.viewer, world.location.id, TODAY)).methods == []
