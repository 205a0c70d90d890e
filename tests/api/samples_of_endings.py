"""Samples of the deeds about the end of a life."""

from __future__ import annotations

from resolvers.viewer import Viewer
from tests.api.samples import Sample
from tests.doors import id_of
from tests.world import World, a_dead_pet, a_pet

ONCE = {"Event": 1, "EventDetail": 1, "IdempotencyKey": 1}


async def for_staff(world: World, boss: Viewer) -> list[Sample]:
    """A death that is recorded, and one that is undone."""
    undone = Sample(
        "undoDeath",
        boss,
        {"petId": id_of(await a_dead_pet(world.owner, name="Rex")), "because": "It was another pet."},
        {"because": "It was somebody else."},
        "DeathUndone { pet { id diedOn } cameBack { others { count } } stayed { because } }",
        ONCE,
    )
    return [await a_death(world, boss), undone]


async def a_death(world: World, who: Viewer) -> Sample:
    """A death that is recorded."""
    return Sample(
        "recordDeath",
        who,
        {"petId": id_of(await a_pet(world.owner, name="Nelly")), "diedOn": "2026-03-01"},
        {"diedOn": "2026-02-28"},
        "DeathRecorded { pet { id diedOn } ended { appointments { id } others { kind count } } }",
        {**ONCE, "Death": 1},
    )
