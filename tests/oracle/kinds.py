"""Kinds: which rows stand behind which type, and which rows an edge leads to; said anew, and not taken from `graph`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import graphql

import models
from graph.schema import schema
from graph.views import view_of
from models.role import Role
from resolvers.viewer import Audience
from tests.world import NOW

KINDS: dict[str, Any] = {
    "Appointment": models.Appointment,
    "Account": models.Account,
    "UnlinkedAccount": models.Account,
    "Client": models.Client,
    "CoOwner": models.Ownership,
    "Document": models.Document,
    "Email": models.ClientEmail,
    "HeldRole": models.StaffRole,
    "HoursException": models.HoursException,
    "ImportedLine": models.ImportedLine,
    "Location": models.Location,
    "OpeningHours": models.OpeningHours,
    "Ownership": models.Ownership,
    "Pet": models.Pet,
    "Phone": models.ClientPhone,
    "Practice": models.Practice,
    "RecordImport": models.RecordImport,
    "Room": models.Room,
    "Service": models.Service,
    "Session": models.Session,
    "Staff": models.Staff,
    "TreatmentPlan": models.TreatmentPlan,
    "TreatmentStep": models.TreatmentStep,
    "WorkingHours": models.WorkingHours,
    "Visit": models.Visit,
    "Note": models.Note,
    "NoteRevision": models.NoteRevision,
    "NoteTemplate": models.NoteTemplate,
    "Addendum": models.Addendum,
    "RecordReading": models.RecordReading,
    "ServiceStaff": models.ServiceStaff,
    "ServiceRoom": models.ServiceRoom,
    "BusyTime": models.BusyTime,
    "HistoryEntry": models.HistoryEntry,
    "Allergy": models.Allergy,
    "Diagnosis": models.Diagnosis,
    "DiagnosisTerm": models.DiagnosisTerm,
    "Prescription": models.Prescription,
    "PrescriptionRepeat": models.PrescriptionRepeat,
    "Problem": models.Problem,
    "Procedure": models.Procedure,
    "Treatment": models.Treatment,
    "Vital": models.Vital,
    "Certificate": models.Certificate,
    "Vaccination": models.Vaccination,
    "VaccinationDue": models.VaccinationDue,
    "VaccinationProtocol": models.VaccinationProtocol,
    "Vaccine": models.Vaccine,
    "Death": models.Death,
    "Message": models.Message,
    "LegalEntity": models.LegalEntity,
    "TaxCategory": models.TaxCategory,
    "TaxRate": models.TaxRate,
    "PriceListItem": models.PriceListItem,
    "PriceListEntry": models.PriceListItem,
    "Price": models.Price,
    "Invoice": models.Invoice,
    "InvoiceLine": models.InvoiceLine,
    "InvoicePayer": models.InvoicePayer,
    "InvoiceVisit": models.InvoiceVisit,
    "CreditNote": models.CreditNote,
    "CreditNoteLine": models.CreditNoteLine,
    "ProposedCharge": models.ProposedCharge,
    "DroppedCharge": models.DroppedCharge,
    "LedgerEntry": models.LedgerEntry,
    "Payment": models.Payment,
    "PaymentInvoice": models.PaymentInvoice,
    "Refund": models.Refund,
    "Dispute": models.Dispute,
    "ClientAccount": models.ClientAccount,
    "ReminderRule": models.ReminderRule,
    "ReminderRuleVersion": models.ReminderRuleVersion,
    "ReminderRuleService": models.ReminderRuleService,
    "Reminder": models.Reminder,
    "ReminderNotice": models.ReminderNotice,
    "LetterText": models.LetterText,
    "Consent": models.Consent,
    "UndeliverableAddress": models.UndeliverableAddress,
}
PRINTED = ("Certificate", "Document", "TreatmentPlan", "Invoice", "CreditNote", "Payment")
"""Of which there is a paper."""
ONE = {
    "vet": "Staff",
    "weight": "Vital",
    **dict.fromkeys(("recordedBy", "doneBy", "givenBy", "prescribedBy", "stoppedBy"), "Staff"),
    "author": "Staff",
    "signedBy": "Staff",
    "erroredBy": "Staff",
    "madeBy": "Staff",
    "settledBy": "Staff",
    "plan": "TreatmentPlan",
    "lockedBy": "Staff",
    **dict.fromkeys(("takenBy", "requestedBy"), "Staff"),
    "cosignedBy": "Staff",
    "savedBy": "Staff",
    "template": "NoteTemplate",
    "voidedBy": "Staff",
    "replacedBy": "Certificate",
    "protocol": "VaccinationProtocol",
    "importedBy": "Staff",
    "within": "ImportedLine",
    "openedBy": "Staff",
    "issuedBy": "Staff",
    "item": "PriceListItem",
    "rule": "ReminderRule",
    "heldBy": "Staff",
}
# What stands behind these is seen by whom its own rule shows it to.
JOINED = {
    ("Certificate", "vaccination"),
    ("Certificate", "replacedBy"),
    ("InvoiceLine", "pet"),
    ("Reminder", "appointment"),
    ("ReminderNotice", "reminder"),
    ("ReminderNotice", "message"),
    ("Message", "appointment"),
    ("UndeliverableAddress", "message"),
}
# The rows of which a list is made: their kind, what points here, their order, and what else must hold of them.
MANY: dict[tuple[str, str], tuple[str, str, tuple[str, ...], Any]] = {
    ("Account", "sessions"): (
        "Session",
        "account_id",
        ("-created_at",),
        lambda each: each.revoked_at is None and each.expires_at > NOW,
    ),
    ("Client", "emails"): ("Email", "client_id", ("position",), None),
    ("Client", "phones"): ("Phone", "client_id", ("position",), None),
    ("Client", "ownerships"): ("Ownership", "client_id", (), lambda each: each.ends_on is None),
    ("Payment", "refunds"): ("Refund", "payment_id", ("requested_at",), None),
    ("Payment", "disputes"): ("Dispute", "payment_id", ("opened_at",), None),
    ("Location", "openingHours"): ("OpeningHours", "location_id", ("weekday", "from_minute"), None),
    ("Location", "rooms"): ("Room", "location_id", ("fold",), None),
    ("Location", "exceptions"): ("HoursException", "location_id", ("starts_at",), None),
    ("LegalEntity", "locations"): ("Location", "legal_entity_id", ("fold",), None),
    ("Pet", "imports"): ("RecordImport", "pet_id", ("imported_at",), None),
    ("Pet", "owners"): ("Ownership", "pet_id", ("-share",), lambda each: each.ends_on is None),
    ("Pet", "coOwners"): ("CoOwner", "pet_id", (), lambda each: each.ends_on is None),
    ("Pet", "allergies"): ("Allergy", "pet_id", ("at",), lambda each: each.errored_at is None),
    ("Prescription", "repeats"): ("PrescriptionRepeat", "prescription_id", ("number",), None),
    **{
        ("Note", f"{kind.lower()}s"): (kind, "note_id", ("at",), None)
        for kind in ("Vital", "Procedure", "Treatment", "Prescription")
    },
    ("Note", "diagnoses"): ("Diagnosis", "note_id", ("at",), None),
    ("Note", "allergies"): ("Allergy", "note_id", ("at",), None),
    ("Problem", "diagnoses"): ("Diagnosis", "problem_id", ("at",), None),
    ("Visit", "notes"): ("Note", "visit_id", ("created_at",), None),
    ("Note", "addenda"): ("Addendum", "note_id", ("at",), None),
    ("Pet", "vaccinationsDue"): (
        "VaccinationDue",
        "pet_id",
        ("due_on", "target"),
        lambda each: each.lapses_on is None or each.lapses_on > NOW.date(),
    ),
    ("Pet", "certificates"): ("Certificate", "pet_id", ("-number",), None),
    ("Vaccination", "certificates"): ("Certificate", "vaccination_id", ("-number",), None),
    ("Staff", "roles"): ("HeldRole", "staff_id", (), None),
    ("Staff", "workingHours"): ("WorkingHours", "staff_id", ("weekday", "from_minute"), None),
    ("Staff", "exceptions"): ("HoursException", "staff_id", ("starts_at",), None),
    ("Visit", "documents"): ("Document", "visit_id", ("at",), None),
    ("Visit", "plans"): ("TreatmentPlan", "visit_id", ("created_at",), None),
    ("Invoice", "lines"): ("InvoiceLine", "invoice_id", ("position",), None),
    ("Invoice", "creditNotes"): ("CreditNote", "invoice_id", ("issued_at",), None),
    ("Invoice", "payers"): ("InvoicePayer", "invoice_id", ("-share",), None),
    ("CreditNote", "lines"): ("CreditNoteLine", "credit_note_id", ("position",), None),
    ("TreatmentPlan", "steps"): ("TreatmentStep", "plan_id", ("position",), None),
    ("Reminder", "notices"): ("ReminderNotice", "reminder_id", ("decided_at",), None),
    ("Message", "notices"): ("ReminderNotice", "message_id", ("decided_at",), None),
    ("ReminderRule", "versions"): ("ReminderRuleVersion", "rule_id", ("-number",), None),
}
# The pages of rows below a row: their kind, what points here, and by what they are sorted, downward.
PAGES = {
    ("Client", "messages"): ("Message", "client_id", "created_at"),
    ("Pet", "documents"): ("Document", "pet_id", "at"),
    ("Pet", "visits"): ("Visit", "pet_id", "at"),
    ("Pet", "notes"): ("Note", "pet_id", "at"),
    ("Note", "revisions"): ("NoteRevision", "note_id", "version"),
}
# What stands behind a row of a join table, and is sorted by its name.
VIA = {
    ("Staff", "services"): ("ServiceStaff", "staff_id", "Service", "service_id"),
    ("Service", "staff"): ("ServiceStaff", "service_id", "Staff", "staff_id"),
    ("Service", "rooms"): ("ServiceRoom", "service_id", "Room", "room_id"),
}
# What stands in the history of a pet: the type that shows it, and the column that says when it was.
HISTORY = {
    "APPOINTMENT": ("Appointment", "starts_at"),
    "VISIT": ("Visit", "at"),
    "NOTE": ("Note", "at"),
    "DIAGNOSIS": ("Diagnosis", "at"),
    "PROCEDURE": ("Procedure", "at"),
    "TREATMENT": ("Treatment", "at"),
    "VITAL": ("Vital", "at"),
    "ALLERGY": ("Allergy", "at"),
    "VACCINATION": ("Vaccination", "at"),
    "PRESCRIPTION": ("Prescription", "at"),
    "DOCUMENT": ("Document", "at"),
    "IMPORTED": ("ImportedLine", "at"),
}
COLUMNS = {
    "from": "from_minute",
    "until": "until_minute",
    "earliestValidOn": "earliest_on",
    "explanation": "sentence",
    "legalFrom": "immune_from",
    "legalUntil": "immune_until",
    "legallyRequiredBy": "required_by",
    "mostDiscountPercent": "most_discount",
    "sharePercent": "share",
}


@dataclass(frozen=True, slots=True)
class Thing:
    """A row, shown as this type."""

    kind: str
    row: Any


def _roles(node: Any) -> frozenset[Role]:
    return frozenset(
        Role(item.value)
        for directive in node.directives or ()
        if directive.name.value == "allow"
        for argument in directive.arguments
        for item in argument.value.values
    )


_TREE = graphql.parse((Path(__file__).parent.parent.parent / "schema.graphql").read_text(encoding="utf-8"))
_TYPES = [node for node in _TREE.definitions if isinstance(node, graphql.ObjectTypeDefinitionNode)]
OF_TYPE = {node.name.value: _roles(node) for node in _TYPES}
"""For whom a type is, as `schema.graphql` says."""
NARROWER = {
    (node.name.value, field.name.value): roles
    for node in _TYPES
    for field in node.fields or ()
    if (roles := _roles(field))
}
"""For whom a field is that is not for everybody who sees its type."""
SCHEMAS = {
    audience: graphql.build_schema(graphql.print_schema(view_of(schema, audience).graphql)) for audience in Audience
}
"""The contract of each view, without anything that could be run."""
