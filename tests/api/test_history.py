"""The history of a pet over HTTP: one timeline, the same statements for one entry as for a hundred, each for whom it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import Practice, Status
from resolvers.viewer import Audience
from tests.doors import Program, id_of
from tests.oracle import SCHEMAS
from tests.world import AN_HOUR, NOW, a_booking, a_pet, a_record, a_world

HISTORY = """query History($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $kinds: [HistoryKind!],
  $from: DateTime, $to: DateTime, $search: String) { pet(id: $id) { history(first: $first, after: $after, last: $last,
  before: $before, kinds: $kinds, from: $from, to: $to, search: $search) { totalCount
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  nodes { __typename id at pet { name } ... on Appointment { reason status vet { displayName } } } } } }"""
SEARCH = """query Search($search: String!, $first: Int, $after: String) { history(search: $search, first: $first,
  after: $after) { nodes { at pet { name } ... on Appointment { reason } } pageInfo { endCursor } } }"""


async def a_life(number: int = 3):
    world = await a_world()
    for each in range(number):
        await a_booking(starts_at=NOW + 3 * each * AN_HOUR, reason=f"Reason {each}", status=Status.COMPLETED)
    return world, Program()


def reasons(page):
    return [node["reason"] for node in page["nodes"]]


@pytest.mark.parametrize("who", ["vet", "owner"])
async def test_a_history_is_read_latest_first_in_pages_of_either_direction(database, who):
    world, program = await a_life(5)
    viewer = getattr(world, who).viewer

    async def page(**asked):
        return (await program.ask(viewer, HISTORY, id=id_of(world.pet), **asked)).data["pet"]["history"]

    whole = await page()
    assert reasons(whole) == [f"Reason {each}" for each in (4, 3, 2, 1, 0)]
    assert whole["nodes"][0] == {
        "__typename": "Appointment",
        "id": whole["nodes"][0]["id"],
        "at": "2026-03-02T20:00:00Z",
        "pet": {"name": "Rex"},
        "reason": "Reason 4",
        "status": "COMPLETED",
        "vet": {"displayName": "Vera Falk"},
    }
    first = await page(first=2)
    assert (reasons(first), first["totalCount"], first["pageInfo"]["hasNextPage"]) == (
        ["Reason 4", "Reason 3"],
        5,
        True,
    )
    second = await page(first=2, after=first["pageInfo"]["endCursor"])
    assert reasons(second) == ["Reason 2", "Reason 1"]
    last = await page(last=2)
    assert (reasons(last), last["pageInfo"]["hasPreviousPage"]) == (["Reason 1", "Reason 0"], True)
    before = await page(last=1, before=last["pageInfo"]["startCursor"])
    assert reasons(before) == ["Reason 2"]


async def test_a_history_is_narrowed_by_kind_time_and_words(database):
    world, program = await a_life(4)

    async def found(**asked):
        answer = await program.ask(world.vet.viewer, HISTORY, id=id_of(world.pet), **asked)
        return reasons(answer.data["pet"]["history"])

    assert await found(kinds=["APPOINTMENT"]) == await found() == await found(kinds=None)
    assert await found(kinds=["VISIT", "NOTE"]) == await found(kinds=[]) == []
    since, until = (NOW + 3 * AN_HOUR).isoformat(), (NOW + 9 * AN_HOUR).isoformat()
    assert await found(**{"from": since, "to": until}) == ["Reason 2", "Reason 1"]
    assert await found(search="reas 3") == ["Reason 3"]
    assert await found(search="3 nothing") == await found(search="") == []


async def test_an_entry_for_the_staff_alone_is_not_counted_for_owners(database):
    world, program = await a_life(1)
    await a_record(world.pet)
    await Practice.all().update(shares_notes=True)
    answer = await program.ask(world.owner.viewer, HISTORY, id=id_of(world.pet))
    page = answer.data["pet"]["history"]
    shown = {"Appointment", "Note", "Prescription", "Document", "Vaccination"} & SCHEMAS[Audience.OWNER].type_map.keys()
    assert {node["__typename"] for node in page["nodes"]} <= shown
    assert page["totalCount"] == len(page["nodes"])
    assert "VISIT" not in SCHEMAS[Audience.OWNER].type_map["HistoryKind"].values  # type: ignore[attr-defined]


async def test_a_history_takes_as_many_statements_for_a_hundred_entries_as_for_one(database):
    world, program = await a_life(1)
    number = {}
    for name, viewer in (("vet", world.vet.viewer), ("owner", world.owner.viewer)):
        await program.ask(viewer, "{ __typename }")
        number[name] = (await program.ask(viewer, HISTORY, id=id_of(world.pet), first=100)).statements.count
    for each in range(1, 100):
        await a_booking(starts_at=NOW + each * timedelta(hours=2), reason="Again")
    for name, viewer in (("vet", world.vet.viewer), ("owner", world.owner.viewer)):
        answer = await program.ask(viewer, HISTORY, id=id_of(world.pet), first=100)
        assert len(answer.data["pet"]["history"]["nodes"]) == 100
        # Who asks, the pet, the page of its history, and the appointments in it; on PostgreSQL all of that but the first is one.
        expected = {"sqlite": 4, "postgres": 2}[database.dialect]
        assert (answer.statements.count, number[name]) == (expected, expected), "\n".join(answer.statements.texts)


async def test_the_whole_practice_is_searched_by_the_staff(database):
    world, program = await a_life(3)
    await a_booking(await a_pet(name="Bo"), starts_at=NOW + 40 * AN_HOUR, reason="Reason enough")
    answer = await program.ask(world.receptionist.viewer, SEARCH, search="reason", first=2)
    page = answer.data["history"]
    assert [(node["pet"]["name"], node["reason"]) for node in page["nodes"]] == [
        ("Bo", "Reason enough"),
        ("Rex", "Reason 2"),
    ]
    # Who asks, how many there are, which, and what they are: appointments here.
    assert answer.statements.count == 4, "\n".join(answer.statements.texts)
    again = await program.ask(world.receptionist.viewer, SEARCH, search="reason", after=page["pageInfo"]["endCursor"])
    assert reasons(again.data["history"]) == ["Reason 1", "Reason 0"]
    assert "history" not in SCHEMAS[Audience.OWNER].query_type.fields  # type: ignore[union-attr]


async def test_an_entry_is_asked_for_by_its_id_as_what_it_is(database):
    world, program = await a_life(1)
    key = (await program.ask(world.vet.viewer, HISTORY, id=id_of(world.pet))).data["pet"]["history"]["nodes"][0]["id"]
    document = """query ($id: ID!) { node(id: $id) { id ...E ... on Node { __typename } } }
      fragment E on HistoryEntry { at pet { name } ... on Appointment { reason } }"""
    for viewer in (world.vet.viewer, world.owner.viewer):
        assert (await program.ask(viewer, document, id=key)).data["node"] == {
            "id": key,
            "__typename": "Appointment",
            "at": "2026-03-02T08:00:00Z",
            "pet": {"name": "Rex"},
            "reason": "Reason 0",
        }
