"""Totals: how many entries a list has is said on every page of it."""

from __future__ import annotations

import pytest

from tests.doors import Program, id_of
from tests.world import AN_HOUR, NOW, a_booking, a_world

PAGE = """query Page($after: String, $when: When) { pet: node(id: "%s") { ... on Pet {
  appointments(first: 1, after: $after, when: $when) { totalCount pageInfo { endCursor } } } } }"""


@pytest.mark.parametrize("when", [None, "COMING"])
@pytest.mark.parametrize("who", ["owner", "vet"])
async def test_a_later_page_of_a_pets_visits_tells_how_many_there_are_in_all(database, who, when):
    world, program = await a_world(), Program()
    for hours in range(1, 4):
        await a_booking(world.pet, starts_at=NOW + hours * AN_HOUR)
    viewer = getattr(world, who).viewer
    document = PAGE % id_of(world.pet)
    first = (await program.ask(viewer, document, when=when)).data["pet"]["appointments"]
    second = (await program.ask(viewer, document, when=when, after=first["pageInfo"]["endCursor"])).data["pet"]
    assert (first["totalCount"], second["appointments"]["totalCount"]) == (3, 3)
