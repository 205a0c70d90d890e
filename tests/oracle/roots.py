"""Roots: what each question is answered with, for the oracle."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import graphql

from models.row import folded
from tests.oracle import (
    bills,
    histories,
    letter_texts,
    lines,
    oracle,
    paid,
    prices,
    reminder_rules,
    searches,
)
from tests.oracle.kinds import OF_TYPE, PRINTED
from tests.oracle.pages import bad_input, connection
from tests.oracle.reminders import ReminderRoots, key
from tests.oracle.times import TimeRoots
from tests.world import NOW

if TYPE_CHECKING:
    from tests.oracle.oracle import Oracle

DAY = timedelta(days=1)


class Roots(ReminderRoots, TimeRoots):
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
        return next(iter(self._all("Pet", id=key("Pet", id))), None)

    def pet_record(self, pet_id: str) -> Any:
        found = next(iter(self._all("Pet", id=key("Pet", pet_id))), None)
        if found is None:
            return None
        records, pet, client = self._oracle.records, found.row.id, self._viewer.client_id
        told = records.told[pet] if client is None else records.told_owners[client, pet]
        left_out = [{"path": each.path, "what": each.what, "why": each.why} for each in told.left_out]
        return {"openVetFormat": told.document, "leftOut": left_out}

    def client(self, id: str) -> Any:
        return next(iter(self._all("Client", id=key("Client", id))), None)

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
        return next(iter(self._all("Visit", id=key("Visit", id))), None)

    def note_templates(self) -> Any:
        return self._all("NoteTemplate", "fold")

    def record_readings(self, pet_id: str, **page: Any) -> Any:
        found = self._all("RecordReading", "-at", pet_id=key("Pet", pet_id))
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
            product = key("Vaccine", vaccine_id)
            found = [each for each in found if each.row.vaccine_id == product]
        return connection(found, ("given_on", "id"), is_down=True, **page)

    def certificate(self, id: str) -> Any:
        return next(iter(self._all("Certificate", id=key("Certificate", id))), None)

    def certificate_link(self, id: str) -> Any:
        found = next(iter(self._all("Certificate", id=key("Certificate", id))), None)
        if found is None:
            return None
        self._oracle.told = True
        return self._oracle.records.links[found.row.id]

    def paper_link(self, id: str) -> Any:
        found = next((thing for kind in PRINTED for thing in self._all(kind, id=key(kind, id))), None)
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
        place = next(iter(self._all("Location", id=key("Location", location_id))), None)
        if place is None:
            return None
        day = date.fromisoformat(on) if on else NOW.astimezone(ZoneInfo(place.row.zone)).date()
        found = prices.price_list(self._oracle, place.row, day, search, is_offered)
        return connection(found, ("fold", "id"), **page)

    # Reminder rules

    def reminder_rules(self) -> Any:
        return self._all("ReminderRule", "fold")

    def reminder_rule(self, id: str) -> Any:
        return next(iter(self._all("ReminderRule", id=key("ReminderRule", id))), None)

    def reminder_rule_forecast(self, rule_id: str | None = None, input: None = None) -> Any:
        if rule_id is None or input is not None:
            raise bad_input()
        found = next(iter(self._all("ReminderRule", id=key("ReminderRule", rule_id))), None)
        return found and reminder_rules.forecast(self._oracle, found.row)

    def reminder_figures(self, to: str, location_id: str | None = None, **more: str) -> Any:
        first, last = date.fromisoformat(more["from"]), date.fromisoformat(to)
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        if not 1 <= months <= 36 or date.max.year in (first.year, last.year):
            raise bad_input()
        place = location_id and next(iter(self._all("Location", id=key("Location", location_id))), None)
        if location_id and not place:
            return None
        return reminder_rules.figures(self._oracle, first, last, place and place.row.id)

    # Letters

    def letter_texts(self, only_in_use: bool | None = None) -> Any:
        found = sorted(self._all("LetterText", "-version"), key=lambda each: (each.row.letter, each.row.language))
        return [each for each in found if each.row.is_in_use or not only_in_use]

    def letter_preview(self, **asked: Any) -> Any:
        named = key("Appointment", asked.get("appointment_id") or "")
        return letter_texts.look(self._oracle, next(iter(self._all("Appointment", id=named)), None), asked)

    # Bills

    def invoice(self, id: str) -> Any:
        return next(iter(self._all("Invoice", id=key("Invoice", id))), None)

    def credit_note(self, id: str) -> Any:
        return next(iter(self._all("CreditNote", id=key("CreditNote", id))), None)

    def invoices(self, **given: Any) -> Any:
        return bills.listed(self._oracle, **given)

    def my_invoices(self, **given: Any) -> Any:
        return bills.mine(self._oracle, **given)

    def checkout(self, **given: Any) -> Any:
        return bills.checkout(self._oracle, **given)

    # Money that came and went

    def payment(self, id: str) -> Any:
        return next(iter(self._all("Payment", id=key("Payment", id))), None)

    def payments(self, **given: Any) -> Any:
        return paid.listed(self._oracle, **given)

    def my_payments(self, **page: Any) -> Any:
        return paid.mine(self._oracle, **page)

    def statement(self, client_id: str, **given: Any) -> Any:
        return paid.statement(self._oracle, key("Client", client_id), **given)

    def my_statement(self, **given: Any) -> Any:
        return paid.statement(self._oracle, self._viewer.client_id, **given)

    def statement_link(self, client_id: str, **given: Any) -> Any:
        return paid.statement_link(self._oracle, key("Client", client_id), **given)

    def my_statement_link(self, **given: Any) -> Any:
        return paid.statement_link(self._oracle, self._viewer.client_id, **given)

    def takings(self, **given: Any) -> Any:
        return paid.takings(self._oracle, **given)

    def debtors(self, **given: Any) -> Any:
        return paid.debtors(self._oracle, **given)

    def journal_link(self, **given: Any) -> Any:
        return paid.journal_link(self._oracle, **given)
