"""Statements: every entry that changes what is owed, with what was owed after it; as quick at the end as at the start."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from models import ClientAccount, EntryKind, LedgerEntry, Location, Money, Payment, PaymentMethod, sql
from models.ledger import STATED
from models.row import uuid7
from resolvers import payments, statements, tills
from resolvers.statements import Stretch
from resolvers.tills import NewPayment
from tests.found import found
from tests.world import NOW, TODAY, a_visit, a_world, an_owner
from tests.world.money import a_legal_entity, an_invoice, some_bookkeeping

DAY = timedelta(days=1)


@pytest.fixture
async def world(database):
    made = await a_world()
    await a_legal_entity()
    return made


async def stated(world, viewer=None, **stretch: Any) -> list[tuple[str, int, int]]:
    rows = statements.of_client(viewer or world.receptionist.viewer, world.owner.id, Stretch(**stretch))
    return [(each.kind.value, each.minor, each.balance_minor) for each in await found(rows)]


async def test_a_statement_shows_what_changes_the_debt_and_the_balance_after_it(world):
    await some_bookkeeping(world.owner, await a_visit(world.pet))
    await an_invoice(world.owner, gross=1200)
    assert await stated(world) == [
        ("CHARGE", 5000, 5000),
        ("PAYMENT", 5000, 0),
        ("CREDIT", 1000, -1000),
        ("REFUND", 1000, 0),
        ("CHARGE", 1200, 1200),
    ]


async def test_a_statement_is_of_one_legal_entity_and_one_currency(world):
    await an_invoice(world.owner, gross=1000)
    first = await ClientAccount.get()
    other = await a_legal_entity("Hill Vets Ltd", prefix="H")
    await Location.filter(id=world.location.id).update(legal_entity_id=other.id)
    await _paid(world, 300)
    await Location.filter(id=world.location.id).update(currency="GBP")
    await _paid(world, 200, "GBP")
    assert await stated(world) == await stated(world, legal_entity_id=first.legal_entity_id) == [("CHARGE", 1000, 1000)]
    assert await stated(world, legal_entity_id=other.id, currency="EUR") == [("PAYMENT", 300, -300)]
    assert await stated(world, currency="GBP") == [("PAYMENT", 200, -200)]
    assert await stated(world, legal_entity_id=world.location.id) == []


async def _paid(world, minor: int, currency: str = "EUR", *, key: str = "", **more: Any):
    given: dict[str, Any] = {"client_id": world.owner.id, "location_id": world.location.id}
    new = NewPayment(method=PaymentMethod.CASH, amount=Money(minor, currency), **given | more)
    return await tills.take(world.receptionist.viewer, new, key=f"{minor}{key}", now=NOW)


async def test_a_stretch_of_it_is_by_the_day_to_which_entries_belong(world):
    await _paid(world, 1)
    await _paid(world, 20, received_on=TODAY - 5 * DAY)
    await _paid(world, 300, received_on=TODAY - 2 * DAY)
    assert await stated(world, since=TODAY - 5 * DAY, until=TODAY - 2 * DAY) == [
        ("PAYMENT", 20, -21),
        ("PAYMENT", 300, -321),
    ]
    assert await stated(world, until=date(2025, 12, 31)) == []


async def test_an_owner_reads_her_own_statement_and_payments_and_no_other(world):
    await _paid(world, 100)
    stranger = await an_owner("Nora Lund")
    own = await found(statements.mine(world.owner.viewer, Stretch()))
    assert [each.minor for each in own] == [100]
    assert await found(statements.mine(stranger.viewer, Stretch())) == []
    assert await found(statements.of_client(stranger.viewer, world.owner.id, Stretch())) == []
    payment = await Payment.get()
    assert [each.id for each in await found(payments.mine(world.owner.viewer))] == [payment.id]
    for read in (payments.on_account, payments.refunded, payments.paid):
        assert not await read(stranger.viewer, [payment.id])
        assert payment.id in await payments.on_account(world.owner.viewer, [payment.id])


async def test_what_clients_owe_is_found_for_all_of_them_at_once(world):
    await an_invoice(world.owner, gross=1000)
    await _paid(world, 1500)
    nobody, other = await an_owner(), await an_owner()
    await an_invoice(other, gross=700)
    ids = [world.owner.id, nobody.id, other.id]
    told = await statements.balances(world.receptionist.viewer, ids)
    assert [[each.balance for each in told[key]] for key in ids] == [[Money(-500, "EUR")], [], [Money(700, "EUR")]]
    assert await statements.balances(other.viewer, [world.owner.id]) == {world.owner.id: []}


async def many_entries(world, count: int) -> ClientAccount:
    """An account with so many payments, as they would be after years."""
    await _paid(world, 1)
    account, first = await ClientAccount.get(), await LedgerEntry.get()
    payment = await Payment.get()
    paid, entries = [], []
    for number in range(2, count + 1):
        columns = {name: getattr(payment, name) for name in payment._meta.fields_db_projection} | {"id": uuid7()}
        paid.append(Payment(**columns | {"number": f"X{number}", "provider_ref": None}))
        same = {name: getattr(first, name) for name in first._meta.fields_db_projection}
        own = {"id": uuid7(), "number": number, "payment_id": paid[-1].id, "balance_minor": -number}
        entries.append(LedgerEntry(**same | own))
    for start in range(0, count, 500):
        await sql.insert(paid[start : start + 500])
        await sql.insert(entries[start : start + 500])
    return account


async def test_the_last_page_of_two_thousand_entries_is_read_by_the_index(world):
    account = await many_entries(world, 2000)
    if sql.is_postgres():
        await sql.execute("ANALYZE ledger_entry")
    rows = statements.of_client(world.receptionist.viewer, world.owner.id, Stretch())
    scope = rows.scope.format(t="t")
    for beyond, direction in (("", "ASC"), ("", "DESC"), (" AND (t.number, t.id) > (?, ?)", "ASC")):
        text = (
            f"SELECT t.* FROM ledger_entry t WHERE {scope}{beyond} "
            f"ORDER BY t.number {direction}, t.id {direction} LIMIT 21"
        )
        values = (*rows.values, *((1975, account.id) if beyond else ()))
        page = await sql.fetch(text, values)
        assert len(page) == 21
        assert {EntryKind(each["kind"]) for each in page} <= set(STATED)
        plan = "\n".join(
            str(tuple(row)[-1])
            for row in await sql.tuples(("EXPLAIN " if sql.is_postgres() else "EXPLAIN QUERY PLAN ") + text, values)
        )
        assert "ledger_stated" in plan or sql.is_postgres(), plan
        assert "Seq Scan on ledger_entry" not in plan, plan
        assert "SCAN t" not in plan, plan
