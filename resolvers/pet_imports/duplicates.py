"""Duplicates: pets that are here already and may be the one that comes in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from models import sql
from models.row import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.pet_record import PetRecord

MOST = 20


class DuplicateReason(StrEnum):
    """Why a pet may be the same one."""

    SAME_MICROCHIP = "SAME_MICROCHIP"
    CAME_IN_BEFORE = "CAME_IN_BEFORE"
    SAME_NAME_AND_OWNER = "SAME_NAME_AND_OWNER"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A pet that may be the same one, and why."""

    pet_id: UUID
    name: str
    reason: DuplicateReason


async def duplicates(record: PetRecord, owners: Sequence[UUID]) -> tuple[Duplicate, ...]:
    """The pets that may be the same, at most 20, those with its microchip first.

    Others came in from the same software under the same id, or are called like it and belong to one of its owners.
    """
    pet = record.pet
    owned = (
        "EXISTS (SELECT 1 FROM ownership held WHERE held.pet_id = p.id AND held.ends_on IS NULL "
        f"AND held.client_id IN ({sql.marks(len(owners))}))"
    )
    rows = await sql.tuples(
        "SELECT 1 AS rank, p.id, p.name FROM pet p WHERE p.microchip = ? "
        "UNION ALL SELECT 2, p.id, p.name FROM record_import i JOIN pet p ON p.id = i.pet_id WHERE i.pet_there = ? AND i.software = ? "
        f"UNION ALL SELECT 3, p.id, p.name FROM pet p WHERE p.fold = ? AND p.species = ? AND {owned} "
        "ORDER BY 1, 2",
        (pet.microchip or "", record.id, record.software, folded(pet.name), pet.species.value, *owners),
    )
    reasons = tuple(DuplicateReason)
    found: dict[UUID, Duplicate] = {}
    for rank, key, name in rows:
        pet_id = sql.as_key(key)
        found.setdefault(pet_id, Duplicate(pet_id, name, reasons[rank - 1]))
    return tuple(found.values())[:MOST]
