"""Pets."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models
from graph.context import Context, Info
from graph.reading.connection import Connection
from graph.reading.pages import After, Before, First, Last
from graph.reading.shape import READS, Many, batched, column, many, shape, unresolved
from graph.roles import EVERYBODY, OWNER, STAFF, allow
from graph.types.death import Death
from graph.types.enums import When
from graph.types.history_entry import OF_A_PET
from graph.types.node import Node, id_of
from graph.types.record_enums import VitalKind
from models import HistoryKind
from models.pet import DatePrecision, Lifestyle, Sex, Species
from models.treatment import PlanState
from resolvers import deaths

if TYPE_CHECKING:
    from graph.types.allergy import Allergy
    from graph.types.appointment import Appointment
    from graph.types.certificate import Certificate
    from graph.types.document import Document
    from graph.types.history_entry import HistoryEntry
    from graph.types.note import Note
    from graph.types.ownership import CoOwner, Ownership
    from graph.types.prescription import Prescription
    from graph.types.problem import Problem
    from graph.types.record_import import ImportedLine, RecordImport
    from graph.types.reminder import Reminder
    from graph.types.treatment_plan import TreatmentPlan
    from graph.types.vaccination import Vaccination, VaccinationDue
    from graph.types.visit import Visit
    from graph.types.vital import Vital


def _past_or_coming(context: Context, given: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    match given.get("when"):
        case None:
            return "", ()
        case When.PAST:
            return "{t}.ends_at <= ?", (context.now,)
        case _:
            return "{t}.ends_at > ?", (context.now,)


def _in_a_period(_context: Context, given: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    kind = given.get("kind")
    said = {"kind = ?": kind and kind.value, "at >= ?": given.get("from"), "at < ?": given.get("to")}
    found = {f"{{t}}.{scope}": value for scope, value in said.items() if value is not None}
    return " AND ".join([_STANDS, *found]), tuple(found.values())


_STANDS = "{t}.errored_at IS NULL"
# Of a problem that was imported without a diagnosis nothing was said, so nothing was wrong.
_IS_DIAGNOSED = (
    "COALESCE((SELECT MIN(CASE WHEN said.errored_at IS NULL THEN 0 ELSE 1 END) FROM diagnosis said "
    "WHERE said.problem_id = {t}.id), 0) = 0"
)
_VITALS = Many(models.Vital, "pet", ("at",), _in_a_period)
_PRESCRIPTIONS = Many(models.Prescription, "pet", ("-at",), lambda _context, _given: (_STANDS, ()))


def _in_state(_context: Context, given: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    state = given.get("state")
    return ("", ()) if state is None else ("{t}.state = ?", (state.value,))


_VISITS = Many(models.Visit, "pet", ("-at",))
_NOTES = Many(models.Note, "pet", ("-at",))
_DOCUMENTS = Many(models.Document, "pet", ("-at",))
_PLANS = Many(models.TreatmentPlan, "pet", ("-created_at",), _in_state)


def _still_due(context: Context, _given: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    return "{t}.lapses_on IS NULL OR {t}.lapses_on > ?", (context.now.astimezone(UTC).date(),)


_IMPORTED = Many(models.ImportedLine, "pet", ("-at",))
_APPOINTMENTS = Many(models.Appointment, "pet", ("-starts_at",), _past_or_coming)
_VACCINATIONS = Many(models.Vaccination, "pet", ("-given_on",))
_REMINDERS = Many(models.Reminder, "pet", ("due_on",))


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
    death: Death | None = batched("What is known of its death; null while it lives.", deaths.standing)
    alerts: list[str] | None = column("What everybody must know before they touch it.", STAFF)
    tags: list[str] | None = column("Words under which the practice finds it.", STAFF)
    lifestyle: list[Lifestyle] = column("How it lives, as far as it matters for what it can catch.")
    owners: list[Annotated[Ownership, strawberry.lazy("graph.types.ownership")]] | None = many(
        "Who owns it now, the one who pays most first.",
        models.Ownership,
        "pet",
        STAFF,
        order=("-share",),
        narrow="{t}.ends_on IS NULL",
        size=3,
    )
    co_owners: list[Annotated[CoOwner, strawberry.lazy("graph.types.ownership")]] | None = many(
        "Everybody who owns it now.", models.Ownership, "pet", OWNER, narrow="{t}.ends_on IS NULL"
    )
    problems: list[Annotated[Problem, strawberry.lazy("graph.types.problem")]] | None = many(
        "What it suffers from and suffered from, active ones first; without those of which every diagnosis was entered"
        " in error.",
        models.Problem,
        "pet",
        STAFF,
        order=("state", "created_at"),
        narrow=_IS_DIAGNOSED,
        size=10,
    )
    allergies: list[Annotated[Allergy, strawberry.lazy("graph.types.allergy")]] | None = many(
        "What it must not be given, oldest first, and what has ended; without what was entered in error.",
        models.Allergy,
        "pet",
        STAFF,
        order=("at",),
        narrow=_STANDS,
        size=3,
    )

    vaccinations_due: list[Annotated[VaccinationDue, strawberry.lazy("graph.types.vaccination")]] = many(
        "Its next dose against each disease, the one that is due first; none once it has died.",
        models.VaccinationDue,
        "pet",
        order=("due_on", "target"),
        narrow=_still_due,
        size=8,
    )
    certificates: list[Annotated[Certificate, strawberry.lazy("graph.types.certificate")]] = many(
        "Its vaccination certificates, the latest first; an owner sees those that name her.",
        models.Certificate,
        "pet",
        order=("-number",),
    )

    @strawberry.field(  # type: ignore[untyped-decorator]
        description="What it was vaccinated with, latest first; owners see only what stands.",
        metadata={READS: _VACCINATIONS},
    )
    def vaccinations(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Annotated[Vaccination, strawberry.lazy("graph.types.vaccination")]]:
        """What it was vaccinated with."""
        return unresolved()

    @strawberry.field(  # type: ignore[untyped-decorator]
        description=(
            "What was and is due for it, by the day; `last` gives the latest. Owners do not see what is not due any more,"
            " and nothing once it has died."
        ),
        metadata={READS: _REMINDERS},
    )
    def reminders(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Annotated[Reminder, strawberry.lazy("graph.types.reminder")]]:
        """What was and is due for it."""
        return unresolved()

    imports: list[Annotated[RecordImport, strawberry.lazy("graph.types.record_import")]] | None = many(
        "The records of it that came in from elsewhere, first come first.",
        models.RecordImport,
        "pet",
        STAFF,
        order=("imported_at",),
    )

    @strawberry.field(  # type: ignore[untyped-decorator]
        description="What was written about it elsewhere, latest first.",
        metadata={READS: _IMPORTED},
        directives=[allow(STAFF)],
    )
    def imported_lines(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Annotated[ImportedLine, strawberry.lazy("graph.types.record_import")]] | None:
        """What was written about it elsewhere."""
        return unresolved()

    @strawberry.field(  # type: ignore[untyped-decorator]
        description="Its appointments, latest first; past or coming ones, or all.", metadata={READS: _APPOINTMENTS}
    )
    def appointments(
        self,
        info: Info,
        when: Annotated[
            When | None, strawberry.argument(description="Only those that are over, or still to come.")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Annotated[Appointment, strawberry.lazy("graph.types.appointment")]]:
        """Its appointments."""
        return unresolved()

    @strawberry.field(  # type: ignore[untyped-decorator]
        description="Its whole history, latest first: what is planned, what happened, and what was written about it.",
        metadata={READS: OF_A_PET},
    )
    def history(
        self,
        info: Info,
        kinds: Annotated[
            list[HistoryKind] | None, strawberry.argument(description="Only entries of these kinds.")
        ] = None,
        from_: Annotated[
            datetime | None, strawberry.argument(name="from", description="Only those from this moment on.")
        ] = None,
        to: Annotated[datetime | None, strawberry.argument(description="Only those before this moment.")] = None,
        search: Annotated[
            str | None,
            strawberry.argument(
                description="Only those in which each of these words, at most eight, begins a word; case and accents do"
                " not count. Fewer than two characters, or more than a hundred, find nothing."
            ),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Annotated[HistoryEntry, strawberry.lazy("graph.types.history_entry")]]:
        """Its history."""
        return unresolved()

    @strawberry.field(  # type: ignore[untyped-decorator]
        description="Its visits, latest first; those entered in error are among them, and marked so.",
        directives=[allow(STAFF)],
        metadata={READS: _VISITS},
    )
    def visits(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Annotated[Visit, strawberry.lazy("graph.types.visit")]] | None:
        """Its visits."""
        return unresolved()

    @strawberry.field(  # type: ignore[untyped-decorator]
        description=(
            "Its medicines, latest first; without what was entered in error. Owners do not see what was not handed out yet."
        ),
        metadata={READS: _PRESCRIPTIONS},
    )
    def prescriptions(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Annotated[Prescription, strawberry.lazy("graph.types.prescription")]]:
        """Its medicines."""
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
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Annotated[Note, strawberry.lazy("graph.types.note")]]:
        """What was written about its visits."""
        return unresolved()

    @strawberry.field(  # type: ignore[untyped-decorator]
        description=(
            "What was measured on it, oldest first, as for a curve of its weight; `last` gives the latest ones. Without"
            " what was entered in error."
        ),
        metadata={READS: _VITALS},
        directives=[allow(STAFF)],
    )
    def vitals(
        self,
        info: Info,
        kind: Annotated[VitalKind | None, strawberry.argument(description="Only of this kind.")] = None,
        from_: Annotated[
            datetime | None, strawberry.argument(name="from", description="Only from this moment on.")
        ] = None,
        to: Annotated[datetime | None, strawberry.argument(description="Only before this moment.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Annotated[Vital, strawberry.lazy("graph.types.vital")]] | None:
        """What was measured on it."""
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
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
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
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Annotated[TreatmentPlan, strawberry.lazy("graph.types.treatment_plan")]]:
        """Its treatment plans."""
        return unresolved()
