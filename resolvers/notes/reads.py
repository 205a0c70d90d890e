"""Reading notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import Addendum, Note
from resolvers import access

if TYPE_CHECKING:
    from uuid import UUID

    from resolvers.rows import Rows
    from resolvers.viewer import Viewer


def one(viewer: Viewer, note_id: UUID | None) -> Rows:
    """The note with this key."""
    return access.rows(viewer, Note).only(note_id)


def addendum(viewer: Viewer, addendum_id: UUID | None) -> Rows:
    """The addendum with this key."""
    return access.rows(viewer, Addendum).only(addendum_id)
