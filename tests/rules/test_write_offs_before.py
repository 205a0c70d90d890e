"""A practice that has written off before it could undo that keeps its books, and can from then on."""

from __future__ import annotations

import pytest
from tortoise.exceptions import IntegrityError
from tortoise.migrations.executor import MigrationTarget

from models import ClientAccount, EntryKind, Invoice, LedgerEntry
from resolvers import ledger, write_offs
from tests.before import with_later_columns
from tests.bookkeeping import next_entry
from tests.world import NOW, a_world
from tests.world.money import a_written_off_invoice
from vetdesk.database import connect, migrate
from vetdesk.database.migrate import _client, _executor

pytestmark = pytest.mark.anyio

BEFORE = "0018_paper_files"


async def test_what_was_written_off_before_is_put_back_after(empty_database):
    url = empty_database.url
    async with _client(url) as client:
        await _executor(client, url).migrate([MigrationTarget(app_label="models", name=BEFORE)], direction="forward")
    async with connect(url):
        async with with_later_columns():
            world = await a_world()
            invoice = await a_written_off_invoice(world.owner)
        with pytest.raises(IntegrityError, match="ledger_moves"):
            await _put_back(invoice)
        before = await LedgerEntry.all().order_by("number").values()
    assert "0021_write_offs_undone" in await migrate(url)

    async with connect(url):
        assert await LedgerEntry.all().order_by("number").values() == before
        boss = world.manager.viewer
        await write_offs.undo(boss, invoice.id, (2000, "EUR"), "She is back.", key="u", now=NOW)
        assert (await ledger.open_of([invoice.id]))[invoice.id] == 2000
        await _put_back(invoice)
        with pytest.raises(IntegrityError, match="ledger_write_off_undone"):
            await _put_back(invoice, 3000)


async def _put_back(invoice: Invoice, minor: int = 1) -> None:
    written_off = await LedgerEntry.get(kind=EntryKind.WRITE_OFF)
    account = await ClientAccount.get(id=written_off.account_id)
    await next_entry(account, EntryKind.WRITE_OFF_UNDONE, minor, invoice_id=invoice.id)
