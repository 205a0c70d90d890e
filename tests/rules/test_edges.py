"""Edges: each way from one row to another has been thought about, and nobody comes by it to what is not hers."""

from __future__ import annotations

from typing import Any

from graph.reading.shape import READS, SHAPES, Itself, Many, One
from graph.schema import schema
from resolvers.access import ROWS
from tests.oracle.breaks import edges

_STAFF_ALONE = "The staff see every line, every note and each other; owners have no such field."
_LINES = ("Allergy", "Diagnosis", "Prescription", "Procedure", "RecordLine", "Treatment", "Vital")
CARRIED = {
    **{(line, edge): _STAFF_ALONE for line in _LINES for edge in ("note", "recordedBy", "erroredBy")},
    **{(line, "pet"): "Who sees a line of a record sees it because of its pet." for line in _LINES},
    ("Problem", "pet"): "The staff see every pet; owners have no such type.",
    ("Diagnosis", "problem"): _STAFF_ALONE,
    ("Prescription", "prescribedBy"): "Of staff, owners see the name, which is everybody's.",
    ("Prescription", "stoppedBy"): _STAFF_ALONE,
    ("Prescription", "weight"): _STAFF_ALONE,
    ("PrescriptionRepeat", "givenBy"): _STAFF_ALONE,
    ("Procedure", "doneBy"): _STAFF_ALONE,
    ("Procedure", "service"): "The staff see every service; owners have no such type.",
    ("Treatment", "givenBy"): _STAFF_ALONE,
    ("Appointment", "pet"): "Who sees a visit sees it because of its pet.",
    ("Appointment", "service"): "Whoever comes knows for what, also when it cannot be booked online any more.",
    ("Appointment", "location"): "Locations are everybody's.",
    ("Appointment", "vet"): "Of staff, owners see the name, which is everybody's.",
    ("Appointment", "room"): "The staff see every room; owners have no such field.",
    ("Appointment", "client"): "The staff see every client; owners have no such field.",
    ("Document", "pet"): "Who sees a document sees it because of its pet.",
    ("Document", "author"): "Of staff, owners see the name, which is everybody's.",
    ("Document", "signedBy"): "The staff see each other; owners have no such field.",
    ("Document", "erroredBy"): "The staff see each other; owners have no such field.",
    ("TreatmentPlan", "pet"): "Who sees a plan sees it because of its pet.",
    ("Document", "visit"): "The staff see every visit; owners have no such field.",
    ("TreatmentPlan", "visit"): "The staff see every visit; owners have no such field.",
    ("TreatmentPlan", "madeBy"): "The staff see each other; owners have no such field.",
    ("TreatmentStep", "plan"): "Who sees a step sees it because of its plan.",
    ("TreatmentStep", "settledBy"): "The staff see each other; owners have no such field.",
    ("Addendum", "author"): "Of staff, owners see the name, which is everybody's.",
    ("Note", "author"): "Of staff, owners see the name, which is everybody's.",
    ("Note", "cosignedBy"): "Of staff, owners see the name, which is everybody's.",
    ("Note", "erroredBy"): "The staff see each other; owners have no such field.",
    ("Note", "pet"): "Owners see a note because of its pet.",
    ("Note", "signedBy"): "Of staff, owners see the name, which is everybody's.",
    ("Note", "template"): "The staff see every template; owners have no such field.",
    ("Note", "visit"): "The staff see every visit; owners have no such field.",
    ("NoteRevision", "savedBy"): "The staff see each other; owners have no such type.",
    ("NoteTemplate", "service"): "The staff see every service; owners have no such type.",
    ("Visit", "appointment"): "The staff see every appointment; owners have no such type.",
    ("Visit", "erroredBy"): "The staff see each other; owners have no such type.",
    ("Visit", "location"): "Locations are everybody's.",
    ("Visit", "lockedBy"): "The staff see each other; owners have no such type.",
    ("Visit", "pet"): "The staff see every pet; owners have no such type.",
    ("Visit", "vet"): "The staff see each other; owners have no such type.",
    ("Certificate", "location"): "Locations are everybody's.",
    ("Certificate", "pet"): "Who sees a certificate owns the pet, or is of the staff.",
    ("Certificate", "vet"): "Of staff, owners see the name, which stands on the certificate.",
    ("Certificate", "voidedBy"): "The staff see each other; owners have no such field.",
    ("HeldRole", "location"): "Locations are everybody's.",
    ("HoursException", "location"): "Locations are everybody's.",
    ("HoursException", "staff"): "The staff see each other; owners have no such type.",
    ("ImportedLine", "pet"): "The staff see every pet; owners have no such type.",
    ("ImportedLine", "recordImport"): "The staff see every import; owners have no such type.",
    ("ImportedLine", "within"): "The staff see every line that came in; owners have no such type.",
    ("Ownership", "client"): "The staff see every client; owners have no such type.",
    ("Ownership", "pet"): "The staff see every pet; owners have no such type.",
    ("RecordImport", "importedBy"): "The staff see each other; owners have no such type.",
    ("Room", "location"): "Locations are everybody's.",
    ("UnlinkedAccount", "client"): "The front desk recognises her by it; the staff see every client.",
    ("Vaccination", "givenBy"): "Of staff, owners see the name, which is everybody's.",
    ("Vaccination", "location"): "Locations are everybody's.",
    ("Vaccination", "pet"): "Who sees a dose sees it because of its pet.",
    ("Vaccination", "vaccine"): "The staff see every vaccine; owners have no such field.",
    ("Vaccination", "voidedBy"): "The staff see each other; owners have no such field.",
    ("VaccinationDue", "pet"): "Who sees what is due sees it because of its pet.",
    ("VaccinationDue", "protocol"): "The staff see every protocol; owners have no such field.",
    ("Location", "legalEntity"): "The staff see who invoices; owners have no such field.",
    ("Price", "location"): "Locations are everybody's.",
    ("PriceListItem", "service"): "The staff see every service; owners have no such type.",
    ("PriceListItem", "taxCategory"): "The staff see every tax category; owners have no such type.",
    ("PriceListItem", "vaccine"): "The staff see every vaccine; owners have no such type.",
    ("TaxRate", "legalEntity"): "The staff see who invoices; owners have no such type.",
    ("CreditNote", "client"): "Who sees a credit note is whom it is addressed to, or of the staff.",
    ("CreditNote", "invoice"): "A credit note is addressed to whom its invoice is, and that has been issued.",
    ("CreditNote", "issuedBy"): "The staff see each other; owners have no such field.",
    ("CreditNote", "location"): "Locations are everybody's.",
    ("CreditNoteLine", "creditNote"): "Who sees a line of a credit note sees it because of that.",
    ("CreditNoteLine", "invoiceLine"): "Who was credited was invoiced.",
    ("Invoice", "client"): "Who sees an invoice is whom it is addressed to, or of the staff.",
    ("Invoice", "issuedBy"): "The staff see each other; owners have no such field.",
    ("Invoice", "legalEntity"): "The staff see who invoices; owners have no such field.",
    ("Invoice", "location"): "Locations are everybody's.",
    ("Invoice", "openedBy"): "The staff see each other; owners have no such field.",
    ("InvoiceLine", "invoice"): "Who sees a line of an invoice sees it because of that.",
    ("InvoiceLine", "item"): "The staff see every item; owners have no such field.",
    ("InvoiceLine", "visit"): "The staff see every visit; owners have no such field.",
    ("InvoicePayer", "client"): "The staff see every client; owners have no such type.",
    ("WorkingHours", "location"): "Locations are everybody's.",
    ("WorkingHours", "staff"): "The staff see each other; owners have no such type.",
}
"""The edges to one row that is as visible as the row they start from, and why it is."""
_HERS = "Who sees money that came or went sees it as the client it is hers, or is of the staff."
CARRIED |= {
    **{(of, "client"): _HERS for of in ("Payment", "Refund")},
    **{(of, "location"): "Locations are everybody's." for of in ("Payment", "Refund", "LedgerEntry")},
    ("Payment", "takenBy"): "The staff see each other; owners have no such field.",
    ("Refund", "payment"): "A refund goes to whoever paid.",
    ("Dispute", "payment"): "The staff see every payment; owners have no such type.",
    ("Refund", "creditNote"): "A refund pays out a credit note to the same client.",
    ("Refund", "requestedBy"): "The staff see each other; owners have no such field.",
    ("LedgerEntry", "invoice"): "An entry is on the account of the client who was invoiced.",
    ("LedgerEntry", "creditNote"): "An entry is on the account of the client who was credited.",
    ("LedgerEntry", "payment"): "An entry is on the account of the client who paid.",
    ("LedgerEntry", "refund"): "An entry is on the account of the client who got it back.",
}
_A_RULE = "The staff see every rule and its versions; owners have no such type."
CARRIED |= {
    ("ReminderRule", "version"): _A_RULE,
    ("ReminderRuleVersion", "rule"): _A_RULE,
    ("ReminderRuleVersion", "location"): "Locations are everybody's.",
    ("ReminderRuleVersion", "madeBy"): "The staff see each other; owners have no such type.",
}
CARRIED |= {
    ("LetterText", "rule"): _A_RULE,
    ("LetterText", "madeBy"): "The staff see each other; owners have no such type.",
}
CARRIED |= {
    ("Reminder", "pet"): "Who sees what is due sees it because of its pet.",
    ("Reminder", "location"): "Locations are everybody's.",
    ("Reminder", "rule"): "The staff see every rule; owners have no such field.",
    ("Reminder", "ruleVersion"): "The staff see every version; owners have no such field.",
    ("Reminder", "heldBy"): "The staff see each other; owners have no such field.",
    ("ReminderNotice", "client"): "The staff see every client; owners have no such field.",
    ("Message", "client"): "The staff see every client; owners have no such field.",
}
THROUGH = {
    ("Invoice", "visits"): "The staff see every visit; owners have no such field.",
    ("ReminderRuleVersion", "services"): "The staff see every service; owners have no such type.",
    ("Service", "rooms"): "The staff see every room; owners have no such field.",
    ("Service", "staff"): "The staff see each other; owners have no such field.",
    ("Staff", "services"): "The staff see every service; owners have no such field.",
}
"""The lists that go through a join table, and why what stands behind is as visible as its rows, which have a rule."""


def the_edges() -> dict[tuple[str, str], One | Many]:
    return {(of, name): field.metadata[READS] for of, name, field in edges()}


def test_what_an_edge_to_one_row_carries_has_been_decided():
    carried = {place for place, edge in the_edges().items() if isinstance(edge, One) and edge.is_carried}
    assert carried == set(CARRIED)


async def test_an_edge_to_one_row_that_is_not_carried_is_joined_with_a_rule(database):
    # With a database at hand the models know each other, also backward.
    models = {made.__name__: model for made, model in SHAPES.items()}
    for (of, name), edge in the_edges().items():
        if isinstance(edge, One) and not edge.is_carried:
            key: Any = models[of]._meta.fields_map[edge.key or name]
            assert key.related_model in ROWS, (of, name)


def test_every_list_of_rows_crosses_a_rule_and_what_stands_behind_a_join_has_been_decided():
    lists = {place: edge for place, edge in the_edges().items() if isinstance(edge, Many)}
    assert [place for place, edge in lists.items() if edge.model not in ROWS] == []
    assert {place for place, edge in lists.items() if edge.via is not None} == set(THROUGH)


def test_no_other_field_leads_from_a_row_to_a_row():
    """A field whose type shows rows is an edge, or belongs to what is no row itself: a root, a page, a payload."""
    of_rows = {made.__name__ for made in SHAPES} & schema._schema.type_map.keys()  # tests make up some of their own
    found = set(the_edges())
    for of in of_rows:
        for name, field in schema._schema.type_map[of].fields.items():  # type: ignore[attr-defined]
            kind = field.type
            while hasattr(kind, "of_type"):
                kind = kind.of_type
            is_the_same_row = isinstance(_reads(field), Itself)
            if not is_the_same_row and (kind.name in of_rows or kind.name.endswith("Connection")):
                assert (of, name) in found


def _reads(field: Any) -> Any:
    return field.extensions["strawberry-definition"].metadata.get(READS)
