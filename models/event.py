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
