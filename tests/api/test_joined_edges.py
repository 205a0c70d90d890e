"""Joined edges: an edge to one row that is not as visible as its parent shows that row to whom its own rule shows it.

No type has such an edge today. Here every edge that may be null becomes one, and the rows behind them get rules that
hide some of them, with and without a word about who asks.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from graphql import GraphQLNonNull

import models
from graph.reading.shape import READS, One
from graph.schema import schema
from resolvers.access import ROWS
from tests.oracle import breaks
from tests.oracle.asking import Asking
from tests.oracle.desk import Desk
from tests.oracle.house import OWNERS, STAFF, a_house
from tests.oracle.oracle import Oracle
from tests.oracle.records import Records
from tests.oracle.sight import Sight

RULES = {
    models.Room: "{t}.is_in_use AND {t}.id <> {staff}",
    models.Client: "NOT {t}.is_registered_online",
    models.Location: "{t}.closed_on IS NULL AND {t}.id <> {account}",
    models.Staff: "{t}.left_at IS NULL OR {t}.id = {staff}",
}


class Narrower(Sight):
    """What the staff see by those rules."""

    def sees(self, row) -> bool:
        match row:
            case models.Room():
                return bool(row.is_in_use)
            case models.Client():
                return not row.is_registered_online
            case models.Location():
                return row.closed_on is None
            case models.Staff():
                return bool(row.left_at is None) or bool(row.id == self.viewer.staff_id)
        return super().sees(row)


LINES = ("Allergy", "Diagnosis", "Prescription", "Procedure", "RecordLine", "Treatment", "Vital")


async def test_a_row_behind_an_edge_that_is_not_carried_is_shown_to_whom_its_own_rule_shows_it(database, monkeypatch):
    house, desk = await a_house(), Desk()
    records = await Records.read(desk.program.adapters.vault)
    joined = set()
    for of, name, field in list(breaks.edges()):
        kind: Any = schema._schema.type_map[of]
        if isinstance(field.metadata[READS], One) and not isinstance(kind.fields[name].type, GraphQLNonNull):
            breaks.not_carried(field)(monkeypatch)
            joined.add((of, name))
    assert joined == {
        ("Location", "legalEntity"),
        ("PriceListItem", "service"),
        ("PriceListItem", "vaccine"),
        ("Invoice", "issuedBy"),
        ("Invoice", "legalEntity"),
        ("Invoice", "openedBy"),
        ("InvoiceLine", "item"),
        ("InvoiceLine", "pet"),
        ("InvoiceLine", "visit"),
        ("CreditNote", "issuedBy"),
        ("Payment", "takenBy"),
        ("Refund", "creditNote"),
        ("Refund", "requestedBy"),
        *(("LedgerEntry", name) for name in ("invoice", "creditNote", "payment", "refund")),
        ("Certificate", "replacedBy"),
        ("Certificate", "vaccination"),
        ("Certificate", "voidedBy"),
        ("Vaccination", "givenBy"),
        ("Vaccination", "location"),
        ("Vaccination", "vaccine"),
        ("Vaccination", "voidedBy"),
        ("VaccinationDue", "protocol"),
        ("Appointment", "client"),
        ("Appointment", "room"),
        ("Document", "erroredBy"),
        ("Document", "signedBy"),
        ("HeldRole", "location"),
        ("HoursException", "location"),
        ("HoursException", "staff"),
        *((line, edge) for line in LINES for edge in ("note", "recordedBy", "erroredBy")),
        ("Prescription", "stoppedBy"),
        ("Prescription", "weight"),
        ("PrescriptionRepeat", "givenBy"),
        ("Procedure", "service"),
        ("Document", "visit"),
        ("TreatmentPlan", "madeBy"),
        ("TreatmentPlan", "visit"),
        ("TreatmentStep", "settledBy"),
        ("Appointment", "visit"),
        ("Note", "cosignedBy"),
        ("Note", "erroredBy"),
        ("Note", "signedBy"),
        ("Note", "template"),
        ("Note", "visit"),
        ("NoteTemplate", "service"),
        ("Visit", "appointment"),
        ("Visit", "erroredBy"),
        ("Visit", "lockedBy"),
        ("ImportedLine", "within"),
        ("RecordImport", "importedBy"),
        ("ReminderRuleVersion", "location"),
        ("ReminderRuleVersion", "madeBy"),
        *(("Reminder", edge) for edge in ("appointment", "heldBy", "rule", "ruleVersion")),
        *(("ReminderNotice", edge) for edge in ("client", "message", "reminder")),
        *(("Message", edge) for edge in ("appointment", "client")),
        *(("LetterText", edge) for edge in ("madeBy", "rule")),
        ("UndeliverableAddress", "message"),
    }
    for model, rule in RULES.items():
        monkeypatch.setitem(ROWS, model, replace(ROWS[model], staff=rule))
    asking = Asking(house, STAFF, records)
    asking.oracles = {name: Oracle(each.viewer, records, Narrower, joined) for name, each in asking.people.items()}
    for name, document in [*asking.documents(150), *asking.by_id()]:
        await asking.must_agree(desk, name, document)
    for name, asked, _ in list(asking.left_out()):
        if asked in joined:
            directed = asking.directed(name, asked)
            assert directed
            await asking.must_agree(desk, name, directed)
    assert not joined & {asked for _, asked, _ in asking.left_out()}


async def test_what_owners_cannot_book_is_not_shown_behind_an_edge_that_is_not_carried(database, monkeypatch):
    house, desk = await a_house(), Desk()
    records, edge = await Records.read(desk.program.adapters.vault), ("Appointment", "service")
    for of, name, field in list(breaks.edges()):
        if (of, name) == edge:
            breaks.not_carried(field)(monkeypatch)
    asking = Asking(house, OWNERS, records)
    asking.oracles = {name: Oracle(each.viewer, records, Sight, {edge}) for name, each in asking.people.items()}
    for name, document in [*asking.documents(150), *asking.by_id()]:
        await asking.must_agree(desk, name, document)
