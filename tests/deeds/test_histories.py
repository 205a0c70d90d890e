"""Histories: the same words find the same entries on both databases, few or many, and no text does any harm."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import Appointment, HistoryEntry, HistoryKind, sql
from models.row import uuid7
from resolvers import access, histories
from resolvers.histories import Wanted
from tests.world import AN_HOUR, NOW, a_booking, a_pet, a_visit, a_world

REASONS = {
    "leg": "Limps since Sunday: left hind leg!",
    "eye": "Red eye, 2nd time",
    "german": "Große Übelkeit nach Käse",
    "cat": "猫 hustet / кашель",
    "dose": "Meloxicam 0.8 ml, O'Malley's dog (10%)",
    "odd": 'a:* b|c & !d "e" -f ^g NEAR(h) AND OR NOT',
}
SEARCHES = {
    "limps": {"leg"},
    "LIMP": {"leg"},
    "imps": set(),
    "le": {"leg"},
    "leg left": {"leg"},
    "left, eye": set(),
    "ubel": {"german"},
    "ÜBELKEIT grosse": {"german"},
    "gross kase": {"german"},
    "猫 hus": {"cat"},
    "каш": {"cat"},
    "O'Malley": {"dose"},
    "0.8 ml": {"dose"},
    "2nd": {"eye"},
    "near": {"odd"},
    "AND OR NOT": {"odd"},
    'a:* "e"': {"odd"},
    "-f": {"odd"},
    "h* OR i": set(),
    '"': set(),
    "!&|:*()'": set(),
    "": set(),
    "   ": set(),
    "l": set(),
    "%": set(),
    "l_mps": set(),
    "limp%": {"leg"},
    "\0\ud800 limps": {"leg"},
    "x" * 101: set(),
    "li le si su hi": {"leg"},
    "le li li li li li li li li li li": {"leg"},
    "a b c d e f g h i": set(),
    " ".join(["limps"] * 1_000): set(),
}


async def a_clinic() -> Any:
    world = await a_world()
    for number, (name, reason) in enumerate(REASONS.items()):
        pet = await a_pet(world.owner, name=name)
        await a_booking(pet, starts_at=NOW + number * AN_HOUR, reason=reason)
    return world


async def named(rows: Any) -> set[str]:
    text = f"SELECT pet.name FROM history_entry t JOIN pet ON pet.id = t.pet_id WHERE {rows.scope.format(t='t')}"
    return {name for (name,) in await sql.tuples(text, rows.values)}


@pytest.mark.parametrize("few", [histories.FEW, 0], ids=["few", "many"])
async def test_the_same_words_find_the_same_entries_however_many_there_are(database, monkeypatch, few):
    world = await a_clinic()
    monkeypatch.setattr(histories, "FEW", few)
    for text, expected in SEARCHES.items():
        assert await named(await histories.search(world.vet.viewer, text, Wanted())) == expected, text
        scope, values = histories.with_words(text)
        assert await named(access.rows(world.vet.viewer, HistoryEntry, scope, *values)) == expected, text


async def test_kinds_and_times_narrow_what_words_find(database):
    world = await a_clinic()
    await a_visit(world.pet, at=NOW - 5 * AN_HOUR, words="limps again")
    find = {
        Wanted(): 2,
        Wanted(kinds=(HistoryKind.VISIT,)): 1,
        Wanted(kinds=(HistoryKind.VISIT, HistoryKind.APPOINTMENT)): 2,
        Wanted(kinds=()): 0,
        Wanted(since=NOW): 1,
        Wanted(until=NOW): 1,
        Wanted(since=NOW - 5 * AN_HOUR, until=NOW): 1,
        Wanted(until=NOW - 5 * AN_HOUR): 0,
    }
    for wanted, number in find.items():
        assert len(await named(await histories.search(world.vet.viewer, "limps", wanted))) == number, wanted


async def test_what_is_moved_keeps_its_words_and_stands_where_it_is_now(database):
    world = await a_clinic()
    moved = await Appointment.get(reason=REASONS["leg"])
    await Appointment.filter(id=moved.id).update(starts_at=NOW + 90 * AN_HOUR, ends_at=NOW + 91 * AN_HOUR)
    assert await named(await histories.search(world.vet.viewer, "limps", Wanted(since=NOW + 80 * AN_HOUR))) == {"leg"}


async def test_a_page_of_a_long_history_is_looked_up_at_its_end_as_at_its_start(database):
    world = await a_world()
    pets = [world.pet, *[await a_pet(name=f"Pet {number}") for number in range(20)]]
    entries = [
        HistoryEntry(
            id=uuid7(),
            pet_id=pets[0 if number < 2_000 else number % 20 + 1].id,
            kind=HistoryKind.VISIT,
            at=NOW - timedelta(hours=number),
            owners_see="NEVER",
            words="",
        )
        for number in range(4_000)
    ]
    for start in range(0, len(entries), 1_000):
        await sql.insert(entries[start : start + 1_000])
    await sql.execute("ANALYZE history_entry")
    page = (
        "SELECT t.id FROM history_entry t WHERE t.pet_id = ? AND (1 = 1{}) ORDER BY t.at DESC, t.id DESC LIMIT 21",
        "SELECT t.id FROM history_entry t WHERE t.pet_id = ? AND (1 = 1{}) ORDER BY t.at ASC, t.id ASC LIMIT 21",
    )
    late, middle = entries[1_970], entries[1_000]
    for text, beyond in ((page[0], None), (page[0], middle), (page[0], late), (page[1], None)):
        narrowed = text.format(" AND (t.at, t.id) < (?, ?)" if beyond else "")
        plan = await explained(narrowed, (world.pet.id, *((beyond.at, beyond.id) if beyond else ())))
        assert "idx_history_ent_pet_id" in plan, plan
        if not sql.is_postgres():
            assert "TEMP B-TREE" not in plan, plan  # nothing is sorted


async def explained(text: str, values: Any) -> str:
    how = "EXPLAIN " if sql.is_postgres() else "EXPLAIN QUERY PLAN "
    return "\n".join(str(tuple(row)[-1]) for row in await sql.tuples(how + text, values))
