"""An audit: what the ledger says, held against what the bookkeeper has on her sheet."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from models import CreditNoteLine, InvoiceLine, sql
from resolvers import ledger
from tests.money.bookkeeper import Account, Bookkeeper, without_nothing

_CLIENTS = ("RECEIVABLE", "ON_ACCOUNT")
_PAYING = {"ALLOCATION": 1, "RELEASE": -1}


async def agree(sheet: Bookkeeper) -> None:
    """The ledger says what the bookkeeper says, and holds by itself."""
    rows = await sql.tuples(
        "SELECT client_id, legal_entity_id, currency, number, debit, credit, minor, balance_minor, invoice_id, "
        "payment_id, kind FROM ledger_entry ORDER BY account_id, number"
    )
    is_open, left, books = Counter[UUID](), Counter[UUID](), Counter[tuple[UUID, str, str]]()
    balance, paid = dict[Account, tuple[int, int]](), Counter[tuple[UUID, UUID]]()
    for client, entity, currency, number, debit, credit, minor, after, invoice, payment, kind in rows:
        account = (sql.as_key(client), sql.as_key(entity), currency)
        last, before = balance.get(account, (0, 0))
        owed = minor * ((debit in _CLIENTS) - (credit in _CLIENTS))
        assert minor > 0
        assert (number, after) == (last + 1, before + owed)
        balance[account] = (number, after)
        books[account[1], currency, debit] += minor
        books[account[1], currency, credit] -= minor
        for book, sign in ((debit, 1), (credit, -1)):
            if book == "RECEIVABLE":
                is_open[sql.as_key(invoice)] += sign * minor
            if book == "ON_ACCOUNT":
                left[sql.as_key(payment)] -= sign * minor
        if kind in _PAYING:
            paid[sql.as_key(invoice), sql.as_key(payment)] += minor * _PAYING[kind]
        assert all(minor >= 0 for counted in (is_open, left, paid) for minor in counted.values())
    assert without_nothing(is_open) == {key: bill.is_open for key, bill in sheet.bills.items() if bill.is_open}
    assert without_nothing(left) == {key: one.left for key, one in sheet.payments.items() if one.left}
    assert without_nothing(books) == without_nothing(sheet.books)
    assert {key: after for key, (_, after) in balance.items() if after} == without_nothing(sheet.balances())
    told = {(key, one): minor for key, bill in sheet.bills.items() for one, minor in bill.paid.items() if minor}
    assert without_nothing(paid) == told


async def end(sheet: Bookkeeper) -> None:
    """Whatever is derived says the same: what is open, what is on account, what was credited of each line."""
    assert await ledger.open_of(sheet.bills) == {key: bill.is_open for key, bill in sheet.bills.items()}
    written_off = {key: bill.written_off for key, bill in sheet.bills.items()}
    assert await ledger.written_off_of(sheet.bills) == written_off
    assert await ledger.on_account_of(sheet.payments) == {key: one.left for key, one in sheet.payments.items()}
    credited: Counter[UUID] = Counter()
    for one in await CreditNoteLine.all():
        credited[one.invoice_line_id] += one.gross_minor
    for bill in sheet.bills.values():
        for line in await InvoiceLine.filter(id__in=list(bill.lines)):
            assert line.gross_minor - credited[line.id] == bill.lines[line.id].gross
    await _numbers()


async def _numbers() -> None:
    """Every series counts from 1 without a gap."""
    for table in ("invoice", "credit_note", "payment"):
        rows = await sql.tuples(f"SELECT number FROM {table} WHERE number IS NOT NULL")
        series: dict[str, list[int]] = {}
        for (number,) in rows:
            name, _, last = number.rpartition("-")
            series.setdefault(name, []).append(int(last))
        assert all(sorted(numbers) == list(range(1, len(numbers) + 1)) for numbers in series.values())
