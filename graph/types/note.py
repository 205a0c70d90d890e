"""Notes, every state they had, what was added to them, and what they begin with."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from graph.context import Info
from graph.reading.connection import Connection
from graph.reading.pages import After, Before, First, Last
from graph.reading.shape import READS, Many, column, many, one, shape, unresolved
from graph.roles import EVERYBODY, STAFF, allow
from graph.types.history_entry import HistoryEntry
from graph.types.node import Node, id_of
from graph.types.service import Service
from graph.types.staff import Staff
from models import HistoryKind
from models.note import NoteKind

if TYPE_CHECKING:
    from graph.types.allergy import Allergy
    from graph.types.pet import Pet
    from graph.types.prescription import Prescription
    from graph.types.problem import Diagnosis
    from graph.types.treatment import Procedure, Treatment
    from graph.types.visit import Visit
    from graph.types.vital import Vital

_REVISIONS = Many(models.NoteRevision, "note", ("-version",))
_SUBJECTIVE = "What was told of the pet; empty when nothing is written."
_OBJECTIVE = "What was found; empty when nothing is written."
_ASSESSMENT = "What is thought of it; empty when nothing is written."
_PLAN = "What is to be done; empty when nothing is written."
_IN_ORDER = "oldest first; what was entered in error is among them, and marked so."
_INTERNAL = "What the staff alone read; empty when nothing is written."


@shape(models.NoteTemplate, STAFF)
class NoteTemplate(Node):
    """What a note begins with: notes of visits for one service, or those for which it is chosen."""

    id: strawberry.ID = id_of("NoteTemplate")
    name: str = column("What it is called.")
    kind: NoteKind = column("For whose part of the record it is.")
    service: Service | None = one("For visits for what; null when it is chosen only.", carried=True)
    subjective: str = column(_SUBJECTIVE)
    objective: str = column(_OBJECTIVE)
    assessment: str = column(_ASSESSMENT)
    plan: str = column(_PLAN)
    internal: str = column(_INTERNAL)
    is_in_use: bool = column("Whether notes can begin with it.")


@shape(models.NoteRevision, STAFF, pet="note.pet_id")
class NoteRevision(Node):
    """A note as somebody saved it. It never changes, and none is ever lost."""

    id: strawberry.ID = id_of("NoteRevision")
    version: int = column(
        "Which version of the note this is, from 1. Those at which only a line changed are not among them."
    )
    saved_at: datetime = column("When it was saved.")
    saved_by: Staff = one("Who saved it.", carried=True)
    subjective: str = column(_SUBJECTIVE, body=True)
    objective: str = column(_OBJECTIVE, body=True)
    assessment: str = column(_ASSESSMENT, body=True)
    plan: str = column(_PLAN, body=True)
    internal: str = column(_INTERNAL, body=True)


@shape(models.Addendum, EVERYBODY, pet="note.pet_id")
class Addendum(Node):
    """What somebody added to a note that could no longer be changed. It never changes itself."""

    id: strawberry.ID = id_of("Addendum")
    at: datetime = column("When it was written.")
    author: Staff = one("Who wrote it.", carried=True)
    reason: str = column("Why it was needed.", body=True)
    text: str = column("What is to be added.", body=True)


@shape(models.Note, EVERYBODY, pet="pet_id", kind=HistoryKind.NOTE)
class Note(HistoryEntry):
    """One person's part of the record of a visit: a draft until it is signed, and then as it is for good.

    Owners see those of their pets that are signed, where the practice shares its notes.
    """

    id: strawberry.ID = id_of("Note")
    kind: NoteKind = column("Whose part of the record it is.")
    at: datetime = column("When the visit began.")
    subjective: str = column(_SUBJECTIVE, body=True)
    objective: str = column(_OBJECTIVE, body=True)
    assessment: str = column(_ASSESSMENT, body=True)
    plan: str = column(_PLAN, body=True)
    internal: str | None = column(_INTERNAL, STAFF, body=True)
    version: int | None = column(
        "How often it was saved, or a line in it written, changed or taken back, from 1. Give it to `saveNote` and"
        " `signNote` as what you have read: the words, and for `signNote` the lines as well.",
        STAFF,
    )
    created_at: datetime = column("When it was begun.")
    changed_at: datetime = column("When its words were saved last.")
    author: Staff = one("Who began it.", carried=True)
    signed_at: datetime | None = column("When it was signed; null while it is a draft.")
    signed_by: Staff | None = one("Who signed it; null while it is a draft.", carried=True)
    cosigned_at: datetime | None = column("When a second vet signed it; null while none has.")
    cosigned_by: Staff | None = one("The second vet who signed it; null while none has.", carried=True)
    errored_at: datetime | None = column("When it was marked as entered in error; null when it was not.", STAFF)
    errored_by: Staff | None = one("Who marked it as entered in error; null when nobody did.", STAFF, carried=True)
    errored_because: str | None = column("Why it was entered in error; empty when it was not.", STAFF)
    pet: Annotated[Pet, strawberry.lazy("graph.types.pet")] = one("Which pet.", carried=True)
    visit: Annotated[Visit, strawberry.lazy("graph.types.visit")] | None = one(
        "The visit that it is about.", STAFF, carried=True
    )
    template: NoteTemplate | None = one("What it began with; null when with nothing.", STAFF, carried=True)
    addenda: list[Addendum] = many(
        "What was added later, oldest first.", models.Addendum, "note", order=("at",), size=2
    )
    vitals: list[Annotated[Vital, strawberry.lazy("graph.types.vital")]] | None = many(
        f"What was measured, {_IN_ORDER}", models.Vital, "note", STAFF, order=("at",), size=6
    )
    diagnoses: list[Annotated[Diagnosis, strawberry.lazy("graph.types.problem")]] | None = many(
        f"What was diagnosed, {_IN_ORDER}", models.Diagnosis, "note", STAFF, order=("at",), size=3
    )
    procedures: list[Annotated[Procedure, strawberry.lazy("graph.types.treatment")]] | None = many(
        f"What was done, {_IN_ORDER}", models.Procedure, "note", STAFF, order=("at",), size=3
    )
    treatments: list[Annotated[Treatment, strawberry.lazy("graph.types.treatment")]] | None = many(
        f"What was given here, {_IN_ORDER}", models.Treatment, "note", STAFF, order=("at",), size=4
    )
    prescriptions: list[Annotated[Prescription, strawberry.lazy("graph.types.prescription")]] = many(
        f"What was prescribed, {_IN_ORDER} Owners do not see the latter, nor what was not handed out yet.",
        models.Prescription,
        "note",
        order=("at",),
        size=3,
    )
    allergies: list[Annotated[Allergy, strawberry.lazy("graph.types.allergy")]] | None = many(
        f"What it was found to react to, {_IN_ORDER}", models.Allergy, "note", STAFF, order=("at",), size=1
    )

    @strawberry.field(  # type: ignore[untyped-decorator]
        description="Every state that was saved, latest first.",
        directives=[allow(STAFF)],
        metadata={READS: _REVISIONS},
    )
    def revisions(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[NoteRevision] | None:
        """Every state."""
        return unresolved()
