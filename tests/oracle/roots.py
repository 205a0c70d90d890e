"""Roots: what each question is answered with, for the oracle."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import graphql

from models import refusal
from models.role import Role
from models.row import folded
from tests.oracle import (
    bills,
    deaths,
    histories,
    letter_texts,
    lines,
    oracle,
    paid,
    prices,
    reminder_rules,
    searches,
)
from tests.oracle.kinds import OF_TYPE, PRINTED, Thing
from tests.oracle.pages import bad_input, connection
from tests.oracle.reminders import ReminderRoots
from tests.world import NOW

if TYPE_CHECKING:
    from tests.oracle.oracle import Oracle

DAY = timedelta(days=1)


class Roots(ReminderRoots):
    """The questions of both views; each is a method of the same name."""

    def __init__(self, oracle: Oracle) -> None:
        self._oracle = oracle
        self._all, self._one, self._viewer = oracle.all, oracle.one, oracle.viewer

    def asked(self, name: str, given: dict[str, Any]) -> Any:
        """What the question of this name is answered with."""
        return getattr(self, oracle.snake(name))(**{oracle.snake(each): value for each, value in given.items()})

    # The practice

    def practice(self) -> Any:
        return next(iter(self._all("Practice")), None)

    def locations(self) -> Any:
        return self._all("Location", "fold")

    def services(self) -> Any:
        return self._all("Service", "fold")

    def staff(self) -> Any:
        return self._all("Staff", "fold")

    def rooms(self) -> Any:
        return self._all("Room", "fold")

    def unlinked_accounts(self) -> Any:
        found = self._all("UnlinkedAccount", "created_at")
        return [each for each in found if each.row.audience == "owner" and not each.row.is_linked]

    def viewer(self) -> Any:
        viewer = self._viewer
        return {
            "account": self._one("Account", viewer.account_id),
            "roles": sorted(viewer.roles),
            "client": self._one("Client", viewer.client_id),
            "staff": self._one("Staff", viewer.staff_id),
        }

    def node(self, id: str) -> Any:
        kind, key = oracle.opened(id) or ("", None)
        named = self._oracle.schema.type_map.get(kind)
        is_node = isinstance(named, graphql.GraphQLObjectType) and any(each.name == "Node" for each in named.interfaces)
        if not is_node or not self._viewer.roles & OF_TYPE[kind]:
            return None
        return next((each for each in self._all(kind, id=key) if self._is(kind, each.row)), None)

    def _is(self, kind: str, row: Any) -> bool:
        """Whether the row may be shown as this kind; two kinds share the accounts."""
        if kind == "Account":
            return bool(row.id == self._viewer.account_id)
        return kind != "UnlinkedAccount" or (row.audience == "owner" and not row.is_linked)

    # Clients and pets

    def pet(self, id: str) -> Any:
        return next(iter(self._all("Pet", id=_key("Pet", id))), None)

    def pet_record(self, pet_id: str) -> Any:
        found = next(iter(self._all("Pet", id=_key("Pet", pet_id))), None)
        if found is None:
            return None
        records, pet, client = self._oracle.records, found.row.id, self._viewer.client_id
        told = records.told[pet] if client is None else records.told_owners[client, pet]
        left_out = [{"path": each.path, "what": each.what, "why": each.why} for each in told.left_out]
        return {"openVetFormat": told.document, "leftOut": left_out}

    def client(self, id: str) -> Any:
        return next(iter(self._all("Client", id=_key("Client", id))), None)

    def pets(self, **page: Any) -> Any:
        return connection(self._all("Pet", "fold"), ("fold", "id"), **page)

    def my_pets(self) -> Any:
        return self._all("Pet", "fold")

    def clients(self, search: str | None = None, **page: Any) -> Any:
        found = self._all("Client", "fold")
        if search is not None:
            found = [each for each in found if self._is_meant(search, each.row)]
        return connection(found, ("fold", "id"), **page)

    def _is_meant(self, search: str, client: Any) -> bool:
        emails = [each.row.address for each in self._all("Email", client_id=client.id)]
        phones = [each.row.as_given for each in self._all("Phone", client_id=client.id)]
        return searches.means(search, [client.given_name, client.family_name], emails, phones)

    def history(self, search: str, **given: Any) -> Any:
        return histories.history(self._oracle, histories.everything(self._oracle), search=search, **given)

    def diagnosis_terms(self, search: str | None = None, **page: Any) -> Any:
        found = self._all("DiagnosisTerm", "fold")
        if search is not None:
            found = [each for each in found if lines.is_meant(search, each.row)]
        return connection(found, ("fold", "id"), **page)

    # Records

    def visit(self, id: str) -> Any:
        return next(iter(self._all("Visit", id=_key("Visit", id))), None)

    def note_templates(self) -> Any:
        return self._all("NoteTemplate", "fold")

    def record_readings(self, pet_id: str, **page: Any) -> Any:
        found = self._all("RecordReading", "-at", pet_id=_key("Pet", pet_id))
        return connection(found, ("at", "id"), is_down=True, **page)

    # Vaccinations

    def vaccines(self, search: str | None = None) -> Any:
        found = self._all("Vaccine", "fold")
        if search is None:
            return found
        words = folded(search).split()
        return [each for each in found if words and all(word in each.row.fold for word in words)]

    def vaccination_protocols(self) -> Any:
        return self._all("VaccinationProtocol", "fold")

    def vaccinations_of_lot(self, lot: str, vaccine_id: str | None = None, **page: Any) -> Any:
        plain = "".join(each for each in lot.casefold() if each.isalnum())
        found = [
            each
            for each in self._all("Vaccination", "-given_on")
            if each.row.lot_fold == plain != "" and each.row.voided_at is None
        ]
        if vaccine_id is not None:
            product = _key("Vaccine", vaccine_id)
            found = [each for each in found if each.row.vaccine_id == product]
        return connection(found, ("given_on", "id"), is_down=True, **page)

    def certificate(self, id: str) -> Any:
        return next(iter(self._all("Certificate", id=_key("Certificate", id))), None)

    def certificate_link(self, id: str) -> Any:
        found = next(iter(self._all("Certificate", id=_key("Certificate", id))), None)
        if found is None:
            return None
        self._oracle.told = True
        return self._oracle.records.links[found.row.id]

    def paper_link(self, id: str) -> Any:
        found = next((thing for kind in PRINTED for thing in self._all(kind, id=_key(kind, id))), None)
        if found is None or found.row.id not in self._oracle.records.links:
            return None
        self._oracle.told = True
        return self._oracle.records.links[found.row.id]

    # Prices

    def legal_entities(self) -> Any:
        return self._all("LegalEntity", "fold")

    def tax_categories(self) -> Any:
        return self._all("TaxCategory", "fold")

    def price_list(
        self,
        location_id: str,
        on: str | None = None,
        search: str | None = None,
        is_offered: bool | None = None,
        **page: Any,
    ) -> Any:
        place = next(iter(self._all("Location", id=_key("Location", location_id))), None)
        if place is None:
            return None
        day = date.fromisoformat(on) if on else NOW.astimezone(ZoneInfo(place.row.zone)).date()
        found = prices.price_list(self._oracle, place.row, day, search, is_offered)
        return connection(found, ("fold", "id"), **page)

    # Reminder rules

    def reminder_rules(self) -> Any:
        return self._all("ReminderRule", "fold")

    def reminder_rule(self, id: str) -> Any:
        return next(iter(self._all("ReminderRule", id=_key("ReminderRule", id))), None)

    def reminder_rule_forecast(self, rule_id: str | None = None, input: None = None) -> Any:
        if rule_id is None or input is not None:
            raise bad_input()
        found = next(iter(self._all("ReminderRule", id=_key("ReminderRule", rule_id))), None)
        return found and reminder_rules.forecast(self._oracle, found.row)

    def reminder_figures(self, to: str, location_id: str | None = None, **more: str) -> Any:
        first, last = date.fromisoformat(more["from"]), date.fromisoformat(to)
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        if not 1 <= months <= 36 or date.max.year in (first.year, last.year):
            raise bad_input()
        place = location_id and next(iter(self._all("Location", id=_key("Location", location_id))), None)
        if location_id and not place:
            return None
        return reminder_rules.figures(self._oracle, first, last, place and place.row.id)

    # Letters

    def letter_texts(self, only_in_use: bool | None = None) -> Any:
        found = sorted(self._all("LetterText", "-version"), key=lambda each: (each.row.letter, each.row.language))
        return [each for each in found if each.row.is_in_use or not only_in_use]

    def letter_preview(self, **asked: Any) -> Any:
        named = _key("Appointment", asked.get("appointment_id") or "")
        return letter_texts.look(self._oracle, next(iter(self._all("Appointment", id=named)), None), asked)

    # Bills

    def invoice(self, id: str) -> Any:
        return next(iter(self._all("Invoice", id=_key("Invoice", id))), None)

    def credit_note(self, id: str) -> Any:
        return next(iter(self._all("CreditNote", id=_key("CreditNote", id))), None)

    def invoices(self, **given: Any) -> Any:
        return bills.listed(self._oracle, **given)

    def my_invoices(self, **given: Any) -> Any:
        return bills.mine(self._oracle, **given)

    def checkout(self, **given: Any) -> Any:
        return bills.checkout(self._oracle, **given)

    # Money that came and went

    def payment(self, id: str) -> Any:
        return next(iter(self._all("Payment", id=_key("Payment", id))), None)

    def payments(self, **given: Any) -> Any:
        return paid.listed(self._oracle, **given)

    def my_payments(self, **page: Any) -> Any:
        return paid.mine(self._oracle, **page)

    def statement(self, client_id: str, **given: Any) -> Any:
        return paid.statement(self._oracle, _key("Client", client_id), **given)

    def my_statement(self, **given: Any) -> Any:
        return paid.statement(self._oracle, self._viewer.client_id, **given)

    def statement_link(self, client_id: str, **given: Any) -> Any:
        return paid.statement_link(self._oracle, _key("Client", client_id), **given)

    def my_statement_link(self, **given: Any) -> Any:
        return paid.statement_link(self._oracle, self._viewer.client_id, **given)

    def takings(self, **given: Any) -> Any:
        return paid.takings(self._oracle, **given)

    def debtors(self, **given: Any) -> Any:
        return paid.debtors(self._oracle, **given)

    def journal_link(self, **given: Any) -> Any:
        return paid.journal_link(self._oracle, **given)

    # The schedule

    def my_appointments(self, **page: Any) -> Any:
        return connection(self._all("Appointment", "-starts_at"), ("starts_at", "id"), is_down=True, **page)

    def appointments(self, starts_before: str, ends_after: str, location_id: str | None = None, **page: Any) -> Any:
        until, since = datetime.fromisoformat(starts_before), datetime.fromisoformat(ends_after)
        if until <= since:
            raise bad_input()
        things = self._during(since, until)
        if location_id is not None:
            place = _key("Location", location_id)
            things = [each for each in things if each.row.location_id == place]
        return connection(things, ("starts_at", "id"), **page)

    def _during(self, since: datetime, until: datetime) -> list[Thing]:
        things = self._all("Appointment", "starts_at")
        return [each for each in things if each.row.starts_at < until and each.row.ends_at > since]

    def day(self, location_id: str, on: str) -> Any:
        day = _foreseeable(on)
        place = next(iter(self._all("Location", id=_key("Location", location_id))), None)
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
            pet = next(iter(self._all("Pet", id=_key("Pet", pet_id))), None)
            if pet is None:
                return None
            self._must_be_booked_for(pet.row)
        service = next(iter(self._all("Service", id=_key("Service", service_id))), None)
        place = next(iter(self._all("Location", id=_key("Location", location_id))), None)
        if service is None or place is None:
            return None
        self._must_be_offered(service.row, pet and pet.row, vet_id)
        if place.row.closed_on is not None and first >= place.row.closed_on:
            raise refusal.LocationClosed
        zone = ZoneInfo(place.row.zone)
        vet = None
        if vet_id is not None:
            vet = _key("Staff", vet_id)
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
        return deaths.preview(self._oracle, _key("Pet", pet_id), date.fromisoformat(died_on))

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


def _key(kind: str, text: str) -> UUID | None:
    """The key in an id of this kind."""
    named, key = oracle.opened(text) or ("", None)
    return key if named == kind else None


def _foreseeable(text: str) -> date:
    day = date.fromisoformat(text)
    if not 1970 <= day.year <= 2999:
        raise refusal.InvalidInput
    return day


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
