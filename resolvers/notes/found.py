"""What every deed about a note begins with: the note, its visit, and whoever does something with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from models import EventKind, Note, NoteKind, NoteRevision, NoteTemplate, Visit
from models.note import PARTS
from models.refusal import Forbidden
from resolvers import access
from resolvers.access import Deed
from resolvers.events import Happening

if TYPE_CHECKING:
    from resolvers.viewer import Viewer

LONGEST_PART = 20_000
"""How many characters each part of a note may have, and an addendum."""
LONGEST_REASON = 2000


async def found_visit(viewer: Viewer, visit_id: UUID | None, deed: Deed) -> tuple[Visit, UUID]:
    """The visit, and who of the staff does something in it."""
    access.may(viewer, deed)
    visit = await access.find(viewer, Visit, visit_id, path="visitId")
    access.may(viewer, deed, visit.location_id)
    return visit, access.the_person(viewer)


async def found_note(viewer: Viewer, note_id: UUID | None, deed: Deed) -> tuple[Note, Visit, UUID]:
    """The note, its visit, and who of the staff does something with it."""
    access.may(viewer, deed)
    note = await access.find(viewer, Note, note_id, path="noteId")
    visit = await access.find(access.carried(viewer), Visit, note.visit_id)
    access.may(viewer, deed, visit.location_id)
    return note, visit, access.the_person(viewer)


def must_be_theirs(viewer: Viewer, note: Note, visit: Visit) -> None:
    """Refuse a vet's part to whoever is no vet there; a nurse's part is for vets as well.

    Raises:
        Forbidden: it is a vet's part.
    """
    if note.kind is NoteKind.VET and not access.is_a_vet(viewer, visit.location_id):
        raise Forbidden("This part of the record is for a vet to write and to sign.", path=("noteId",))


def texts_of(written: Note | NoteRevision | NoteTemplate) -> dict[str, str]:
    """The texts, by part."""
    return {part: getattr(written, part) for part in PARTS}


def happening_in(visit: Visit, kind: EventKind, subject_id: UUID, **values: Any) -> Happening:
    """What happened in a visit, to a note or to something in it."""
    return Happening(kind, subject_id, visit.location_id, **values)
