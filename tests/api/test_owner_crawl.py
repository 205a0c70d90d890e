"""A walk along every path that owners have, in a practice in which every text can be told from every other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from tortoise.models import Model

import models
from models import Ownership
from models.appointment import Status
from models.ownership import Right
from models.treatment import PlanKind
from tests.crawling import Crawler, every_id
from tests.doors import Program, id_of
from tests.marked import Mark, marked
from tests.rows_of_money import SHOWN_OF_MONEY, addressed_to
from tests.rows_of_reminding import SHOWN_OF_REMINDING, some_reminding, told_to
from tests.world import (
    AN_HOUR,
    EVERY_RIGHT,
    NOW,
    TODAY,
    Owner,
    World,
    a_booking,
    a_certificate,
    a_certificate_file,
    a_consent,
    a_document,
    a_letter,
    a_letter_text,
    a_mail_domain,
    a_note,
    a_pet,
    a_prescription,
    a_record,
    a_rule,
    a_service,
    a_vaccination,
    a_vaccine,
    a_visit,
    a_world,
    an_import,
    an_owner,
    an_ownership,
    an_undeliverable_address,
    some_facts,
    what_the_practice_keeps,
)
from tests.world.at_once import made_at_once
from tests.world.money import some_bookkeeping, some_names
from tests.world.paper_files import a_paper_file

DAY = timedelta(days=1)
NO_LIMITS = {"cost": 10**9, "tokens": 10**6, "depth": 50, "levels": 10**6, "aliases": 10**4, "document_chars": 10**7}

# What the owner view shows of a row that is hers to see; of everything else, nothing.
SHOWN: dict[type[Model], set[str]] = {
    models.Practice: {"name", "language"},
    models.Location: {
        "name", "currency", "street", "postal_code", "city", "country", "phone", "phone_e164", "email", "region",
    },
    models.Service: {"name", "description"},
    models.Staff: {"display_name"},
    models.Client: {
        "given_name", "family_name", "display_name", "language", "street", "postal_code", "city", "country", "zone",
    },
    models.ClientEmail: {"address"},
    models.ClientPhone: {"as_given", "e164"},
    models.Pet: {"name", "breed", "colour", "microchip"},
    models.Appointment: {"reason"},
    models.TreatmentPlan: {"title", "goal"},
    models.TreatmentStep: {"what"},
    models.Document: {"title", "body", "addressee"},
    models.Note: {"subjective", "objective", "assessment", "plan"},
    models.Addendum: {"reason", "text"},
    models.Prescription: {"medicine", "strength", "directions", "quantity"},
    models.Vaccine: {"name", "maker"},
    models.Vaccination: {"lot", "body_site", "tag"},
    models.VaccinationDue: {"sentence"},
    models.Certificate: {"token", "voided_because"},
    models.Account: {"email"},
    **SHOWN_OF_MONEY,
    **SHOWN_OF_REMINDING,
}  # fmt: skip


@dataclass(frozen=True)
class Street:
    """Neighbours: what is hers, what she shares, what she has given away, and what she may not see."""

    world: World
    olga: Owner
    paul: Owner
    maja: models.Pet
    given_away: models.Pet
    unseen: models.Pet
    unbooked: models.Pet


@made_at_once
async def a_street() -> Street:
    world = await a_world()
    olga = world.owner
    paul, clara = await an_owner("Paul Stone", phone="+4930111111"), await an_owner("Clara Voss", phone="+4930222222")
    dora = await an_owner("Dora Falk", phone="+4930333333")
    await models.ClientPhone.create(client_id=olga.id, as_given="1", e164="+4930444444", position=0)
    maja = await a_pet(olga, paul, name="Maja", microchip="276098100000001", alerts=["bites"], tags=["vip"])
    await an_ownership(maja, dora, ends_on=date(2025, 6, 1))
    given_away = await a_pet(clara, name="Bello")
    await an_ownership(given_away, olga, ends_on=date(2025, 6, 1))
    unseen = await a_pet(clara, name="Oskar")
    await an_ownership(unseen, olga, rights=EVERY_RIGHT - {Right.VIEW})
    unbooked = await a_pet(paul, name="Mina")
    await an_ownership(unbooked, olga, rights=frozenset({Right.VIEW}))
    pauls, clinic = await a_pet(paul, name="Nelly"), await a_service("Surgery", is_bookable_online=False)
    await a_service("Bath", is_offered=False)
    whom = {maja: paul, given_away: clara, unseen: clara, unbooked: paul, pauls: paul, world.pet: olga}
    for number, (pet, client) in enumerate(whom.items()):
        for at in (NOW - 7 * DAY, NOW + DAY):
            visit = await a_booking(pet, starts_at=at + number * AN_HOUR, client=client, service=world.service)
            await a_letter(visit)
    await a_booking(world.pet, starts_at=NOW - 20 * DAY, status=Status.CANCELLED, client=olga, service=clinic)
    await models.Practice.all().update(shares_notes=True)
    for pet in (maja, given_away, unseen, world.pet):
        record = await a_record(pet)
        await a_prescription(record.draft)
        await a_prescription(await a_note(await a_visit(pet, ended_at=None)))
        wrong = await a_document(pet, is_shared=True, author=world.vet)
        await models.Document.filter(id=wrong.id).update(errored_at=NOW, errored_because="Another pet.")
        await an_import(pet)
    await what_the_practice_keeps(given_away)
    await a_rule(services=(world.service,))
    await a_letter_text()
    await _doses(
        {maja: [paul, olga], given_away: [clara, olga], unseen: [clara, olga], pauls: [paul], world.pet: [olga]}
    )
    await _bills({maja: [paul, olga], given_away: [clara, olga], world.pet: [olga]})
    whose = {maja: [paul, olga], given_away: [clara, olga], unseen: [clara, olga], pauls: [paul], world.pet: [olga]}
    await some_reminding(whose)
    await _everything_else(world, paul)
    return Street(world, olga, paul, maja, given_away, unseen, unbooked)


async def _doses(whom: dict[models.Pet, list[Owner]]) -> None:
    """Each was given a vaccine of its own, and something else that was voided; a certificate names each owner."""
    for pet, owners in whom.items():
        vaccine = await a_vaccine(f"Vaccine of {pet.name}")
        dose = await a_vaccination(pet, vaccine)
        told: dict[str, Any] = {"voided_at": NOW, "voided_because": "It was another."}
        await a_vaccination(pet, await a_vaccine(f"Voided of {pet.name}"), **told)
        await models.VaccinationDue.create(
            pet_id=pet.id, target="RABIES", due_on=TODAY, earliest_on=TODAY, reason="BOOSTER", sentence="It is due.",
            worked_out_at=NOW,
        )  # fmt: skip
        for number, owner in enumerate(owners):
            facts = some_facts(owner=fact_of(owner, pet), owner_address=[f"Home of {fact_of(owner, pet)}"])
            voided = {**told, "voided_because": f"{number} {pet.name}"} if number else {}
            paper = await a_certificate(dose, client_id=owner.id, facts=facts.written(), **voided)
            await a_certificate_file(paper, fact_of(owner, pet).encode())


def fact_of(owner: Owner, pet: models.Pet) -> str:
    return f"Fact of {owner.client.display_name} and {pet.name}"


async def _bills(whom: dict[models.Pet, list[Owner]]) -> None:
    """Each of them was invoiced something of the pet, has paid it and got a part back, and is to be invoiced more."""
    for pet, owners in whom.items():
        visit = await models.Visit.filter(pet_id=pet.id).order_by("id").first()
        assert visit is not None
        for owner in owners:
            names = some_names(bill_of(owner, pet)).written()
            books = await some_bookkeeping(owner, visit, ref=f"of {owner.id} and {pet.id}", names=names)
            await a_paper_file(books.invoice.id, bill_of(owner, pet).encode())


def bill_of(owner: Owner, pet: models.Pet) -> str:
    return f"Bill of {owner.client.display_name} for {pet.name}"


async def _everything_else(world: World, paul: Owner) -> None:
    """A row of every table that is nobody's, about somebody else."""
    at: Any = {"starts_at": NOW, "ends_at": NOW + DAY}
    await models.HoursException.create(**at, location_id=world.location.id, reason="")
    hashed: Any = {"token_hash": "1", "created_at": NOW, "expires_at": NOW + DAY}
    await models.Invitation.create(staff_id=world.vet.id, **hashed)
    await models.RefreshToken.create(
        session_id=paul.viewer.session_id, token_hash="1", issued_at=NOW, expires_at=NOW + DAY
    )
    await a_consent(paul)
    await an_undeliverable_address("paul.stone@home.example")
    await a_mail_domain()
    await models.SignInCode.create(
        email="a", email_fold="a", code_hash="1", registration="{}", created_at=NOW, expires_at=NOW + DAY
    )


async def hers(owner: Owner) -> dict[type[Model], set[Any]]:
    """The keys of the rows that the owner may see, by their tables."""
    held = await Ownership.filter(client_id=owner.id, ends_on=None, may_view=True)
    pets = {each.pet_id for each in held}
    visits = await models.Appointment.filter(pet_id__in=pets)
    at_home = await models.TreatmentPlan.filter(pet_id__in=pets, kind__in=(PlanKind.HOME_CARE, PlanKind.EXERCISE))
    steps = await models.TreatmentStep.filter(plan_id__in=[each.id for each in at_home])
    shared = await models.Document.filter(pet_id__in=pets, shared_at__not_isnull=True, errored_at=None)
    notes = {
        each.id
        for each in await models.Note.filter(pet_id__in=pets, errored_at=None)
        if each.signed_at is not None and (await models.Practice.get()).shares_notes
    }
    medicines = await models.Prescription.filter(pet_id__in=pets, errored_at=None)
    drafts = {each.id for each in await models.Note.filter(signed_at=None, visit__ended_at=None)}
    doses = await models.Vaccination.filter(pet_id__in=pets, voided_at=None)
    named = await models.Certificate.filter(pet_id__in=pets, client_id=owner.id)
    online = await models.Service.filter(is_offered=True, is_bookable_online=True)
    return {
        models.Practice: {each.id for each in await models.Practice.all()},
        models.Location: {each.id for each in await models.Location.all()},
        models.Service: {each.id for each in online} | {each.service_id for each in visits},
        models.Staff: {each.id for each in await models.Staff.all()},
        models.Client: {owner.id},
        models.ClientEmail: {each.id for each in await models.ClientEmail.filter(client_id=owner.id)},
        models.ClientPhone: {each.id for each in await models.ClientPhone.filter(client_id=owner.id)},
        models.Pet: pets,
        models.Appointment: {each.id for each in visits},
        models.TreatmentPlan: {each.id for each in at_home},
        models.TreatmentStep: {each.id for each in steps},
        models.Document: {each.id for each in shared},
        models.Note: notes,
        models.Addendum: {each.id for each in await models.Addendum.filter(note_id__in=notes)},
        models.Prescription: {each.id for each in medicines if each.note_id not in drafts},
        models.Vaccine: {each.vaccine_id for each in doses},
        models.Vaccination: {each.id for each in doses},
        models.VaccinationDue: {each.id for each in await models.VaccinationDue.filter(pet_id__in=pets)},
        models.Certificate: {each.id for each in named},
        models.Account: {owner.account.id},
        **await addressed_to(owner),
        **await told_to(owner, pets),
    }


async def promised(owner: Owner, marks: Iterable[Mark]) -> set[Mark]:
    """All that the owner is to see: what is hers, and the names of those who own a pet of hers now."""
    rows = await hers(owner)
    others = {each.client_id for each in await Ownership.filter(pet_id__in=rows[models.Pet], ends_on=None)}
    return {
        mark
        for mark in marks
        if (mark.id in rows.get(mark.model, set()) and mark.column in SHOWN[mark.model])
        or (mark.model is models.Client and mark.column == "display_name" and mark.id in others)
    }


async def deeds(crawler: Crawler, street: Street) -> None:
    """What an owner can do, well and badly, with what is hers and with what is not."""
    rex, where = id_of(street.world.pet), {"locationId": id_of(street.world.location)}
    plan = {**where, "serviceId": id_of(street.world.service), "startsAt": (NOW + 2 * DAY).isoformat()}
    booked = await crawler.do("bookAppointment", petId=rex, **plan)
    visits = {each.pet_id: id_of(each) for each in await models.Appointment.all().order_by("starts_at")}
    visit, foreign = visits[street.world.pet.id], visits[street.given_away.id]
    later = (NOW + 3 * DAY).isoformat()
    assert [
        booked,
        await crawler.do("bookAppointment", petId=id_of(street.maja), **plan),
        await crawler.do("bookAppointment", petId=id_of(street.given_away), **plan),
        await crawler.do("bookAppointment", petId=id_of(street.unseen), **plan),
        await crawler.do("bookAppointment", petId=id_of(street.unbooked), **plan),
        await crawler.do("rescheduleAppointment", appointmentId=visit, startsAt=later),
        await crawler.do("rescheduleAppointment", appointmentId=foreign, startsAt=later),
        await crawler.do("confirmAppointment", appointmentId=visit),
        await crawler.do("confirmAppointment", appointmentId=visit),
        await crawler.do("cancelAppointment", appointmentId=visit, because="rain"),
        await crawler.do("cancelAppointment", appointmentId=foreign),
        await crawler.do("recordDeath", petId=id_of(street.given_away), diedOn=str(TODAY)),
        await crawler.do("recordDeath", petId=id_of(street.unseen), diedOn=str(TODAY)),
        await crawler.do("recordDeath", petId=id_of(street.unbooked), diedOn=str(TODAY)),
        await crawler.do("recordDeath", petId=id_of(street.maja), diedOn=str(TODAY)),
        await crawler.do("recordDeath", petId=id_of(street.maja), diedOn=str(TODAY)),
        await crawler.do("registerPet", name="Mia", species="CAT"),
        await crawler.do("setMyContactPreferences", preferences=[{"purpose": "CARE", "isWanted": True}]),
        await crawler.do("amendMyself", givenName=""),
        await crawler.do(
            "amendMyself", address={"street": "Elm 1", "postalCode": "1", "city": "Bonn", "country": "DE"}
        ),
    ] == [
        "AppointmentBooked",
        "SlotTaken",
        "NotFound",
        "NotFound",
        "RightNeeded",
        "AppointmentRescheduled",
        "NotFound",
        "AppointmentConfirmed",
        "StepNotAllowed",
        "AppointmentCancelled",
        "NotFound",
        "NotFound",
        "NotFound",
        "RightNeeded",
        "DeathRecorded",
        "PetHasDied",
        "PetRegistered",
        "MyContactPreferencesSet",
        "MyselfAmended",
        "MyselfAmended",
    ]


@pytest.fixture
async def street(database):
    return await a_street()


async def test_an_owner_sees_everything_of_hers_and_nothing_of_anybody_else(street):
    program = Program(mode="production", **{f"max_{name}": most for name, most in NO_LIMITS.items()})
    everybody = (street.paul, street.olga)
    crawlers = [Crawler(program, owner) for owner in everybody]
    await crawlers[0].do("registerPet", name="Kit", species="CAT")  # leaves an event, a key and more
    await program.token(street.olga.viewer)
    await models.Throttle.create(key="the tries of somebody", ahead_until=1.0)
    facts = {(owner.id, pet.id): fact_of(owner, pet) for owner in everybody for pet in await models.Pet.all()}
    bills = {(one.id, pet.id): bill_of(one, pet) for one in everybody for pet in await models.Pet.all()}
    marks = await marked()
    ids = await every_id(crawlers[0].view)
    pets = [id_of(each) for each in await models.Pet.all()]
    when = {"s": id_of(street.world.service), "l": id_of(street.world.location), "day": str(TODAY + DAY)}
    for owner, crawler in zip(everybody, crawlers, strict=True):
        crawler.heard.clear()
        await crawler.ask_everything(ids)
        await crawler.ask_when(when, pets)
        await crawler.ask_of_deaths(str(TODAY), pets)
        assert await crawler.ask_for_records(pets) == len((await hers(owner))[models.Pet])
        must = await promised(owner, marks)
        if owner is street.olga:
            await deeds(crawler, street)
        answers = "\n".join(dict.fromkeys(crawler.heard))
        assert not [str(mark) for mark in marks if mark not in must and mark.is_in(answers)]
        assert not [str(mark) for mark in must if not mark.is_in(answers)]
        certified = await models.Certificate.all()
        hers_to_see = {(each.client_id, each.pet_id) for each in certified} & {
            (owner.id, pet) for pet in (await hers(owner))[models.Pet]
        }
        assert {key for key, fact in facts.items() if fact in answers} == hers_to_see
        assert {whose for (whose, _), bill in bills.items() if bill in answers} <= {owner.id}
