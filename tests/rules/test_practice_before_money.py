"""A practice that has worked for years gets its books: somebody invoices for every place, and nothing is lost."""

from __future__ import annotations

import pytest
from tortoise.exceptions import IntegrityError
from tortoise.migrations.executor import MigrationTarget

from models import LegalEntity, Location, Practice, sql
from tests.before import columns_of, with_later_columns
from tests.bookkeeping import issue
from tests.marked import tables
from tests.world import a_booking, a_letter, a_location, a_record, a_world, an_import, an_owner, what_the_practice_keeps
from tests.world.money import a_draft, an_invoice
from vetdesk.database import connect, migrate
from vetdesk.database.migrate import _client, _executor

pytestmark = pytest.mark.anyio

BEFORE = "0015_letterhead"


async def test_a_practice_that_was_there_before_invoices_under_its_own_name(empty_database):
    url = empty_database.url
    async with _client(url) as client:
        await _executor(client, url).migrate([MigrationTarget(app_label="models", name=BEFORE)], direction="forward")
    async with connect(url):
        async with with_later_columns():
            world = await a_world()
            await a_location("Harbour", zone="Europe/Lisbon")
            await a_letter(await a_booking())
            await a_record(world.pet)
            await an_import(world.pet)
            await what_the_practice_keeps(world.pet)
        before = await _everything()
    assert {"0016_paying", "0017_paying_kept"} <= set(await migrate(url))

    async with connect(url):
        assert await _everything(before) == before
        entity, practice = await LegalEntity.get(), await Practice.get()
        assert (entity.name, entity.number_prefix, entity.due_days, entity.closed_through) == (
            practice.name,
            "",
            14,
            None,
        )
        assert [place.legal_entity_id for place in await Location.all()] == [entity.id] * 2
        assert practice.most_discount == 10
        await _the_books_are_guarded(world.owner)


async def test_a_practice_that_is_not_set_up_yet_has_nobody_who_invoices(database):
    assert await LegalEntity.all().count() == 0


async def _the_books_are_guarded(owner):
    await an_owner("Paul Stone", phone="+4930111111")
    invoice = await an_invoice(owner)
    with pytest.raises(IntegrityError, match="invoice_issued"):
        await sql.execute("UPDATE invoice SET names = 'x' WHERE id = ?", (invoice.id,))
    with pytest.raises(IntegrityError, match="ledger_entry_kept"):
        await sql.execute("DELETE FROM ledger_entry")
    with pytest.raises(IntegrityError, match="invoice_adds_up"):
        await issue(await a_draft(owner, gross=None), "2")


async def _everything(like=None):
    """Every row of every table, in the columns that it has, or that `like` has of it."""
    told = {}
    for table in (model._meta.db_table for model in tables()):
        columns = sorted(like[table][0] if like is not None and table in like else await columns_of(table))
        if columns and (like is None or table in like):
            rows = await sql.tuples(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {', '.join(columns[:1])}, 1")
            told[table] = (columns, sorted(map(str, (tuple(row) for row in rows))))
    return told
