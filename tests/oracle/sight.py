"""Sight: who sees which row, as a predicate of Python; written apart from the SQL of `resolvers.access`."""

from __future__ import annotations

from typing import Any

import models
from models.role import Role
from models.treatment import PlanKind
from resolvers.viewer import Viewer

Rows = dict[type, list[Any]]


class Sight:
    """What one viewer sees of the rows there are."""

    def __init__(self, viewer: Viewer, rows: Rows) -> None:
        self.viewer = viewer
        self._shares_notes = any(each.shares_notes for each in rows[models.Practice])
        self._mine = {
            each.pet_id
            for each in rows[models.Ownership]
            if each.client_id == viewer.client_id and each.ends_on is None and each.may_view
        }
        self._living = {each.id for each in rows[models.Pet] if each.died_on is None}
        self._mailboxes = {each.fold for each in rows[models.ClientEmail] if each.client_id == viewer.client_id}
        self._plans = {each.id: each for each in rows[models.TreatmentPlan]}
        self._invoices = {each.id: each for each in rows[models.Invoice]}
        self._credit_notes = {each.id: each for each in rows[models.CreditNote]}
        self._payments = {each.id: each for each in rows[models.Payment]}
        self._shared = {each.id for each in rows[models.Note] if self._is_shared(each, rows[models.Practice][0])}

        over = {each.id for each in rows[models.Visit] if each.ended_at is not None}
        self._handed_out = {
            each.id for each in rows[models.Note] if each.signed_at is not None or each.visit_id in over
        }
        self._prescribed = {
            each.id
            for each in rows[models.Prescription]
            if each.pet_id in self._mine and each.errored_at is None and self._is_handed_out(each)
        }
        self._medicines = {each.id: each for each in rows[models.Prescription]}

    def sees(self, row: Any) -> bool:
        """Whether the viewer may see a row."""
        if isinstance(row, models.Account) and row.id == self.viewer.account_id:
            return True
        if isinstance(row, models.Session):
            return bool(row.account_id == self.viewer.account_id)
        return self._sees_as_staff(row) if self.viewer.is_staff else self._sees_as_owner(row)

    def _is_shared(self, note: Any, practice: Any) -> bool:
        """Whether a note is for the owner to read."""
        is_final = note.signed_at is not None and note.errored_at is None
        return bool(practice.shares_notes and is_final and note.pet_id in self._mine)

    def _is_handed_out(self, medicine: Any) -> bool:
        """Whether a prescription is more than a line of a draft."""
        return medicine.note_id is None or medicine.note_id in self._handed_out

    def _sees_as_staff(self, row: Any) -> bool:
        if isinstance(row, models.Account):
            is_front_desk = bool(self.viewer.roles & {Role.RECEPTIONIST, Role.MANAGER})
            return is_front_desk and row.audience == "owner" and not row.is_linked
        if isinstance(row, models.BusyTime):
            return False
        if isinstance(row, models.Message):
            return row.client_id is not None and row.letter not in ("SIGN_IN_CODE", "INVITATION")
        if isinstance(row, models.RecordReading):
            return Role.MANAGER in self.viewer.roles
        return bool(self.viewer.roles)

    def _sees_as_owner(self, row: Any) -> bool:
        match row:
            case models.Practice() | models.Location() | models.OpeningHours() | models.Staff():
                return True
            case models.Service():
                return row.is_offered and row.is_bookable_online
            case models.Client():
                return bool(row.id == self.viewer.client_id)
            case models.ClientEmail() | models.ClientPhone():
                return bool(row.client_id == self.viewer.client_id)
            case models.Pet():
                return row.id in self._mine
            case models.Ownership():
                return row.ends_on is None and row.pet_id in self._mine
            case models.Appointment() | models.VaccinationDue() | models.Death():
                return row.pet_id in self._mine
        return self._sees_of_a_record(row)

    def _sees_of_a_record(self, row: Any) -> bool:
        match row:
            case models.HistoryEntry():
                seen = {"ALWAYS", "SIGNED_NOTE"} if self._shares_notes else {"ALWAYS"}
                medicine = self._medicines.get(row.id)
                is_final = medicine is None or self._is_handed_out(medicine)
                return row.owners_see in seen and is_final and row.pet_id in self._mine
            case models.TreatmentPlan():
                return row.kind in (PlanKind.HOME_CARE, PlanKind.EXERCISE) and row.pet_id in self._mine
            case models.TreatmentStep():
                return self._sees_as_owner(self._plans[row.plan_id])
            case models.Document():
                return row.shared_at is not None and row.errored_at is None and row.pet_id in self._mine
            case models.Note():
                return row.id in self._shared
            case models.Addendum():
                return row.note_id in self._shared
            case models.Prescription():
                return row.id in self._prescribed
            case models.PrescriptionRepeat():
                return row.prescription_id in self._prescribed
        return self._sees_of_doses(row)

    def _sees_of_doses(self, row: Any) -> bool:
        match row:
            case models.Vaccination():
                return row.pet_id in self._mine and row.voided_at is None
            case models.Certificate():
                return row.pet_id in self._mine and bool(row.client_id == self.viewer.client_id)
        return self._sees_of_reminding(row)

    def _sees_of_reminding(self, row: Any) -> bool:
        match row:
            case models.Reminder():
                return row.state != "WITHDRAWN" and row.pet_id in self._mine and row.pet_id in self._living
            case models.ReminderNotice() | models.Consent():
                return bool(row.client_id == self.viewer.client_id)
            case models.Message():
                is_code = row.letter in ("SIGN_IN_CODE", "INVITATION")
                return row.client_id == self.viewer.client_id and row.state in ("SENT", "DOUBTFUL") and not is_code
            case models.UndeliverableAddress():
                return row.fold in self._mailboxes
        return self._sees_of_money(row)

    def _sees_of_money(self, row: Any) -> bool:
        match row:
            case models.Invoice():
                return row.state == "ISSUED" and row.client_id == self.viewer.client_id
            case models.InvoiceLine():
                return self._sees_of_money(self._invoices[row.invoice_id])
            case (
                models.CreditNote() | models.LedgerEntry() | models.Payment() | models.Refund() | models.ClientAccount()
            ):
                return bool(row.client_id == self.viewer.client_id)
            case models.PaymentInvoice():
                return self._sees_of_money(self._payments[row.payment_id])
            case models.CreditNoteLine():
                return self._sees_of_money(self._credit_notes[row.credit_note_id])
        return False
