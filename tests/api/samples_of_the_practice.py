"""Samples of how the practice is set up: its places, rooms, services and hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from models import HoursException, WorkingHours
from tests.api.samples import ADDRESS, Sample, at
from tests.doors import id_of
from tests.world import NOW, World
from tests.world.money import the_legal_entity

A_STRETCH = {"weekday": 6, "from": "08:00", "until": "12:00"}


async def of_the_practice(world: World, sample: Callable[..., Sample]) -> list[Sample]:
    """A sample of every mutation that sets up the practice."""
    hours = await WorkingHours.filter(staff_id=world.vet.id).first()
    a_day: Any = {"starts_at": NOW + timedelta(days=20), "ends_at": NOW + timedelta(days=21)}
    away = await HoursException.create(staff_id=world.vet.id, **a_day)
    place, vet = id_of(world.location), id_of(world.vet.staff)
    entity = id_of(await the_legal_entity())
    return [
        sample(
            "addLocation",
            "LocationAdded { location { id name } }",
            {
                "name": "Quay",
                "zone": "Europe/London",
                "currency": "GBP",
                "address": ADDRESS,
                "phone": "+44 20 7946 0958",
                "openingHours": [A_STRETCH],
                "region": "DE-BE",
                "legalEntityId": entity,
            },
            {"name": "Key"},
            Location=1,
            OpeningHours=1,
        ),
        sample(
            "amendLocation",
            "LocationAmended { location { id name } }",
            {
                "locationId": place,
                "name": "Main Street",
                "zone": "Europe/Paris",
                "currency": "EUR",
                "address": ADDRESS,
                "phone": "+49 30 901820",
                "openingHours": [A_STRETCH],
                "closedOn": "2030-01-01",
                "region": "DE-BE",
                "legalEntityId": entity,
            },
            {"name": "High Street"},
            OpeningHours=-4,
            VaccinationDue=1,
        ),
        sample(
            "addRoom", "RoomAdded { room { id name } }", {"locationId": place, "name": "Two"}, {"name": "2"}, Room=1
        ),
        sample(
            "amendRoom",
            "RoomAmended { room { id name } }",
            {"roomId": id_of(world.room), "name": "One", "isInUse": False},
            {"name": "1"},
        ),
        sample(
            "addService",
            "ServiceAdded { service { id name } }",
            {
                "name": "Dental",
                "lastsMinutes": 60,
                "description": "Teeth.",
                "bufferBeforeMinutes": 15,
                "bufferAfterMinutes": 15,
                "leadMinutes": 120,
                "species": ["DOG", "CAT"],
                "isBookableOnline": True,
                "isOpenToNewClients": True,
                "ownerMayChooseVet": True,
                "isFarewell": False,
                "staffIds": [vet],
                "roomIds": [id_of(world.room)],
            },
            {"name": "Teeth"},
            Service=1,
            ServiceStaff=1,
            ServiceRoom=1,
        ),
        sample(
            "amendService",
            "ServiceAmended { service { id name } }",
            {
                "serviceId": id_of(world.service),
                "name": "Big check-up",
                "lastsMinutes": 45,
                "description": "Everything.",
                "bufferBeforeMinutes": 5,
                "bufferAfterMinutes": 5,
                "leadMinutes": 60,
                "species": ["DOG"],
                "isBookableOnline": True,
                "isOpenToNewClients": False,
                "ownerMayChooseVet": False,
                "isFarewell": False,
                "isOffered": True,
                "staffIds": [vet],
                "roomIds": [],
            },
            {"name": "Check-up"},
            ServiceRoom=-1,
        ),
        sample(
            "addWorkingHours",
            "WorkingHoursAdded { workingHours { id weekday } }",
            {
                "staffId": vet,
                "locationId": place,
                "stretch": A_STRETCH,
                "startsOn": "2026-03-02",
                "endsOn": "2027-01-01",
            },
            {"endsOn": None},
            WorkingHours=1,
        ),
        sample(
            "amendWorkingHours",
            "WorkingHoursAmended { workingHours { id endsOn } }",
            {
                "workingHoursId": id_of(hours),
                "stretch": {"weekday": 1, "from": "09:00", "until": "17:00"},
                "startsOn": "2025-01-01",
                "endsOn": "2027-01-01",
            },
            {"endsOn": None},
        ),
        sample(
            "addException",
            "ExceptionAdded { exception { id reason } }",
            {
                "startsAt": at(30),
                "endsAt": at(31),
                "locationId": place,
                "staffId": vet,
                "reason": "Holiday",
            },
            {"reason": "Training"},
            HoursException=1,
        ),
        sample(
            "amendException",
            "ExceptionAmended { exception { id reason } }",
            {"exceptionId": id_of(away), "startsAt": at(40), "endsAt": at(41), "reason": "Holiday"},
            {"reason": "Training"},
        ),
    ]
