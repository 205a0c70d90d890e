"""Each guard of the books: a row that follows from what is there passes, and one that does not is refused by its name."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from models import EntryKind, sql
from models.constraint import Guard
from models.row import uuid7
from tests.bookkeeping import Two, issue, next_entry, two_clients
from tests.thaw import EVERY, thawed
from tests.violating import a_row, insert
from tests.world import TODAY, how_many_rows
from tests.world.money import a_draft

pytestmark = pytest.mark.anyio

GUARDS = {
    one.name: one
    for name in ("0017_paying_kept", "0021_write_offs_undone")
    for one in import_module(f"models.migrations.{name}").CONSTRAINTS
    if isinstance(one, Guard)
}
YESTERDAY = TODAY - timedelta(days=1)
Wrong = Callable[[Two], Awaitable[Any]]


def posts(kind: EntryKind, minor: int, *papers: str, whose: str = "hers", **but: Any) -> Wrong:
    """An entry in Olga's books that names these papers, of hers or of his; a value can be asked of what there is."""

    async def wrong(two: Two) -> None:
        named = {f"{paper}_id": getattr(getattr(two, whose), paper).id for paper in papers}
        given = {key: value(two) if callable(value) else value for key, value in but.items()}
        await next_entry(two.hers.account, kind, minor, **named | given)

    return wrong


def copies(table: str, of: Callable[[Two], Any], **but: Any) -> Wrong:
    """A copy of a row, with a new key, that differs in this."""

    async def wrong(two: Two) -> None:
        row = await a_row(table, f"id = '{of(two).id}'")
        given = {key: value(two) if callable(value) else value for key, value in but.items()}
        await insert(table, {**row, "id": uuid7(), **given})

    return wrong


def changes(statement: str, *values: Callable[[Two], Any]) -> Wrong:
    async def wrong(two: Two) -> None:
        await sql.execute(statement, [value(two) for value in values])

    return wrong


def released(minor: int = 100, **but: Any) -> Wrong:
    return posts(EntryKind.RELEASE, minor, "invoice", "payment", **but)


def credited(net: int, tax: int, *, more: int = 0, **but: Any) -> Wrong:
    """A line of another credit note of hers, which says `more` than its line."""

    async def wrong(two: Two) -> None:
        note, key = await a_row("credit_note", f"id = '{two.hers.credit_note.id}'"), uuid7()
        sums = {"net_minor": net, "tax_minor": tax, "gross_minor": net + tax}
        whole = {"net_minor": net + more, "tax_minor": tax, "gross_minor": net + tax + more}
        await insert("credit_note", {**note, **whole, "id": key, "number": str(key)[-30:]})
        await copies("credit_note_line", lambda two: two.hers.credit_note_line, credit_note_id=key, **sums | but)(two)
        if more:
            papers = {"invoice_id": two.hers.invoice.id, "credit_note_id": key}
            await next_entry(two.hers.account, EntryKind.CREDIT, net + tax + more, **papers)

    return wrong


async def _closed(two: Two) -> None:
    await sql.execute("UPDATE legal_entity SET closed_through = ? WHERE id = ?", (YESTERDAY, two.hers.entity.id))
    await released(posted_on=YESTERDAY)(two)


async def _put_back_twice(two: Two) -> None:
    for kind in (EntryKind.WRITE_OFF, EntryKind.WRITE_OFF_UNDONE, EntryKind.WRITE_OFF_UNDONE):
        await posts(kind, 5, "invoice")(two)


def reopens(closed_through: Any) -> Wrong:
    async def wrong(two: Two) -> None:
        said = "UPDATE legal_entity SET closed_through = ? WHERE id = ?"
        await sql.execute(said, (YESTERDAY, two.hers.entity.id))
        await sql.execute(said, (closed_through, two.hers.entity.id))

    return wrong


def issues(**sums: int) -> Wrong:
    """A draft that says other sums than its line, over 50.00."""

    async def wrong(two: Two) -> None:
        draft = await a_draft(two.world.owner)
        await issue(draft.update_from_dict({"net_minor": 4202, "tax_minor": 798, "gross_minor": 5000} | sums), "W-1")

    return wrong


async def _nothing_on_it(two: Two) -> None:
    await issue(await a_draft(two.world.owner, gross=None), "W-2")


async def _shares_of_more_than_all(two: Two) -> None:
    bill = uuid7()
    await issue(await a_draft(two.world.owner, bill_id=bill, share=60), f"{uuid7()}"[:30])
    await issue(await a_draft(two.world.owner, bill_id=bill, share=41), "W-4")


def of_his(name: str) -> Callable[[Two], Any]:
    return lambda two: getattr(two.his, name).id


CASH_PAYMENT: dict[str, Any] = {"payment_id": lambda two: two.cash.id}
NUMBERS = "UPDATE number_series SET {} WHERE name = 'INVOICE 2026'"
NOTE, REFUND, MEANT = (lambda two: two.hers.credit_note), (lambda two: two.hers.refund), (lambda two: two.hers.meant)
REF = {"provider_ref": "another"}

WRONG: dict[str, list[Wrong]] = {
    "ledger_goes_on": [
        released(number=99),
        released(number=1),
        released(balance_minor=1),
        released(balance_minor=-100),
    ],
    "ledger_of_its_account": [
        released(client_id=lambda two: two.his.account.client_id),
        released(legal_entity_id=lambda two: two.elsewhere.id),
        released(currency="USD"),
    ],
    "ledger_of_its_papers": [
        released(whose="his"),
        released(invoice_id=of_his("invoice")),
        released(payment_id=of_his("payment")),
        released(invoice_id=lambda two: two.hers.draft.id),
        posts(EntryKind.REFUND, 1000, "payment", refund_id=of_his("refund")),
        posts(EntryKind.REFUND, 1000, "refund", **CASH_PAYMENT),
        posts(EntryKind.CREDIT, 1000, "credit_note", invoice_id=lambda two: two.second.id),
        posts(EntryKind.DISPUTE_WON, 4000, "dispute", **CASH_PAYMENT),
    ],
    "ledger_as_written": [
        posts(EntryKind.CHARGE, 4999, "invoice"),
        posts(EntryKind.CREDIT, 999, "invoice", "credit_note"),
        credited(400, 0, more=100),
        posts(EntryKind.PAYMENT, 1, "payment"),
        posts(EntryKind.PAYMENT, 5000, "payment", debit="CASH"),
        posts(EntryKind.PAYMENT_REVERSED, 4999, credit="CASH", **CASH_PAYMENT),
        posts(EntryKind.PAYMENT_REVERSED, 5000, credit="BANK", **CASH_PAYMENT),
        posts(EntryKind.PAYMENT_REVERSED, 5000, "payment", credit="CARD"),
        posts(EntryKind.REFUND, 999, "payment", "refund"),
        posts(EntryKind.REFUND_PAID, 1000, "payment", "refund", credit="CASH"),
        posts(EntryKind.REFUND_FAILED, 1, "payment", "refund"),
        posts(EntryKind.DISPUTE, 1, "payment", "dispute"),
        posts(EntryKind.DISPUTE_WON, 1, "payment", "dispute"),
    ],
    "ledger_tax": [
        posts(EntryKind.CHARGE_TAX, 1, "invoice", tax_rate=0),
        posts(EntryKind.CREDIT_TAX, 1, "invoice", "credit_note", tax_rate=0),
    ],
    "ledger_released": [released(4001), released(1, invoice_id=lambda two: two.second.id)],
    "ledger_refunds_due": [
        posts(EntryKind.REFUND_PAID, 1000, "payment", "refund"),
        posts(EntryKind.REFUND_FAILED, 1000, "payment", "refund"),
    ],
    "ledger_disputed": [posts(EntryKind.DISPUTE_WON, 4001, "payment", "dispute")],
    "ledger_covered": [
        posts(EntryKind.DISPUTE_COVERED, 701, "payment", "dispute", whose="his"),
        posts(EntryKind.DISPUTE_COVERED, 1, "payment", "dispute"),
        posts(EntryKind.DISPUTE_COVERED, 1, "payment", dispute_id=of_his("dispute")),
    ],
    "ledger_owed": [
        posts(EntryKind.WRITE_OFF, 1, "invoice"),
        posts(EntryKind.ALLOCATION, 1, "invoice", "payment"),
        posts(EntryKind.CREDIT, 1000, "invoice", "credit_note"),
    ],
    "ledger_write_off_undone": [posts(EntryKind.WRITE_OFF_UNDONE, 1, "invoice"), _put_back_twice],
    "ledger_on_account": [
        posts(EntryKind.REFUND, 1000, "payment", "refund"),
        posts(EntryKind.ALLOCATION, 1, "invoice", "payment"),
        posts(EntryKind.DISPUTE_LOST, 1, "payment", "dispute"),
        posts(EntryKind.PAYMENT_REVERSED, 5000, credit="CASH", **CASH_PAYMENT),
    ],
    "ledger_period": [_closed],
    "legal_entity_closes_forward": [
        reopens(None),
        reopens(YESTERDAY - timedelta(days=1)),
        changes("UPDATE legal_entity SET number_prefix = 'X' WHERE id = ?", lambda two: two.hers.entity.id),
    ],
    "invoice_adds_up": [
        issues(net_minor=4203, gross_minor=5001),
        issues(tax_minor=799, gross_minor=5001),
        issues(net_minor=5000, tax_minor=0),
        _nothing_on_it,
    ],
    "invoice_begins_as_a_draft": [copies("invoice", lambda two: two.hers.invoice, number="W-3")],
    "invoice_of_a_whole_bill": [_shares_of_more_than_all],
    "number_series_goes_on": [
        changes(NUMBERS.format("last_number = 7")),
        changes(NUMBERS.format("last_number = 6")),
        changes(NUMBERS.format("name = 'INVOICE 2027', last_number = 8")),
    ],
    "invoice_payer_of_a_whole": [
        copies("invoice_payer", lambda two: two.hers.payer, client_id=lambda two: two.his.account.client_id, share=1)
    ],
    "credit_note_line_net": [credited(3363, 0)],
    "credit_note_line_tax": [credited(0, 639)],
    "credit_note_line_gross": [credited(3363, 638)],
    "credit_note_line_of_a_whole": [
        copies("credit_note_line", lambda two: two.hers.credit_note_line, position=2, **one)
        for one in (
            {"net_minor": 1, "tax_minor": 0, "gross_minor": 1},
            {"net_minor": 0, "tax_minor": 1, "gross_minor": 1},
        )
    ],
    "credit_note_line_of_its_invoice": [credited(1, 0, invoice_line_id=of_his("line"))],
    "credit_note_of_its_invoice": [
        copies("credit_note", NOTE, number="W", client_id=lambda two: two.his.account.client_id),
        copies("credit_note", NOTE, number="W", legal_entity_id=lambda two: two.elsewhere.id),
        copies("credit_note", NOTE, number="W", currency="USD"),
        copies("credit_note", NOTE, number="W", invoice_id=lambda two: two.hers.draft.id),
        copies("credit_note", NOTE, number="W", invoice_id=of_his("invoice")),
    ],
    "payment_invoice_of_its_client": [
        copies("payment_invoice", MEANT, invoice_id=of_his("invoice")),
        copies("payment_invoice", MEANT, invoice_id=lambda two: two.hers.draft.id),
    ],
    "payment_invoice_of_a_whole": [copies("payment_invoice", MEANT, invoice_id=lambda two: two.second.id, minor=1)],
    "refund_of_its_payment": [
        copies("refund", REFUND, **REF, client_id=lambda two: two.his.account.client_id),
        copies("refund", REFUND, **REF, currency="USD"),
        copies("refund", REFUND, **REF, **CASH_PAYMENT),
    ],
    "refund_of_its_credit_note": [copies("refund", REFUND, **REF, credit_note_id=of_his("credit_note"))],
    "refund_of_a_whole": [copies("refund", REFUND, **REF, minor=4001)],
    "dispute_of_its_payment": [
        copies("dispute", lambda two: two.hers.dispute, **REF, currency="USD"),
        copies("dispute", lambda two: two.hers.dispute, **REF, **CASH_PAYMENT),
    ],
}


@pytest.fixture
async def two(database):
    return await two_clients()


def test_every_guard_has_a_case():
    assert set(WRONG) == set(GUARDS)


async def test_what_does_not_follow_is_refused(two):
    before = await how_many_rows()
    for wrongs in WRONG.values():
        for wrong in wrongs:
            with pytest.raises(IntegrityError):
                async with in_transaction():
                    await wrong(two)
    assert await how_many_rows() == before


async def test_each_guard_refuses_it_alone(two):
    for name, wrongs in WRONG.items():
        async with thawed([one for one in EVERY if isinstance(one, Guard) and one.name != name]):
            for number, wrong in enumerate(wrongs):
                with pytest.raises(IntegrityError) as refused:
                    async with in_transaction():
                        await wrong(two)
                assert name in str(refused.value), (name, number, refused.value)


async def test_what_follows_from_what_is_there_is_not_refused(two):
    await released()(two)
    await posts(EntryKind.ALLOCATION, 100, "invoice", "payment")(two)
    await posts(EntryKind.DISPUTE_WON, 4000, "payment", "dispute")(two)
    await released(4000)(two)
    for kind in (EntryKind.WRITE_OFF, EntryKind.WRITE_OFF_UNDONE, EntryKind.WRITE_OFF):
        await posts(kind, 4000, "invoice")(two)
    left = (
        "SELECT SUM(CASE WHEN debit = 'RECEIVABLE' THEN minor ELSE -minor END) FROM ledger_entry WHERE invoice_id = ?"
    )
    assert [
        int(row[0]) for row in await sql.tuples(left + " AND 'RECEIVABLE' IN (debit, credit)", (two.hers.invoice.id,))
    ] == [0]
