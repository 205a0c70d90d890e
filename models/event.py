"""Events: what happened, in the order in which it was committed."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from models.row import Instant, Words


class EventKind(StrEnum):
    """What happened."""

    PRACTICE_OPENED = "PRACTICE_OPENED"
    LOCATION_ADDED = "LOCATION_ADDED"
    LOCATION_AMENDED = "LOCATION_AMENDED"
    ROOM_ADDED = "ROOM_ADDED"
    ROOM_AMENDED = "ROOM_AMENDED"
    SERVICE_ADDED = "SERVICE_ADDED"
    SERVICE_AMENDED = "SERVICE_AMENDED"
    WORKING_HOURS_ADDED = "WORKING_HOURS_ADDED"
    WORKING_HOURS_AMENDED = "WORKING_HOURS_AMENDED"
    EXCEPTION_ADDED = "EXCEPTION_ADDED"
    EXCEPTION_AMENDED = "EXCEPTION_AMENDED"
    STAFF_INVITED = "STAFF_INVITED"
    STAFF_ROLES_SET = "STAFF_ROLES_SET"
    INVITATION_ACCEPTED = "INVITATION_ACCEPTED"
    CLIENT_REGISTERED = "CLIENT_REGISTERED"
    CLIENT_AMENDED = "CLIENT_AMENDED"
    PET_REGISTERED = "PET_REGISTERED"
    PET_AMENDED = "PET_AMENDED"
    PET_DIED = "PET_DIED"
    DEATH_UNDONE = "DEATH_UNDONE"
    APPOINTMENT_RESTORED = "APPOINTMENT_RESTORED"
    TREATMENT_PLAN_STOPPED = "TREATMENT_PLAN_STOPPED"
    TREATMENT_PLAN_RESUMED = "TREATMENT_PLAN_RESUMED"
    PRESCRIPTION_STOPPED = "PRESCRIPTION_STOPPED"
    PRESCRIPTION_RESUMED = "PRESCRIPTION_RESUMED"
    OWNERSHIP_ADDED = "OWNERSHIP_ADDED"
    OWNERSHIP_AMENDED = "OWNERSHIP_AMENDED"
    OWNERSHIP_ENDED = "OWNERSHIP_ENDED"
    APPOINTMENT_BOOKED = "APPOINTMENT_BOOKED"
    APPOINTMENT_MOVED = "APPOINTMENT_MOVED"
    APPOINTMENT_CONFIRMED = "APPOINTMENT_CONFIRMED"
    APPOINTMENT_ARRIVED = "APPOINTMENT_ARRIVED"
    APPOINTMENT_STARTED = "APPOINTMENT_STARTED"
    APPOINTMENT_COMPLETED = "APPOINTMENT_COMPLETED"
    APPOINTMENT_CANCELLED = "APPOINTMENT_CANCELLED"
    APPOINTMENT_NO_SHOW = "APPOINTMENT_NO_SHOW"
    VITAL_RECORDED = "VITAL_RECORDED"
    DIAGNOSIS_RECORDED = "DIAGNOSIS_RECORDED"
    PROBLEM_RESOLVED = "PROBLEM_RESOLVED"
    PROBLEM_REOPENED = "PROBLEM_REOPENED"
    DIAGNOSIS_TERM_ADDED = "DIAGNOSIS_TERM_ADDED"
    DIAGNOSIS_TERM_AMENDED = "DIAGNOSIS_TERM_AMENDED"
    PROCEDURE_RECORDED = "PROCEDURE_RECORDED"
    TREATMENT_RECORDED = "TREATMENT_RECORDED"
    ALLERGY_RECORDED = "ALLERGY_RECORDED"
    ALLERGY_ENDED = "ALLERGY_ENDED"
    PRESCRIBED = "PRESCRIBED"
    REPEAT_GIVEN = "REPEAT_GIVEN"
    LINE_ENTERED_IN_ERROR = "LINE_ENTERED_IN_ERROR"
    DOCUMENT_WRITTEN = "DOCUMENT_WRITTEN"
    DOCUMENT_SAVED = "DOCUMENT_SAVED"
    DOCUMENT_SIGNED = "DOCUMENT_SIGNED"
    DOCUMENT_SHARED = "DOCUMENT_SHARED"
    DOCUMENT_UNSHARED = "DOCUMENT_UNSHARED"
    DOCUMENT_IN_ERROR = "DOCUMENT_IN_ERROR"
    TREATMENT_PLANNED = "TREATMENT_PLANNED"
    TREATMENT_STEP_ADDED = "TREATMENT_STEP_ADDED"
    TREATMENT_STEP_SETTLED = "TREATMENT_STEP_SETTLED"
    TREATMENT_PLAN_COMPLETED = "TREATMENT_PLAN_COMPLETED"
    VISIT_OPENED = "VISIT_OPENED"
    VISIT_ENDED = "VISIT_ENDED"
    VISIT_LOCKED = "VISIT_LOCKED"
    VISIT_IN_ERROR = "VISIT_IN_ERROR"
    NOTE_WRITTEN = "NOTE_WRITTEN"
    NOTE_SAVED = "NOTE_SAVED"
    NOTE_SIGNED = "NOTE_SIGNED"
    NOTE_COSIGNED = "NOTE_COSIGNED"
    NOTE_IN_ERROR = "NOTE_IN_ERROR"
    ADDENDUM_ADDED = "ADDENDUM_ADDED"
    NOTE_TEMPLATE_ADDED = "NOTE_TEMPLATE_ADDED"
    NOTE_TEMPLATE_AMENDED = "NOTE_TEMPLATE_AMENDED"
    RECORD_SETTINGS_AMENDED = "RECORD_SETTINGS_AMENDED"
    PRACTICE_LOGO_SET = "PRACTICE_LOGO_SET"
    PET_IMPORTED = "PET_IMPORTED"
    STAFF_AMENDED = "STAFF_AMENDED"
    VACCINE_ADDED = "VACCINE_ADDED"
    VACCINE_AMENDED = "VACCINE_AMENDED"
    PROTOCOL_ACTIVATED = "PROTOCOL_ACTIVATED"
    PROTOCOL_DEACTIVATED = "PROTOCOL_DEACTIVATED"
    VACCINATION_RECORDED = "VACCINATION_RECORDED"
    VACCINATION_AMENDED = "VACCINATION_AMENDED"
    VACCINATION_VOIDED = "VACCINATION_VOIDED"
    CERTIFICATE_ISSUED = "CERTIFICATE_ISSUED"
    CERTIFICATE_VOIDED = "CERTIFICATE_VOIDED"
    REGISTRATION_RECEIVED = "REGISTRATION_RECEIVED"
    CODE_REQUESTED = "CODE_REQUESTED"
    SIGNED_IN = "SIGNED_IN"
    SIGNED_OUT = "SIGNED_OUT"
    SESSION_REVOKED = "SESSION_REVOKED"
    ACCOUNT_LINKED = "ACCOUNT_LINKED"
    ACCOUNT_UNLINKED = "ACCOUNT_UNLINKED"


class EventCounter(Model):
    """The number of the last event, and the stream it belongs to: there is exactly one row.

    Taking the next number locks the row until the deed commits, so numbers are in commit order.
    """

    id = fields.SmallIntField(primary_key=True, generated=False)
    last_number = fields.BigIntField()
    stream_id = fields.UUIDField()

    class Meta:
        table = "event_counter"


class Event(Model):
    """One thing that happened: who did it, to what, where and when. It holds ids and periods, never words."""

    number = fields.BigIntField(primary_key=True, generated=False)
    kind = fields.CharEnumField(EventKind, max_length=32)
    at = Instant()
    account_id = fields.UUIDField(null=True)
    system_reason = fields.TextField(null=True)
    location_id = fields.UUIDField(null=True)
    subject_id = fields.UUIDField()
    old_starts_at = Instant(null=True)
    old_ends_at = Instant(null=True)
    new_starts_at = Instant(null=True)
    new_ends_at = Instant(null=True)
    changed = Words(default=list)
    detail_hash = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "event"
        indexes = (("subject_id", "number"), ("location_id", "number"))


class EventDetail(Model):
    """The values before and after an event. It can be erased without breaking the trail."""

    number = fields.BigIntField(primary_key=True, generated=False)
    detail: Any = fields.TextField()

    class Meta:
        table = "event_detail"
