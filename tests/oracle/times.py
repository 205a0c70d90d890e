"""Times: what the oracle answers to questions about when: visits, free times, steps that are due, and what a death would end."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from models import refusal
from models.role import Role
from tests.oracle import deaths, oracle
from tests.oracle.kinds import Thing
from tests.oracle.pages import bad_input, connection
from tests.oracle.reminders import key
from tests.world import NOW

if TYPE_CHECKING:
    from resolvers.viewer import Viewer
    from tests.oracle.oracle import Oracle

DAY = timedelta(days=1)


class TimeRoots:
    """The questions about when; each is a method of the same name."""

    _oracle: Oracle
    _all: Any
    _one: Any
    _viewer: Viewer

    def my_appointments(self, **page: Any) -> Any:
        return connection(self._all("Appointment", "-starts_at"), ("starts_at", "id"), is_down=True, **page)

    def appointments(self, starts_before: str, ends_after: str, location_id: str | None = None, **page: Any) -> Any:
        until, since = datetime.fromisoformat(starts_before), datetime.fromisoformat(ends_after)
        if until <= since:
            raise bad_input()
        things = self._during(since, until)
        if location_id is not None:
            place = key("Location", location_id)
            things = [each for each in things if each.row.location_id == place]
        return connection(things, ("starts_at", "id"), **page)

    def _during(self, since: datetime, until: datetime) -> list[Thing]:
        things = self._all("Appointment", "starts_at")
        return [each for each in things if each.row.starts_at < until and each.row.ends_at > since]

    def day(self, location_id: str, on: str) -> Any:
        day = _foreseeable(on)
        place = next(iter(self._all("Location", id=key("Location", location_id))), None)
        if place is None:
            return None
        zone = ZoneInfo(place.row.zone)
        found = self._during(_midnight(day, zone), _midnight(day + DAY, zone))
        return {
            "on": day,
            "location": place,
            "appointments": [each for each in found if each.row.location_id == place.row.id],
            "cursor": self._oracle.records.cursor,
        }

    def due_steps(self, to: str, **more: Any) -> Any:
        since = more.pop("from", None)  # it can name no parameter
        if since is not None and date.fromisoformat(to) < date.fromisoformat(since):
            raise bad_input()
        days = (date.fromisoformat(since) if since else date.min, date.fromisoformat(to))
        found = [each for each in self._all("TreatmentStep") if self._is_due(each.row, *days)]
        found.sort(key=lambda each: (each.row.due_on, each.row.id))
        return connection(found, ("due_on", "id"), **more)

    def _is_due(self, step: Any, since: date, until: date) -> bool:
        plan = next(each.row for each in self._all("TreatmentPlan", id=step.plan_id))
        is_open = step.state.value == "OPEN" and plan.state.value == "ACTIVE"
        pet = self._oracle.row_behind(plan, "Pet")
        return is_open and step.due_on is not None and since <= step.due_on <= until and pet.died_on is None

    def changes_cursor(self) -> Any:
        return self._oracle.records.cursor

    def free_times(
        self,
        service_id: str,
        location_id: str,
        to: str,
        pet_id: str | None = None,
        vet_id: str | None = None,
        **more: Any,
    ) -> Any:
        first, last = _foreseeable(more["from"]), _foreseeable(to)  # `from` can name no parameter
        if last < first or last - first >= 31 * DAY:
            raise refusal.InvalidInput
        pet = None
        if pet_id is not None:
            pet = next(iter(self._all("Pet", id=key("Pet", pet_id))), None)
            if pet is None:
                return None
            self._must_be_booked_for(pet.row)
        service = next(iter(self._all("Service", id=key("Service", service_id))), None)
        place = next(iter(self._all("Location", id=key("Location", location_id))), None)
        if service is None or place is None:
            return None
        self._must_be_offered(service.row, pet and pet.row, vet_id)
        if place.row.closed_on is not None and first >= place.row.closed_on:
            raise refusal.LocationClosed
        zone = ZoneInfo(place.row.zone)
        vet = None
        if vet_id is not None:
            vet = key("Staff", vet_id)
            if not self._all("Staff", id=vet):
                return None
            if vet not in self._oracle.records.diary.vets(service.row, place.row):
                raise refusal.VetCannotDoService
        if place.row.closed_on is not None:
            last = min(last, place.row.closed_on - DAY)
        is_owner = self._viewer.is_owner
        notice = timedelta(minutes=service.row.lead_minutes if is_owner else 0)
        starts = self._oracle.records.diary.starts(
            service.row, place.row, first, last, pet and pet.row.id, NOW + notice
        )
        shows_vets = not is_owner or service.row.owner_may_choose_vet
        return [
            {
                "startsAt": begins,
                "endsAt": ends,
                "startsAtLocal": oracle.wall_time(begins, place.row.zone),
                "zone": zone.key,
                "vets": [
                    each
                    for each in self._all("Staff", "fold")
                    if each.row.id in free and shows_vets and vet in (None, each.row.id)
                ],
            }
            for begins, ends, free in starts
            if vet is None or vet in free
        ]

    def death_preview(self, pet_id: str, died_on: str) -> Any:
        return deaths.preview(self._oracle, key("Pet", pet_id), date.fromisoformat(died_on))

    def _must_be_booked_for(self, pet: Any) -> None:
        """Refuse a pet for which this viewer can book nothing."""
        if self._viewer.is_owner and not any(
            each.row.may_book for each in self._all("Ownership", pet_id=pet.id, client_id=self._viewer.client_id)
        ):
            raise refusal.RightNeeded
        if pet.died_on is not None:
            raise refusal.PetHasDied

    def _must_be_offered(self, service: Any, pet: Any, vet_id: str | None) -> None:
        """Refuse a service that this viewer cannot have, or not like this."""
        if not service.is_offered or (pet is not None and service.species and pet.species not in service.species):
            raise refusal.ServiceNotOffered
        if Role.OWNER not in self._viewer.roles:
            return
        if not service.is_bookable_online or not (self._viewer.is_linked or service.is_open_to_new_clients):
            raise refusal.ServiceNotOffered
        if vet_id is not None and not service.owner_may_choose_vet:
            raise refusal.InvalidInput


def _foreseeable(text: str) -> date:
    day = date.fromisoformat(text)
    if not 1970 <= day.year <= 2999:
        raise refusal.InvalidInput
    return day


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
