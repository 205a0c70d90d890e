"""What is kept, and what must always hold."""

from models.account import Account, Invitation, RefreshToken, Session, SignInCode
from models.allergy import Allergy, Severity
from models.appointment import Appointment, Status
from models.busy_time import BusyTime, Resource
from models.certificate import Certificate
from models.certificate_file import CertificateFile
from models.charge import ChargeSource, DroppedCharge, ProposedCharge
from models.client import Client, ClientEmail, ClientPhone, ClientWord
from models.consent import Channel, Consent, ConsentSource, Purpose
from models.credit_note import CreditNote, CreditNoteLine
from models.death import Death, DeathEffect
from models.document import Document, DocumentKind
from models.event import Event, EventCounter, EventDetail, EventKind
from models.history_entry import HistoryEntry, HistoryKind
from models.idempotency_key import IdempotencyKey
from models.invoice import Invoice, InvoiceLine, InvoicePayer, InvoiceState, InvoiceVisit
from models.ledger import Book, ClientAccount, EntryKind, LedgerEntry
from models.legal_entity import LegalEntity
from models.letter_text import LetterText
from models.location import Location, OpeningHours
from models.logo import PracticeLogo
from models.mailbox import MailDomain, UndeliverableAddress
from models.message import Letter, Message, MessageState
from models.money import Money
from models.note import Addendum, Note, NoteKind, NoteRevision, NoteTemplate
from models.number_series import NumberSeries
from models.ownership import Ownership, Right
from models.paper_file import PaperFile
from models.payment import (
    Dispute,
    DisputeState,
    Payment,
    PaymentInvoice,
    PaymentMethod,
    PaymentState,
    ProviderNotice,
    Refund,
    RefundState,
)
from models.pet import Pet, Sex, Species
from models.pet_record import LineKind
from models.practice import Practice
from models.prescription import Prescription, PrescriptionRepeat
from models.price_list import ItemKind, Price, PriceListItem, TaxCategory, TaxRate
from models.problem import Certainty, Diagnosis, DiagnosisTerm, Problem, ProblemState
from models.record_import import ImportedLine, RecordImport
from models.record_reading import RecordReading
from models.reminder import (
    NoticeOutcome,
    NoticeReason,
    Reminder,
    ReminderNotice,
    ReminderProgress,
    ReminderReason,
    ReminderState,
)
from models.reminder_rule import ReminderRule, ReminderRuleService, ReminderRuleVersion, RuleKind
from models.role import Role
from models.room import Room
from models.service import Service, ServiceRoom, ServiceStaff
from models.signing_key import SigningKey
from models.staff import Staff, StaffRole
from models.throttle import Throttle
from models.treatment import (
    PlanKind,
    PlanState,
    Procedure,
    StepOutcome,
    StepState,
    Treatment,
    TreatmentPlan,
    TreatmentStep,
)
from models.vaccination import DoseSource, Vaccination
from models.vaccination_due import VaccinationDue
from models.vaccination_protocol import VaccinationProtocol
from models.vaccine import Target, Vaccine
from models.visit import Visit
from models.vital import Vital, VitalKind, VitalSource, VitalUnit
from models.working_hours import HoursException, WorkingHours

__all__ = [
    "Account",
    "Addendum",
    "Allergy",
    "Appointment",
    "Book",
    "BusyTime",
    "Certainty",
    "Certificate",
    "CertificateFile",
    "Channel",
    "ChargeSource",
    "Client",
    "ClientAccount",
    "ClientEmail",
    "ClientPhone",
    "ClientWord",
    "Consent",
    "ConsentSource",
    "CreditNote",
    "CreditNoteLine",
    "Death",
    "DeathEffect",
    "Diagnosis",
    "DiagnosisTerm",
    "Dispute",
    "DisputeState",
    "Document",
    "DocumentKind",
    "DoseSource",
    "DroppedCharge",
    "EntryKind",
    "Event",
    "EventCounter",
    "EventDetail",
    "EventKind",
    "HistoryEntry",
    "HistoryKind",
    "HoursException",
    "IdempotencyKey",
    "ImportedLine",
    "Invitation",
    "Invoice",
    "InvoiceLine",
    "InvoicePayer",
    "InvoiceState",
    "InvoiceVisit",
    "ItemKind",
    "LedgerEntry",
    "LegalEntity",
    "Letter",
    "LetterText",
    "LineKind",
    "Location",
    "MailDomain",
    "Message",
    "MessageState",
    "Money",
    "Note",
    "NoteKind",
    "NoteRevision",
    "NoteTemplate",
    "NoticeOutcome",
    "NoticeReason",
    "NumberSeries",
    "OpeningHours",
    "Ownership",
    "PaperFile",
    "Payment",
    "PaymentInvoice",
    "PaymentMethod",
    "PaymentState",
    "Pet",
    "PlanKind",
    "PlanState",
    "Practice",
    "PracticeLogo",
    "Prescription",
    "PrescriptionRepeat",
    "Price",
    "PriceListItem",
    "Problem",
    "ProblemState",
    "Procedure",
    "ProposedCharge",
    "ProviderNotice",
    "Purpose",
    "RecordImport",
    "RecordReading",
    "RefreshToken",
    "Refund",
    "RefundState",
    "Reminder",
    "ReminderNotice",
    "ReminderProgress",
    "ReminderReason",
    "ReminderRule",
    "ReminderRuleService",
    "ReminderRuleVersion",
    "ReminderState",
    "Resource",
    "Right",
    "Role",
    "Room",
    "RuleKind",
    "Service",
    "ServiceRoom",
    "ServiceStaff",
    "Session",
    "Severity",
    "Sex",
    "SignInCode",
    "SigningKey",
    "Species",
    "Staff",
    "StaffRole",
    "Status",
    "StepOutcome",
    "StepState",
    "Target",
    "TaxCategory",
    "TaxRate",
    "Throttle",
    "Treatment",
    "TreatmentPlan",
    "TreatmentStep",
    "UndeliverableAddress",
    "Vaccination",
    "VaccinationDue",
    "VaccinationProtocol",
    "Vaccine",
    "Visit",
    "Vital",
    "VitalKind",
    "VitalSource",
    "VitalUnit",
    "WorkingHours",
]
