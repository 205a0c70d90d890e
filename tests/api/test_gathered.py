"""Lists below one row, which may be read together: each is told in its place, and what is below it stands with it."""

from __future__ import annotations

from datetime import timedelta

from tests.doors import Program, id_of
from tests.world import NOW, a_note, a_pet, a_visit, a_world

TWO = """query ($id: ID!, $few: Int, $more: Int) { pet(id: $id) { name
  few: visits(first: $few) { nodes { reason } }
  more: visits(first: $more) { nodes { at reason vet { displayName } } } } }"""

WRITTEN = """query ($id: ID!, $first: Int, $after: String) { pet(id: $id) {
  visits(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { reason notes { plan } } } } }"""


async def test_a_page_that_makes_no_sense_leaves_the_one_beside_it_as_it_is(database):
    world, program = await a_world(), Program()
    await a_visit(world.pet, at=NOW, reason="Limps")
    few = {"nodes": [{"reason": "Limps"}]}
    more = {"nodes": [{"at": "2026-03-02T08:00:00Z", "reason": "Limps", "vet": {"displayName": "Vera Falk"}}]}

    async def asked(first, second):
        answer = await program.ask(world.vet.viewer, TWO, id=id_of(world.pet), few=first, more=second)
        return answer.body["data"]["pet"], [error["path"] for error in answer.body.get("errors", ())]

    name = world.pet.name
    # The two are asked for in the same way: what was found for one is never taken for the other.
    assert await asked(0, 5) == ({"name": name, "few": None, "more": more}, [["pet", "few"]])
    assert await asked(5, 0) == ({"name": name, "few": few, "more": None}, [["pet", "more"]])
    assert await asked(0, 0) == ({"name": name, "few": None, "more": None}, [["pet", "few"], ["pet", "more"]])
    assert await asked(5, 5) == ({"name": name, "few": few, "more": more}, [])


async def test_what_is_written_at_a_visit_stands_with_it_on_every_page(database):
    world, program = await a_world(), Program()
    for number in range(5):
        visit = await a_visit(world.pet, at=NOW - timedelta(days=number), reason=f"Reason {number}")
        for _ in range(number):
            await a_note(visit, plan=f"Plan {number}")
    await a_note(await a_visit(await a_pet(), at=NOW, reason="Another's"), plan="Another's")
    pages, after, has_next = [], None, True
    while has_next:
        answer = await program.ask(world.vet.viewer, WRITTEN, id=id_of(world.pet), first=2, after=after)
        page = answer.data["pet"]["visits"]
        assert page["totalCount"] == 5
        pages.append([(node["reason"], [note["plan"] for note in node["notes"]]) for node in page["nodes"]])
        after, has_next = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    told = [(f"Reason {number}", [f"Plan {number}"] * number) for number in range(5)]
    assert pages == [told[:2], told[2:4], told[4:]]


async def test_where_every_page_below_a_list_makes_no_sense_that_is_said(database):
    world, program = await a_world(), Program()
    text = "{ myPets { name a: appointments(first: 0) { totalCount } b: appointments(first: 101) { totalCount } } }"
    answer = await program.ask(world.owner.viewer, text)
    assert [error["message"] for error in answer.body["errors"]] == ["A page has 1 to 100 entries."]
