"""Visits named: the visit that something is about which is written for a pet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import Visit
from models.refusal import EnteredInError, InvalidInput
from resolvers import access

if TYPE_CHECKING:
    from uuid import UUID

    from resolvers.viewer import Viewer


async def of(viewer: Viewer, visit_id: UUID | None, pet_id: UUID) -> UUID | None:
    """The visit of this pet with this key, locked or not; None where none was named.

    Raises:
        NotFound: it is not the viewer's to see.
        InvalidInput: it was of another pet.
        EnteredInError: it is marked so.
    """
    if visit_id is None:
        return None
    visit = await access.find(viewer, Visit, visit_id, path="visitId")
    if visit.pet_id != pet_id:
        raise InvalidInput("That visit was of another pet.", path=("visitId",))
    if visit.errored_at is not None:
        raise EnteredInError(path=("visitId",))
    return visit.id
