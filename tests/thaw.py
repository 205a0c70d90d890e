"""Thaw: take away for a while what keeps signed and locked rows as they are, so that a test can write into them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib import import_module

from models import sql
from models.constraint import Frozen, Guard, NeverChanged

EVERY = [
    one
    for number in (
        "0004_records_kept",
        "0006_vaccination_kept",
        "0009_imports_kept",
        "0007_certificate_files",
        "0017_paying_kept",
        "0018_paper_files",
        "0020_reminding_kept",
        "0021_write_offs_undone",
    )
    for one in import_module(f"models.migrations.{number}").CONSTRAINTS
    if isinstance(one, Frozen | NeverChanged | Guard)
]
KEPT = [one for one in EVERY if not isinstance(one, Guard) or one.moment == "UPDATE"]
"""What keeps rows as they are."""


@asynccontextmanager
async def thawed(those: Sequence[Frozen | NeverChanged | Guard] = KEPT) -> AsyncIterator[None]:
    """Within it, every row can be changed that only those keep."""
    names = [one.name for one in those]
    if sql.is_postgres():
        for one in those:
            await sql.execute(f"ALTER TABLE {one.table} DISABLE TRIGGER {one.name}")
        try:
            yield
        finally:
            for one in those:
                await sql.execute(f"ALTER TABLE {one.table} ENABLE TRIGGER {one.name}")
        return
    found = await sql.fetch("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    kept = [row for row in found if row["name"].rpartition("_")[0] in names or row["name"] in names]
    for row in kept:
        await sql.execute(f"DROP TRIGGER {row['name']}")
    try:
        yield
    finally:
        for row in kept:
            await sql.execute(row["sql"])
