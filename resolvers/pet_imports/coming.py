"""Coming: the deed of taking a record in from elsewhere, as a dry run and for good."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import Client, Death, EventKind, ImportedLine, RecordImport, sql
from models.refusal import ImportHasChanged, InvalidInput
from models.row import uuid7
from resolvers import access, events, pets, retries, vaccinations_due
from resolvers.access import Deed
from resolvers.changes import plain
from resolvers.events import Happening
from resolvers.locks import hold_all
from resolvers.pet_imports import making
from resolvers.pet_imports.promising import Promise, promise
from resolvers.pets import MOST_OWNERS, PetOwner

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from models.pet_record import PetRecord
    from resolvers import ports
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

_FINGERPRINT = 64


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record that comes in: the document, and who owns the pet here."""

    document: str
    owners: Sequence[PetOwner]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the pet, and the import that it came with."""

    pet_id: UUID
    import_id: UUID


# Reading


def one(viewer: Viewer, import_id: UUID | None) -> Rows:
    """The import with this key."""
    return access.rows(viewer, RecordImport).only(import_id)


def of_import(viewer: Viewer, import_id: UUID) -> Rows:
    """The lines of an import, oldest first."""
    return access.rows(viewer, ImportedLine, "{t}.record_import_id = ?", import_id).sorted_by("at")


# Writing


async def rehearse(viewer: Viewer, arrival: Arrival, *, records: ports.RecordFormat, now: datetime) -> Promise:
    """Everything that an import would do; nothing is written.

    Raises:
        NotFound: an owner named is not the viewer's to see.
        InvalidInput: nobody is named as owner, or the document cannot be read; the path leads into it.
        AlreadyAnOwner, SharesMustSumTo100, LastPayer: as for registering a pet.
        FormatNotInstalled: this server does not know the format.
    """
    access.may(viewer, Deed.IMPORT_PET)
    record = await _read(viewer, arrival, records)
    promised = await promise(record, arrival.owners, now=now)
    pets.joined(making.pet(promised, uuid7(), now=now), arrival.owners, now.astimezone(UTC).date())
    return promised


async def carry_out(
    viewer: Viewer, arrival: Arrival, fingerprint: str, *, records: ports.RecordFormat, key: str, now: datetime
) -> Outcome:
    """Do what the dry run with this fingerprint promised, and nothing else.

    Raises:
        ImportHasChanged: it would do something else now.
        NotFound, InvalidInput, AlreadyAnOwner, SharesMustSumTo100, LastPayer, FormatNotInstalled: as for the dry run.
    """
    access.may(viewer, Deed.IMPORT_PET)
    if len(fingerprint) != _FINGERPRINT:
        raise ImportHasChanged(path=("fingerprint",))
    retry = retries.asked(viewer, Deed.IMPORT_PET, key, {**plain(arrival), "fingerprint": fingerprint}, now=now)
    pet_id, import_id = uuid7(), uuid7()

    async def work() -> retries.Outcome:
        record = await _read(viewer, arrival, records)
        async with in_transaction():
            await retry.keep(pet=pet_id, record_import=import_id)
            # Two who take the same record in for the same owner come one after the other: the second finds the first.
            owners = sorted(str(owner.client_id) for owner in arrival.owners)
            await hold_all(Client, f"id IN ({sql.marks(len(owners))})", [sql.as_key(each) for each in owners])
            promised = await promise(record, arrival.owners, now=now)
            if promised.fingerprint != fingerprint:
                raise ImportHasChanged(path=("fingerprint",))
            await _make(viewer, promised, arrival.owners, pet_id, import_id, now)
        return {"pet": str(pet_id), "record_import": str(import_id)}

    kept = await retries.once(retry, work)
    return Outcome(sql.as_key(kept["pet"]), sql.as_key(kept["record_import"]))


async def _read(viewer: Viewer, arrival: Arrival, records: ports.RecordFormat) -> PetRecord:
    if not 1 <= len(arrival.owners) <= MOST_OWNERS:
        raise InvalidInput(f"Please name 1 to {MOST_OWNERS} owners.", path=("owners",))
    await access.find_all(viewer, Client, [owner.client_id for owner in arrival.owners], path="owners")
    return await records.read(arrival.document)


async def _make(
    viewer: Viewer, promised: Promise, owners: Sequence[PetOwner], pet_id: UUID, import_id: UUID, now: datetime
) -> None:
    pet = making.pet(promised, pet_id, now=now)
    ownerships = pets.joined(pet, owners, now.astimezone(UTC).date())
    await sql.insert([pet])
    await sql.insert(ownerships)
    row = _import(viewer, promised, pet_id, import_id, now)
    await making.write(promised, row, now=now)
    if pet.died_on is None:
        await vaccinations_due.work_out([pet_id], now=now)
    else:
        # As of every pet that has died there is a death, which can be undone: a document may be wrong.
        death = Death(pet_id=pet_id, died_on=pet.died_on, recorded_by_account_id=viewer.account_id, recorded_at=now)
        await sql.insert([death])
    told = {"name": pet.name, "species": pet.species, "record_import": str(import_id), "lines": len(promised.lines)}
    after = {**told, "owners": [str(ownership.client_id) for ownership in ownerships]}
    await events.record(viewer, Happening(EventKind.PET_IMPORTED, pet_id, after=after), now=now)


def _import(viewer: Viewer, promised: Promise, pet_id: UUID, import_id: UUID, now: datetime) -> RecordImport:
    record = promised.record
    keeper = record.keeper
    owner = (keeper.name, keeper.phone, keeper.email, keeper.address) if keeper else ()
    return RecordImport(
        id=import_id,
        pet_id=pet_id,
        imported_by_id=viewer.staff_id,
        imported_at=now,
        written_at=record.written_at,
        software=record.software,
        software_version=record.software_version,
        format_version=record.format_version,
        pet_there=record.id,
        owner=", ".join(each for each in owner if each),
        left_out=json.dumps([asdict(each) for each in promised.left_out]),
        details=json.dumps(dict(record.details)),
        fingerprint=promised.fingerprint,
    )
