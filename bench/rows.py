"""The practice that everybody is asked about: one full day of 60 visits, a pet with a long history, and many others.

At `times` 1 there are 400 clients, 600 pets and 230 visits. At 10 or 100 there is so much more of everything around
them; what is asked about stays as it is, so that only the size of the tables can make an answer slower.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pwdlib.hashers.argon2 import Argon2Hasher
from tortoise.transactions import in_transaction

from bench.bills import ITEMS, Bills, Desk, Owing
from bench.crowd import PHONE_STEM, Crowd, Place, families
from bench.crowd import written as crowd_written
from models import Account, Session
from tests.doors import Program, id_of
from tests.world import a_location, a_practice, a_receptionist, a_room, a_service, a_vet
from tests.world.money import a_legal_entity, an_item

PASSWORD = "seven lazy hedgehogs"
_VETS = 6


@dataclass(frozen=True, slots=True)
class Practice:
    """What the journeys ask for, by the ids that clients use; the token they come with, and the keys to check it."""

    day: date
    location: str
    service: str
    vets: tuple[str, ...]
    rooms: tuple[str, ...]
    pets: tuple[str, ...]
    pet_with_history: str
    staff_emails: tuple[str, ...]
    searches: tuple[str, ...]
    token: str
    jwks: dict[str, Any]
    drafts: tuple[str, ...] = ()
    owing: tuple[Owing, ...] = ()
    stated: tuple[str, ...] = ()


async def a_busy_practice(url: str, *, times: int = 1, bills: int = 0) -> Practice:
    """Write the rows; the day is the Monday two to three weeks from now. Tortoise is connected to the same `url`.

    So many `bills` wait to be issued, and as many to be paid.
    """
    async with in_transaction():
        await a_practice()
        location = await a_location()
        vets = [await a_vet() for _ in range(_VETS)]
        receptionist = await a_receptionist()
        rooms = [await a_room() for _ in range(_VETS)]
        service = await a_service()
        entity = await a_legal_entity()
        items = [
            await an_item(name, minor=price, unit=unit, service_id=None if number else service.id)
            for number, (name, price, unit) in enumerate(ITEMS)
        ]
        now = datetime.now(UTC)
        await Session.all().update(expires_at=now + timedelta(days=1))
        await Account.filter(audience="staff").update(password_hash=Argon2Hasher(2, 19_456, 1).hash(PASSWORD))
        staff = await Account.filter(audience="staff").order_by("email")
    day = now.date() + timedelta(days=21 - now.weekday())
    place = Place(location.id, location.clock, service.id, [vet.id for vet in vets], [room.id for room in rooms])
    crowd = Crowd(place, day, times)
    desk = Desk(
        *(location.id, location.clock, entity.id, service.id, rooms[0].id, vets[0].id, items[0].tax_category_id),
        *([item.id for item in items], crowd.clients, crowd.pets, now.date()),
    )
    waiting = Bills(desk, bills)
    await crowd_written(url, crowd, waiting)
    program = Program(access_token_minutes=24 * 60)
    program.clock.now = now
    token = await program.token(receptionist.viewer)
    return Practice(
        day=day,
        location=id_of(location),
        service=id_of(service),
        vets=tuple(id_of(vet.staff) for vet in vets),
        rooms=tuple(id_of(room) for room in rooms),
        pets=tuple(crowd.pet_ids),
        pet_with_history=crowd.pet_ids[0],
        staff_emails=tuple(account.email_fold for account in staff),
        searches=tuple(_searches()),
        token=token,
        jwks=await program.adapters.tokens.jwks(now=now),
        drafts=waiting.draft_ids,
        owing=waiting.owing,
        stated=waiting.stated,
    )


def _searches() -> Sequence[str]:
    """As many beginnings of names as stretches of phone numbers, in turns; each finds about a dozen of the clients."""
    names = sorted({family[:3].lower() for family in families()})
    return [word for number, name in enumerate(names) for word in (name, f"{PHONE_STEM}{number:02d}")]
