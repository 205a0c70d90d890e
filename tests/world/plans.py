"""Plans: what the practice offers, what is booked, and the letters about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from models import (
    Appointment,
    BusyTime,
    Client,
    ClientEmail,
    Letter,
    Location,
    Message,
    Ownership,
    Pet,
    Resource,
    Room,
    Service,
    ServiceRoom,
    ServiceStaff,
    Species,
    Status,
    sql,
)
from models.appointment import BUSY
from models.row import folded
from models.words import search_words
from tests.world.people import Member, Owner, a_pet, a_vet, every_vet
from tests.world.places import AN_HOUR, NOW, a_room, the_location


async def a_service(
    name: str = "Check-up",
    *,
    lasts: int = 30,
    vets: Sequence[Member] | None = None,
    rooms: Sequence[Room] | None = None,
    is_bookable_online: bool = True,
    is_open_to_new_clients: bool = True,
    species: Sequence[Species] = (),
    **more: Any,
) -> Service:
    """A service of half an hour, bookable online and open to new clients, by every vet and in every room there is."""
    service = await Service.create(
        name=name,
        fold=folded(name),
        lasts_minutes=lasts,
        is_bookable_online=is_bookable_online,
        is_open_to_new_clients=is_open_to_new_clients,
        species=[one.value for one in species],
        **more,
    )
    vet_ids = [vet.id for vet in vets] if vets is not None else await every_vet()
    room_ids = [room.id for room in (rooms if rooms is not None else await Room.all())]
    await sql.insert([ServiceStaff(service_id=service.id, staff_id=vet_id) for vet_id in vet_ids])
    await sql.insert([ServiceRoom(service_id=service.id, room_id=room_id) for room_id in room_ids])
    return service


async def a_booking(
    pet: Pet | None = None,
    *,
    starts_at: datetime = NOW + AN_HOUR,
    status: Status = Status.BOOKED,
    vet: Member | None = None,
    room: Room | None = None,
    service: Service | None = None,
    location: Location | None = None,
    client: Client | Owner | None = None,
    reason: str = "",
) -> Appointment:
    """An appointment at 10:00 on the wall, with the busy times of its vet, room and pet."""
    location = location or await the_location()
    room = room or await Room.filter(location_id=location.id).first() or await a_room(location=location)
    vet_id = vet.id if vet else next(iter(await every_vet(location)), None) or (await a_vet(location=location)).id
    service = service or await Service.first() or await a_service()
    pet = pet or await Pet.first() or await a_pet()
    client_id = (
        client.id if client else (await Ownership.filter(pet_id=pet.id, ends_on=None).order_by("id"))[0].client_id
    )
    visit = service.visit(starts_at)
    appointment = await Appointment.create(
        pet_id=pet.id,
        client_id=client_id,
        service_id=service.id,
        location_id=location.id,
        vet_id=vet_id,
        room_id=room.id,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        status=status,
        reason=reason,
        words=search_words(reason),
        created_at=NOW,
    )
    if status in BUSY:
        taken = service.with_buffers(visit)
        await sql.insert(
            [
                BusyTime(
                    resource=resource,
                    resource_id=resource_id,
                    starts_at=period.starts_at,
                    ends_at=period.ends_at,
                    appointment_id=appointment.id,
                )
                for resource, resource_id, period in (
                    (Resource.VET, vet_id, taken),
                    (Resource.ROOM, room.id, taken),
                    (Resource.PET, pet.id, visit),
                )
            ]
        )
    return appointment


async def a_letter(appointment: Appointment, letter: Letter = Letter.COMING_VISIT, **more: Any) -> Message:
    """A letter about the appointment that waits: by default the one on the day before."""
    email = await ClientEmail.filter(client_id=appointment.client_id).order_by("position").first()
    given: dict[str, Any] = {
        "to_address": email.address if email else "nobody@home.example",
        "language": "en",
        "template_version": 1,
        "not_before": appointment.starts_at - timedelta(hours=24),
        "created_at": NOW,
        "client_id": appointment.client_id,
        "appointment_id": appointment.id,
    }
    return await Message.create(letter=letter, **given | more)
