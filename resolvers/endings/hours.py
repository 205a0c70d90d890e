"""Which appointments still fit into the hours of their place and their vet when a death is undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import HoursException, OpeningHours, WorkingHours, sql
from models.free_time import Diary, WeeklyHours
from models.period import Period
from resolvers.locks import look

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from models import Appointment, Location


async def outside(rows: Sequence[Appointment], places: Mapping[UUID, Location]) -> set[UUID]:
    """The keys of those at whose time the place is not open, or the vet not at work there, by the hours of today.

    One statement for each kind of hours, however many appointments there are.
    """
    if not rows:
        return set()
    here, vets = sorted({row.location_id for row in rows}), sorted({row.vet_id for row in rows})
    at, who = sql.marks(len(here)), sql.marks(len(vets))
    opening = await look(OpeningHours, f"location_id IN ({at})", here)
    working = await look(WorkingHours, f"location_id IN ({at}) AND staff_id IN ({who})", (*here, *vets))
    last, first = max(row.ends_at for row in rows), min(row.starts_at for row in rows)
    exceptions = await look(
        HoursException,
        f"starts_at < ? AND ends_at > ? AND (location_id IN ({at}) OR staff_id IN ({who}))",
        (last, first, *here, *vets),
    )

    def diary(place: UUID, vet: UUID) -> Diary:
        def away(person: UUID | None) -> list[Period]:
            return [
                Period(each.starts_at, each.ends_at)
                for each in exceptions
                if each.staff_id == person and each.location_id in (place, None)
            ]

        return Diary(
            clock=places[place].clock,
            opening=[WeeklyHours(each.weekday, each.from_minute, each.until_minute) for each in opening
                     if each.location_id == place],
            closed=away(None),
            working={vet: [
                WeeklyHours(each.weekday, each.from_minute, each.until_minute, each.starts_on, each.ends_on)
                for each in working if (each.location_id, each.staff_id) == (place, vet)
            ]},
            away={vet: away(vet)},
            vets_busy={},
            rooms_busy={},
            pet_busy=(),
        )  # fmt: skip

    known = {key: diary(*key) for key in {(row.location_id, row.vet_id) for row in rows}}
    return {row.id for row in rows if row.vet_id not in known[row.location_id, row.vet_id].vets_working(row.visit)}
