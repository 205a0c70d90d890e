"""Plans: what the database in use looks through from end to end to answer what it is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from tortoise import Tortoise
from tortoise.transactions import in_transaction

from models import sql


async def looked_through(texts: Iterable[str]) -> set[str]:
    """The tables in which some of these queries find their rows by no equality in an index, however much there is.

    PostgreSQL is asked for the plan that it keeps for whatever values, and may read a whole table only where nothing
    else is left.
    """
    queries = [text for text in texts if text.lstrip().startswith("SELECT")]
    found = set()
    async with in_transaction() as connection:
        if sql.is_postgres():
            await connection.execute_script(
                "SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_generic_plan"
            )
        for text in queries:
            found |= set(await (_of_postgres(text, connection) if sql.is_postgres() else _of_sqlite(text)))
    return found & {model._meta.db_table for model in Tortoise.apps["models"].values()}


async def _of_sqlite(text: str) -> list[str]:
    plan = await sql.fetch(f"EXPLAIN QUERY PLAN {text}", [None] * text.count("?"))
    behind = {alias: table for table, alias in re.findall(r"(?:FROM|JOIN) (\w+) (\w+)", text)}
    steps = [re.match(r"(?:SCAN|SEARCH) (\w+)(.*)", row["detail"]) for row in plan]
    return [behind.get(str(step[1]), str(step[1])) for step in steps if step and "=?" not in step[2]]


async def _of_postgres(text: str, connection: Any) -> list[str]:
    values = ", ".join(["NULL"] * max(map(int, re.findall(r"\$(\d+)", text)), default=0))
    await connection.execute_script(f"PREPARE asked AS {text}")
    plan = await sql.tuples(f"EXPLAIN (FORMAT JSON) EXECUTE asked{f' ({values})' if values else ''}")
    await connection.execute_script("DEALLOCATE asked")
    scans = (node for node in _nodes(json.loads(plan[0][0])[0]["Plan"]) if "Relation Name" in node)
    return [
        str(node["Relation Name"])
        for node in scans
        if " = " not in node.get("Index Cond", node.get("Recheck Cond", ""))
    ]


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)
