"""Free times, found by trying every quarter of an hour with every vet and every room, minute by minute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import models
from tests.oracle.sight import Rows

MINUTE, QUARTER, DAY = timedelta(minutes=1), timedelta(minutes=15), timedelta(days=1)


class Diary:
    """All that decides when a visit can take place; what was found of a vet's day is kept."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._at_work: dict[tuple[Any, Any, date], set[datetime]] = {}

    @cached_property
    def _busy(self) -> dict[Any, list[Any]]:
        found: dict[Any, list[Any]] = {}
        for each in self._rows[models.BusyTime]:
            if each.is_exclusive:
                found.setdefault(each.resource_id, []).append(each)
        return found

    def vets(self, service: Any, place: Any) -> list[Any]:
        """The keys of the vets who do the service at the place."""
        do_it = {each.staff_id for each in self._rows[models.ServiceStaff] if each.service_id == service.id}
        here = {each.staff_id for each in self._rows[models.WorkingHours] if each.location_id == place.id}
        return [each.id for each in self._rows[models.Staff] if each.left_at is None and each.id in do_it & here]

    def starts(
        self, service: Any, place: Any, first: date, last: date, pet_id: Any, not_before: datetime
    ) -> Iterator[tuple[datetime, datetime, list[Any]]]:
        """When a visit can begin and would end, and the keys of the vets who are free for it."""
        zone = ZoneInfo(place.zone)
        lasts = timedelta(minutes=service.lasts_minutes)
        before, after = (
            timedelta(minutes=each) for each in (service.buffer_before_minutes, service.buffer_after_minutes)
        )
        here = {each.id for each in self._rows[models.Room] if each.location_id == place.id and each.is_in_use}
        rooms = [each.room_id for each in self._rows[models.ServiceRoom] if each.service_id == service.id]
        vets = self.vets(service, place)
        while first <= last:
            for begins in _quarters(first, zone):
                ends = begins + lasts
                if begins < not_before or not self._is_free(pet_id, begins, ends):
                    continue
                taken = begins - before, ends + after
                if not any(room in here and self._is_free(room, *taken) for room in rooms):
                    continue
                free = [
                    vet for vet in vets if self._is_free(vet, *taken) and self._works(vet, place, zone, begins, ends)
                ]
                if free:
                    yield begins, ends, free
            first += DAY

    def _is_free(self, resource: Any, begins: datetime, ends: datetime) -> bool:
        return not any(each.starts_at < ends and begins < each.ends_at for each in self._busy.get(resource, ()))

    def _works(self, vet: Any, place: Any, zone: ZoneInfo, begins: datetime, ends: datetime) -> bool:
        day, last = begins.astimezone(zone).date(), ends.astimezone(zone).date()
        minutes = self._minutes(vet, place, zone, day)
        if last > day:
            minutes = minutes | self._minutes(vet, place, zone, last)
        while begins < ends:
            if begins not in minutes:
                return False
            begins += MINUTE
        return True

    def _minutes(self, vet: Any, place: Any, zone: ZoneInfo, day: date) -> set[datetime]:
        """The minutes of a day in which the place is open and the vet at work there."""
        if (vet, place.id, day) not in self._at_work:
            opened = [
                each
                for each in self._rows[models.OpeningHours]
                if each.location_id == place.id and each.weekday == day.isoweekday()
            ]
            there = [
                each
                for each in self._rows[models.WorkingHours]
                if (each.staff_id, each.location_id, each.weekday) == (vet, place.id, day.isoweekday())
                and each.starts_on <= day
                and (each.ends_on is None or day < each.ends_on)
            ]
            off = [
                each
                for each in self._rows[models.HoursException]
                if each.staff_id in (vet, None) and each.location_id in (place.id, None)
            ]
            self._at_work[vet, place.id, day] = {
                minute
                for minute in _minutes_of(day, zone)
                if _holds(opened, minute, zone)
                and _holds(there, minute, zone)
                and not any(each.starts_at <= minute < each.ends_at for each in off)
            }
        return self._at_work[vet, place.id, day]


def _holds(hours: list[Any], minute: datetime, zone: ZoneInfo) -> bool:
    wall = minute.astimezone(zone)
    return any(each.from_minute <= wall.hour * 60 + wall.minute < each.until_minute for each in hours)


def _minutes_of(day: date, zone: ZoneInfo) -> Iterator[datetime]:
    moment = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    while moment.astimezone(zone).date() == day:
        yield moment
        moment += MINUTE


def _quarters(day: date, zone: ZoneInfo) -> Iterator[datetime]:
    moment = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    while moment.astimezone(zone).date() == day:
        yield moment
        moment += QUARTER
