"""`make bench ARGS="records [--database sqlite|postgres|both] [--entries N]"`.

How long one person waits for words that are looked for in all the records of a practice, and for the first and the last
page of a long history: figures in milliseconds on this machine, each the middle of many answers of `vetdesk serve`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from uuid import UUID

import asyncpg
import uvloop
from rich.console import Console
from rich.table import Table

from bench import report
from bench.journeys import as_http
from bench.limit.values import key
from bench.load import Connection
from bench.rows import a_busy_practice
from bench.servers import the_product
from models.row import uuid7
from tests.databases import Databases
from vetdesk.database import connect
from vetdesk.database.address import parse

AIM_MS = 50
LONG_HISTORY = 2_000
_ASKED, _WARM = 60, 10
_COMMON, _RARE, _USUAL = "limps", "arrhythmia", "otitis"
_SYLLABLES = ("ka", "lo", "mi", "ne", "ru", "sa", "ti", "vo", "pe", "du")
_WORDS = [a + b + c for a in _SYLLABLES for b in _SYLLABLES for c in _SYLLABLES]
_SEARCH = """query Search($search: String!) { history(search: $search, first: 20) { nodes { __typename at
  pet { id name } ... on Note { assessment author { displayName } } } } }"""
_HISTORY = """query History($id: ID!, $after: String) { pet(id: $id) { history(first: 20, after: $after) {
  nodes { __typename at ... on Note { assessment } } pageInfo { endCursor } } } }"""

Rows = Iterator[tuple[Any, ...]]


def main(arguments: list[str]) -> int:
    """Measure, print a table, and as the last line the figures; 1 when one is over its aim."""
    parser = argparse.ArgumentParser(prog="python -m bench records", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--entries", type=int, default=100_000, help="how many notes there are (100000)")
    asked = parser.parse_args(arguments)
    if asked.database != "both":
        return _on(asked)
    # Each in a process of its own: Tortoise keeps its statements in the spelling of the first database it meets.
    command = [sys.executable, "-m", "bench", "records", *arguments, "--database"]
    return max(subprocess.run([*command, dialect], check=False).returncode for dialect in ("sqlite", "postgres"))


@dataclass(frozen=True, slots=True)
class Figure:
    """What was asked, and how long half and nearly all of the answers took, in milliseconds."""

    name: str
    half: float
    nearly_all: float
    aim: int | None = None


def _on(asked: argparse.Namespace) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    out = Console()
    databases = Databases(asked.database)
    # Started here, in the main thread and outside the loop: the server ends with the thread that started it.
    databases.start()
    try:
        figures = uvloop.run(_measured(databases, asked.entries, out))
    finally:
        databases.stop()
    out.print(f"{report.machine()}", highlight=False, soft_wrap=True)
    table = Table(title=f"{asked.database}, {asked.entries:,} notes, one asks at a time", title_justify="left")
    for heading in ("", "p50 ms", "p95 ms", "aim"):
        table.add_column(heading, justify="left" if not heading else "right")
    for one in figures:
        table.add_row(one.name, f"{one.half:.1f}", f"{one.nearly_all:.1f}", f"< {one.aim}" if one.aim else "")
    out.print(table)
    print(json.dumps({asked.database: {one.name: [round(one.half, 1), round(one.nearly_all, 1)] for one in figures}}))
    return int(any(one.aim is not None and one.half > one.aim for one in figures))


async def _measured(databases: Databases, entries: int, out: Console) -> list[Figure]:
    async with databases.migrated() as database:
        async with connect(database.url):
            practice = await a_busy_practice(database.url)
        out.print(f"{databases.dialect}: writing {entries:,} notes …", highlight=False)
        pets, place, vet = [key(pet) for pet in practice.pets], key(practice.location), key(practice.vets[0])
        await _write(database.url, _tables(entries, pets, place, vet))
        with tempfile.TemporaryDirectory(prefix="vetdesk-records-") as folder:
            server = the_product(database.url, Path(folder), "--no-worker")
            try:
                await server.ready()
                return await _asked(server.port, practice.token, practice.pets[1])
            finally:
                server.stop()


async def _asked(port: int, token: str, pet: str) -> list[Figure]:
    loop = asyncio.get_running_loop()
    _, line = await loop.create_connection(Connection, "127.0.0.1", port)

    async def took(name: str, document: str, given: dict[str, Any], aim: int | None = None) -> Figure:
        request, times = as_http("/staff/graphql", {"query": document, "variables": given}, token), []
        for number in range(_WARM + _ASKED):
            began = time.perf_counter()
            answer = await line.ask(request)
            if number >= _WARM:
                times.append((time.perf_counter() - began) * 1000)
            assert b'"nodes":[{' in answer, answer[-400:]
        return Figure(name, median(times), quantiles(times, n=20)[-1], aim)

    words = {
        "a word of 5 notes": _RARE, "a word of 1 % of them": _USUAL, "a word of half of them": _COMMON,
        "a beginning": "arr", "the beginning of many": "ka", "two words": f"{_COMMON} {_USUAL}",
    }  # fmt: skip
    found = [await took(name, _SEARCH, {"search": word}, AIM_MS) for name, word in words.items()]
    found.append(await took("first page of a long history", _HISTORY, {"id": pet, "after": None}))
    after = await _last_cursor(line, pet, token)
    found.append(await took("last page of a long history", _HISTORY, {"id": pet, "after": after}))
    line.close()
    return found


async def _last_cursor(line: Connection, pet: str, token: str) -> str:
    """Where the last page of the history begins."""
    document = """query Page($id: ID!, $after: String) { pet(id: $id) { history(first: 100, after: $after) {
      pageInfo { hasNextPage endCursor } } } }"""
    before: str | None = None
    after: str | None = None
    while True:
        given = {"query": document, "variables": {"id": pet, "after": after}}
        answer = await line.ask(as_http("/staff/graphql", given, token))
        page = json.loads(answer.partition(b"\r\n\r\n")[2])["data"]["pet"]["history"]["pageInfo"]
        if not page["hasNextPage"]:
            return before or ""
        before, after = after, page["endCursor"]


def _tables(entries: int, pets: list[UUID], place: UUID, vet: UUID) -> Iterator[tuple[str, str, Rows]]:
    """A visit and a note each, over ten years, the last ones today; two thousand of them are of one pet."""
    chance, now = random.Random(7), datetime.now(UTC)
    every = timedelta(days=3650) / entries
    made = [
        (
            uuid7(),
            uuid7(),
            pets[1] if number % (entries // LONG_HISTORY) == 0 else chance.choice(pets),
            now - number * every,
        )
        for number in range(entries)
    ]
    yield (
        "visit",
        "id pet_id location_id vet_id at ended_at reason words created_at errored_because",
        ((visit, pet, place, vet, at, at, "", "", at, "") for visit, _, pet, at in made),
    )
    yield (
        "note",
        "id visit_id pet_id kind author_id subjective objective assessment plan internal words version at created_at "
        "changed_at errored_because",
        (
            (note, visit, pet, "VET", vet, "", "", words, "", "", words, 1, at, at, at, "")
            for number, (visit, note, pet, at) in enumerate(made)
            for words in (_said(number, entries, chance),)
        ),
    )


def _said(number: int, entries: int, chance: random.Random) -> str:
    words = dict.fromkeys(chance.choices(_WORDS, k=24))
    if number % 2:
        words[_COMMON] = None
    if number % 100 == 3:
        words[_USUAL] = None
    if number % (entries // 5) == 11:
        words[_RARE] = None
    return " ".join(words)


async def _write(url: str, tables: Iterator[tuple[str, str, Rows]]) -> None:
    where = parse(url)
    if where.dialect == "sqlite":
        with closing(sqlite3.connect(str(where.path))) as file:
            for table, columns, rows in tables:
                names = columns.split()
                text = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
                file.executemany(text, (tuple(map(_as_text, row)) for row in rows))
            file.commit()
        return
    connection = await asyncpg.connect(**dict(where.credentials))
    try:
        for table, columns, rows in tables:
            await connection.copy_records_to_table(table, columns=columns.split(), records=rows)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def _as_text(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat(" ") if isinstance(value, datetime) else value
