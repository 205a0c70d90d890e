"""Samples of every mutation of the staff, and a practice in which each sample of both views can be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models import Certificate, Letter, Status, Vaccine
from resolvers import invitations
from resolvers.viewer import Audience, Viewer
from tests.api import samples_of_endings
from tests.api.plan_samples import for_documents, for_plans
from tests.api.record_samples import for_records
from tests.api.samples import ADDRESS, Sample, a_visit, at, for_owners, secret_of
from tests.api.samples_of_cards import of_cards
from tests.api.samples_of_imports import of_imports
from tests.api.samples_of_invoices import of_invoices
from tests.api.samples_of_letters import of_letters
from tests.api.samples_of_lines import of_lines
from tests.api.samples_of_mail import of_mail
from tests.api.samples_of_papers import of_papers
from tests.api.samples_of_prices import of_prices
from tests.api.samples_of_reminder_rules import of_reminder_rules
from tests.api.samples_of_reminders import my_preferences, of_reminders
from tests.api.samples_of_the_desk import of_the_desk
from tests.api.samples_of_the_practice import of_the_practice
from tests.api.vaccination_samples import of_vaccinations
from tests.doorkeeper import PASSWORD
from tests.doors import Program, id_of
from tests.scene import STAFF, a_newcomer
from tests.world import NOW, World, a_client, a_member, a_pet, a_world, an_owner, an_ownership


@dataclass
class Samples:
    """A practice in which each of the samples can be done."""

    world: World
    boss: Viewer
    staff: list[Sample]
    owner: list[Sample]
    vaccine: Vaccine
    certificate: Certificate


async def samples(program: Program) -> Samples:
    """A practice, and a sample of every mutation that takes a key, in each view."""
    world = await a_world()
    boss = (await a_member("Berta Boss", *STAFF, at=None)).viewer
    staff = [
        *await for_staff(program, world, boss),
        *await for_records(world, boss),
        *await of_vaccinations(world, boss),
        *await of_reminders(world, boss),
    ]
    owner = [
        *await for_owners(world),
        await samples_of_endings.a_death(world, world.owner.viewer),
        *await of_cards(program, world),
        my_preferences(world),
    ]
    vaccine, certificate = await Vaccine.all().order_by("id").first(), await Certificate.filter(voided_at=None).first()
    assert vaccine
    assert certificate
    return Samples(world, boss, staff, owner, vaccine, certificate)


async def for_staff(program: Program, world: World, boss: Viewer) -> list[Sample]:
    """A sample of every mutation of the staff that takes a key."""
    client, newcomer = await a_client("Lena Hoff"), await an_owner("Nina Kovac", is_linked=False)
    alive, shared = await a_pet(world.owner, name="Maja"), await a_pet(world.owner, name="Oskar")
    held = await an_ownership(shared, client)
    left = await an_ownership(await a_pet(world.owner, name="Nelly"), client)
    invited = a_newcomer(world.location.id, "ada@practice.example")
    ports = program.adapters.ports
    await invitations.invite(boss, invited, key="invited", vault=ports.vault, rules=ports.rules, now=NOW)
    token = await secret_of(program, "ada@practice.example", Letter.INVITATION)
    place, owner, vet = id_of(world.location), id_of(world.owner.client), id_of(world.vet.staff)
    shares = [{"clientId": owner, "share": 100}]
    once = {"Event": 1, "IdempotencyKey": 1}
    told = {**once, "EventDetail": 1}
    step = "{ appointment { id status } }"

    def sample(deed: str, payload: str, given: dict[str, Any], other: dict[str, Any], **writes: int) -> Sample:
        return Sample(deed, boss, given, other, payload, {**(once if payload.endswith(step) else told), **writes})

    return [
        *await for_documents(world),
        *await for_plans(world),
        *await of_imports(program, world, boss),
        *of_papers(boss),
        *await of_mail(world, boss),
        Sample(
            "acceptInvitation",
            Audience.STAFF,
            {"token": token, "password": PASSWORD},
            {"password": f"{PASSWORD}!"},
            "InvitationAccepted { email }",
            once,
        ),
        sample(
            "bookAppointment",
            f"AppointmentBooked {step}",
            {
                "petId": id_of(world.pet),
                "serviceId": id_of(world.service),
                "locationId": place,
                "startsAt": at(7),
                "vetId": vet,
                "clientId": owner,
                "reason": "She limps.",
            },
            {"reason": "She does not limp."},
            Appointment=1,
            BusyTime=3,
            Message=2,
        ),
        sample(
            "rescheduleAppointment",
            f"AppointmentRescheduled {step}",
            {"appointmentId": await a_visit(world, 0), "startsAt": at(8), "vetId": vet, "anyVet": False},
            {"startsAt": at(8, 2)},
            Message=2,
            EventDetail=1,
        ),
        sample(
            "confirmAppointment",
            f"AppointmentConfirmed {step}",
            {"appointmentId": await a_visit(world, 1)},
            {"appointmentId": await a_visit(world, 2)},
        ),
        sample(
            "cancelAppointment",
            f"AppointmentCancelled {step}",
            {"appointmentId": await a_visit(world, 3), "because": "She feels better."},
            {"because": "She feels worse."},
            BusyTime=-3,
            EventDetail=1,
            Message=1,
        ),
        sample(
            "checkInAppointment",
            f"AppointmentCheckedIn {step}",
            {"appointmentId": await a_visit(world, 4)},
            {"appointmentId": await a_visit(world, 5)},
        ),
        sample(
            "startAppointment",
            f"AppointmentStarted {step}",
            {"appointmentId": await a_visit(world, 6, Status.ARRIVED)},
            {"appointmentId": await a_visit(world, 7, Status.ARRIVED)},
        ),
        sample(
            "completeAppointment",
            f"AppointmentCompleted {step}",
            {"appointmentId": await a_visit(world, 8, Status.IN_PROGRESS)},
            {"appointmentId": await a_visit(world, 9, Status.IN_PROGRESS)},
        ),
        sample(
            "markNoShowAppointment",
            f"AppointmentMarkedNoShow {step}",
            {"appointmentId": await a_visit(world, -1)},
            {"appointmentId": await a_visit(world, -2)},
            BusyTime=-3,
            Message=1,
        ),
        sample(
            "registerClient",
            "ClientRegistered { client { id displayName } }",
            {
                "givenName": "Paul",
                "familyName": "Stone",
                "emails": ["paul@stone.example"],
                "phones": ["+49 30 901820"],
                "language": "de",
                "address": ADDRESS,
            },
            {"familyName": "Stein"},
            Client=1,
            ClientEmail=1,
            ClientPhone=1,
            ClientWord=11,
        ),
        sample(
            "amendClient",
            "ClientAmended { client { id displayName } }",
            {
                "clientId": id_of(client),
                "givenName": "Lena",
                "familyName": "Hof",
                "emails": ["lena.hoff@home.example"],
                "phones": ["+49 30 901821"],
                "language": "de",
                "address": ADDRESS,
            },
            {"familyName": "Hofer"},
            ClientPhone=1,
            ClientWord=8,
        ),
        sample(
            "registerPet",
            "PetRegistered { pet { id name } }",
            {
                "name": "Mia",
                "species": "CAT",
                "breed": "Maine Coon",
                "sex": "FEMALE",
                "neutered": True,
                "bornOn": "2020-05-01",
                "bornPrecision": "MONTH",
                "colour": "black",
                "microchip": "276 0981 0234 5678",
                "alerts": ["Bites."],
                "tags": ["Indoor"],
                "owners": [{"clientId": owner, "rights": ["BOOK", "PAY", "VIEW"], "share": 100}],
            },
            {"name": "Mimi"},
            Pet=1,
            Ownership=1,
        ),
        sample(
            "amendPet",
            "PetAmended { pet { id name } }",
            {
                "petId": id_of(alive),
                "name": "Maya",
                "species": "CAT",
                "breed": "Siamese",
                "sex": "FEMALE",
                "neutered": False,
                "bornOn": "2020-05-01",
                "bornPrecision": "DAY",
                "colour": "white",
                "microchip": "276098102345679",
                "alerts": ["Bites."],
                "tags": ["Indoor"],
                "lifestyle": ["INDOOR"],
            },
            {"name": "Maja"},
        ),
        sample(
            "addOwnership",
            "OwnershipAdded { ownership { id endsOn } }",
            {
                "petId": id_of(world.pet),
                "clientId": id_of(client),
                "rights": ["VIEW", "PAY"],
                "shares": [{"clientId": owner, "share": 60}, {"clientId": id_of(client), "share": 40}],
            },
            {"rights": ["VIEW"]},
            Ownership=1,
        ),
        sample(
            "amendOwnership",
            "OwnershipAmended { ownership { id rights } }",
            {"ownershipId": id_of(held), "rights": ["VIEW"], "shares": shares},
            {"rights": ["VIEW", "BOOK"]},
        ),
        sample(
            "endOwnership",
            "OwnershipEnded { ownership { id endsOn } }",
            {"ownershipId": id_of(left), "shares": shares},
            {"ownershipId": id_of(held)},
        ),
        *await samples_of_endings.for_staff(world, boss),
        *await of_the_practice(world, sample),
        sample(
            "inviteStaff",
            "StaffInvited { staff { id displayName } }",
            {
                "email": "ben@practice.example",
                "givenName": "Ben",
                "familyName": "Weber",
                "roles": [{"role": "NURSE", "locationId": place}],
            },
            {"givenName": "Benno"},
            Account=1,
            Invitation=1,
            Message=1,
            Staff=1,
            StaffRole=1,
        ),
        sample(
            "setStaffRoles",
            "StaffRolesSet { staff { id roles { role } } }",
            {
                "staffId": id_of(world.receptionist.staff),
                "roles": [{"role": "NURSE", "locationId": place}, {"role": "VET"}],
            },
            {"roles": [{"role": "NURSE"}]},
            StaffRole=1,
        ),
        sample(
            "linkAccount",
            "AccountLinked { client { id displayName } }",
            {"accountId": id_of(newcomer.account, "UnlinkedAccount"), "clientId": id_of(client)},
            {"clientId": owner},
            Client=-1,
            ClientWord=-2,
        ),
        *await of_lines(world, sample),
        *await of_letters(world, sample),
        *await of_prices(world, sample),
        *await of_reminder_rules(world, sample),
        *await of_the_desk(world, sample),
        *await of_invoices(world, sample),
    ]
