"""Endings: what a death, and its undo, do to every table with a path to a pet.

A table that is not named here fails a test, so that no later one is forgotten. The order is the order in which rows are
locked: the pet first (before it, for an undo, the vets and rooms that may be taken again), then as they stand here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import models
from models import (
    EventKind,
    PlanState,
    StepState,
)
from models.death import EndingKind, StayedBecause
from resolvers.endings.appointments import Appointments, hold_places
from resolvers.endings.kinds import BECAUSE, Done, Dying, Effect, Ending, Ends, EndsWith, Kept, Undoing, table_of
from resolvers.endings.letters import Letters
from resolvers.endings.reminders import Reminders

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from tortoise.models import Model

    from resolvers.events import Happening

__all__ = [
    "BECAUSE",
    "ENDINGS",
    "Done",
    "Dying",
    "Effect",
    "Ending",
    "Ends",
    "EndsWith",
    "Kept",
    "Undoing",
    "end",
    "hold_places",
    "preview",
    "told_as",
    "undo",
]

Entry: TypeAlias = Ending | EndsWith | Kept


async def _of_a_plan_that_stays(
    undoing: Undoing, steps: Sequence[models.TreatmentStep]
) -> Mapping[UUID, StayedBecause]:
    return {
        step.id: StayedBecause.CHANGED_SINCE
        for step in steps
        if undoing.stays(table_of(models.TreatmentPlan), step.plan_id)
    }


_RECORD = Kept("What was written of the pet stays, for its owners as for the staff.")

ENDINGS: Final[Mapping[type[Model], Entry]] = {
    models.Appointment: Appointments(),
    models.BusyTime: EndsWith("appointment", "The times of an appointment are released with it, and taken again with it."),
    models.Reminder: Reminders(),
    models.Message: Letters(),
    models.ReminderNotice: EndsWith("message", "What a letter would tell of the pet is not told, and is again with it."),
    models.TreatmentPlan: Ends(
        sentence="What is going on is stopped, and goes on when nobody has changed that since.",
        kind=EndingKind.TREATMENT_PLAN,
        model=models.TreatmentPlan,
        living="pet_id = ? AND state = 'ACTIVE'",
        becomes=lambda dying: {"state": PlanState.STOPPED, "ended_at": dying.now, "stopped_because": BECAUSE},
        stopped=EventKind.TREATMENT_PLAN_STOPPED,
        resumed=EventKind.TREATMENT_PLAN_RESUMED,
    ),
    models.TreatmentStep: Ends(
        sentence="What is open is skipped, and is open again where its plan goes on.",
        kind=EndingKind.TREATMENT_STEP,
        model=models.TreatmentStep,
        living="state = 'OPEN' AND plan_id IN (SELECT id FROM treatment_plan WHERE pet_id = ?)",
        becomes=lambda dying: {
            "state": StepState.SKIPPED, "settled_at": dying.now, "settled_by_id": dying.staff_id,
        },
        why_not=_of_a_plan_that_stays,
    ),
    models.Prescription: Ends(
        sentence="What could still be repeated is stopped, and can be repeated again when nobody has changed that since.",
        kind=EndingKind.PRESCRIPTION,
        model=models.Prescription,
        living="pet_id = ? AND stopped_at IS NULL AND errored_at IS NULL AND repeats_given < repeats_allowed",
        becomes=lambda dying: {
            "stopped_at": dying.now, "stopped_by_id": dying.staff_id, "stopped_because": BECAUSE,
        },
        stopped=EventKind.PRESCRIPTION_STOPPED,
        resumed=EventKind.PRESCRIPTION_RESUMED,
    ),
    models.VaccinationDue: Ends(
        sentence="Nothing is due any more; when the pet lives after all it is worked out anew.",
        kind=EndingKind.VACCINATION_DUE,
        model=models.VaccinationDue,
        living="pet_id = ? AND (lapses_on IS NULL OR lapses_on > ?)",
        given=lambda dying: (dying.pet_id, dying.today),
        becomes=lambda dying: {"lapses_on": min(dying.died_on, dying.today)},
    ),
    models.Ownership: Kept("Its owners stay its owners: they see it, and pay what is open."),
    models.Visit: _RECORD,
    models.Note: _RECORD,
    models.NoteRevision: _RECORD,
    models.Addendum: _RECORD,
    models.Vital: _RECORD,
    models.Problem: _RECORD,
    models.Diagnosis: _RECORD,
    models.Procedure: _RECORD,
    models.Treatment: _RECORD,
    models.PrescriptionRepeat: Kept("What was handed out was handed out."),
    models.Allergy: _RECORD,
    models.Vaccination: _RECORD,
    models.Certificate: Kept("What was handed out stands, and can be verified."),
    models.CertificateFile: Kept("It is the paper of a certificate."),
    models.RecordImport: _RECORD,
    models.ImportedLine: _RECORD,
    models.HistoryEntry: Kept("It says what the rows say that stand in the history, and nothing else."),
    models.Document: Kept("What was written stays, and what was shared stays shared. A draft can still be finished."),
    models.InvoiceLine: Kept("A draft waits for a person; what was issued stays issued."),
    models.InvoiceVisit: Kept("A bill stays the bill of its visits."),
    models.ProposedCharge: Kept("What was done may still be billed, or dropped: a person decides that."),
    models.DroppedCharge: Kept("What was dropped stays dropped."),
    models.CreditNoteLine: Kept("What was credited stays credited."),
    models.RecordReading: Kept("Who has read the record stays known."),
    models.UndeliverableAddress: Kept("It says of an address that nobody reads it, whatever a letter there was about."),
    models.Death: Kept("It is the death itself, and tells when it was undone."),
    models.DeathEffect: Kept("It is what the death did, and never changes."),
}  # fmt: skip
"""What a death does to each table that leads to a pet."""


def _ending() -> list[Ending]:
    return [entry for entry in ENDINGS.values() if not isinstance(entry, Kept | EndsWith)]


async def preview(dying: Dying) -> dict[EndingKind, list[UUID]]:
    """What would be ended, by kind: nothing is changed."""
    return {ending.kind: [row.pk for row in await ending.preview(dying)] for ending in _ending()}


async def end(dying: Dying) -> Done:
    """End everything, inside the transaction that holds the pet."""
    done = Done()
    for ending in _ending():
        await ending.end(dying, done)
    return done


async def undo(undoing: Undoing) -> list[Happening]:
    """Restore what the world still allows, inside the transaction that holds the pet, `hold_places` before it."""
    return [happening for ending in _ending() for happening in await ending.undo(undoing)]


def told_as() -> dict[str, EndingKind]:
    """As what the rows of each table are told."""
    ends: Mapping[Any, Entry] = ENDINGS
    return {table_of(model): entry.kind for model, entry in ends.items() if not isinstance(entry, Kept | EndsWith)}
