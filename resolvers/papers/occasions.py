"""Occasions: where a paper about a pet is written, for whom, and in which language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import Client, Location, Ownership, Pet, Practice, Visit
from resolvers import wording
from resolvers.papers import letterheads

if TYPE_CHECKING:
    from uuid import UUID

    from models.paper import Letterhead
    from resolvers.wording import Wording


@dataclass(frozen=True, slots=True)
class Occasion:
    """What every paper about a pet needs. `owner` is of its owners the one who pays most, None when nobody owns it."""

    pet: Pet
    owner: Client | None
    place: Location
    letterhead: Letterhead
    words: Wording

    @property
    def about(self) -> tuple[tuple[str, str], ...]:
        """The pet, as it stands above the text: labels with what is known."""
        kind = self.words.said("species", self.pet.species.value)
        animal = ", ".join(part for part in (self.pet.name, kind, self.pet.breed) if part)
        return (
            (self.words.said("paper", "animal"), animal),
            (self.words.said("paper", "microchip"), self.pet.microchip or ""),
        )


async def of(pet_id: UUID, visit_id: UUID | None, *, is_for_the_owner: bool) -> Occasion:
    """The occasion of a paper: at the place of the visit, else at the first that is open.

    It speaks the language of the owner if it is for her, and else that of the practice.
    """
    pet, practice = await Pet.get(id=pet_id), await Practice.first()
    held = await Ownership.filter(pet_id=pet_id, ends_on=None).order_by("-share", "id").first()
    owner = await Client.get(id=held.client_id) if held else None
    place = await _place(visit_id)
    usual = practice.language if practice else ""
    language = owner.language if owner and is_for_the_owner else usual
    words = wording.of(language, place.country)
    return Occasion(pet, owner, place, await letterheads.of(place, words), words)


async def _place(visit_id: UUID | None) -> Location:
    if visit_id is not None:
        visit = await Visit.get(id=visit_id)
        return await Location.get(id=visit.location_id)
    places = await Location.all().order_by("fold", "id")
    return next((place for place in places if place.closed_on is None), places[0])
