"""A guard refuses what no row alone tells: on both databases, by its name, and nothing else."""

import pytest
from tortoise.exceptions import IntegrityError

from models import sql
from models.constraint import Guard

pytestmark = pytest.mark.anyio

MOST_TEN = Guard(
    "jar_holds_ten",
    "jar",
    "{row}coins + COALESCE((SELECT SUM(there.coins) FROM jar there WHERE there.owner = {row}owner), 0) > 10",
)
FILLS_UP = Guard("jar_fills_up", "jar", "{row}coins < {was}coins", moment="UPDATE")


@pytest.fixture
async def jar(database):
    await sql.execute("CREATE TABLE jar (owner TEXT NOT NULL, coins INTEGER)")
    for guard in (MOST_TEN, FILLS_UP):
        for statement in guard.statements("postgres" if sql.is_postgres() else "sqlite"):
            await sql.execute(statement)
    yield
    await sql.execute("DROP TABLE jar")
    if sql.is_postgres():
        for guard in (MOST_TEN, FILLS_UP):
            await sql.execute(f"DROP FUNCTION {guard.name}")


async def put(owner, coins):
    await sql.execute("INSERT INTO jar (owner, coins) VALUES (?, ?)", (owner, coins))


async def there_are():
    return [tuple(row) for row in await sql.tuples("SELECT owner, coins FROM jar ORDER BY owner, coins")]


async def test_a_row_that_the_others_leave_no_room_for_is_refused_by_name(jar):
    await put("Olga", 6)
    with pytest.raises(IntegrityError, match="jar_holds_ten"):
        await put("Olga", 5)
    await put("Olga", 4)
    await put("Paul", 10)
    assert await there_are() == [("Olga", 4), ("Olga", 6), ("Paul", 10)]


async def test_of_rows_that_come_together_each_is_asked_with_those_before_it(jar):
    with pytest.raises(IntegrityError, match="jar_holds_ten"):
        await sql.execute("INSERT INTO jar (owner, coins) VALUES ('Olga', 6), ('Olga', 5)")
    assert await there_are() == []


async def test_a_change_is_asked_what_the_row_was(jar):
    await put("Olga", 6)
    with pytest.raises(IntegrityError, match="jar_fills_up"):
        await sql.execute("UPDATE jar SET coins = 5")
    await sql.execute("UPDATE jar SET coins = 20")
    assert await there_are() == [("Olga", 20)]


async def test_what_is_not_known_is_not_refused(jar):
    # As with a check: a guard has to say itself what nothing means.
    await put("Olga", None)
    await sql.execute("UPDATE jar SET coins = 1")
    assert await there_are() == [("Olga", 1)]
