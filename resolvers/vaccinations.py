"""Vaccinations: recording, amending and voiding the doses that pets were given, and reading them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import Certificate, DoseSource, EventKind, Location, Pet, Staff, Vaccination, Vaccine, Visit, sql
from models.period import must_be_foreseeable, on_the_wall, today_in
from models.refusal import AlreadyCertified, InvalidInput, NotFound
from models.row import uuid7
from models.text import line, named
from models.vaccination import lot_fold
from models.words import search_words
from resolvers import access, events, retries, vaccinations_due
from resolvers.access import Deed, Where
from resolvers.changes import UNSET, Unset, given, plain, write
from resolvers.events import Happening
from resolvers.locks import hold

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

NOON = 12 * 60
LONGEST_LOT = 64


@dataclass(frozen=True, slots=True)
class NewVaccination:
    """A dose that a pet was given: without a day, today; without a name, by whoever records it.

    One that is recorded here names the place and the lot. One that was given elsewhere, or comes from older records,
    may leave both unknown.
    """

    vaccine_id: UUID | None
    source: DoseSource = DoseSource.RECORDED
    location_id: UUID | None = None
    given_on: date | None = None
    lot: str = ""
    expires_on: date | None = None
    given_by_id: UUID | None = None
    body_site: str = ""
    tag: str = ""
    visit_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class VaccinationChanges:
    """What changes about a dose."""

    vaccine_id: UUID | Unset | None = UNSET
    given_on: date | Unset = UNSET
    lot: str | Unset = UNSET
    expires_on: date | Unset | None = UNSET
    given_by_id: UUID | Unset | None = UNSET
    body_site: str | Unset = UNSET
    tag: str | Unset = UNSET


# Reading


def one(viewer: Viewer, vaccination_id: UUID | None) -> Rows:
    """The vaccination with this key."""
    return access.rows(viewer, Vaccination).only(vaccination_id)


def of_lot(viewer: Viewer, lot: str, *, vaccine_id: UUID | Unset | None = UNSET) -> Rows:
    """The doses of a lot that stand, latest first: of every product with such a lot, or of one of them."""
    fold = lot_fold(lot)
    rows = access.rows(viewer, Vaccination, "{t}.lot_fold = ? AND {t}.lot_fold <> '' AND {t}.voided_at IS NULL", fold)
    if vaccine_id is not UNSET:
        rows = rows.narrowed("{t}.vaccine_id = ?", vaccine_id)
    return rows.sorted_by("-given_on")


# Writing


async def record(viewer: Viewer, pet_id: UUID | None, dose: NewVaccination, *, key: str, now: datetime) -> UUID:
    """Record a dose; what is due for the pet is worked out anew.

    Raises:
        NotFound: the pet, vaccine, place, person or visit is not there.
        Forbidden: the viewer's roles do not allow it at that place, or where the visit took place.
        PetHasDied: the pet has died.
        RecordLocked, EnteredInError: the visit takes nothing any more.
        InvalidInput: the day has not come, lies before the birth, the vaccine is not for this species or no longer in
            use, or the place or lot is missing.
    """
    access.may(viewer, Deed.RECORD_VACCINATION)
    asked = {"pet": str(pet_id), "dose": plain(dose)}
    retry = retries.asked(viewer, Deed.RECORD_VACCINATION, key, asked, now=now)
    vaccination_id = uuid7()

    async def work() -> Outcome:
        found = await access.find(viewer, Pet, pet_id, path="petId")
        place = await _place(viewer, dose)
        if place is not None:
            access.may(viewer, Deed.RECORD_VACCINATION, place.id)
        product = await access.find(viewer, Vaccine, dose.vaccine_id, path="vaccineId")
        by = await _giver(
            viewer, dose.given_by_id, default=viewer.staff_id if dose.source is DoseSource.RECORDED else None
        )
        given_on = dose.given_on or today_in(place.clock if place else Location(zone="UTC").clock, now)
        columns = _columns(given(dose))
        if dose.source is DoseSource.RECORDED and not columns["lot"]:
            raise InvalidInput("Please enter the lot, so that a recall finds this pet.", path=("lot",))
        async with in_transaction():
            await retry.keep(vaccination=vaccination_id)
            vaccine = await _held(product)
            pet = await hold(Pet, found.id)
            pet.must_be_alive()
            _must_be_given(vaccine, pet, dose.source)
            _must_have_been(given_on, pet, place, now)
            visit_id = await _visit(viewer, dose.visit_id, pet)
            row = Vaccination(
                id=vaccination_id,
                pet_id=pet.id,
                visit_id=visit_id,
                vaccine_id=vaccine.id,
                location_id=place.id if place else None,
                given_on=given_on,
                at=_noon(given_on, place),
                given_by_id=by,
                source=dose.source,
                words=_words(vaccine, columns["lot"]),
                recorded_at=now,
                **columns,
            )
            await sql.insert([row])
            await vaccinations_due.work_out([pet.id], now=now)
            after = {**plain(columns), "pet": str(pet.id), "vaccine": str(vaccine.id), "given_on": given_on}
            happening = Happening(EventKind.VACCINATION_RECORDED, row.id, row.location_id, after=after)
            await events.record(viewer, happening, now=now)
        return {"vaccination": str(vaccination_id)}

    return sql.as_key((await retries.once(retry, work))["vaccination"])


async def amend(
    viewer: Viewer, vaccination_id: UUID | None, changes: VaccinationChanges, *, key: str, now: datetime
) -> UUID:
    """Correct a dose of which no certificate stands; what is due for the pet is worked out anew.

    Raises:
        NotFound: the vaccination, or what is named, is not there.
        AlreadyVoided, AlreadyCertified: it was voided, or a certificate says what it is.
        RecordLocked: it belongs to a visit whose record is locked.
        InvalidInput: as for recording.
    """
    access.may(viewer, Deed.AMEND_VACCINATION)
    asked = {"vaccination": str(vaccination_id), "changes": plain(changes)}
    retry = retries.asked(viewer, Deed.AMEND_VACCINATION, key, asked, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, Vaccination, vaccination_id, path="vaccinationId")
        access.may(viewer, Deed.AMEND_VACCINATION, found.location_id or Where.ANYWHERE)
        said = given(changes)
        columns = _columns(said)
        product = await access.find(viewer, Vaccine, said.get("vaccine_id", found.vaccine_id), path="vaccineId")
        if "given_by_id" in said:
            columns["given_by_id"] = await _giver(viewer, said["given_by_id"], default=None)
        place = await Location.get_or_none(id=found.location_id)
        if found.source is DoseSource.RECORDED and columns.get("lot") == "":
            raise InvalidInput("Please enter the lot, so that a recall finds this pet.", path=("lot",))
        async with in_transaction():
            await retry.keep(vaccination=found.id)
            vaccine = await _held(product)
            pet = await hold(Pet, found.pet_id)
            row = await _standing(found.id)
            if row.visit_id is not None:
                visit = await hold(Visit, row.visit_id)
                access.may(viewer, Deed.AMEND_VACCINATION, visit.location_id)
                visit.must_be_open()
            if vaccine.id != row.vaccine_id:
                _must_be_given(vaccine, pet, row.source)
                columns["vaccine_id"] = vaccine.id
            if "given_on" in said:
                _must_have_been(said["given_on"], pet, place, now)
                columns |= {"given_on": said["given_on"], "at": _noon(said["given_on"], place)}
            columns["words"] = _words(vaccine, columns.get("lot", row.lot))
            change = await write(row, columns)
            if change:
                await vaccinations_due.work_out([pet.id], now=now)
                before, after = plain(change.before), plain(change.after)
                happening = Happening(
                    EventKind.VACCINATION_AMENDED, row.id, row.location_id, before=before, after=after
                )
                await events.record(viewer, happening, now=now)
        return {"vaccination": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["vaccination"])


async def void(viewer: Viewer, vaccination_id: UUID | None, because: str, *, key: str, now: datetime) -> UUID:
    """Say that a dose was not given as it stands there; it stays, counts no more, and what is due is worked out anew.

    Raises:
        NotFound: the vaccination is not there.
        AlreadyVoided, AlreadyCertified: it was voided before, or a certificate of it stands.
        InvalidInput: no reason is given.
    """
    access.may(viewer, Deed.VOID_VACCINATION)
    asked = {"vaccination": str(vaccination_id), "because": because}
    retry = retries.asked(viewer, Deed.VOID_VACCINATION, key, asked, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, Vaccination, vaccination_id, path="vaccinationId")
        access.may(viewer, Deed.VOID_VACCINATION, found.location_id or Where.ANYWHERE)
        reason = named(because, path=("because",))
        async with in_transaction():
            await retry.keep(vaccination=found.id)
            pet = await hold(Pet, found.pet_id)
            row = await _standing(found.id)
            row.void(reason, by=viewer.staff_id, now=now)
            await row.save(update_fields=["voided_at", "voided_by_id", "voided_because"])
            await vaccinations_due.work_out([pet.id], now=now)
            after = {"voided_at": now, "voided_because": reason}
            happening = Happening(EventKind.VACCINATION_VOIDED, row.id, row.location_id, after=after)
            await events.record(viewer, happening, now=now)
        return {"vaccination": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["vaccination"])


async def _held(product: Vaccine) -> Vaccine:
    """The vaccine as it is now, held before the pet, as by whoever changes its label: what is due hangs on both."""
    return await hold(Vaccine, product.id, path=("vaccineId",))


async def _standing(vaccination_id: UUID) -> Vaccination:
    """The dose, held; its pet is held already, which whoever issues a certificate does too."""
    row = await hold(Vaccination, vaccination_id)
    row.must_stand()
    if await Certificate.filter(vaccination_id=row.id, voided_at=None).exists():
        raise AlreadyCertified(path=("vaccinationId",))
    return row


async def _place(viewer: Viewer, dose: NewVaccination) -> Location | None:
    if dose.location_id is None and dose.source is not DoseSource.RECORDED:
        return None
    return await access.find(viewer, Location, dose.location_id, path="locationId")


async def _giver(viewer: Viewer, staff_id: UUID | None, *, default: UUID | None) -> UUID | None:
    if staff_id is None:
        return default
    return (await access.find(viewer, Staff, staff_id, path="givenById")).id


async def _visit(viewer: Viewer, visit_id: UUID | None, pet: Pet) -> UUID | None:
    if visit_id is None:
        return None
    visit = await hold(Visit, (await access.find(viewer, Visit, visit_id, path="visitId")).id)
    if visit.pet_id != pet.id:
        raise NotFound(path=("visitId",))
    access.may(viewer, Deed.RECORD_VACCINATION, visit.location_id)
    visit.must_be_open()
    return visit.id


def _must_be_given(vaccine: Vaccine, pet: Pet, source: DoseSource) -> None:
    if not vaccine.is_for(pet.species):
        raise InvalidInput("This vaccine is not for this species. Please choose another one.", path=("vaccineId",))
    if source is DoseSource.RECORDED and not vaccine.is_in_use:
        raise InvalidInput("This vaccine is no longer in use here. Please choose another one.", path=("vaccineId",))


def _must_have_been(given_on: date, pet: Pet, place: Location | None, now: datetime) -> None:
    must_be_foreseeable(given_on, path="givenOn")
    # Of a dose given who knows where it may be tomorrow already.
    latest = today_in(place.clock, now) if place else now.astimezone(UTC).date() + timedelta(days=1)
    if given_on > latest:
        raise InvalidInput("That day has not come yet. Please check the date.", path=("givenOn",))
    if pet.born_on is not None and given_on < pet.born_on:
        raise InvalidInput("That day comes before the pet was born.", path=("givenOn",))


def _noon(day: date, place: Location | None) -> datetime:
    return on_the_wall(day, NOON, place.clock) if place else datetime.combine(day, time(12), tzinfo=UTC)


def _words(vaccine: Vaccine, lot: str) -> str:
    return search_words(vaccine.name, vaccine.maker, *vaccine.targets, lot)


def _columns(said: Mapping[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if "lot" in said:
        columns["lot"] = line(said["lot"], path=("lot",), longest=LONGEST_LOT)
        columns["lot_fold"] = lot_fold(columns["lot"])
    for name, path in (("body_site", "bodySite"), ("tag", "tag")):
        if name in said:
            columns[name] = line(said[name], path=(path,))
    if "expires_on" in said:
        columns["expires_on"] = said["expires_on"]
        if said["expires_on"] is not None:
            must_be_foreseeable(said["expires_on"], path="expiresOn")
    return columns
