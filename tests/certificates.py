"""Certificates for tests: one of Rex, whose owner lives where nobody should hear of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from models import Certificate
from tests.papers import some_certificate
from tests.world import a_certificate, a_vaccination, a_world

TOKEN = "q3Vw0b8RrT2kYcFf1uJx9A"
ANOTHER = "Zx81_-b8RrT2kYcFf1uJx9Q"


async def a_certificate_of_rex(**more: Any) -> Certificate:
    """Number 1, of the pet of a new world, valid until November 2029."""
    world = await a_world()
    facts = some_certificate(number="1", animal=world.pet.name).written()
    dose = await a_vaccination(world.pet)
    return await a_certificate(dose, **{"token": TOKEN, "facts": facts, **more})


async def voided(certificate: Certificate, *, at: datetime, replaced_by: Certificate | None = None) -> None:
    """Say that it does not stand, and which one does."""
    await Certificate.filter(id=certificate.id).update(voided_at=at, voided_because="A wrong lot.")
    if replaced_by:
        await Certificate.filter(id=certificate.id).update(replaced_by_id=replaced_by.id)
