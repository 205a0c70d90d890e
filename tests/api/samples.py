"""Samples: for every mutation an input with which it is done, and what it then writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from models import Letter, Message, Status
from resolvers.viewer import Audience, Viewer
from tests.doors import Program, id_of
from tests.world import NOW, World, a_booking

ADDRESS = {"street": "Lange Gasse 1", "postalCode": "10115", "city": "Berlin", "country": "DE"}
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Sample:
    """A mutation that can be done once, by whom, with what input; `other` is what makes it another request."""

    deed: str
    who: Viewer | Audience
    given: dict[str, Any]
    other: dict[str, Any]
    payload: str
    writes: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.deed[0].upper()}{self.deed[1:]}"


async def secret_of(program: Program, address: str, letter: Letter) -> str:
    """What only the last letter to that address holds."""
    message = await Message.filter(to_address=address, letter=letter).order_by("-id").first()
    assert message
    assert message.secret
    return program.adapters.vault.unseal(message.secret)


async def a_visit(world: World, number: int, status: Status = Status.BOOKED) -> str:
    """One of the visits of tomorrow, half an hour each; those with a number below 0 should have begun already."""
    day = timedelta(days=1) if number >= 0 else timedelta()
    return id_of(await a_booking(world.pet, starts_at=NOW + day + number * 2 * QUARTER, status=status))


def at(days: int, quarters: int = 0) -> str:
    moment: datetime = NOW + timedelta(days=days) + quarters * QUARTER
    return moment.isoformat()


async def for_owners(world: World) -> list[Sample]:
    """A sample of every mutation of the owners that takes a key."""
    once = {"Event": 1, "IdempotencyKey": 1}
    step = "{ appointment { id status } }"

    def sample(deed: str, payload: str, given: dict[str, Any], other: dict[str, Any], **writes: int) -> Sample:
        told = once if payload.endswith(step) else {**once, "EventDetail": 1}
        return Sample(deed, world.owner.viewer, given, other, payload, {**told, **writes})

    return [
        Sample(
            "register",
            Audience.OWNER,
            {
                "email": "new@home.example",
                "givenName": "Nora",
                "familyName": "Lund",
                "phone": "+49 30 901820",
                "language": "de",
                "petName": "Mia",
            },
            {"petName": "Maja"},
            "RegistrationReceived { message digits }",
            {**once, "Message": 1, "SignInCode": 1, "Throttle": 2},
        ),
        sample(
            "bookAppointment",
            f"AppointmentBooked {step}",
            {
                "petId": id_of(world.pet),
                "serviceId": id_of(world.service),
                "locationId": id_of(world.location),
                "startsAt": at(9),
                "vetId": id_of(world.vet.staff),
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
            {
                "appointmentId": await a_visit(world, 10),
                "startsAt": at(10),
                "vetId": id_of(world.vet.staff),
                "anyVet": False,
            },
            {"startsAt": at(10, 2)},
            Message=2,
            EventDetail=1,
        ),
        sample(
            "confirmAppointment",
            f"AppointmentConfirmed {step}",
            {"appointmentId": await a_visit(world, 11)},
            {"appointmentId": await a_visit(world, 12)},
        ),
        sample(
            "cancelAppointment",
            f"AppointmentCancelled {step}",
            {"appointmentId": await a_visit(world, 13), "because": "She feels better."},
            {"because": "She feels worse."},
            BusyTime=-3,
            EventDetail=1,
            Message=1,
        ),
        sample(
            "amendMyself",
            "MyselfAmended { client { id displayName } }",
            {
                "givenName": "Olivia",
                "familyName": "Berg",
                "phones": ["+49 30 901820"],
                "language": "de",
                "address": ADDRESS,
            },
            {"familyName": "Burg"},
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
            },
            {"name": "Mimi"},
            Pet=1,
            Ownership=1,
        ),
    ]
