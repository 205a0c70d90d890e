"""What the database itself refuses of money, tried with raw SQL as nobody in the house would."""

from collections.abc import Sequence
from datetime import timedelta
from importlib import import_module
from itertools import count

import pytest
from tortoise.exceptions import IntegrityError

from models import Book, EntryKind, PriceListItem, sql
from models.constraint import Check, Frozen, PartialIndex, TextIndex, Unique
from models.row import uuid7
from tests.bookkeeping import two_clients
from tests.thaw import EVERY, thawed
from tests.violating import Bad, Twin, a_row, insert, is_refused, is_there, stays_as_it_is
from tests.world import NOW, TODAY, a_vaccine

pytestmark = pytest.mark.anyio

_BY_NAME = {  # what was made again later is as the last one says
    one.name: one
    for name in ("0017_paying_kept", "0021_write_offs_undone")
    for one in import_module(f"models.migrations.{name}").CONSTRAINTS
}
CONSTRAINTS = list(_BY_NAME.values())
REFUSES = [one for one in CONSTRAINTS if isinstance(one, Check | Unique)]
FROZEN = [one for one in CONSTRAINTS if isinstance(one, Frozen)]
INDEXES = [one for one in CONSTRAINTS if isinstance(one, TextIndex | PartialIndex)]
MOST = 10**12
NUMBERS = count(1000)
SUMS = [
    Bad({"net_minor": 1, "tax_minor": 1, "gross_minor": 3}),
    Bad({"net_minor": -1, "tax_minor": 1, "gross_minor": 0}),
    Bad({"net_minor": 1, "tax_minor": -1, "gross_minor": 0}),
]
IN_WRONG_BOOKS = [
    Bad({"kind": kind.value, "debit": debit.value, "credit": credit.value})
    for kind, debit, credit in (
        (EntryKind.CHARGE, Book.SALES, Book.RECEIVABLE),
        (EntryKind.CHARGE, Book.RECEIVABLE, Book.TAX),
        (EntryKind.CHARGE_TAX, Book.RECEIVABLE, Book.TAX),
        (EntryKind.CREDIT, Book.RECEIVABLE, Book.SALES),
        (EntryKind.CREDIT_TAX, Book.SALES, Book.TAX),
        (EntryKind.PAYMENT, Book.RECEIVABLE, Book.ON_ACCOUNT),
        (EntryKind.PAYMENT, Book.CASH, Book.RECEIVABLE),
        (EntryKind.PAYMENT_REVERSED, Book.CASH, Book.ON_ACCOUNT),
        (EntryKind.PAYMENT_REVERSED, Book.ON_ACCOUNT, Book.REFUNDS_DUE),
        (EntryKind.ALLOCATION, Book.RECEIVABLE, Book.ON_ACCOUNT),
        (EntryKind.RELEASE, Book.ON_ACCOUNT, Book.RECEIVABLE),
        (EntryKind.REFUND, Book.ON_ACCOUNT, Book.CASH),
        (EntryKind.REFUND_PAID, Book.REFUNDS_DUE, Book.SALES),
        (EntryKind.REFUND_FAILED, Book.ON_ACCOUNT, Book.REFUNDS_DUE),
        (EntryKind.WRITE_OFF, Book.RECEIVABLE, Book.BAD_DEBT),
        (EntryKind.WRITE_OFF_UNDONE, Book.BAD_DEBT, Book.RECEIVABLE),
        (EntryKind.DISPUTE, Book.CARD, Book.DISPUTED),
        (EntryKind.DISPUTE_WON, Book.DISPUTED, Book.CARD),
        (EntryKind.DISPUTE_LOST, Book.BAD_DEBT, Book.DISPUTED),
        (EntryKind.DISPUTE_UNCOVERED, Book.ON_ACCOUNT, Book.DISPUTED),
        (EntryKind.DISPUTE_COVERED, Book.BAD_DEBT, Book.ON_ACCOUNT),
    )
] + [Bad({"kind": "GIFT"}), Bad({"debit": "CASH", "credit": "CASH"})]
BELONGING = {
    "CHARGE": ("invoice_id",), "CHARGE_TAX": ("invoice_id", "tax_rate"), "CREDIT": ("invoice_id", "credit_note_id"),
    "CREDIT_TAX": ("invoice_id", "credit_note_id", "tax_rate"), "PAYMENT": ("payment_id",),
    "PAYMENT_REVERSED": ("payment_id",),
    "ALLOCATION": ("invoice_id", "payment_id"), "RELEASE": ("invoice_id", "payment_id"),
    "REFUND": ("payment_id", "refund_id"), "REFUND_PAID": ("payment_id", "refund_id"),
    "DISPUTE": ("payment_id", "dispute_id"), "DISPUTE_LOST": ("payment_id", "dispute_id"),
    "DISPUTE_UNCOVERED": ("dispute_id",), "DISPUTE_COVERED": ("payment_id", "dispute_id"),
}  # fmt: skip


async def another_entry(row):
    """The only other entry of the kind, about other papers than the row."""
    papers = {"invoice": "invoice_id", "credit_note": "credit_note_id", "refund": "refund_id", "dispute": "dispute_id",
              "payment": "payment_id"}  # fmt: skip
    others = {
        key: (await a_row(table, f"id <> '{row[key]}'"))["id"] for table, key in papers.items() if row[key] is not None
    }
    await sql.execute("DELETE FROM ledger_entry WHERE kind = ? AND id <> ?", (row["kind"], row["id"]))
    made = {**row, **others, "id": uuid7(), "number": next(NUMBERS)}
    await insert("ledger_entry", made)
    return Made(made["id"])


class Made:
    def __init__(self, id):
        self.id = id


async def another_line(row):
    await sql.execute("UPDATE invoice_line SET source = 'PROPOSAL', source_id = ? WHERE id <> ?", (uuid7(), row["id"]))
    return Made((await a_row("invoice_line", f"id <> '{row['id']}'"))["id"])


async def another_item(row):
    return await PriceListItem.create(
        kind="PRODUCT", name="Other", fold="other", tax_category_id=row["tax_category_id"]
    )


def once(kind, *columns):
    return [Twin(columns, another_entry, f"kind = '{kind}'", {"number": 99})]


CASES: dict[str, Sequence[Bad | Twin]] = {
    "practice_most_discount": [Bad({"most_discount": -1}), Bad({"most_discount": 101})],
    "legal_entity_due_days": [Bad({"due_days": -1}), Bad({"due_days": 366})],
    "tax_rate_range": [Bad({"rate": -1}), Bad({"rate": 100_001})],
    "price_range": [Bad({"minor": -1}), Bad({"minor": MOST + 1}), Bad({"currency": "EU"})],
    "price_list_item_of_a_service": [Twin(("service_id",), another_item)],
    "price_list_item_of_a_vaccine": [Twin(("vaccine_id",), another_item)],
    "proposed_charge_quantity": [Bad({"quantity_thousandths": 0})],
    "dropped_charge_has_a_reason": [Bad({"because": ""})],
    "invoice_sums": [*SUMS, Bad({"net_minor": MOST, "tax_minor": 1, "gross_minor": MOST + 1})],
    "invoice_share": [Bad({"share": 0}), Bad({"share": 101})],
    "invoice_issued_whole": [
        *(Bad({"state": "ISSUED", **issued}) for issued in (
            {"number": None}, {"issued_at": None}, {"issued_on": None}, {"due_on": None}, {"names": ""},
            {"issued_on": TODAY, "due_on": TODAY - timedelta(days=1)},
        )),
        Bad({"state": "DRAFT", "number": "9"}),
    ],
    "invoice_discarded_has_a_reason": [
        Bad({"state": "DISCARDED", "number": None, "issued_at": None, "issued_on": None, "due_on": None,
             "discarded_because": ""}),
    ],
    "invoice_line_sums": SUMS,
    "invoice_line_ranges": [
        Bad({"quantity_thousandths": 0}),
        Bad({"unit_price_minor": -1, "price_because": "x"}),
        Bad({"discount_rate": -1, "discount_because": "x"}),
        Bad({"discount_rate": 100_001, "discount_because": "x"}),
        Bad({"tax_rate": -1}),
        Bad({"tax_rate": 100_001}),
    ],
    "invoice_line_reasons": [
        Bad({"discount_rate": 1}), Bad({"unit_price_minor": 1}), Bad({"list_price_minor": None}),
    ],
    "invoice_line_source": [Bad({"source": "PROPOSAL"}), Bad({"source_id": uuid7()})],
    "invoice_line_bills_once": [
        Twin(("source", "source_id", "holds_source"), another_line, "holds_source", {"position": 9})
    ],
    "invoice_payer_share": [Bad({"share": 0}), Bad({"share": 101})],
    "credit_note_sums": [*SUMS, Bad({"because": ""})],
    "credit_note_line_sums": SUMS,
    "payment_amount": [Bad({"minor": 0}), Bad({"minor": MOST + 1})],
    "payment_succeeded_whole": [
        *(Bad({"state": "SUCCEEDED", "number": "9", **lacks}) for lacks in (
            {"number": None}, {"received_on": None}, {"settled_at": None}
        )),
        Bad({"state": "STARTED", "number": "9"}),
    ],
    "payment_invoice_amount": [Bad({"minor": 0})],
    "refund_amount": [Bad({"minor": 0}), Bad({"because": ""})],
    "refund_settled": [Bad({"state": "REQUESTED"}), Bad({"settled_at": None})],
    "dispute_amount": [Bad({"minor": 0})],
    "dispute_settled": [Bad({"state": "WON", "settled_at": None}), Bad({"state": "OPEN", "settled_at": NOW})],
    "ledger_amount": [Bad({"minor": 0}), Bad({"minor": -1}), Bad({"minor": MOST + 1})],
    "ledger_moves": IN_WRONG_BOOKS,
    "ledger_charge_once": once("CHARGE", "invoice_id"),
    "ledger_credit_once": once("CREDIT", "credit_note_id"),
    "ledger_payment_once": once("PAYMENT", "payment_id"),
    "ledger_payment_reversed_once": once("PAYMENT_REVERSED", "payment_id"),
    "ledger_refund_once": once("REFUND", "refund_id"),
    "ledger_refund_settled_once": once("REFUND_PAID", "refund_id"),
    "ledger_dispute_once": once("DISPUTE", "dispute_id"),
    "ledger_dispute_settled_once": once("DISPUTE_WON", "dispute_id"),
    "ledger_dispute_uncovered_once": once("DISPUTE_UNCOVERED", "dispute_id"),
}  # fmt: skip
BY_ITS_KIND = {"ledger_belongs"}
NAMED = ("invoice", "credit_note", "payment", "refund", "dispute")
BEFORE = {
    "price_list_item_of_a_service": "UPDATE price_list_item SET service_id = (SELECT its.id FROM service its)",
    "price_list_item_of_a_vaccine": "UPDATE price_list_item SET vaccine_id = (SELECT its.id FROM vaccine its LIMIT 1)",
    "ledger_moves": "UPDATE ledger_entry SET tax_rate = 1, "
    + ", ".join(f"{table}_id = (SELECT its.id FROM {table} its ORDER BY its.id LIMIT 1)" for table in NAMED)
    + " WHERE id = (SELECT e.id FROM ledger_entry e ORDER BY e.id LIMIT 1)",
    "ledger_dispute_settled_once": "UPDATE ledger_entry SET kind = 'DISPUTE_WON', debit = 'CARD' WHERE kind = 'DISPUTE_LOST'",
    "invoice_line_bills_once": "UPDATE invoice_line SET source = 'PROPOSAL', source_id = id, holds_source = TRUE "
    "WHERE id = (SELECT l.id FROM invoice_line l ORDER BY l.id LIMIT 1)",
}
"""What makes the row to try it on."""


@pytest.fixture
async def two(database):
    return await two_clients()


def test_every_constraint_has_a_case():
    assert {one.name for one in REFUSES} == {*CASES, *BY_ITS_KIND}


async def test_the_database_refuses(two):
    async with thawed(EVERY):
        for constraint in REFUSES:
            if constraint.name in CASES and constraint.name not in BEFORE:
                await is_refused(constraint, CASES[constraint.name])


@pytest.mark.parametrize("name", BEFORE)
async def test_the_database_refuses_also(two, name):
    await a_vaccine("Rabisin")
    async with thawed(EVERY):
        await sql.execute(BEFORE[name])
        await is_refused(next(one for one in REFUSES if one.name == name), CASES[name])


async def test_an_entry_names_what_it_belongs_to(two):
    async with thawed(EVERY):
        for kind, columns in BELONGING.items():
            row = await a_row("ledger_entry", f"kind = '{kind}'")
            for column in columns:
                with pytest.raises(IntegrityError, match="ledger_belongs"):
                    await insert("ledger_entry", {**row, "id": uuid7(), "number": 99, column: None})
                with pytest.raises(IntegrityError, match="ledger_belongs"):
                    await sql.execute(f"UPDATE ledger_entry SET {column} = NULL WHERE id = ?", (row["id"],))


async def test_what_is_issued_or_posted_stays_as_it_is(two):
    for constraint in FROZEN:
        async with thawed([one for one in EVERY if one != constraint and one.table == constraint.table]):
            await stays_as_it_is(constraint)


async def test_every_index_is_there(database):
    for index in INDEXES:
        assert await is_there(index), index
