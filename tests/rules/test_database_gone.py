"""A database that is gone, busy or elsewhere is one clear failure, and the engines come back by themselves."""

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from models.refusal import DatabaseUnavailable
from tests.postgres import Postgres
from vetdesk.database import connect, pending_migrations, sqlite, sqlite_file
from vetdesk.database import postgres as postgres_engine
from vetdesk.database.address import AddressError, parse

ROOT = Path(__file__).resolve().parents[2]

# One of several processes: many transactions at once, each reading before it writes, with reads beside them.
NEIGHBOUR = """
import asyncio, sys, time
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction
from vetdesk.database import connect

async def write():
    async with in_transaction() as transaction:
        (row,) = await transaction.execute_query_dict("SELECT number FROM tally")
        await transaction.execute_query("UPDATE tally SET number = ?", [row["number"] + 1])

async def write_alone():
    await get_connection("default").execute_query("UPDATE tally SET alone = alone + 1")

async def read():
    await get_connection("default").execute_query_dict("SELECT number FROM tally")

async def main():
    for _ in range(3):
        async with connect(sys.argv[1]):
            await asyncio.gather(*(work() for work in [write, write_alone, read] * 50))

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL server of our own, for it will be stopped."""
    with Postgres() as server:
        yield server


async def ask(statement):
    return await get_connection("default").execute_query_dict(statement)


async def begin():
    async with in_transaction():
        pass


@pytest.mark.only_on("postgres")
async def test_the_pool_comes_back_after_the_server_was_gone(server):
    async def lose_the_server():
        async with in_transaction():
            await ask("SELECT 1")
            server.stop()
            await ask("SELECT 2")

    async with connect(server.url("postgres"), pool_size=3):
        assert await ask("SELECT 1 AS one") == [{"one": 1}]

        with pytest.raises(DatabaseUnavailable):
            await lose_the_server()
        for _ in range(5):
            with pytest.raises(DatabaseUnavailable):
                await ask("SELECT 3")
            with pytest.raises(DatabaseUnavailable):
                await begin()
        with pytest.raises(DatabaseUnavailable):
            await pending_migrations(server.url("postgres"))

        server.start()
        assert await asyncio.gather(*(ask("SELECT 4 AS four") for _ in range(9))) == [[{"four": 4}]] * 9
        await asyncio.gather(*(begin() for _ in range(9)))


@pytest.mark.only_on("postgres")
async def test_a_connection_cut_off_during_a_transaction_is_replaced(server):
    async with connect(server.url("postgres"), pool_size=2):
        for _ in range(4):
            with pytest.raises(DatabaseUnavailable):
                async with in_transaction():
                    await ask("SELECT pg_terminate_backend(pg_backend_pid())")
        await asyncio.gather(*(begin() for _ in range(5)))


@pytest.mark.only_on("postgres")
async def test_a_connection_that_breaks_on_its_way_back_troubles_nobody(server):
    async with connect(server.url("postgres"), pool_size=1):
        client: Any = get_connection("default")
        for steps in range(5):
            connection = await client.take()
            broken = connection._con
            returning = asyncio.create_task(client.give_back(connection))
            for _ in range(steps):
                await asyncio.sleep(0)
            broken.terminate()
            await returning
            assert await ask("SELECT 1 AS one") == [{"one": 1}]


@pytest.mark.only_on("postgres")
async def test_a_pool_with_no_free_connection_refuses_in_time(server, monkeypatch):
    monkeypatch.setattr(postgres_engine, "WAIT_SECONDS", 0.1)
    async with connect(server.url("postgres"), pool_size=1):
        go = asyncio.Event()

        async def another():
            await go.wait()
            with pytest.raises(DatabaseUnavailable):
                await ask("SELECT 1")

        task = asyncio.create_task(another())
        async with in_transaction():
            go.set()
            await task
        assert await ask("SELECT 1 AS one") == [{"one": 1}]


@pytest.mark.only_on("postgres")
@pytest.mark.parametrize("address", ["postgres://nobody@127.0.0.1:1/vetdesk", "{socket}/nowhere"])
async def test_a_server_that_cannot_be_reached_is_one_clear_failure(server, address):
    with pytest.raises(DatabaseUnavailable):
        async with connect(server.url("nowhere") if "{" in address else address):
            pass


@pytest.mark.only_on("sqlite")
def test_processes_share_a_file_and_nobody_hears_that_it_is_locked(tmp_path):
    path = tmp_path / "shared.sqlite3"
    with sqlite3.connect(path) as prepared:
        prepared.execute("CREATE TABLE tally AS SELECT 0 AS number, 0 AS alone")
    prepared.close()

    neighbours = [
        subprocess.Popen(
            [sys.executable, "-c", NEIGHBOUR, f"sqlite:///{path}"],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    complaints = [neighbour.communicate(timeout=60)[1] for neighbour in neighbours]

    assert complaints == ["", "", ""]
    with sqlite3.connect(path) as shared:
        assert shared.execute("SELECT number, alone FROM tally").fetchall() == [(450, 450)]
    shared.close()


@pytest.mark.only_on("sqlite")
async def test_a_file_locked_for_too_long_is_one_clear_failure(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_file, "WAIT_SECONDS", 0.2)
    path = tmp_path / "held.sqlite3"
    async with connect(f"sqlite:///{path}"):
        await get_connection("default").execute_script("CREATE TABLE note (number INT)")
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnavailable):
            await begin()
        with pytest.raises(DatabaseUnavailable):
            await get_connection("default").execute_insert("INSERT INTO note VALUES (1)", [])
        assert await ask("SELECT * FROM note") == []
        holder.rollback()
        holder.close()
        await begin()


@pytest.mark.only_on("sqlite")
async def test_a_file_that_is_no_database_is_one_clear_failure(tmp_path):
    (tmp_path / "letter.sqlite3").write_text("Dear owner, this is no database. " * 100)
    for path in (tmp_path / "letter.sqlite3", tmp_path / "no folder" / "x.sqlite3"):
        with pytest.raises(DatabaseUnavailable):
            async with connect(f"sqlite:///{path}"):
                pass
    with pytest.raises(DatabaseUnavailable):
        await pending_migrations(f"sqlite:///{tmp_path / 'nothing.sqlite3'}")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.sqlite3"]


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("statement", "reads"),
    [
        ("SELECT 1", True),
        ("\n  select * from pet", True),
        ("WITH old AS (SELECT 1) SELECT * FROM old", True),
        ("WITH old AS (SELECT 1) DELETE FROM pet", False),
        ("SELECTED", False),
        ("UPDATE pet SET name = 'SELECT'", False),
        ("PRAGMA foreign_key_check", False),
    ],
)
def test_only_reads_go_to_the_reader(statement, reads):
    assert sqlite._only_reads(statement) is reads


@pytest.mark.parametrize(
    "address",
    [
        "vetdesk.sqlite3",
        "mysql://localhost/vetdesk",
        "sqlite://:memory:",
        "sqlite:///",
        "postgres://localhost",
        "postgres://localhost:door/vetdesk",
        "postgres://localhost/vetdesk?speed=high",
    ],
)
def test_an_address_that_names_no_database_is_refused_with_a_sentence(address):
    with pytest.raises(AddressError, match=r"\.$"):
        parse(address)


def test_addresses_are_taken_apart():
    assert parse("sqlite:///data/vetdesk.sqlite3").path == Path("data/vetdesk.sqlite3")
    assert parse("sqlite:////srv/vetdesk.sqlite3").path == Path("/srv/vetdesk.sqlite3")
    assert dict(parse("postgres://vet:p%40ss@db.example:6543/desk?sslmode=require").credentials) == {
        "host": "db.example",
        "port": 6543,
        "user": "vet",
        "password": "p@ss",
        "database": "desk",
        "ssl": "require",
    }
    assert dict(parse("postgres://postgres@/desk?host=/run/pg").credentials)["host"] == "/run/pg"
