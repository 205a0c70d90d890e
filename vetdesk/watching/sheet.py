"""The sheet: the day of a location as it is known here, kept up to date change by change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from vetdesk.watching.plain import plain

_VISIT = "id status startsAt endsAt pet { name } service { name } vet { displayName } room { name }"
LOCATIONS = "query Locations { locations { id name zone } }"
DAY = f"""query Day($location: ID!, $on: Date!) {{ day(locationId: $location, on: $on) {{
  cursor appointments {{ {_VISIT} }} }} }}"""
CHANGES = f"""subscription Changes($location: ID!, $on: Date!, $after: String) {{
  scheduleChanged(locationId: $location, from: $on, to: $on, after: $after) {{
    cursor kind at appointmentId appointment {{ {_VISIT} }} }} }}"""

_HAPPENED = {
    "BOOKED": "{pet} is booked: {visit}",
    "MOVED": "{pet} is moved: {visit}",
    "CONFIRMED": "{pet} will come, says the owner: {visit}",
    "ARRIVED": "{pet} is here: {visit}",
    "STARTED": "{pet} is being seen: {visit}",
    "COMPLETED": "{pet} has been seen: {visit}",
    "CANCELLED": "{pet}'s visit is cancelled: {visit}",
    "NO_SHOW": "{pet} did not come: {visit}",
    "RESTORED": "{pet}'s visit stands again: {visit}",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A location of the practice."""

    id: str
    name: str
    zone: ZoneInfo

    @classmethod
    def of(cls, told: Any) -> Place:
        """From what the server says of it."""
        return cls(plain(told["id"]), plain(told["name"]), ZoneInfo(told["zone"]))


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment, with its times on the clock of the location."""

    id: str
    starts_at: datetime
    ends_at: datetime
    pet: str
    service: str
    vet: str
    room: str
    status: str

    @classmethod
    def of(cls, told: Any, zone: ZoneInfo) -> Visit:
        """From what the server says of it."""
        return cls(
            id=plain(told["id"]),
            starts_at=_local(told["startsAt"], zone),
            ends_at=_local(told["endsAt"], zone),
            pet=plain(told["pet"]["name"]),
            service=plain(told["service"]["name"]),
            vet=plain(told["vet"]["displayName"]),
            room=plain(told["room"]["name"]) if told["room"] else "",
            status=plain(told["status"]).lower().replace("_", " "),
        )

    @property
    def sentence(self) -> str:
        """When, for what, with whom and where."""
        where = f", {self.room}" if self.room else ""
        return f"{self.starts_at:%H:%M}-{self.ends_at:%H:%M}, {self.service}, {self.vet}{where}"


@dataclass(frozen=True, slots=True)
class News:
    """What has happened to an appointment: as it is now, and as it was known here before; None when not of this day."""

    at: datetime
    kind: str
    visit: Visit | None
    before: Visit | None

    @property
    def sentence(self) -> str:
        """What has happened."""
        if self.visit is not None:
            happened = _HAPPENED.get(self.kind, "{pet} has changed: {visit}")
            return happened.format(pet=self.visit.pet, visit=self.visit.sentence)
        if self.before is not None:
            return f"{self.before.pet} is no longer on this day; was {self.before.sentence}"
        return "A visit that was not on this day is somewhere else"


class Sheet:
    """The day of a place, and the cursor of the last change it knows of."""

    def __init__(self, place: Place, on: date, told: Any) -> None:
        self.place = place
        self.on = on
        self.cursor: str = told["cursor"]
        self.news: News | None = None
        self._visits = {visit.id: visit for visit in (Visit.of(each, place.zone) for each in told["appointments"])}

    @property
    def visits(self) -> list[Visit]:
        """Everything that is known of the day, soonest first."""
        return sorted(self._visits.values(), key=lambda visit: (visit.starts_at, visit.ends_at, visit.pet, visit.id))

    @property
    def title(self) -> str:
        """Which day of which place."""
        return f"{self.place.name}, {self.on:%A} {self.on.day} {self.on:%B %Y}"

    @property
    def summary(self) -> str:
        """How much there is."""
        match len(self._visits):
            case 0:
                return "no appointments"
            case 1:
                return "1 appointment"
            case count:
                return f"{count} appointments"

    def take(self, told: Any) -> News:
        """Take a change in, which may come twice; what has happened."""
        zone, key = self.place.zone, plain(told["appointmentId"])
        visit = Visit.of(told["appointment"], zone) if told["appointment"] else None
        before = self._visits.get(key)
        # A new dict each time: whoever draws the old one at this moment draws it to its end.
        others = {each: known for each, known in self._visits.items() if each != key}
        news = News(_local(told["at"], zone), plain(told["kind"]), visit, before)
        self._visits = others if visit is None else {**others, key: visit}
        self.cursor, self.news = told["cursor"], news
        return news


def _local(moment: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(moment).astimezone(zone)
