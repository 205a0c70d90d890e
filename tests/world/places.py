"""Places: the practice, its locations and its rooms, and the clock on the wall."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from models import Location, OpeningHours, Practice, Room, Service, ServiceRoom, sql
from models.row import folded

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
AN_HOUR = timedelta(hours=1)
MON_TO_FRI = range(1, 6)
FROM_EIGHT, UNTIL_SIX = 8 * 60, 18 * 60


async def a_practice(name: str = "High Street Vets", language: str = "en") -> Practice:
    return await Practice.create(name=name, language=language, created_at=NOW)


async def a_location(
    name: str = "High Street",
    *,
    zone: str = "Europe/Berlin",
    currency: str = "EUR",
    country: str = "DE",
    weekdays: Iterable[int] = MON_TO_FRI,
    opens: int = FROM_EIGHT,
    closes: int = UNTIL_SIX,
    closed_on: date | None = None,
) -> Location:
    """Open Monday to Friday, 08:00 to 18:00 on its own wall."""
    location = await Location.create(
        name=name, fold=folded(name), zone=zone, currency=currency, country=country, city="Berlin", closed_on=closed_on
    )
    await sql.insert(
        [
            OpeningHours(location_id=location.id, weekday=weekday, from_minute=opens, until_minute=closes)
            for weekday in weekdays
        ]
    )
    return location


async def a_room(name: str | None = None, location: Location | None = None, *, is_in_use: bool = True) -> Room:
    """A room in which every service there is can be done."""
    location = location or await the_location()
    name = name or f"Room {await Room.all().count() + 1}"
    room = await Room.create(location_id=location.id, name=name, fold=folded(name), is_in_use=is_in_use)
    await sql.insert([ServiceRoom(service_id=service.id, room_id=room.id) for service in await Service.all()])
    return room


async def the_location() -> Location:
    return await Location.all().order_by("id").first() or await a_location()
