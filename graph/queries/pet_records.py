"""Asking for the whole record of a pet."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info, note_reading
from graph.ids import key
from graph.roles import EVERYBODY, field
from graph.types.pet_record import PetRecord
from graph.types.record_import import LeftOut
from models.refusal import NotFound
from resolvers import pet_records


@strawberry.type
class PetRecordQueries:
    """Asking for the whole record of a pet."""

    # Some twenty statements, however long the record is: 25 such in one document.
    @field(EVERYBODY, metadata={"cost": 200})
    async def pet_record(
        self, info: Info, pet_id: Annotated[strawberry.ID, strawberry.argument(description="Which pet.")]
    ) -> PetRecord | None:
        """The record of a pet in the Open Vet Format; null when there is no such pet.

        Owners take out what they see of it in this view: what is shared, handed out, and signed where notes are shared.
        Where the server does not know the format, it is an error with the code FORMAT_NOT_INSTALLED.
        """
        context = info.context
        try:
            told = await pet_records.told(
                context.viewer, key("Pet", pet_id), records=context.ports.records, now=context.now
            )
        except NotFound:
            return None
        note_reading(info, {told.pet_id})
        left_out = [LeftOut(path=each.path, what=each.what, why=each.why) for each in told.left_out]
        return PetRecord(open_vet_format=told.document, left_out=left_out)
