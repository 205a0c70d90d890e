"""Asking what the death of a pet would end."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry

from graph.context import Info
from graph.deaths import shown
from graph.ids import key
from graph.roles import EVERYBODY, field
from graph.types.death import Ended
from models.refusal import NotFound
from resolvers import deaths


@strawberry.type
class DeathQueries:
    """Asking what the death of a pet would end."""

    @field(EVERYBODY)
    async def death_preview(
        self,
        info: Info,
        pet_id: Annotated[strawberry.ID, strawberry.argument(description="Which pet.")],
        died_on: Annotated[
            date, strawberry.argument(description="When it died: not in the future, and not before it was born.")
        ],
    ) -> Ended | None:
        """What `recordDeath` would end now; nothing is changed. Null when there is no such pet.

        What recording it refuses is an error here: RIGHT_NEEDED, PET_HAS_DIED, INVALID_INPUT.
        """
        viewer, now = info.context.viewer, info.context.now
        try:
            return shown(await deaths.preview(viewer, key("Pet", pet_id), died_on, now=now))  # type: ignore[no-any-return]
        except NotFound:
            return None
