"""Leaving: the record of a pet in the Open Vet Format, for whoever cares for it next."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from models import Pet
from models.pet import DatePrecision
from models.pet_record import Keeper, LeftOut, Measure, PetFacts, PetRecord
from models.vital import VitalKind
from resolvers import access
from resolvers.pet_records import elsewhere, lines, reading

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from models import Client
    from resolvers.pet_records.reading import Found
    from resolvers.ports import RecordFormat
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Told:
    """A record in the Open Vet Format (JSON), and what of it has no place there."""

    pet_id: UUID
    document: str
    left_out: tuple[LeftOut, ...]


async def told(viewer: Viewer, pet_id: UUID | None, *, records: RecordFormat, now: datetime) -> Told:
    """The record of a pet, as far as the viewer may see it; the staff may see all of it.

    Raises:
        NotFound: the pet is not the viewer's to see.
        FormatNotInstalled: this server does not know the format.
    """
    pet = await access.find(viewer, Pet, pet_id, path="petId")
    found = await reading.found(viewer, pet)
    owners = await reading.owners(viewer, pet)
    made = elsewhere.made_elsewhere(found)
    told_here = [*lines.lines(found, made, now.astimezone(UTC).date()), *elsewhere.lines(found)]
    record = PetRecord(
        id=str(pet.id),
        written_at=now,
        pet=_facts(found),
        keeper=_keeper(found, owners),
        lines=tuple(sorted(told_here, key=lambda line: (line.at, line.id))),
        left_out=tuple(found.left_out),
        details=json.loads(found.imports[-1].details) if found.imports else {},
    )
    document, no_place = await records.written(record)
    return Told(pet.id, document, no_place)


def _facts(found: Found) -> PetFacts:
    pet = found.pet
    if pet.born_on is not None and pet.born_precision is not DatePrecision.DAY:
        what = f"{pet.born_on} ({pet.born_precision.value.lower()})" if pet.born_precision else str(pet.born_on)
        found.leave("patient.date_of_birth", what, "The format has days alone, and does not say how exact one is.")
    if found.tells_inside:
        for name, words in (("tags", pet.tags), ("lifestyle", pet.lifestyle)):
            if words:
                found.leave(f"patient.{name}", ", ".join(words), "The format has no place for it.")
    weights = [each for each in found.vitals if each.kind is VitalKind.WEIGHT and each.errored_at is None]
    latest = weights[-1] if weights else None
    return PetFacts(
        name=pet.name,
        species=pet.species,
        breed=pet.breed,
        sex=pet.sex,
        neutered=pet.neutered,
        born_on=pet.born_on,
        born_precision=pet.born_precision,
        colour=pet.colour,
        microchip=pet.microchip,
        alerts=tuple(pet.alerts) if found.tells_inside else (),
        died_on=pet.died_on,
        weight=Measure(latest.kind, latest.given, latest.unit) if latest else None,
    )


def _keeper(found: Found, owners: list[tuple[Client, str, str]]) -> Keeper | None:
    if not owners:
        return None
    for number, (client, _, _) in enumerate(owners[1:], 1):
        found.leave(f"owners[{number}]", client.display_name, "The format has room for one owner.")
    client, email, phone = owners[0]
    address = ", ".join(
        part for part in (client.street, f"{client.postal_code} {client.city}".strip(), client.country) if part
    )
    return Keeper(name=client.display_name, phone=phone, email=email, address=address)
