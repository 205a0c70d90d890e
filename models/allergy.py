"""Allergies: what a pet must not be given."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tortoise import fields

from models.recorded import Recorded
from models.refusal import AlreadySo
from models.row import no_instant_yet
from models.words import words_of

if TYPE_CHECKING:
    from datetime import datetime

SHORTEST_WORD: Final = 3


class Severity(StrEnum):
    """How bad a reaction was."""

    MILD = "MILD"
    MODERATE = "MODERATE"
    SEVERE = "SEVERE"
    UNKNOWN = "UNKNOWN"


class Allergy(Recorded):
    """Something that a pet reacts to. `ended_at` is when it turned out that it does not any more."""

    substance = fields.TextField()
    reaction = fields.TextField(default="")
    severity = fields.CharEnumField(Severity, max_length=16, default=Severity.UNKNOWN)
    ended_at = no_instant_yet()

    class Meta:
        table = "allergy"
        indexes = (("pet_id", "at"), ("note_id",))

    def end(self, *, now: datetime) -> None:
        """The pet does not react to it any more, or never did.

        Raises:
            EnteredInError: it is marked so.
            AlreadySo: it has ended.
        """
        self.must_stand()
        if self.ended_at is not None:
            raise AlreadySo
        self.ended_at = now

    def concerns(self, medicine: str) -> bool:
        """Whether it holds, and the name of the medicine has a word of the substance in it.

        Words are compared folded; those of fewer than three letters, and numbers, say nothing. That one medicine is of
        the family of another is not known here.
        """
        telling = {word for word in words_of(self.substance) if len(word) >= SHORTEST_WORD and not word.isdigit()}
        return self.errored_at is None and self.ended_at is None and not telling.isdisjoint(words_of(medicine))
