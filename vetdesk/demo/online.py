"""Online: people who come through the owners' door: one whom the practice knows, and two whom it has yet to recognise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from models import Letter, Purpose, Species
from resolvers import appointments, codes, consents, pets, registrations, sessions
from resolvers.appointments import Booking
from resolvers.consents import Preferences
from resolvers.pets import PetRegistration
from resolvers.registrations import Registration
from resolvers.viewer import Audience, Viewer
from vetdesk.demo.households import as_local_part
from vetdesk.demo.offers import FIRST_VISIT
from vetdesk.demo.sign_ins import OWNER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vetdesk.demo.animals import Animal
    from vetdesk.demo.house import House
    from vetdesk.demo.slots import Slot

_ORIGIN = "203.0.113.20"  # nobody's. Source: RFC 5737
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who registers online with a pet, and books a first visit."""

    registration: Registration
    pet: PetRegistration
    days_ago: int


def newcomers(known: Animal) -> Sequence[Newcomer]:
    """One whom reception will find among its clients, under another address; and one who is really new."""
    person = known.people[0].registration
    return (
        Newcomer(
            Registration(
                f"{as_local_part(person.family_name)}.at.work@inbox.example", person.given_name, person.family_name
            ),
            PetRegistration("Tinkerbell", Species.CAT, breed="Domestic shorthair"),
            days_ago=3,
        ),
        Newcomer(
            Registration("rosalind.quick@letterbox.example", "Rosalind", "Quick", phone="+44 20 7946 0099"),
            PetRegistration("Marmalade", Species.RABBIT, breed="Mini Lop", colour="orange"),
            days_ago=1,
        ),
    )


async def register_known(house: House, animal: Animal, moment: datetime) -> None:
    """The owner whose sign-in is printed: known at once by the name of her pet, she says what she wants to hear of."""
    person = animal.people[0].registration
    said = Registration(OWNER, person.given_name, person.family_name, pet_name=animal.registration.name)
    viewer = await _enter(house, said, moment)
    wants = Preferences({Purpose.APPOINTMENT: True, Purpose.CARE: True, Purpose.MARKETING: False})
    await consents.set_mine(viewer, wants, key=house.key(), now=moment + 5 * _MINUTE)
    await _leave(viewer, moment)


async def register_newcomer(house: House, newcomer: Newcomer, slot: Slot | None, moment: datetime) -> None:
    """Somebody registers, adds her pet, and books the free time if there is one."""
    viewer = await _enter(house, newcomer.registration, moment)
    pet_id = await pets.register(viewer, newcomer.pet, key=house.key(), now=moment + 4 * _MINUTE)
    if slot is not None:
        booking = Booking(
            pet_id, house.offers[slot.offer], house.places[slot.place], slot.starts_at, house.team[slot.member]
        )
        await appointments.book(viewer, booking, key=house.key(), now=moment + 6 * _MINUTE)
        await house.deliver(moment + 7 * _MINUTE, most=1)
    await _leave(viewer, moment)


def free_first_visits(free: Sequence[Slot], days_ahead: int) -> Sequence[Slot]:
    """The free times for a first visit from that day on, soonest first."""
    return [slot for slot in free if slot.offer is FIRST_VISIT and slot.days_ahead >= days_ahead]


async def _enter(house: House, said: Registration, moment: datetime) -> Viewer:
    ports, anyone = house.ports, Viewer.anyone()
    await registrations.register(
        anyone, said, key=house.key(), origin=_ORIGIN, vault=ports.vault, rules=ports.rules, now=moment
    )
    code = await house.secret(Letter.SIGN_IN_CODE, said.email)
    await house.deliver(moment + _MINUTE, most=1)
    signed_in = await codes.sign_in_with_code(
        anyone,
        said.email,
        code,
        origin=_ORIGIN,
        vault=ports.vault,
        tokens=ports.tokens,
        rules=ports.rules,
        now=moment + 2 * _MINUTE,
    )
    viewer = await sessions.viewer_of(
        signed_in.session_id, signed_in.account_id, Audience.OWNER, now=moment + 3 * _MINUTE
    )
    return viewer or anyone


async def _leave(viewer: Viewer, moment: datetime) -> None:
    await sessions.sign_out(viewer, now=moment + 9 * _MINUTE)
