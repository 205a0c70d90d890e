"""People: what owners and reception do all day."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.soak.documents import CLIENTS, DAY, FREE_TIMES, MINE
from tests.soak.line import Line
from tests.soak.practice import Person, Practice

FURTHEST_DAYS = 200
_RACES, _RUNNERS, _REMEMBERED = 0.05, 4, 30
_STEPS = {
    "BOOKED": ("confirmAppointment", "checkInAppointment", "cancelAppointment", "rescheduleAppointment"),
    "CONFIRMED": ("checkInAppointment", "checkInAppointment", "cancelAppointment", "rescheduleAppointment"),
    "ARRIVED": ("startAppointment", "startAppointment", "cancelAppointment"),
    "IN_PROGRESS": ("completeAppointment",),
    "NO_SHOW": ("checkInAppointment",),
}
_EVERY_STEP = (
    *("confirmAppointment", "checkInAppointment", "startAppointment", "completeAppointment"),
    *("cancelAppointment", "markNoShowAppointment"),
)


class Everybody:
    """All the people of one practice, who come through the same line."""

    def __init__(self, practice: Practice, line: Line, chance: random.Random) -> None:
        self._practice, self._line, self._chance = practice, line, chance
        self._seen: deque[tuple[str, str]] = deque(maxlen=_REMEMBERED)

    async def busy(self, stop: asyncio.Event, *, pause: float) -> None:
        """One of them after another does something, until asked to stop."""
        while not stop.is_set():
            if self._chance.random() < _RACES:
                await self._a_race()
            elif self._chance.random() < 0.5:
                await self._an_owner_acts(self._chance.choice(self._practice.owners))
            else:
                await self._reception_acts(self._chance.choice(self._practice.reception))
            await asyncio.sleep(self._chance.uniform(0, 2 * pause))

    async def _a_race(self) -> None:
        """Several owners want the same time at the same moment."""
        first, *others = self._chance.sample(self._practice.owners, _RUNNERS)
        service = self._chance.choice(self._practice.services)
        starts_at = await self._a_free_time(first, "owner", first.pets[0], service)
        if starts_at is not None:
            wanted = [self._booked(who, "owner", who.pets[0], service, starts_at) for who in (first, *others)]
            await asyncio.gather(*wanted)

    async def _an_owner_acts(self, who: Person) -> None:
        if self._chance.random() < 0.5:
            await self._book(who, "owner")
            return
        mine = await self._line.read(who, "owner", MINE)
        now = datetime.now(UTC).isoformat()
        coming = [
            one
            for one in mine.get("myAppointments", {}).get("nodes", ())
            if one["status"] in ("BOOKED", "CONFIRMED") and one["startsAt"] > now
        ]
        if not coming:
            return
        appointment = self._chance.choice(coming)
        step = self._chance.choice(("rescheduleAppointment", "cancelAppointment", "confirmAppointment"))
        if step == "confirmAppointment" and appointment["status"] == "CONFIRMED":
            step = "cancelAppointment"
        await self._take(who, "owner", step, appointment)

    async def _reception_acts(self, who: Person) -> None:
        deed = self._chance.random()
        if deed < 0.2:
            await self._book(who, "staff")
            return
        if deed < 0.3:
            await self._line.read(who, "staff", CLIENTS, search=self._chance.choice(("be", "ol", "sa", "lena", "home")))
            return
        on = self._a_day()
        sheet = await self._line.read(who, "staff", DAY, location=self._practice.location, on=on.isoformat())
        planned = (sheet.get("day") or {}).get("appointments", ())
        steps = [(one, step) for one in planned for step in _STEPS.get(one["status"], ())]
        begun = [one for one in planned if one["startsAt"] < datetime.now(UTC).isoformat()]
        if begun and self._chance.random() < 0.2:
            await self._take(who, "staff", "markNoShowAppointment", self._chance.choice(begun))
        elif planned and self._chance.random() < 0.1:
            # Somebody looks at a screen that is out of date.
            await self._take(who, "staff", self._chance.choice(_EVERY_STEP), self._chance.choice(planned))
        elif steps:
            appointment, step = self._chance.choice(steps)
            await self._take(who, "staff", step, appointment)

    async def _book(self, who: Person, door: str) -> None:
        """Book what is free, or what was free when somebody looked a while ago."""
        pet, service = self._chance.choice(who.pets), self._chance.choice(self._practice.services)
        if self._seen and self._chance.random() < 0.2:
            await self._booked(who, door, pet, *self._chance.choice(self._seen))
            return
        starts_at = await self._a_free_time(who, door, pet, service)
        if starts_at is not None:
            await self._booked(who, door, pet, service, starts_at)

    async def _booked(self, who: Person, door: str, pet: str, service: str, starts_at: str) -> None:
        wish = {"petId": pet, "serviceId": service, "locationId": self._practice.location, "startsAt": starts_at}
        await self._line.deed(who, door, "bookAppointment", wish)

    async def _take(self, who: Person, door: str, step: str, appointment: dict[str, Any]) -> None:
        given: dict[str, Any] = {"appointmentId": appointment["id"]}
        if step == "rescheduleAppointment":
            starts_at = await self._a_free_time(who, door, appointment["pet"]["id"], appointment["service"]["id"])
            if starts_at is None:
                return
            given |= {"startsAt": starts_at, "anyVet": True}
        await self._line.deed(who, door, step, given)

    async def _a_free_time(self, who: Person, door: str, pet: str, service: str) -> str | None:
        """A time that was free when it was looked up: often the soonest, which everybody wants."""
        place = {"service": service, "location": self._practice.location, "pet": pet}
        found = await self._line.read(who, door, FREE_TIMES, **place, on=self._a_day().isoformat())
        times = [time["startsAt"] for time in found.get("freeTimes") or ()]
        if not times:
            return None
        starts_at: str = self._chance.choice(times[:2] if self._chance.random() < 0.5 else times)
        self._seen.append((service, starts_at))
        return starts_at

    def _a_day(self) -> date:
        """Often one of the next days, where it is crowded."""
        soon = self._chance.random() < 0.7
        return datetime.now(UTC).date() + timedelta(days=self._chance.randrange(3 if soon else FURTHEST_DAYS))
