"""Animals: what of pets matters for what is due: their age, their place, and who owns them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from models import Location, sql
from models.period import clock_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from models import Pet

# A visit that was marked as an error, or an appointment that was cancelled, says nothing about where a pet goes.
_PLACES = (
    "SELECT p.id, a.starts_at, a.location_id AS planned, v.at, v.location_id AS seen, "
    "(SELECT d.location_id FROM vaccination_due d WHERE d.pet_id = p.id AND d.location_id IS NOT NULL "
    "ORDER BY d.target LIMIT 1) AS vaccinated FROM pet p "
    "LEFT JOIN appointment a ON a.id = (SELECT last.id FROM appointment last WHERE last.pet_id = p.id "
    "AND last.status <> 'CANCELLED' ORDER BY last.starts_at DESC, last.id DESC LIMIT 1) "
    "LEFT JOIN visit v ON v.id = (SELECT last.id FROM visit last WHERE last.pet_id = p.id "
    "AND last.errored_at IS NULL ORDER BY last.at DESC, last.id DESC LIMIT 1) WHERE p.id IN ({pets})"
)
_OWNERS = (
    "SELECT pet_id, client_id FROM ownership WHERE ends_on IS NULL AND may_view AND pet_id IN ({pets}) "
    "ORDER BY pet_id, client_id"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A location, and the clock on its wall; where nobody here knows its zone, what is due goes by UTC."""

    id: UUID
    clock: ZoneInfo

    def today(self, now: datetime) -> date:
        """The date there at that moment."""
        return now.astimezone(self.clock).date()


@dataclass(frozen=True, slots=True)
class Animal:
    """A pet: where it is at home, and the current owners who may see it, in the order of their keys."""

    id: UUID
    species: str
    born_on: date | None
    home: Place
    owner_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """Every location of the practice, and the one that counts where a pet has none of its own."""

    by_id: Mapping[UUID, Place]
    main: Place | None

    @classmethod
    async def known(cls) -> Places:
        """As they are now."""
        rows = await Location.all().order_by("id")
        # By a clock that nobody here knows, all is due a day off at most there, and on its day everywhere else.
        places = {row.id: Place(row.id, clock_of(row.zone)) for row in rows}
        main = next((row for row in rows if row.closed_on is None), next(iter(rows), None))
        return cls(places, places[main.id] if main else None)


async def of(pets: Sequence[Pet], places: Places) -> dict[UUID, Animal]:
    """What matters of each of these pets; nothing while the practice has no place."""
    if not pets or places.main is None:
        return {}
    ids = [pet.id for pet in pets]
    marks = sql.marks(len(ids))
    homes = {sql.as_key(row["id"]): _home(row) for row in await sql.fetch(_PLACES.replace("{pets}", marks), ids)}
    owners: dict[UUID, list[UUID]] = defaultdict(list)
    for pet, client in await sql.tuples(_OWNERS.replace("{pets}", marks), ids):
        owners[sql.as_key(pet)].append(sql.as_key(client))
    return {
        pet.id: Animal(
            id=pet.id,
            species=pet.species,
            born_on=pet.born_on,
            home=places.by_id.get(homes[pet.id] or places.main.id, places.main),
            owner_ids=tuple(owners.get(pet.id, ())),
        )
        for pet in pets
    }


def _home(row: Mapping[str, Any]) -> UUID | None:
    planned, seen = row["starts_at"], row["at"]
    if planned is not None and (seen is None or sql.as_instant(planned) > sql.as_instant(seen)):
        return sql.as_key(row["planned"])
    found = row["vaccinated"] if seen is None else row["seen"]
    return None if found is None else sql.as_key(found)
