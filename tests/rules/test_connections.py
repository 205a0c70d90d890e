"""Connections to PostgreSQL: who gets one that comes back, and who never does."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError

from vetdesk.database import connect, postgres

pytestmark = pytest.mark.only_on("postgres")


@pytest.fixture
async def engine(empty_database):
    """An engine with a single connection, so that whoever asks asks on that one."""
    async with connect(empty_database.url, pool_size=1):
        yield get_connection("default")


async def ask(engine: Any, statement: str = "SELECT 1 AS one") -> Any:
    async with asyncio.timeout(5):
        return await engine.execute_query_dict(statement)


async def test_a_sound_connection_is_handed_to_the_next_without_the_pool(engine):
    first = await engine.take()
    await engine.hand_on(first)
    assert await engine.take() is first
    await engine.hand_on(first)
    assert await ask(engine) == [{"one": 1}]


async def test_a_connection_of_which_nobody_knows_the_state_goes_back_to_the_pool(engine):
    first = await engine.take()
    await engine.give_back(first)
    second = await engine.take()
    assert second is not first
    await engine.hand_on(second)
    with pytest.raises(OperationalError):
        await ask(engine, "SELECT nothing FROM nowhere")
    third = await engine.take()
    assert third is not second
    await engine.give_back(third)


async def test_a_block_that_fails_does_not_hand_its_connection_on(engine):
    first = await engine.take()
    await engine.hand_on(first)
    with suppress(LookupError):
        async with engine.held() as queried:
            assert [tuple(row) for row in (await queried([("SELECT 1", ())]))[0]] == [(1,)]
            raise LookupError
    second = await engine.take()
    assert second is not first
    await engine.give_back(second)


async def test_a_connection_that_broke_while_nobody_used_it_is_replaced(engine):
    first = await engine.take()
    await engine.hand_on(first)
    first.terminate()
    assert await ask(engine) == [{"one": 1}]


async def test_a_connection_that_is_handed_on_comes_to_whoever_waits_for_one(engine):
    first = await engine.take()
    waiting = [asyncio.create_task(ask(engine)) for _ in range(3)]
    await asyncio.sleep(0)
    await engine.hand_on(first)
    assert await asyncio.gather(*waiting) == [[{"one": 1}]] * 3


async def test_a_connection_that_has_rested_for_too_long_is_closed_and_another_opened(engine, monkeypatch):
    first = await engine.take()
    await engine.hand_on(first)
    monkeypatch.setattr(postgres, "REST_SECONDS", 0.0)
    assert await ask(engine) == [{"one": 1}]
    monkeypatch.undo()
    second = await engine.take()
    assert second is not first
    await engine.give_back(second)
