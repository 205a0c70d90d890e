"""Taking in the record of a pet from elsewhere."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import global_id
from graph.mutations.pets import PetOwnerInput, owner_of
from graph.types.pet import Pet
from graph.types.pet_record import ImportPromise, PetDuplicate, PromisedCount, PromisedLine
from graph.types.record_import import LeftOut, RecordImport
from models.refusal import (
    AlreadyAnOwner,
    FormatNotInstalled,
    ImportHasChanged,
    InvalidInput,
    LastPayer,
    SharesMustSumTo100,
)
from resolvers import pet_imports, pets
from resolvers.access import DEEDS, Deed
from resolvers.pet_imports import Arrival, Promise
from resolvers.pet_imports.promising import counts

_TAKERS = DEEDS[Deed.IMPORT_PET]


@deed_input(_TAKERS)
class ImportPetInput:
    """The record of a pet that comes in."""

    document: str = said(
        "A document of version 1 of the Open Vet Format, as JSON: at most 1,000,000 characters and 2000 things. The"
        " size of a request is limited as well."
    )
    owners: list[PetOwnerInput] = said(
        "Who owns the pet here, 1 to 20 clients. Whom the document names is told, and no client is made of it."
    )
    dry_run: bool = said("True: say what would be done, and write nothing. False: do it.")
    fingerprint: str | None = said("The fingerprint of the dry run; needed when it is to be done.", default=None)
    idempotency_key: str = said(f"{KEY} A dry run does not use it up.")


@payload(_TAKERS)
class PetImported:
    """What an import would do, or what it did."""

    promise: ImportPromise | None = said("Everything that would be done; null when it was done.")
    pet: Pet | None = said("The new pet; null of a dry run.")
    record_import: RecordImport | None = said("What came in; null of a dry run.")


@strawberry.type
class PetImportMutations:
    """Taking in the record of a pet from elsewhere."""

    @mutation(
        Deed.IMPORT_PET,
        PetImported,
        ImportHasChanged,
        FormatNotInstalled,
        AlreadyAnOwner,
        SharesMustSumTo100,
        LastPayer,
    )
    async def import_pet(self, info: Info, input: ImportPetInput) -> object:
        """Take in the record of a pet from elsewhere, as a new pet: first as a dry run, then for good.

        Every line is kept as it was written, with its author in words, and nobody can change it. Of vital signs,
        problems, allergies and vaccines that we know, rows of our own are made as well. Nobody is written to.
        """
        viewer, ports, now = info.context.viewer, info.context.ports, info.context.now
        arrival = Arrival(input.document, [owner_of(number, owner) for number, owner in enumerate(input.owners)])
        if input.dry_run:
            promised = await pet_imports.rehearse(viewer, arrival, records=ports.records, now=now)
            return answered(PetImported, promise=_promise(promised), pet=None, record_import=None)
        if input.fingerprint is None:
            raise InvalidInput("Please make a dry run first, and give its fingerprint.", path=("fingerprint",))
        done = await pet_imports.carry_out(
            viewer, arrival, input.fingerprint, records=ports.records, key=input.idempotency_key, now=now
        )
        made = {"pet": pets.one(viewer, done.pet_id), "record_import": pet_imports.one(viewer, done.import_id)}
        return answered(PetImported, promise=None, **made)


def _promise(promised: Promise) -> ImportPromise:
    keeper = promised.record.keeper
    owner = (keeper.name, keeper.phone, keeper.email, keeper.address) if keeper else ()
    return ImportPromise(
        fingerprint=promised.fingerprint,
        name=promised.record.pet.name,
        microchip=promised.record.pet.microchip,
        owner=", ".join(each for each in owner if each),
        counts=[PromisedCount(kind=kind, count=count) for kind, count in counts(promised.lines).items()],
        lines=[
            PromisedLine(
                path=each.line.id, kind=each.line.kind, at=each.line.at, title=each.line.title, becomes=each.becomes
            )
            for each in promised.lines
        ],
        left_out=[LeftOut(path=each.path, what=each.what, why=each.why) for each in promised.left_out],
        duplicates=[
            PetDuplicate(pet_id=strawberry.ID(global_id("Pet", each.pet_id)), name=each.name, reason=each.reason)
            for each in promised.duplicates
        ],
    )
