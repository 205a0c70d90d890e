"""Registering pets, and amending what is known of them."""

from __future__ import annotations

from datetime import date

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.inputs import changed, changed_not_cleared
from graph.mutations.ownerships import rights_of
from graph.roles import EVERYBODY, STAFF
from graph.types.pet import Pet
from models.ownership import Right
from models.pet import DatePrecision, Lifestyle, Sex, Species
from models.refusal import AlreadyAnOwner, LastPayer, SharesMustSumTo100
from resolvers import pets
from resolvers.access import Deed
from resolvers.pets import PetChanges, PetOwner, PetRegistration

_NAME = "What it is called, 1 to 200 characters"
_BREED = "The breed, at most 200 characters"
_BORN = "When it was born, as exactly as `bornPrecision` says; not in the future, and not after it has died"
_PRECISION = "How much of `bornOn` is known; given exactly when that is known"
_COLOUR = "Its colour and marks, at most 200 characters"
_CHIP = "The 15 digits of its microchip; spaces, dots and dashes do not count"
_ALERTS = "What everybody must know before they touch it: at most 20, each 1 to 200 characters"
_TAGS = "Words under which the practice finds it: at most 20, each 1 to 200 characters"
_LIFE = "How it lives, as far as it matters for what it can catch"
_REPLACED = "They replace all that were known; null clears them."


@deed_input(STAFF)
class PetOwnerInput:
    """Somebody who will own the pet."""

    client_id: strawberry.ID = said("Who: a client, named once.")
    rights: list[Right] | None = said("What they may do for it; everything when nothing is said.", default=None)
    share: int | None = said(
        "The percent of its bills that they pay, 0 to 100; all shares add up to 100. When nobody has one, the first"
        " owner with the right to pay pays everything.",
        default=None,
    )


@deed_input(EVERYBODY)
class RegisterPetInput:
    """A pet that comes into the care of the practice."""

    name: str = said(f"{_NAME}.")
    species: Species = said("The kind of animal.")
    breed: str | None = said(f"{_BREED}.", default=None)
    sex: Sex = said("The sex.", default=Sex.UNKNOWN)
    neutered: bool | None = said("Whether it is neutered; null when nobody knows.", default=None)
    born_on: date | None = said(f"{_BORN}.", default=None)
    born_precision: DatePrecision | None = said(f"{_PRECISION}.", default=None)
    colour: str | None = said(f"{_COLOUR}.", default=None)
    microchip: str | None = said(f"{_CHIP}.", default=None)
    alerts: list[str] | None = said(f"{_ALERTS}.", STAFF, default=None)
    tags: list[str] | None = said(f"{_TAGS}.", STAFF, default=None)
    owners: list[PetOwnerInput] | None = said("Who owns it, 1 to 20 clients.", STAFF, default=None)
    idempotency_key: str = said(KEY)


@deed_input(STAFF)
class AmendPetInput:
    """What changes about a pet; what is not given stays as it is."""

    pet_id: strawberry.ID = said("Which pet.")
    name: str | None = said(f"{_NAME}. It cannot be cleared.", default=strawberry.UNSET)
    species: Species | None = said("The kind of animal. It cannot be cleared.", default=strawberry.UNSET)
    breed: str | None = said(f"{_BREED}; null clears it.", default=strawberry.UNSET)
    sex: Sex | None = said("The sex; null when nobody knows.", default=strawberry.UNSET)
    neutered: bool | None = said("Whether it is neutered; null when nobody knows.", default=strawberry.UNSET)
    born_on: date | None = said(f"{_BORN}; null when nobody knows.", default=strawberry.UNSET)
    born_precision: DatePrecision | None = said(f"{_PRECISION}; null with it.", default=strawberry.UNSET)
    colour: str | None = said(f"{_COLOUR}; null clears it.", default=strawberry.UNSET)
    microchip: str | None = said(f"{_CHIP}. Null clears it.", default=strawberry.UNSET)
    alerts: list[str] | None = said(f"{_ALERTS}. {_REPLACED}", default=strawberry.UNSET)
    tags: list[str] | None = said(f"{_TAGS}. {_REPLACED}", default=strawberry.UNSET)
    lifestyle: list[Lifestyle] | None = said(f"{_LIFE}. {_REPLACED}", default=strawberry.UNSET)
    idempotency_key: str = said(KEY)


@payload(EVERYBODY)
class PetRegistered:
    """The pet is in the care of the practice."""

    pet: Pet = said("The pet as it is known now.")


@payload(STAFF)
class PetAmended:
    """What was given is written."""

    pet: Pet = said("The pet as it is known now.")


@strawberry.type
class PetMutations:
    """Registering pets, and amending what is known of them."""

    @mutation(Deed.REGISTER_PET, PetRegistered, AlreadyAnOwner, SharesMustSumTo100, LastPayer)
    async def register_pet(self, info: Info, input: RegisterPetInput) -> object:
        """Register a pet. A pet that its owner registers is hers alone, with every right and the whole bill."""
        viewer = info.context.viewer
        registration = PetRegistration(
            name=input.name,
            species=input.species,
            breed=input.breed or "",
            sex=input.sex,
            neutered=input.neutered,
            born_on=input.born_on,
            born_precision=input.born_precision,
            colour=input.colour or "",
            microchip=input.microchip,
            alerts=input.alerts or (),
            tags=input.tags or (),
            owners=[owner_of(number, owner) for number, owner in enumerate(input.owners or ())],
        )
        registered = await pets.register(viewer, registration, key=input.idempotency_key, now=info.context.now)
        return answered(PetRegistered, pet=pets.one(viewer, registered))

    @mutation(Deed.AMEND_PET, PetAmended)
    async def amend_pet(self, info: Info, input: AmendPetInput) -> object:
        """Change what is known of a pet."""
        viewer = info.context.viewer
        changes = PetChanges(
            name=changed(input.name, null=""),
            species=changed_not_cleared(input.species, "species"),
            breed=changed(input.breed, null=""),
            sex=changed(input.sex, null=Sex.UNKNOWN),
            neutered=changed(input.neutered, null=None),
            born_on=changed(input.born_on, null=None),
            born_precision=changed(input.born_precision, null=None),
            colour=changed(input.colour, null=""),
            microchip=changed(input.microchip, null=None),
            alerts=changed(input.alerts, null=()),
            tags=changed(input.tags, null=()),
            lifestyle=changed(input.lifestyle, null=()),
        )
        pet_id = key("Pet", input.pet_id)
        amended = await pets.amend(viewer, pet_id, changes, key=input.idempotency_key, now=info.context.now)
        return answered(PetAmended, pet=pets.one(viewer, amended))


def owner_of(number: int, given: PetOwnerInput) -> PetOwner:
    """One of the owners, as the deeds take it; `number` is its place in the list."""
    rights = list(Right) if given.rights is None else given.rights
    return PetOwner(
        client_id=key("Client", given.client_id),
        rights=rights_of(rights, "owners", str(number), "rights"),
        share=given.share,
    )
