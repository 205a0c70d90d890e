"""Histories: what was written at each visit that is over: a note, a weight, and what was given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from models.row import uuid7

Rows = Iterator[tuple[Any, ...]]
_TEXTS = (
    "Limps on the left hind leg since a walk on Sunday. Eats and drinks well, no fever noticed at home.",
    "Bright and alert. Left stifle warm and tender when it is bent, no drawer sign, all else within normal limits.",
    "Sprain of the left stifle most likely. A partial tear of the cruciate ligament has to be kept in mind.",
    "Rest on the lead for ten days, anti-inflammatory with food for five. To be seen again when it is no better.",
)
_GIVEN = (("Meloxicam", "0.8 ml", "s.c."), ("Ringer's lactate", "120 ml", "s.c."))
SIGNED = "UPDATE note SET signed_at = created_at, signed_by_id = author_id"
"""The last statement: what is signed takes no line any more."""


def tables(visits: Sequence[tuple[Any, ...]], location: UUID) -> Iterator[tuple[str, str, Rows]]:
    """Each table, its columns and its rows, for visits (key, pet, vet, starts, ends) that are over."""
    notes = [(uuid7(), uuid7(), *visit) for visit in visits]
    yield (
        "visit",
        "id pet_id appointment_id location_id vet_id at ended_at reason words created_at errored_because",
        (
            (visit, pet, appointment, location, vet, starts, ends, "Limps", "limps", starts, "")
            for _, visit, appointment, pet, vet, starts, ends in notes
        ),
    )
    yield (
        "note",
        "id visit_id pet_id kind author_id subjective objective assessment plan internal words version at created_at "
        "changed_at errored_because",
        (
            (note, visit, pet, "VET", vet, *_TEXTS, "", "limps sprain", 1, starts, starts, ends, "")
            for note, visit, _, pet, vet, starts, ends in notes
        ),
    )
    yield (
        "vital",
        "id pet_id note_id at recorded_at recorded_by_id words errored_because kind thousandths given unit source",
        (
            (
                uuid7(),
                pet,
                note,
                starts,
                starts,
                vet,
                "",
                "",
                "WEIGHT",
                grams,
                f"{grams / 1000}",
                "KILOGRAM",
                "MEASURED",
            )
            for number, (note, _, _, pet, vet, starts, _) in enumerate(notes)
            for grams in (12_101 + number % 800,)
        ),
    )
    yield (
        "treatment",
        "id pet_id note_id at recorded_at recorded_by_id words errored_because name amount route lot given_by_id",
        (
            (uuid7(), pet, note, at, at, vet, "", "", name, amount, route, "", vet)
            for note, _, _, pet, vet, starts, _ in notes
            for at, (name, amount, route) in _one_after_the_other(starts)
        ),
    )


def _one_after_the_other(starts: datetime) -> Iterator[tuple[datetime, tuple[str, str, str]]]:
    for number, given in enumerate(_GIVEN):
        yield starts + timedelta(minutes=5 * (number + 1)), given
