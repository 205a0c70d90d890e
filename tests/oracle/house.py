"""The house that is asked about: shared pets, sold ones, rights withheld, closed places, and a clock that is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from models import (
    Account,
    Appointment,
    Certificate,
    Client,
    ClientPhone,
    ClientWord,
    Death,
    DoseSource,
    HoursException,
    Letter,
    Location,
    Note,
    Ownership,
    Pet,
    PlanKind,
    Practice,
    Role,
    Service,
    Session,
    Species,
    Staff,
    Status,
    Target,
    VaccinationDue,
    VaccinationProtocol,
    sql,
)
from models import words as record
from models.client import WordKind, search_words
from models.due_date import Reason
from models.ownership import Right
from models.pet import DatePrecision
from tests.oracle.bills import some_bills
from tests.oracle.letter_texts import some_texts
from tests.oracle.paid import some_payments
from tests.oracle.papers import some_papers
from tests.oracle.prices import some_prices
from tests.oracle.reminder_rules import some_rules
from tests.oracle.reminders import some_reminders
from tests.oracle.visits import some_visits
from tests.oracle.written import what_was_written
from tests.world import (
    AN_HOUR,
    EVERY_RIGHT,
    NOW,
    Member,
    Owner,
    World,
    a_booking,
    a_certificate,
    a_client,
    a_letter,
    a_location,
    a_member,
    a_note,
    a_nurse,
    a_pet,
    a_record,
    a_room,
    a_service,
    a_vaccination,
    a_vaccine,
    a_vet,
    a_world,
    an_import,
    an_owner,
    an_ownership,
    some_working_hours,
)
from tests.world.at_once import made_at_once
from tests.world.endings import a_plan_and_a_prescription

DAY, QUARTER = timedelta(days=1), timedelta(minutes=15)
BORN: Any = {"born_on": date(2020, 2, 29), "born_precision": DatePrecision.DAY}
ADDRESS: Any = {"street": "Große Gasse 1", "postal_code": "10115", "city": "Köln", "country": "DE"}
PHONES = ("+4930901820", "030 / 90 18-21")
STAFF = ("receptionist", "nurse", "vet", "manager")
OWNERS = ("owner", "other owner", "stranger", "blind owner")


@dataclass(frozen=True)
class House:
    """A practice with everything in it, and those who ask, by what they are."""

    world: World
    people: dict[str, Member | Owner]


@made_at_once
async def a_full_house() -> tuple[World, dict[str, Any]]:
    """Two places, owners who share pets, visits before and after, and a place whose clock is unknown."""
    world = await a_world()
    other, stranger = await an_owner("Élodie Ørsted"), await an_owner("Nora Lund", is_linked=False)
    nurse, hill = await a_nurse(), await a_location("Hill")
    vet = await a_vet("Zoe Ahrens", location=hill)
    room = await a_room(location=hill)
    await a_service("Vaccination", is_bookable_online=False)
    shared = await a_pet(world.owner, other, name="Maja", species=Species.CAT, alerts=["bites", "ü"], tags=["vip"])
    await a_pet(stranger, name="Ünal", neutered=True, microchip="276098100000001", **BORN)
    sold = await a_pet(other)
    await an_ownership(sold, world.owner, ends_on=date(2025, 6, 1))
    hidden = await a_pet(await a_client("Ben Castro"))
    await an_ownership(hidden, world.owner, rights=EVERY_RIGHT - {Right.VIEW})
    for number, pet in enumerate((world.pet, shared, sold, hidden) * 3):
        status = (Status.BOOKED, Status.CANCELLED, Status.COMPLETED)[number % 3]
        at = NOW + (number - 5) * 3 * AN_HOUR
        where: Any = {"location": hill, "room": room, "vet": vet} if number % 4 == 1 else {}
        await a_booking(pet, starts_at=at, status=status, **where)
    await HoursException.create(starts_at=NOW, ends_at=NOW + DAY, location_id=hill.id, reason="")
    await HoursException.create(starts_at=NOW, ends_at=NOW + AN_HOUR, staff_id=vet.id, reason="away")
    await Staff.filter(id=vet.id).update(left_at=NOW)
    await Location.filter(id=hill.id).update(zone="Nowhere/Land")
    return world, {
        "receptionist": world.receptionist,
        "nurse": nurse,
        "vet": world.vet,
        "manager": world.manager,
        "owner": world.owner,
        "other owner": other,
        "stranger": stranger,
    }


@made_at_once
async def a_house() -> House:
    """The same with more of everything: a place that closes, somebody who may not look, sign-ins that have ended."""
    world, people = await a_full_house()
    people["blind owner"] = blind = await an_owner("Ida Blom")
    other, nurse = people["other owner"], people["nurse"]
    await an_owner("Lena van der Hoff", is_linked=False)
    await a_member("Rolf Less", at=None)
    quay = await a_location("Quay", weekdays=range(1, 8), closed_on=date(2026, 3, 5))
    await some_working_hours(world.vet, quay, weekdays=(6, 7), ends_on=date(2026, 6, 1))
    store = await a_room("Übung", quay, is_in_use=False)
    await _services(world)
    shared = await _pets(world, other, blind)
    # At one moment in two places, and for something that owners cannot book by themselves.
    at, vaccination = NOW + 2 * DAY, await Service.get(name="Vaccination")
    await a_booking(world.pet, starts_at=at, status=Status.CONFIRMED, service=vaccination)
    await a_booking(shared, starts_at=at, status=Status.NO_SHOW, location=quay, vet=world.vet, room=store)
    await Appointment.filter(status=Status.CANCELLED).update(
        cancelled_because="Snöw.", reason="She limps.", words="she limps"
    )
    wound = "Große Wunde, 2. Verband."
    await Appointment.filter(status=Status.COMPLETED).update(reason=wound, words=record.search_words(wound))
    await _exceptions(await Location.get(name="Hill"), world)
    await _records(world.pet, shared)
    await _sessions(world, nurse)
    await _addresses(world, other)
    await some_visits(world, people)
    await what_was_written(await Pet.filter(died_on=None).exclude(name="Ünal").order_by("fold", "id"))
    await some_papers(await Pet.all().order_by("id"), world.vet)
    await _doses(world, other, shared)
    await an_import(shared, by=nurse)
    await an_import(world.pet)
    await _endings(world, other)
    await some_prices()
    await some_bills(people)
    await some_payments(world, people)
    await some_rules(world)
    await some_texts(world)
    await some_reminders(world, people)
    return House(world, people)


async def _services(world: World) -> None:
    """What owners do not see, and what they see and cannot all have."""
    vets: Any = {"vets": [world.vet]}
    await a_service("Dental", is_offered=False, **vets)
    buffers: Any = {"buffer_before_minutes": 10, "buffer_after_minutes": 5}
    choice: Any = {"owner_may_choose_vet": False, "lead_minutes": 26 * 60}
    await a_service("Ärztliche Visite", lasts=45, **choice, **buffers, **vets)
    quiet: Any = {"is_farewell": True, "description": "Quietly.", "is_open_to_new_clients": False}
    await a_service("Cat's farewell", species=[Species.CAT, Species.RABBIT], rooms=[], **quiet, **vets)


async def _pets(world: World, other: Owner, blind: Owner) -> Pet:
    """One that has died, and the shared one, of which each owner has another right; it is told."""
    shared = await Pet.get(species=Species.CAT)
    held = await Ownership.get(pet_id=shared.id, client_id=other.id)
    held.allow(frozenset({Right.VIEW, Right.PAY}))
    await held.save()
    await an_ownership(shared, blind, rights=EVERY_RIGHT - {Right.VIEW})
    await an_ownership(shared, await a_client("Ann Gone"), ends_on=date(2025, 7, 1))
    await a_pet(world.owner, name="Rex", colour="black", breed="Mix", died_on=date(2025, 12, 24))
    return shared


async def _records(*pets: Pet) -> None:
    """A record of each, which the practice shares, and of each a note that was entered in error."""
    await Practice.all().update(shares_notes=True)
    for pet in pets:
        record = await a_record(pet)
        await Note.filter(id=record.note.id).update(errored_at=NOW, errored_because="Another pet.")
        await a_note(record.visit, is_signed=True)


async def _exceptions(hill: Location, world: World) -> None:
    """Closed, away everywhere, away at one place, and long ago."""
    at, place, vet = NOW + 3 * DAY, world.location, world.vet
    await HoursException.create(starts_at=at, ends_at=at + AN_HOUR, location_id=place.id, reason="Inventory")
    lunch: Any = {"starts_at": at + 3 * AN_HOUR, "ends_at": at + 4 * AN_HOUR + QUARTER}
    await HoursException.create(**lunch, staff_id=vet.id, reason="Lunch")
    there: Any = {"starts_at": at + 6 * AN_HOUR, "ends_at": at + 7 * AN_HOUR}
    await HoursException.create(**there, staff_id=vet.id, location_id=place.id, reason="Elsewhere")
    await HoursException.create(starts_at=at - 90 * DAY, ends_at=at - 89 * DAY, staff_id=vet.id, location_id=hill.id)


async def _sessions(world: World, nurse: Member) -> None:
    """Ended and expired sign-ins of those who ask, and more than one that lives."""
    for account in (
        world.owner.account,
        world.vet.account,
        world.receptionist.account,
        world.manager.account,
        nurse.account,
    ):
        given: Any = {"account_id": account.id, "created_at": NOW - 5 * DAY}
        await Session.create(**given, expires_at=NOW + DAY, revoked_at=NOW - DAY)
        await Session.create(**given, expires_at=NOW - DAY)
        await Session.create(**given, expires_at=NOW + DAY)
    await Account.filter(id=nurse.account.id).update(is_linked=False)


async def _doses(world: World, other: Owner, shared: Pet) -> None:
    """Doses of every pet, some voided or from elsewhere, what is due by law and by label, and certificates of either owner."""
    rabies = await a_vaccine()
    core = await a_vaccine("Versican", maker="Merck", targets=[Target.DISTEMPER], lasts=12, is_in_use=False)
    told: Any = {"voided_at": NOW, "voided_by_id": world.vet.id, "voided_because": "Ünal, not she."}
    elsewhere: Any = {"source": DoseSource.ELSEWHERE, "location_id": None, "given_by_id": None}
    hill, law = await Location.get(name="Hill"), await VaccinationProtocol.get(code="RABIES_US_NY")
    today = NOW.date()
    # Those too that she has sold, or may not see: the certificates that name her are not hers to see any more.
    hers = {each.pet_id for each in await Ownership.filter(client_id=world.owner.id)}
    for number, pet in enumerate(await Pet.all().order_by("fold", "id")):
        given_on = date(2025, 6, 1) - timedelta(days=number % 3)
        dose = await a_vaccination(pet, rabies, given_on=given_on, expires_on=date(2025, 5, 31))
        await a_vaccination(pet, core, given_on=given_on, lot="b 2", **elsewhere)
        voided = await a_vaccination(pet, core, lot="A-1", **told)
        first = await a_certificate(dose, voided_at=NOW, voided_by_id=world.vet.id, voided_because="Wrong lot.")
        named = other.id if pet.id == shared.id else world.owner.id if pet.id in hers else first.client_id
        second = await a_certificate(dose, client_id=named)
        await Certificate.filter(id=first.id).update(replaced_by_id=second.id)
        if pet.id == world.pet.id:
            await a_certificate(voided, voided_at=NOW, voided_because="Ünal's.")
        due: Any = {"pet_id": pet.id, "earliest_on": given_on, "due_on": given_on, "worked_out_at": NOW}
        due |= {"reason": Reason.BOOSTER, "sentence": "It is due.", "location_id": world.location.id}
        label: Any = {"reason": Reason.PRODUCT_LABEL, "lapses_on": date(2030, 1, 1), "location_id": None}
        await VaccinationDue.create(**{**due, **label}, target=Target.DISTEMPER)
        await VaccinationDue.create(**{**due, "lapses_on": today}, target=Target.FELINE_LEUKEMIA)
        moment = (number % 4) - 1
        immune = {"immune_from": today + moment * DAY, "immune_until": today + (2 - moment) * moment * DAY}
        unvaccinated = {"required_by": today + (number % 2) * DAY, "location_id": hill.id}
        regulated: Any = {"is_regulated": True, "protocol_id": law.id, **(immune if number % 3 else unvaccinated)}
        await VaccinationDue.create(**{**due, **regulated}, target=Target.RABIES)


async def _addresses(world: World, other: Owner) -> None:
    """Where somebody lives, and numbers of which one is no full number."""
    for owner in (world.owner, other):
        await Client.filter(id=owner.id).update(**ADDRESS)
        for position, number in enumerate(PHONES):
            full = number if number.startswith("+") else None
            await ClientPhone.create(client_id=owner.id, as_given=number, e164=full, position=position)
        words = sorted(word for kind, word in search_words([], [], PHONES) if kind is WordKind.PHONE)
        await sql.insert([ClientWord(client_id=owner.id, kind=WordKind.PHONE, word=word) for word in words])
    await Location.filter(name="High Street").update(**ADDRESS, phone="030 1", phone_e164="+49301")


async def _endings(world: World, other: Owner) -> None:
    """Deaths that an owner reported, the practice recorded, or that were a mistake; and what there is still to come."""
    died: Any = {"died_on": date(2025, 12, 24), "recorded_at": NOW - 60 * DAY}
    rex = await Pet.get(died_on=date(2025, 12, 24))
    await Death.create(pet_id=rex.id, **died, is_reported_by_owner=True, recorded_by_account_id=world.owner.account.id)
    for number, pet in enumerate(await Pet.exclude(id=rex.id).order_by("fold", "id")):
        await Death.create(pet_id=pet.id, **died, undone_at=NOW - 50 * DAY, undone_because="It was another pet.")
        await a_plan_and_a_prescription(pet, PlanKind.HOME_CARE if number % 2 else PlanKind.TREATMENT, world.vet.id)
        await a_plan_and_a_prescription(pet, PlanKind.EXERCISE, world.vet.id, errored_at=NOW, errored_because="Wrong.")
    for visit in await Appointment.filter(starts_at__gt=NOW):
        await a_letter(visit)
        await a_letter(visit, Letter.APPOINTMENT_BOOKED, client_id=other.id, not_before=NOW)


def role_of(person: Member | Owner) -> Role:
    """The one role of somebody who asks."""
    (role,) = person.viewer.roles
    return role
