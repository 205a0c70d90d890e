"""The engines keep their promises on both databases: nothing cancelled, locked or gone leaves them unusable."""

import asyncio
from contextlib import suppress

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.transactions import in_transaction

from tests.cancelling import cancelled_at
from vetdesk.database import connect, counted, migrate, pending_migrations


@pytest.fixture
async def notes(empty_database):
    """A table of notes, two connections to it on PostgreSQL."""
    async with connect(empty_database.url, pool_size=2):
        await ask("CREATE TABLE note (number INT PRIMARY KEY, words TEXT)")
        yield empty_database


async def ask(statement, *values):
    return await get_connection("default").execute_query_dict(statement, list(values))


async def keep(number):
    await get_connection("default").execute_insert(f"INSERT INTO note (number) VALUES ({number})", [])


async def kept():
    return [row["number"] for row in await ask("SELECT number FROM note ORDER BY number")]


async def twenty_transactions_succeed():
    async def one(number):
        async with in_transaction():
            await keep(number)
            await kept()

    before = await kept()
    await asyncio.wait_for(asyncio.gather(*(one(1000 + number) for number in range(20))), 10)
    assert await kept() == before + list(range(1000, 1020))
    await ask("DELETE FROM note")


async def test_a_transaction_may_be_cancelled_at_every_await(notes):
    async def work():
        async with in_transaction():
            await keep(1)
            await kept()
            await keep(2)

    awaits = 0
    while await cancelled_at(awaits, work()):
        # All of it, when the cancellation came as late as the commit; or nothing.
        assert await kept() in ([], [1, 2])
        await twenty_transactions_succeed()
        awaits += 1
    assert await kept() == [1, 2]
    print(f"{notes.dialect}: cancelled at each of {awaits} awaits")
    assert awaits >= 5


async def test_a_transaction_that_fails_may_be_cancelled_at_every_await(notes):
    async def work():
        with suppress(LookupError):
            async with in_transaction():
                await keep(1)
                raise LookupError

    awaits = 0
    while await cancelled_at(awaits, work()):
        assert await kept() == []
        await twenty_transactions_succeed()
        awaits += 1
    assert await kept() == []


async def test_a_transaction_inside_a_transaction_may_be_cancelled_at_every_await(notes):
    async def inner():
        async with in_transaction():
            await keep(2)
            await keep(3)

    awaits, cancelled = 0, True
    while cancelled:
        async with in_transaction():
            await keep(1)
            cancelled = await cancelled_at(awaits, inner())
            await keep(4)
        assert await kept() in ([1, 4], [1, 2, 3, 4])
        await ask("DELETE FROM note")
        awaits += 1
    await twenty_transactions_succeed()


async def test_a_single_statement_may_be_cancelled_at_every_await(notes):
    async def work():
        await keep(1)
        await get_connection("default").execute_many(f"INSERT INTO note (number) VALUES ({mark(notes)})", [[2], [3]])
        await kept()

    awaits = 0
    while await cancelled_at(awaits, work()):
        # A statement that was already sent may still have been kept, but never a part of many.
        assert await kept() in ([], [1], [1, 2, 3])
        await ask("DELETE FROM note")
        await twenty_transactions_succeed()
        awaits += 1


async def test_a_read_does_not_wait_for_an_open_transaction(notes):
    # Started before the transaction, so that the task does not inherit it.
    go, seen = asyncio.Event(), asyncio.Event()

    async def reader():
        await go.wait()
        rows = await kept()
        seen.set()
        return rows

    task = asyncio.create_task(reader())
    async with in_transaction():
        await keep(1)
        assert await kept() == [1]
        go.set()
        await asyncio.wait_for(seen.wait(), 5)
    assert await task == []
    assert await kept() == [1]


async def test_every_statement_is_counted_once(notes):
    connection = get_connection("default")
    insert = f"INSERT INTO note (number) VALUES ({mark(notes)})"

    with counted() as outside:
        await connection.execute_insert(insert, [1])
        await connection.execute_many(insert, [[2], [3]])
        await connection.execute_query("SELECT 1")
        await connection.execute_query_dict("SELECT 2")
    assert outside.texts == [insert, insert, "SELECT 1", "SELECT 2"]

    with counted() as around:
        async with in_transaction() as transaction:
            with counted() as inside:
                await transaction.execute_insert(insert, [4])
                await transaction.execute_many(insert, [[5], [6]])
                await transaction.execute_query("SELECT 3")
                async with in_transaction() as nested:
                    await nested.execute_query_dict("SELECT 4")
        await asyncio.gather(ask("SELECT 5"), asyncio.create_task(ask("SELECT 6")))
    assert inside.texts == [insert, insert, "SELECT 3", "SELECT 4"]
    assert around.count == 6
    assert set(around.texts[4:]) == {"SELECT 5", "SELECT 6"}


async def test_a_failed_constraint_keeps_the_engines_usable(notes):
    await keep(1)
    with pytest.raises(IntegrityError):
        await keep(1)
    with pytest.raises(IntegrityError):
        await get_connection("default").execute_many(f"INSERT INTO note (number) VALUES ({mark(notes)})", [[2], [1]])
    with pytest.raises(OperationalError):
        await ask("SELECT nothing FROM nowhere")
    assert await kept() == [1]


async def test_a_returning_statement_gives_its_rows(notes):
    await keep(1)
    assert await ask("UPDATE note SET words = 'quiet' RETURNING number, words") == [{"number": 1, "words": "quiet"}]
    changed, _ = await get_connection("default").execute_query("UPDATE note SET words = 'loud'")
    assert changed == 1


async def test_processes_that_start_together_migrate_once(empty_database):
    applied = await asyncio.gather(*(migrate(empty_database.url) for _ in range(3)))
    assert sorted(applied)[:2] == [[], []]
    assert sorted(applied)[2][0] == "0001_initial"
    assert await pending_migrations(empty_database.url) == []


async def test_a_script_is_divided_where_its_statements_end(notes):
    script = """
        CREATE TABLE pet (name TEXT /* what it is called; never empty */);
        -- a comment; with a semicolon
        INSERT INTO pet VALUES ('semi;colon'); INSERT INTO pet VALUES ('it''s')
    """
    await get_connection("default").execute_script(script)
    assert [row["name"] for row in await ask("SELECT name FROM pet ORDER BY name DESC")] == ["semi;colon", "it's"]
    with pytest.raises(OperationalError):
        await get_connection("default").execute_script(
            "INSERT INTO pet VALUES ('lost'); INSERT INTO nowhere VALUES (1)"
        )
    with pytest.raises(OperationalError):
        await get_connection("default").execute_script("INSERT INTO pet VALUES ('lost'); INSERT INTO pet VALUES ('open")
    assert len(await ask("SELECT name FROM pet")) == 2


def mark(database):
    return "?" if database.dialect == "sqlite" else "$1"


async def test_more_who_ask_than_connections_all_have_their_turn_and_nothing_keeps_the_engine_from_closing(
    empty_database,
):
    async with asyncio.timeout(5):  # closing would wait for ten seconds for a connection that nobody gives back
        async with connect(empty_database.url, pool_size=2):
            for _ in range(3):
                found = await asyncio.gather(*(ask("SELECT 1 AS one") for _ in range(20)))
                assert [dict(row) for rows in found for row in rows] == [{"one": 1}] * 20
            await asyncio.gather(*(in_its_transaction() for _ in range(20)))


async def in_its_transaction():
    async with in_transaction():
        await ask("SELECT 1 AS one")


async def test_a_statement_tells_how_many_rows_it_touched_and_not_what_its_triggers_did(notes):
    await ask("CREATE TABLE copy (number INT)")
    copy = "INSERT INTO copy (number) VALUES (NEW.number)"
    if notes.dialect == "sqlite":
        await ask(f"CREATE TRIGGER copied AFTER UPDATE ON note BEGIN {copy}; {copy}; END")
    else:
        body = f"$$ BEGIN {copy}; {copy}; RETURN NULL; END $$"
        await ask(f"CREATE FUNCTION copied() RETURNS trigger LANGUAGE plpgsql AS {body}")
        await ask("CREATE TRIGGER copied AFTER UPDATE ON note FOR EACH ROW EXECUTE FUNCTION copied()")
    await keep(1)
    await keep(2)
    connection = get_connection("default")
    touched = [
        (await connection.execute_query(statement))[0]
        for statement in (
            "UPDATE note SET words = 'a'",
            "UPDATE note SET words = 'b' WHERE number = 3",
            "DELETE FROM note",
        )
    ]
    assert touched == [2, 0, 2]
    assert len(await ask("SELECT number FROM copy")) == 4
