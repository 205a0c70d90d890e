"""The deeds about the end of a life: who may do them, and how they are called directly."""

from __future__ import annotations

from typing import Any

from resolvers import deaths
from resolvers.access import Deed
from tests.world import NOW, TODAY


def join(line: Any, staff: frozenset[str], owners: frozenset[str]) -> None:
    """Add the lines to the table of every deed."""

    @line(Deed.RECORD_DEATH, staff, owners)
    async def _(scene, viewer):
        await deaths.record(viewer, scene.world.pet.id, TODAY, key="k", now=NOW)

    @line(Deed.UNDO_DEATH, staff)
    async def _(scene, viewer):
        await deaths.undo(viewer, scene.gone.id, "It was another pet.", key="k", now=NOW)
