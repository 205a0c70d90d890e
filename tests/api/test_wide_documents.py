"""Wide documents: below what may be of many kinds everything is planned for each, which is bounded before it is done."""

from __future__ import annotations

from typing import Any

from tests.doors import Program
from tests.world import a_world


def histories(deep: int, *, names: int = 1) -> str:
    """Of the first pet, what happened to it, and what happened to the pet to which that happened, and so on."""
    wanted = "name"
    for level in range(deep):
        entry = f"history(first: 1) {{ nodes {{ pet {{ {wanted} }} }} }}"
        wanted = " ".join(f"h{level}x{name}: {entry}" for name in range(names))
    return f"{{ pets(first: 1) {{ totalCount nodes {{ {wanted} }} }} }}"


def refused(answer: Any) -> tuple[str, str, int]:
    (error,) = answer.body["errors"]
    said = error["extensions"]
    assert error["path"] == ["pets"]
    assert "Please ask for fewer of them at once." in error["message"]
    assert said["requested"] == said["allowed"] + 1
    return said["code"], said["limit"], said["allowed"]


async def test_histories_within_histories_are_refused_though_they_are_empty_and_cost_little(database):
    world, program = await a_world(), Program()
    for document in (histories(3), histories(2, names=4)):
        answer = await program.ask(world.vet.viewer, document)
        assert refused(answer) == ("LIMIT_EXCEEDED", "levels", 1_000)
        assert answer.body["data"] == {"pets": None}
        assert answer.body["extensions"]["cost"]["requested"] < 250
    again = await program.ask(world.vet.viewer, "{ pets(first: 1) { totalCount } }")
    assert again.data == {"pets": {"totalCount": 1}}


async def test_the_history_of_the_pet_of_an_entry_can_be_asked_for(database):
    world, program = await a_world(), Program()
    answer = await program.ask(world.vet.viewer, histories(2))
    assert answer.data["pets"]["totalCount"] == 1


async def test_all_that_is_asked_for_in_one_document_counts_together(database):
    world = await a_world()
    document = "{ a: pets { nodes { visits { nodes { id } } } } b: pets { nodes { notes { nodes { id } } } } }"
    assert (await Program(max_levels=4).ask(world.vet.viewer, document)).data
    answer = await Program(max_levels=3).ask(world.vet.viewer, document)
    assert [error["extensions"]["limit"] for error in answer.body["errors"]] == ["levels"]
