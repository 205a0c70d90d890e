"""At once: whoever has the process to herself asks SQLite in her own thread, and what she writes is kept all the same."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from models import Location, sql
from vetdesk.database import at_once

A_PLACE: Any = {"zone": "Europe/Berlin", "currency": "EUR"}


@pytest.fixture
async def turns(database):
    """Notes each turn that somebody else gets."""
    turns: list[int] = []

    async def somebody_else() -> None:
        while True:
            turns.append(1)
            await asyncio.sleep(0)

    task = asyncio.create_task(somebody_else())
    yield turns
    task.cancel()


@pytest.mark.only_on("sqlite")
async def test_nobody_else_gets_a_turn_while_it_is_asked_at_once_and_everybody_does_afterwards(turns):
    async with in_transaction():
        with at_once():
            before = len(turns)
            await sql.fetch("SELECT 1 AS one")
            async with in_transaction():
                await Location.create(name="Hill", fold="hill", **A_PLACE)
            assert len(turns) == before
            await asyncio.sleep(0)
            assert len(turns) > before
        before = len(turns)
        await sql.fetch("SELECT 1 AS one")
        assert len(turns) > before


async def failing():
    async with in_transaction():
        await Location.create(name="Quay", fold="quay", **A_PLACE)
        raise ZeroDivisionError


async def test_what_fails_inside_is_forgotten_and_the_rest_is_kept(database):
    with at_once():
        async with in_transaction():
            await Location.create(name="Hill", fold="hill", **A_PLACE)
            with pytest.raises(ZeroDivisionError):
                await failing()
    assert [place.name for place in await Location.all()] == ["Hill"]
