"""What can be wrong with what is written in a record."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from models.refusal.base import Path, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class EnteredInError(Refusal):
    """What was named is marked as entered in error."""

    code = "ENTERED_IN_ERROR"
    sentence = "This was entered in error. Please write it down anew."


class RecordLocked(Refusal):
    """The record of the visit is locked."""

    code = "RECORD_LOCKED"
    sentence = "The record of this visit is locked. Please write an addendum instead."


class AlreadySigned(Refusal):
    """Somebody has signed it."""

    code = "ALREADY_SIGNED"
    sentence = "This is signed and stays as it is. Please write an addendum instead."


class NotSigned(Refusal):
    """Nobody has signed it yet."""

    code = "NOT_SIGNED"
    sentence = "This is not signed yet. Please have it signed first."


class CosignNotAllowed(Refusal):
    """The same person signed it, or a second one has done so already."""

    code = "COSIGN_NOT_ALLOWED"
    sentence = "A second signature comes once, from somebody other than who signed first."


class AlreadySo(Refusal):
    """What was asked for is the case already: it is resolved, active, stopped or ended."""

    code = "ALREADY_SO"
    sentence = "That has been done already. Please look at it again as it is now."


class NoWeight(Refusal):
    """A dose per kilogram was asked for, and no weight of the pet is known."""

    code = "NO_WEIGHT"
    sentence = "We do not know what this pet weighs. Please weigh it first, or give the whole dose."


class AllergyKnown(Refusal):
    """The pet is known to react to what the medicine is named after; `substances` are those."""

    code = "ALLERGY_KNOWN"
    sentence = "This pet is known to be allergic to this. Please choose something else, or say why it is given."

    def __init__(self, substances: Sequence[str], *, pet_id: UUID, path: Path = ("medicine",)) -> None:
        self.substances = tuple(substances)
        self.pets = frozenset({pet_id})
        super().__init__(path=path)


class PrescriptionEnded(Refusal):
    """The prescription was stopped, or is not valid any more."""

    code = "PRESCRIPTION_ENDED"
    sentence = "This prescription is not valid any more. Please have it prescribed anew."


class NoRepeatLeft(Refusal):
    """As many repeats were given as are allowed."""

    code = "NO_REPEAT_LEFT"
    sentence = "Every repeat of this prescription has been given. Please have it prescribed anew."


class DocumentChanged(Refusal):
    """Somebody else has saved the document since; what stands in it now comes along."""

    code = "DOCUMENT_CHANGED"
    sentence = "Somebody else has changed this document meanwhile. Please put your words and theirs together."

    def __init__(
        self, *, version: int, title: str, body: str, addressee: str, pet_id: UUID, path: Path = ("basedOn",)
    ) -> None:
        self.version, self.title, self.body, self.addressee = version, title, body, addressee
        self.pets = frozenset({pet_id})
        super().__init__(path=path)


class PlanEnded(Refusal):
    """The treatment plan is completed, or was stopped."""

    code = "PLAN_ENDED"
    sentence = "This plan has ended and stays as it is. Please make a new one."


class ReminderEnded(Refusal):
    """What the reminder was about was done, or is not due any more."""

    code = "REMINDER_ENDED"
    sentence = "This was done, or is not due any more, so nobody is told of it anyway."


class StepSettled(Refusal):
    """The step of the plan is done, or was skipped."""

    code = "STEP_SETTLED"
    sentence = "This step is settled already. Please look at the plan again as it is now."


class VisitExists(Refusal):
    """The appointment has a visit already."""

    code = "VISIT_EXISTS"
    sentence = "The visit of this appointment has been opened already. Please go on with that one."


class NoteChanged(Refusal):
    """Somebody else has saved other words since, or a line; `version` and `texts` are what stands there now, by part."""

    code = "NOTE_CHANGED"
    sentence = (
        "Somebody else has changed this note meanwhile. Please read it as it is now, put your words to theirs, and save"
        " it again based on its current version."
    )

    def __init__(
        self, version: int, texts: Mapping[str, str], *, pet_id: UUID, path: Path, sentence: str | None = None
    ) -> None:
        self.version = version
        self.texts = dict(texts)
        self.pets = frozenset({pet_id})
        super().__init__(sentence, path=path)
