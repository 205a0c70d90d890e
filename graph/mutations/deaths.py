"""Recording that a pet has died, and taking that back."""

from __future__ import annotations

from datetime import date

import strawberry

from graph.context import Info
from graph.deaths import shown
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.roles import EVERYBODY, STAFF
from graph.types.death import Ended, StayedEnded
from graph.types.pet import Pet
from models.refusal import NoDeathRecorded, PetHasDied, RightNeeded
from resolvers import deaths, pets
from resolvers.access import Deed


@deed_input(EVERYBODY)
class RecordDeathInput:
    """A pet that has died."""

    pet_id: strawberry.ID = said("Which pet.")
    died_on: date = said("When it died: not in the future, and not before it was born.")
    idempotency_key: str = said(KEY)


@deed_input(STAFF)
class UndoDeathInput:
    """A death that was recorded by mistake."""

    pet_id: strawberry.ID = said("Which pet.")
    because: str = said("How the mistake came about, 1 to 2,000 characters.")
    idempotency_key: str = said(KEY)


@payload(EVERYBODY)
class DeathRecorded:
    """Whatever was to come for the pet has ended, and no letter about it goes out any more, to none of its owners."""

    pet: Pet = said("The pet as it is known now. Its record stays.")
    ended: Ended = said("What has ended: what `deathPreview` tells at that moment.")


@payload(STAFF)
class DeathUndone:
    """The pet lives, and what its death had ended is as it was, as far as that can still be."""

    pet: Pet = said("The pet as it is known now.")
    came_back: Ended = said("What is as it was before.")
    stayed: list[StayedEnded] = said("What could not come back, by the reason; nobody is written to about it.")


@strawberry.type
class DeathMutations:
    """Recording that a pet has died, and taking that back."""

    @mutation(Deed.RECORD_DEATH, DeathRecorded, PetHasDied, RightNeeded)
    async def record_death(self, info: Info, input: RecordDeathInput) -> object:
        """Record that a pet has died.

        Its appointments to come are cancelled, letters that wait are withdrawn, plans are stopped and prescriptions are
        repeated no more. Nobody is written to. Its owners keep seeing it. An owner needs the right to consent.
        """
        viewer, pet_id = info.context.viewer, key("Pet", input.pet_id)
        recorded = await deaths.record(viewer, pet_id, input.died_on, key=input.idempotency_key, now=info.context.now)
        ended = shown(await deaths.what_ended(viewer, recorded.death_id))
        return answered(DeathRecorded, pet=pets.one(viewer, recorded.pet_id), ended=ended)

    @mutation(Deed.UNDO_DEATH, DeathUndone, NoDeathRecorded)
    async def undo_death(self, info: Info, input: UndoDeathInput) -> object:
        """Take back a death that was recorded by mistake.

        An appointment comes back when it is still to come and nobody has its vet, its room or the pet at that time;
        letters that are still true wait again; plans go on; prescriptions can be repeated. What somebody has changed
        since stays as they left it.
        """
        viewer, pet_id = info.context.viewer, key("Pet", input.pet_id)
        undone = await deaths.undo(viewer, pet_id, input.because, key=input.idempotency_key, now=info.context.now)
        back, stayed = await deaths.what_came_back(viewer, undone.death_id)
        return answered(
            DeathUndone,
            pet=pets.one(viewer, undone.pet_id),
            came_back=shown(back),
            stayed=[StayedEnded(because=because, what=shown(what)) for because, what in stayed.items()],
        )
