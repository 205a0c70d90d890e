"""Recording, amending and voiding vaccinations."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key, maybe_key
from graph.inputs import changed, changed_not_cleared
from graph.roles import CLINICAL
from graph.types.vaccination import Vaccination
from models.refusal import AlreadyCertified, AlreadyVoided, EnteredInError, PetHasDied, RecordLocked
from models.vaccination import DoseSource
from resolvers import vaccinations
from resolvers.access import Deed
from resolvers.vaccinations import NewVaccination, VaccinationChanges

_DAY = "The day on which it was given, on the calendar of the place: not in the future, and not before the pet was born"
_LOT = "The lot, or serial number, of the vial, at most 64 characters"
_EXPIRES = "The day on which the vial expires"
_BY = "Who gave it"
_SITE = "Where on the body, at most 200 characters"
_TAG = "The number of the tag that came with it, at most 200 characters"
_NOBODY = UUID(int=0)


@deed_input(CLINICAL)
class RecordVaccinationInput:
    """A dose that a pet was given."""

    pet_id: strawberry.ID = said("Which pet.")
    vaccine_id: strawberry.ID = said("Which product; one that is in use, when it was given here.")
    source: DoseSource = said("How it is known.", default=DoseSource.RECORDED)
    location_id: strawberry.ID | None = said("Where it was given; needed when it was here.", default=None)
    given_on: date | None = said(f"{_DAY}; today when nothing is said.", default=None)
    lot: str | None = said(f"{_LOT}; needed when it was given here.", default=None)
    expires_on: date | None = said(f"{_EXPIRES}. After that day a dose does not count.", default=None)
    given_by_id: strawberry.ID | None = said(f"{_BY}; when it was here, whoever records it.", default=None)
    body_site: str | None = said(f"{_SITE}.", default=None)
    tag: str | None = said(f"{_TAG}.", default=None)
    visit_id: strawberry.ID | None = said("During which visit of the pet, whose record is not locked.", default=None)
    idempotency_key: str = said(KEY)


@deed_input(CLINICAL)
class AmendVaccinationInput:
    """What changes about a vaccination; what is not given stays as it is."""

    vaccination_id: strawberry.ID = said("Which vaccination.")
    vaccine_id: strawberry.ID | None = said("Which product. It cannot be cleared.", default=strawberry.UNSET)
    given_on: date | None = said(f"{_DAY}. It cannot be cleared.", default=strawberry.UNSET)
    lot: str | None = said(f"{_LOT}; null clears it, which is refused for a dose given here.", default=strawberry.UNSET)
    expires_on: date | None = said(f"{_EXPIRES}; null when it is not known.", default=strawberry.UNSET)
    given_by_id: strawberry.ID | None = said(f"{_BY}; null: nobody of the practice.", default=strawberry.UNSET)
    body_site: str | None = said(f"{_SITE}; null clears it.", default=strawberry.UNSET)
    tag: str | None = said(f"{_TAG}; null clears it.", default=strawberry.UNSET)
    idempotency_key: str = said(KEY)


@deed_input(CLINICAL)
class VoidVaccinationInput:
    """A vaccination that was not given as it stands there."""

    vaccination_id: strawberry.ID = said("Which vaccination.")
    because: str = said("Why, 1 to 200 characters.")
    idempotency_key: str = said(KEY)


@payload(CLINICAL)
class VaccinationRecorded:
    """The dose is in the pet's record, and what is due is worked out."""

    vaccination: Vaccination = said("The dose as it is known now.")


@payload(CLINICAL)
class VaccinationAmended:
    """What was given is written, and what is due is worked out anew."""

    vaccination: Vaccination = said("The dose as it is known now.")


@payload(CLINICAL)
class VaccinationVoided:
    """The dose counts no more; it stays in the record, with who voided it and why."""

    vaccination: Vaccination = said("The dose as it stands there.")


@strawberry.type
class VaccinationMutations:
    """Recording, amending and voiding vaccinations."""

    @mutation(Deed.RECORD_VACCINATION, VaccinationRecorded, PetHasDied, RecordLocked, EnteredInError)
    async def record_vaccination(self, info: Info, input: RecordVaccinationInput) -> object:
        """Record a dose that was given here or elsewhere, today or earlier. What is due for the pet is worked out anew."""
        viewer = info.context.viewer
        dose = NewVaccination(
            vaccine_id=key("Vaccine", input.vaccine_id),
            source=input.source,
            location_id=maybe_key("Location", input.location_id),
            given_on=input.given_on,
            lot=input.lot or "",
            expires_on=input.expires_on,
            given_by_id=maybe_key("Staff", input.given_by_id),
            body_site=input.body_site or "",
            tag=input.tag or "",
            visit_id=maybe_key("Visit", input.visit_id),
        )
        pet_id = key("Pet", input.pet_id)
        recorded = await vaccinations.record(viewer, pet_id, dose, key=input.idempotency_key, now=info.context.now)
        return answered(VaccinationRecorded, vaccination=vaccinations.one(viewer, recorded))

    @mutation(Deed.AMEND_VACCINATION, VaccinationAmended, AlreadyVoided, AlreadyCertified, RecordLocked, EnteredInError)
    async def amend_vaccination(self, info: Info, input: AmendVaccinationInput) -> object:
        """Correct a dose, or move it to the day on which it was given, until a certificate says what it is."""
        viewer = info.context.viewer
        changes = VaccinationChanges(
            vaccine_id=changed(input.vaccine_id, _vaccine, null=None),
            given_on=changed_not_cleared(input.given_on, "givenOn"),
            lot=changed(input.lot, null=""),
            expires_on=changed(input.expires_on, null=None),
            given_by_id=changed(input.given_by_id, _staff, null=None),
            body_site=changed(input.body_site, null=""),
            tag=changed(input.tag, null=""),
        )
        vaccination_id = key("Vaccination", input.vaccination_id)
        amended = await vaccinations.amend(
            viewer, vaccination_id, changes, key=input.idempotency_key, now=info.context.now
        )
        return answered(VaccinationAmended, vaccination=vaccinations.one(viewer, amended))

    @mutation(Deed.VOID_VACCINATION, VaccinationVoided, AlreadyVoided, AlreadyCertified)
    async def void_vaccination(self, info: Info, input: VoidVaccinationInput) -> object:
        """Say that a dose was not given as it stands there. What is due for the pet is worked out anew."""
        viewer, vaccination_id = info.context.viewer, key("Vaccination", input.vaccination_id)
        voided = await vaccinations.void(
            viewer, vaccination_id, input.because, key=input.idempotency_key, now=info.context.now
        )
        return answered(VaccinationVoided, vaccination=vaccinations.one(viewer, voided))


def _vaccine(given: strawberry.ID) -> UUID | None:
    return key("Vaccine", given)


def _staff(given: strawberry.ID) -> UUID:
    return key("Staff", given) or _NOBODY
