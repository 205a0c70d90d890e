"""Pets."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models
from graph.context import Context, Info
from graph.reading.connection import Connection
from graph.reading.shape import READS, Many, column, many, shape, unresolved
from graph.roles import EVERYBODY, OWNER, STAFF, allow
from graph.types.enums import When
from graph.types.node import Node, id_of
from models.pet import DatePrecision, Sex, Species
from models.treatment import PlanState

if TYPE_CHECKING:
    from graph.types.appointment import Appointment
    from graph.types.document import Document
    from graph.types.note import Note
    from graph.types.ownership import CoOwner, Ownership
    from graph.types.treatment_plan import TreatmentPlan
    from graph.types.visit import Visit


def _past_or_coming(context: Context, given: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    match given.get("when"):
        case None:
            return "", ()
        case When.PAST:
            return "{t}.ends_at <= ?", (context.now,)
        case _:
            return "{t}.ends_at > ?", (context.now,)


def _in_state(_context: Context, given: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    state = given.get("state")
    return ("", ()) if state is None else ("{t}.state = ?", (state.value,))


_VISITS = Many(models.Visit, "pet", ("-at",))
_NOTES = Many(models.Note, "pet", ("-at",))
_DOCUMENTS = Many(models.Document, "pet", ("-at",))
_PLANS = Many(models.TreatmentPlan, "pet", ("-created_at",), _in_state)
_APPOINTMENTS = Many(models.Appointment, "pet", ("-starts_at",), _past_or_coming)


@shape(models.Pet, EVERYBODY)
class Pet(Node):
    """An animal in the care of the practice."""

    id: strawberry.ID = id_of("Pet")
    name: str = column("What it is called.")
    species: Species = column("The kind of animal.")
    breed: str = column("The breed; empty when it is not known.")
    sex: Sex = column("The sex.")
    neutered: bool | None = column("Whether it is neutered; null when nobody knows.")
    born_on: date | None = column("When it was born, as exactly as `bornPrecision` says; null when nobody knows.")
    born_precision: DatePrecision | None = column("How much of `bornOn` is known; null with it.")
    colour: str = column("Its colour and marks; empty when nobody wrote them down.")
    microchip: str | None = column("The 15 digits of its microchip; null without one.")
    died_on: date | None = column("When it died; null while it lives.")
    alerts: list[str] | None = column("What everybody must know before they touch it.", STAFF)
    tags: list[str] | None = column("Words under which the practice finds it.", STAFF)
    owners: list[Annotated[Ownership, strawberry.lazy("graph.types.ownership")]] | None = many(
        "Who owns it now, the one who pays most first.",
        models.Ownership,
        "pet",
        STAFF,
        order=("-share",),
        narrow="{t}.ends_on IS NULL",
    )
    co_owners: list[Annotated[CoOwner, strawberry.lazy("graph.types.ownership")]] | None = many(
        "Everybody who owns it now.", models.Ownership, "pet", OWNER, narrow="{t}.ends_on IS NULL"
    )

    @strawberry.field(  # type: ignore[untyped-decorator]
        description="Its appointments, latest first; past or coming ones, or all.", metadata={READS: _APPOINTMENTS}
    )
    def appointments(
        self,
        info: Info,
        when: Annotated[
            When | None, strawberry.argument(description="Only those that are over, or still to come.")
        ] = None,
        first: Annotated[
            int | None, strawberry.argument(description="How many, 1 to 100; 20 when nothing is said.")
        ] = None,
        after: Annotated[str | None, strawberry.argument(description="Those after this cursor.")] = None,
        last: Annotated[int | None, strawberry.argument(description="How many before `before`, 1 to 100.")] = None,
        before: Annotated[str | None, strawberry.argument(description="Those before this cursor.")] = None,
    ) -> Connection[Annotated[Appointment, strawberry.lazy("graph.types.appointment")]]:
        """Its appointments."""
        return unresolved()

    @strawberry.field(  # type: ignore[untyped-decorator]
        description="Its visits, latest first; those entered in error are among them, and marked so.",
        directives=[allow(STAFF)],
        metadata={READS: _VISITS},
    )
    def visits(
        self,
        info: Info,
        first: Annotated[
            int | None, strawberry.argument(description="How many, 1 to 100; 20 when nothing is said.")
        ] = None,
        after: Annotated[str | None, strawberry.argument(description="Those after this cursor.")] = None,
        last: Annotated[int | None, strawberry.argument(description="How many before `before`, 1 to 100.")] = None,
        before: Annotated[str | None, strawberry.argument(description="Those before this cursor.")] = None,
    ) -> Connection[Annotated[Visit, strawberry.lazy("graph.types.visit")]] | None:
        """Its visits."""
        return unresolved()

    @strawberry.field(  # type: ignore[untyped-decorator]
        description=(
            "What was written about its visits, latest visit first. Owners see what is signed, where the practice"
            " shares its notes; the staff see drafts too, and what was entered in error."
        ),
        metadata={READS: _NOTES},
    )
    def notes(
        self,
        info: Info,
        first: Annotated[
            int | None, strawberry.argument(description="How many, 1 to 100; 20 when nothing is said.")
        ] = None,
        after: Annotated[str | None, strawberry.argument(description="Those after this cursor.")] = None,
        last: Annotated[int | None, strawberry.argument(description="How many before `before`, 1 to 100.")] = None,
        before: Annotated[str | None, strawberry.argument(description="Those before this cursor.")] = None,
    ) -> Connection[Annotated[Note, strawberry.lazy("graph.types.note")]]:
        """What was written about its visits."""
        return unresolved()

    @strawberry.field(  # type: ignore[untyped-decorator]
        description=(
            "What the practice wrote about it for others to read, latest first. Owners have what was shared with them."
        ),
        metadata={READS: _DOCUMENTS},
    )
    def documents(
        self,
        info: Info,
        first: Annotated[
            int | None, strawberry.argument(description="How many, 1 to 100; 20 when nothing is said.")
        ] = None,
        after: Annotated[str | None, strawberry.argument(description="Those after this cursor.")] = None,
        last: Annotated[int | None, strawberry.argument(description="How many before `before`, 1 to 100.")] = None,
        before: Annotated[str | None, strawberry.argument(description="Those before this cursor.")] = None,
    ) -> Connection[Annotated[Document, strawberry.lazy("graph.types.document")]]:
        """Its documents."""
        return unresolved()

    @strawberry.field(  # type: ignore[untyped-decorator]
        description=(
            "The treatment plans for it, latest first. Owners have those for home: `HOME_CARE` and `EXERCISE`."
        ),
        metadata={READS: _PLANS},
    )
    def treatment_plans(
        self,
        info: Info,
        state: Annotated[PlanState | None, strawberry.argument(description="Only those that stand so.")] = None,
        first: Annotated[
            int | None, strawberry.argument(description="How many, 1 to 100; 20 when nothing is said.")
        ] = None,
        after: Annotated[str | None, strawberry.argument(description="Those after this cursor.")] = None,
        last: Annotated[int | None, strawberry.argument(description="How many before `before`, 1 to 100.")] = None,
        before: Annotated[str | None, strawberry.argument(description="Those before this cursor.")] = None,
    ) -> Connection[Annotated[TreatmentPlan, strawberry.lazy("graph.types.treatment_plan")]]:
        """Its treatment plans."""
        return unresolved()
