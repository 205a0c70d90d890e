"""A household: who owns Rex, for the tests of ownerships."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models import Ownership, Pet
from resolvers.viewer import Viewer
from tests.world import Owner, a_pet, a_receptionist, an_owner, an_ownership


@dataclass(frozen=True, slots=True)
class Household:
    """Rex, who belongs to Olga; Paul owns him too, or not yet."""

    viewer: Viewer
    olga: Owner
    paul: Owner
    rex: Pet
    olgas: Ownership
    pauls: Any

    @classmethod
    async def made(cls, *, share=100, with_paul=False, died_on=None):
        viewer = (await a_receptionist()).viewer
        olga, paul = await an_owner("Olga Berg"), await an_owner("Paul Stone")
        rex = await a_pet(olga, died_on=died_on)
        olgas = await Ownership.get(pet_id=rex.id)
        olgas.share = share
        await olgas.save()
        pauls = await an_ownership(rex, paul, share=100 - share) if with_paul else None
        return cls(viewer, olga, paul, rex, olgas, pauls)

    async def shares(self):
        return {one.client_id: one.share for one in await Ownership.filter(pet_id=self.rex.id, ends_on=None)}
