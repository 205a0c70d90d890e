"""The record of a pet as one document."""

from __future__ import annotations

from datetime import datetime

import strawberry

from graph.roles import EVERYBODY, STAFF, allow
from graph.types.record_import import LeftOut
from models.pet_record import LineKind
from resolvers.pet_imports import Becomes, DuplicateReason


@strawberry.type(directives=[allow(EVERYBODY)], description="The record of a pet, to be given to another practice.")
class PetRecord:
    """The record of a pet, to be given to another practice."""

    open_vet_format: str = strawberry.field(
        description="The document, in version 1.0.0 of the Open Vet Format, as JSON. It holds what is signed and stands; for "
        "owners, what of that they see elsewhere in this view, and of the people their own address and the names of staff."
    )
    left_out: list[LeftOut] = strawberry.field(
        description="What of the record is not in it: drafts, what was entered in error or is for this practice alone (of "
        "which owners are not told), and what the format has no place for."
    )


@strawberry.type(directives=[allow(STAFF)], description="A line of a document that would be kept.")
class PromisedLine:
    """A line of a document that would be kept."""

    path: str = strawberry.field(description="Its list in the document and its id there: `observations/obs-1`.")
    kind: LineKind = strawberry.field(description="What it tells.")
    at: datetime = strawberry.field(description="When it was; noon UTC where only a day is known.")
    title: str = strawberry.field(description="What it is called, at most 300 characters.")
    becomes: Becomes | None = strawberry.field(
        description="What would be made of it; null when it would only be kept as it was written."
    )


@strawberry.type(directives=[allow(STAFF)], description="How many lines of a kind there are.")
class PromisedCount:
    """How many lines of a kind there are."""

    kind: LineKind = strawberry.field(description="What they tell.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(directives=[allow(STAFF)], description="A pet that is here already and may be the one that comes in.")
class PetDuplicate:
    """A pet that is here already and may be the one that comes in."""

    pet_id: strawberry.ID = strawberry.field(description="Which pet.")
    name: str = strawberry.field(description="What it is called.")
    reason: DuplicateReason = strawberry.field(description="Why it may be the same.")


@strawberry.type(directives=[allow(STAFF)], description="Everything that an import would do.")
class ImportPromise:
    """Everything that an import would do."""

    fingerprint: str = strawberry.field(
        description="The name of exactly this, 64 characters: give it back, and nothing else is done."
    )
    name: str = strawberry.field(description="What the pet is called.")
    microchip: str | None = strawberry.field(description="The 15 digits of its microchip; null without one.")
    owner: str = strawberry.field(
        description="Whom the document names as the owner, in its own words; empty when it does not say."
    )
    counts: list[PromisedCount] = strawberry.field(description="How many lines of each kind would be kept.")
    lines: list[PromisedLine] = strawberry.field(description="Each line that would be kept, at most 2000.")
    left_out: list[LeftOut] = strawberry.field(description="What of the document does not fit, at most 2500.")
    duplicates: list[PetDuplicate] = strawberry.field(
        description="Pets that may be the same one, at most 20. They do not stop an import."
    )
