"""The schema: one contract for everybody, from which each view is cut."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig

from graph.mutations.accounts import AccountMutations
from graph.mutations.allergies import AllergyMutations
from graph.mutations.appointments import AppointmentMutations
from graph.mutations.card_payments import CardPaymentMutations
from graph.mutations.certificates import CertificateMutations
from graph.mutations.charges import ChargeMutations
from graph.mutations.clients import ClientMutations
from graph.mutations.closings import ClosingMutations
from graph.mutations.contact_preferences import ContactPreferenceMutations
from graph.mutations.credit_notes import CreditNoteMutations
from graph.mutations.deaths import DeathMutations
from graph.mutations.diagnosis_terms import DiagnosisTermMutations
from graph.mutations.documents import DocumentMutations
from graph.mutations.doors import DoorMutations
from graph.mutations.hours import HoursMutations
from graph.mutations.invoice_lines import InvoiceLineMutations
from graph.mutations.invoices import InvoiceMutations
from graph.mutations.legal_entities import LegalEntityMutations
from graph.mutations.letter_texts import LetterTextMutations
from graph.mutations.lines import LineMutations
from graph.mutations.locations import LocationMutations
from graph.mutations.messages import MessageMutations
from graph.mutations.note_templates import NoteTemplateMutations
from graph.mutations.notes import NoteMutations
from graph.mutations.ownerships import OwnershipMutations
from graph.mutations.payments import PaymentMutations
from graph.mutations.pet_imports import PetImportMutations
from graph.mutations.pets import PetMutations
from graph.mutations.practices import PracticeMutations
from graph.mutations.prescriptions import PrescriptionMutations
from graph.mutations.price_list import PriceListMutations
from graph.mutations.problems import ProblemMutations
from graph.mutations.reminder_rules import ReminderRuleMutations
from graph.mutations.reminders import ReminderMutations
from graph.mutations.rooms import RoomMutations
from graph.mutations.services import ServiceMutations
from graph.mutations.staff import StaffMutations
from graph.mutations.taxes import TaxMutations
from graph.mutations.treatment_plans import TreatmentPlanMutations
from graph.mutations.treatments import TreatmentMutations
from graph.mutations.vaccinations import VaccinationMutations
from graph.mutations.vaccines import VaccineMutations
from graph.mutations.visits import VisitMutations
from graph.mutations.vitals import VitalMutations
from graph.queries.appointments import AppointmentQueries
from graph.queries.clients import ClientQueries
from graph.queries.deaths import DeathQueries
from graph.queries.diagnoses import DiagnosisQueries
from graph.queries.histories import HistoryQueries
from graph.queries.invoices import InvoiceQueries
from graph.queries.letter_texts import LetterTextQueries
from graph.queries.papers import PaperQueries
from graph.queries.payments import PaymentQueries
from graph.queries.pet_records import PetRecordQueries
from graph.queries.practice import PracticeQueries
from graph.queries.prices import PriceQueries
from graph.queries.records import RecordQueries
from graph.queries.reminder_rules import ReminderRuleQueries
from graph.queries.reminders import MessageQueries, ReminderQueries
from graph.queries.takings import TakingsQueries
from graph.queries.treatment_plans import TreatmentPlanQueries
from graph.queries.vaccinations import VaccinationQueries
from graph.reading import ReadingExecutor
from graph.reading.connection import mark_as_its_entries
from graph.scalars import SCALARS
from graph.subscriptions.appointments import AppointmentSubscriptions
from graph.subscriptions.invoices import InvoiceSubscriptions
from graph.subscriptions.reminders import ReminderSubscriptions
from graph.types.node import Node
from graph.types.ownership import Ownership
from graph.types.staff import HoursException, WorkingHours


@strawberry.type(description="Everything that can be asked.")
class Query(
    PracticeQueries,
    ClientQueries,
    AppointmentQueries,
    RecordQueries,
    DiagnosisQueries,
    TreatmentPlanQueries,
    HistoryQueries,
    VaccinationQueries,
    PaperQueries,
    PetRecordQueries,
    DeathQueries,
    PaymentQueries,
    TakingsQueries,
    InvoiceQueries,
    PriceQueries,
    ReminderRuleQueries,
    LetterTextQueries,
    ReminderQueries,
    MessageQueries,
):
    """Everything that can be asked."""


@strawberry.type(description="Everything that can be done.")
class Mutation(
    DoorMutations,
    AppointmentMutations,
    ClientMutations,
    PetMutations,
    DocumentMutations,
    TreatmentPlanMutations,
    VisitMutations,
    NoteMutations,
    MessageMutations,
    NoteTemplateMutations,
    PracticeMutations,
    PetImportMutations,
    DeathMutations,
    OwnershipMutations,
    VitalMutations,
    ProblemMutations,
    DiagnosisTermMutations,
    TreatmentMutations,
    AllergyMutations,
    PrescriptionMutations,
    LineMutations,
    LocationMutations,
    RoomMutations,
    ServiceMutations,
    HoursMutations,
    StaffMutations,
    AccountMutations,
    VaccineMutations,
    VaccinationMutations,
    CertificateMutations,
    PaymentMutations,
    CardPaymentMutations,
    ClosingMutations,
    ChargeMutations,
    InvoiceMutations,
    InvoiceLineMutations,
    CreditNoteMutations,
    LegalEntityMutations,
    TaxMutations,
    PriceListMutations,
    ReminderMutations,
    ContactPreferenceMutations,
    ReminderRuleMutations,
    LetterTextMutations,
):
    """Everything that can be done."""


@strawberry.type(description="Everything that can be watched.")
class Subscription(AppointmentSubscriptions, InvoiceSubscriptions, ReminderSubscriptions):
    """Everything that can be watched."""


schema = mark_as_its_entries(
    strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[Node, Ownership, WorkingHours, HoursException],
        config=StrawberryConfig(scalar_map=SCALARS),
        execution_context_class=ReadingExecutor,
    )
)
"""The unified schema; nobody is served it as it is."""
