"""Deeds: everything that may be done, and by whom. What is not named here is nobody's."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from models.document import DocumentKind
from models.history_entry import HistoryKind
from models.role import STAFF_ROLES, Role

if TYPE_CHECKING:
    from collections.abc import Mapping


class Deed(StrEnum):
    """Something that may be done; the value is the name of its mutation."""

    REGISTER_CLIENT = "registerClient"
    AMEND_CLIENT = "amendClient"
    AMEND_MYSELF = "amendMyself"
    REGISTER_PET = "registerPet"
    AMEND_PET = "amendPet"
    RECORD_DEATH = "recordDeath"
    UNDO_DEATH = "undoDeath"
    RECORD_VACCINATION = "recordVaccination"
    AMEND_VACCINATION = "amendVaccination"
    VOID_VACCINATION = "voidVaccination"
    ISSUE_CERTIFICATE = "issueCertificate"
    VOID_CERTIFICATE = "voidCertificate"
    ADD_VACCINE = "addVaccine"
    AMEND_VACCINE = "amendVaccine"
    ACTIVATE_PROTOCOL = "activateProtocol"
    DEACTIVATE_PROTOCOL = "deactivateProtocol"
    IMPORT_PET = "importPet"
    ADD_LEGAL_ENTITY = "addLegalEntity"
    AMEND_LEGAL_ENTITY = "amendLegalEntity"
    ADD_TAX_CATEGORY = "addTaxCategory"
    SET_TAX_RATE = "setTaxRate"
    ADD_PRICE_LIST_ITEM = "addPriceListItem"
    AMEND_PRICE_LIST_ITEM = "amendPriceListItem"
    SET_PRICE = "setPrice"
    AMEND_BILLING_SETTINGS = "amendBillingSettings"
    ADD_OWNERSHIP = "addOwnership"
    AMEND_OWNERSHIP = "amendOwnership"
    END_OWNERSHIP = "endOwnership"
    BOOK_APPOINTMENT = "bookAppointment"
    RESCHEDULE_APPOINTMENT = "rescheduleAppointment"
    CONFIRM_APPOINTMENT = "confirmAppointment"
    CHECK_IN_APPOINTMENT = "checkInAppointment"
    START_APPOINTMENT = "startAppointment"
    COMPLETE_APPOINTMENT = "completeAppointment"
    CANCEL_APPOINTMENT = "cancelAppointment"
    MARK_NO_SHOW_APPOINTMENT = "markNoShowAppointment"
    WRITE_DOCUMENT = "writeDocument"
    SAVE_DOCUMENT = "saveDocument"
    SIGN_DOCUMENT = "signDocument"
    SHARE_DOCUMENT = "shareDocument"
    UNSHARE_DOCUMENT = "unshareDocument"
    MARK_DOCUMENT_IN_ERROR = "markDocumentInError"
    PLAN_TREATMENT = "planTreatment"
    ADD_TREATMENT_STEP = "addTreatmentStep"
    SETTLE_TREATMENT_STEP = "settleTreatmentStep"
    STOP_TREATMENT_PLAN = "stopTreatmentPlan"
    OPEN_VISIT = "openVisit"
    END_VISIT = "endVisit"
    LOCK_VISIT = "lockVisit"
    LOCK_DUE_VISITS = "lockDueVisits"
    MARK_VISIT_IN_ERROR = "markVisitInError"
    WRITE_NOTE = "writeNote"
    SAVE_NOTE = "saveNote"
    SIGN_NOTE = "signNote"
    COSIGN_NOTE = "cosignNote"
    ADD_ADDENDUM = "addAddendum"
    MARK_NOTE_IN_ERROR = "markNoteInError"
    ADD_NOTE_TEMPLATE = "addNoteTemplate"
    AMEND_NOTE_TEMPLATE = "amendNoteTemplate"
    AMEND_RECORD_SETTINGS = "amendRecordSettings"
    SET_PRACTICE_LOGO = "setPracticeLogo"
    RECORD_WEIGHT = "recordWeight"
    RECORD_VITAL = "recordVital"
    RECORD_DIAGNOSIS = "recordDiagnosis"
    RESOLVE_PROBLEM = "resolveProblem"
    REOPEN_PROBLEM = "reopenProblem"
    ADD_DIAGNOSIS_TERM = "addDiagnosisTerm"
    AMEND_DIAGNOSIS_TERM = "amendDiagnosisTerm"
    RECORD_PROCEDURE = "recordProcedure"
    RECORD_TREATMENT = "recordTreatment"
    RECORD_ALLERGY = "recordAllergy"
    END_ALLERGY = "endAllergy"
    PRESCRIBE = "prescribe"
    GIVE_REPEAT = "giveRepeat"
    STOP_PRESCRIPTION = "stopPrescription"
    MARK_ENTERED_IN_ERROR = "markEnteredInError"
    LINK_ACCOUNT = "linkAccount"
    ADD_LOCATION = "addLocation"
    AMEND_LOCATION = "amendLocation"
    ADD_ROOM = "addRoom"
    AMEND_ROOM = "amendRoom"
    ADD_SERVICE = "addService"
    AMEND_SERVICE = "amendService"
    ADD_WORKING_HOURS = "addWorkingHours"
    AMEND_WORKING_HOURS = "amendWorkingHours"
    ADD_EXCEPTION = "addException"
    AMEND_EXCEPTION = "amendException"
    AMEND_STAFF = "amendStaff"
    INVITE_STAFF = "inviteStaff"
    SET_STAFF_ROLES = "setStaffRoles"
    ACCEPT_INVITATION = "acceptInvitation"
    REGISTER = "register"
    SIGN_IN = "signIn"
    REQUEST_SIGN_IN_CODE = "requestSignInCode"
    SIGN_IN_WITH_CODE = "signInWithCode"
    REFRESH_SESSION = "refreshSession"
    SIGN_OUT = "signOut"
    SIGN_OUT_EVERYWHERE = "signOutEverywhere"
    START_PAYMENT = "startPayment"
    CONFIRM_PAYMENT = "confirmPayment"
    CANCEL_PAYMENT = "cancelPayment"
    FOLLOW_PAYMENTS = "followPayments"
    KEEP_NOTICE = "keepNotice"
    TAKE_PAYMENT = "takePayment"
    APPLY_CREDIT = "applyCredit"
    REFUND_PAYMENT = "refundPayment"
    REVERSE_PAYMENT = "reversePayment"
    CLOSE_PERIOD = "closePeriod"
    PROPOSE_CHARGE = "proposeCharge"
    DROP_CHARGE = "dropCharge"
    OPEN_INVOICE = "openInvoice"
    ADD_INVOICE_LINE = "addInvoiceLine"
    AMEND_INVOICE_LINE = "amendInvoiceLine"
    REMOVE_INVOICE_LINE = "removeInvoiceLine"
    SET_INVOICE_PAYERS = "setInvoicePayers"
    DISCARD_INVOICE = "discardInvoice"
    ISSUE_INVOICE = "issueInvoice"
    ISSUE_CREDIT_NOTE = "issueCreditNote"
    WRITE_OFF_INVOICE = "writeOffInvoice"
    UNDO_WRITE_OFF = "undoWriteOff"
    ADD_REMINDER_RULE = "addReminderRule"
    AMEND_REMINDER_RULE = "amendReminderRule"
    SWITCH_REMINDER_RULE_ON = "switchReminderRuleOn"
    SWITCH_REMINDER_RULE_OFF = "switchReminderRuleOff"
    HOLD_REMINDER = "holdReminder"
    RESUME_REMINDER = "resumeReminder"
    AMEND_REMINDER_SETTINGS = "amendReminderSettings"
    SET_LETTER_TEXT = "setLetterText"
    RESET_LETTER_TEXT = "resetLetterText"
    SET_CONTACT_PREFERENCES = "setContactPreferences"
    SET_MY_CONTACT_PREFERENCES = "setMyContactPreferences"
    RESTORE_EMAIL_ADDRESS = "restoreEmailAddress"
    SEND_MESSAGE_AGAIN = "sendMessageAgain"
    PLAN_REMINDERS = "planReminders"
    UNSUBSCRIBE = "unsubscribe"
    KEEP_BOUNCE = "keepBounce"
    DELIVER_MESSAGES = "deliverMessages"
    OPEN_PRACTICE = "openPractice"


STAFF = STAFF_ROLES
OWNER = frozenset({Role.OWNER})
FRONT_DESK = frozenset({Role.RECEPTIONIST, Role.MANAGER})
MANAGER = frozenset({Role.MANAGER})
VET = frozenset({Role.VET})
CLINICAL = frozenset({Role.VET, Role.NURSE})
STAFF_DOOR = STAFF | {Role.ANYONE}
OWNER_DOOR = OWNER | {Role.ANYONE}

DEEDS: Final[Mapping[Deed, frozenset[Role]]] = {
    Deed.REGISTER_CLIENT: STAFF,
    Deed.AMEND_CLIENT: STAFF,
    Deed.AMEND_MYSELF: OWNER,
    Deed.REGISTER_PET: STAFF | OWNER,
    Deed.AMEND_PET: STAFF,
    Deed.RECORD_DEATH: STAFF | OWNER,
    Deed.UNDO_DEATH: STAFF,
    Deed.RECORD_VACCINATION: CLINICAL,
    Deed.AMEND_VACCINATION: CLINICAL,
    Deed.VOID_VACCINATION: CLINICAL,
    Deed.ISSUE_CERTIFICATE: VET,
    Deed.VOID_CERTIFICATE: VET,
    Deed.ADD_VACCINE: MANAGER,
    Deed.AMEND_VACCINE: MANAGER,
    Deed.ACTIVATE_PROTOCOL: MANAGER,
    Deed.DEACTIVATE_PROTOCOL: MANAGER,
    Deed.ADD_LEGAL_ENTITY: MANAGER,
    Deed.AMEND_LEGAL_ENTITY: MANAGER,
    Deed.ADD_TAX_CATEGORY: MANAGER,
    Deed.SET_TAX_RATE: MANAGER,
    Deed.ADD_PRICE_LIST_ITEM: MANAGER,
    Deed.AMEND_PRICE_LIST_ITEM: MANAGER,
    Deed.SET_PRICE: MANAGER,
    Deed.AMEND_BILLING_SETTINGS: MANAGER,
    Deed.IMPORT_PET: FRONT_DESK | {Role.VET},
    Deed.ADD_OWNERSHIP: FRONT_DESK | {Role.VET},
    Deed.AMEND_OWNERSHIP: FRONT_DESK | {Role.VET},
    Deed.END_OWNERSHIP: FRONT_DESK | {Role.VET},
    Deed.BOOK_APPOINTMENT: STAFF | OWNER,
    Deed.RESCHEDULE_APPOINTMENT: STAFF | OWNER,
    Deed.CONFIRM_APPOINTMENT: STAFF | OWNER,
    Deed.CHECK_IN_APPOINTMENT: STAFF,
    Deed.START_APPOINTMENT: STAFF,
    Deed.COMPLETE_APPOINTMENT: STAFF,
    Deed.CANCEL_APPOINTMENT: STAFF | OWNER,
    Deed.MARK_NO_SHOW_APPOINTMENT: STAFF,
    Deed.WRITE_DOCUMENT: CLINICAL,
    Deed.SAVE_DOCUMENT: CLINICAL,
    Deed.SIGN_DOCUMENT: CLINICAL,
    Deed.SHARE_DOCUMENT: CLINICAL,
    Deed.UNSHARE_DOCUMENT: CLINICAL,
    Deed.MARK_DOCUMENT_IN_ERROR: CLINICAL,
    Deed.PLAN_TREATMENT: CLINICAL,
    Deed.ADD_TREATMENT_STEP: CLINICAL,
    Deed.SETTLE_TREATMENT_STEP: CLINICAL,
    Deed.STOP_TREATMENT_PLAN: CLINICAL,
    Deed.OPEN_VISIT: CLINICAL,
    Deed.END_VISIT: CLINICAL,
    Deed.LOCK_VISIT: VET,
    Deed.LOCK_DUE_VISITS: frozenset(),
    Deed.MARK_VISIT_IN_ERROR: VET,
    Deed.WRITE_NOTE: CLINICAL,
    Deed.SAVE_NOTE: CLINICAL,
    Deed.SIGN_NOTE: CLINICAL,
    Deed.COSIGN_NOTE: VET,
    Deed.ADD_ADDENDUM: CLINICAL,
    Deed.MARK_NOTE_IN_ERROR: CLINICAL,
    Deed.ADD_NOTE_TEMPLATE: VET | MANAGER,
    Deed.AMEND_NOTE_TEMPLATE: VET | MANAGER,
    Deed.AMEND_RECORD_SETTINGS: MANAGER,
    Deed.SET_PRACTICE_LOGO: MANAGER,
    # A pet is weighed on the scale in the waiting room by whoever stands there; all else is for who treats it.
    Deed.RECORD_WEIGHT: CLINICAL | {Role.RECEPTIONIST},
    Deed.RECORD_VITAL: CLINICAL,
    Deed.RECORD_DIAGNOSIS: CLINICAL,
    Deed.RESOLVE_PROBLEM: CLINICAL,
    Deed.REOPEN_PROBLEM: CLINICAL,
    Deed.ADD_DIAGNOSIS_TERM: VET | MANAGER,
    Deed.AMEND_DIAGNOSIS_TERM: VET | MANAGER,
    Deed.RECORD_PROCEDURE: CLINICAL,
    Deed.RECORD_TREATMENT: CLINICAL,
    Deed.RECORD_ALLERGY: CLINICAL,
    Deed.END_ALLERGY: CLINICAL,
    Deed.PRESCRIBE: VET,
    Deed.GIVE_REPEAT: CLINICAL,
    Deed.STOP_PRESCRIPTION: VET,
    Deed.MARK_ENTERED_IN_ERROR: CLINICAL,
    Deed.LINK_ACCOUNT: FRONT_DESK,
    Deed.ADD_LOCATION: MANAGER,
    Deed.AMEND_LOCATION: MANAGER,
    Deed.ADD_ROOM: MANAGER,
    Deed.AMEND_ROOM: MANAGER,
    Deed.ADD_SERVICE: MANAGER,
    Deed.AMEND_SERVICE: MANAGER,
    Deed.ADD_WORKING_HOURS: MANAGER,
    Deed.AMEND_WORKING_HOURS: MANAGER,
    Deed.ADD_EXCEPTION: MANAGER,
    Deed.AMEND_EXCEPTION: MANAGER,
    Deed.AMEND_STAFF: MANAGER,
    Deed.INVITE_STAFF: MANAGER,
    Deed.SET_STAFF_ROLES: MANAGER,
    Deed.ACCEPT_INVITATION: STAFF_DOOR,
    Deed.REGISTER: OWNER_DOOR,
    Deed.SIGN_IN: STAFF_DOOR,
    Deed.REQUEST_SIGN_IN_CODE: OWNER_DOOR,
    Deed.SIGN_IN_WITH_CODE: OWNER_DOOR,
    Deed.REFRESH_SESSION: STAFF_DOOR | OWNER_DOOR,
    Deed.SIGN_OUT: STAFF | OWNER,
    Deed.SIGN_OUT_EVERYWHERE: STAFF | OWNER,
    Deed.START_PAYMENT: OWNER,
    Deed.CONFIRM_PAYMENT: OWNER,
    Deed.CANCEL_PAYMENT: OWNER,
    Deed.FOLLOW_PAYMENTS: frozenset(),
    Deed.KEEP_NOTICE: frozenset(),
    Deed.TAKE_PAYMENT: FRONT_DESK,
    Deed.APPLY_CREDIT: FRONT_DESK,
    Deed.REFUND_PAYMENT: FRONT_DESK,
    Deed.REVERSE_PAYMENT: FRONT_DESK,
    Deed.CLOSE_PERIOD: MANAGER,
    # Whoever treats a pet proposes; what is billed is decided at the desk.
    Deed.PROPOSE_CHARGE: STAFF,
    Deed.DROP_CHARGE: FRONT_DESK | {Role.VET},
    Deed.OPEN_INVOICE: FRONT_DESK,
    Deed.ADD_INVOICE_LINE: FRONT_DESK,
    Deed.AMEND_INVOICE_LINE: FRONT_DESK,
    Deed.REMOVE_INVOICE_LINE: FRONT_DESK,
    Deed.SET_INVOICE_PAYERS: FRONT_DESK,
    Deed.DISCARD_INVOICE: FRONT_DESK,
    Deed.ISSUE_INVOICE: FRONT_DESK,
    Deed.ISSUE_CREDIT_NOTE: FRONT_DESK,
    Deed.WRITE_OFF_INVOICE: MANAGER,
    Deed.UNDO_WRITE_OFF: MANAGER,
    Deed.ADD_REMINDER_RULE: MANAGER,
    Deed.AMEND_REMINDER_RULE: MANAGER,
    Deed.SWITCH_REMINDER_RULE_ON: MANAGER,
    Deed.SWITCH_REMINDER_RULE_OFF: MANAGER,
    Deed.HOLD_REMINDER: STAFF,
    Deed.RESUME_REMINDER: STAFF,
    Deed.AMEND_REMINDER_SETTINGS: MANAGER,
    Deed.SET_LETTER_TEXT: MANAGER,
    Deed.RESET_LETTER_TEXT: MANAGER,
    Deed.SET_CONTACT_PREFERENCES: STAFF,
    Deed.SET_MY_CONTACT_PREFERENCES: OWNER,
    Deed.RESTORE_EMAIL_ADDRESS: STAFF,
    Deed.SEND_MESSAGE_AGAIN: FRONT_DESK,
    Deed.PLAN_REMINDERS: frozenset(),
    Deed.UNSUBSCRIBE: frozenset(),
    Deed.KEEP_BOUNCE: frozenset(),
    Deed.DELIVER_MESSAGES: frozenset(),
    Deed.OPEN_PRACTICE: frozenset(),
}
"""Who may do what. The practice's own machinery (SYSTEM) may do every deed."""

DEEDS_OF_KIND: Final[Mapping[tuple[Deed, StrEnum], frozenset[Role]]] = {
    (Deed.SIGN_DOCUMENT, DocumentKind.REFERRAL): VET,
    # Whoever takes back what a vet alone may order or sign has decided about it.
    (Deed.MARK_DOCUMENT_IN_ERROR, DocumentKind.REFERRAL): VET,
    (Deed.MARK_ENTERED_IN_ERROR, HistoryKind.PRESCRIPTION): VET,
}
"""Deeds that fewer may do when they are done to something of this kind."""
