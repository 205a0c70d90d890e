"""Reminders: something that is due for a pet, once for each cycle, and what was decided about telling whom."""

from __future__ import annotations

from enum import StrEnum
from typing import Final
from uuid import UUID

from tortoise import fields

from models.appointment import Appointment
from models.client import Client
from models.consent import Channel, ConsentSource
from models.location import Location
from models.message import Message
from models.pet import Pet
from models.reminder_rule import ReminderRule, ReminderRuleVersion
from models.row import Instant, Row, no_instant_yet
from models.staff import Staff


class ReminderState(StrEnum):
    """Where a reminder stands.

    PLANNED: no step has come yet. DUE: one has come, and nobody was told by letter. SENT: somebody was. SUPPRESSED: a
    visit for it is booked, or somebody holds it. COMPLETED: it was done. WITHDRAWN: it is not due any more.
    """

    PLANNED = "PLANNED"
    DUE = "DUE"
    SENT = "SENT"
    SUPPRESSED = "SUPPRESSED"
    COMPLETED = "COMPLETED"
    WITHDRAWN = "WITHDRAWN"


OPEN: Final = frozenset({ReminderState.PLANNED, ReminderState.DUE, ReminderState.SENT})
"""The states in which the next step is told."""
STANDING: Final = OPEN | {ReminderState.SUPPRESSED}
"""The states of what is still due, whether it is told or not."""


class ReminderReason(StrEnum):
    """Why a reminder stands where it stands."""

    NOT_YET = "NOT_YET"
    STEP_REACHED = "STEP_REACHED"
    TOLD = "TOLD"
    BOOKED = "BOOKED"
    HELD = "HELD"
    DONE = "DONE"
    PET_DIED = "PET_DIED"
    NO_OWNER = "NO_OWNER"
    RULE_OFF = "RULE_OFF"
    DOES_NOT_FIT = "DOES_NOT_FIT"
    NO_LONGER_DUE = "NO_LONGER_DUE"


class Reminder(Row):
    """Something that a rule makes due for a pet, in one cycle: until it is done, and the next cycle begins.

    `subject` tells apart what one rule may make due for one pet at once: the disease, the step, the prescription; "" where
    there is but one. `cycle` says from what it is counted: the dose, the visit, the repeat before; "0" when there was none.
    `version` is the one by which it was worked out last. `sentence` says why it is due.

    `due_on` is a day of the calendar at `location`. `last_step` is the last step that was decided, `next_step_at` when the
    next one is, null when none is to come or it does not go on; `look_again_at` is when time alone changes something.
    `round` begins anew, with all steps, when it turns out to be due much later than was told (`told_due_on`).
    """

    pet: fields.ForeignKeyRelation[Pet] = fields.ForeignKeyField(
        "models.Pet", related_name="reminders", on_delete=fields.OnDelete.RESTRICT
    )
    pet_id: UUID
    version: fields.ForeignKeyRelation[ReminderRuleVersion] = fields.ForeignKeyField(
        "models.ReminderRuleVersion", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    version_id: UUID
    rule: fields.ForeignKeyRelation[ReminderRule] = fields.ForeignKeyField(
        "models.ReminderRule", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    rule_id: UUID
    subject = fields.CharField(max_length=40, default="")
    cycle = fields.CharField(max_length=64)
    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    location_id: UUID
    due_on = fields.DateField()
    sentence = fields.TextField()
    state = fields.CharEnumField(ReminderState, max_length=16)
    reason = fields.CharEnumField(ReminderReason, max_length=16)
    round = fields.SmallIntField(default=1)
    last_step = fields.SmallIntField(null=True)
    next_step_at = no_instant_yet()
    look_again_at = no_instant_yet()
    told_due_on = fields.DateField(null=True)
    appointment: fields.ForeignKeyNullableRelation[Appointment] = fields.ForeignKeyField(
        "models.Appointment", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    appointment_id: UUID | None
    booked_at = no_instant_yet()
    done_on = fields.DateField(null=True)
    held_because = fields.TextField(default="")
    held_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    held_by_id: UUID | None
    planned_at = Instant()
    changed_at = Instant()

    class Meta:
        table = "reminder"
        unique_together = (("pet", "rule", "subject", "cycle"),)
        indexes = (("location_id", "due_on"), ("rule_id", "due_on"))


class NoticeOutcome(StrEnum):
    """What became of telling somebody: it waits in a letter, was sent, withheld, withdrawn, failed, or is doubtful."""

    WAITING = "WAITING"
    SENT = "SENT"
    WITHHELD = "WITHHELD"
    WITHDRAWN = "WITHDRAWN"
    FAILED = "FAILED"
    DOUBTFUL = "DOUBTFUL"


class NoticeReason(StrEnum):
    """Why somebody is told, or is not."""

    STEP_REACHED = "STEP_REACHED"
    NO_CONSENT = "NO_CONSENT"
    NO_ADDRESS = "NO_ADDRESS"
    ADDRESS_UNDELIVERABLE = "ADDRESS_UNDELIVERABLE"
    TOO_LATE = "TOO_LATE"
    TOLD_RECENTLY = "TOLD_RECENTLY"
    BOOKED = "BOOKED"
    HELD = "HELD"
    DONE = "DONE"
    PET_DIED = "PET_DIED"
    NO_OWNER = "NO_OWNER"
    RULE_OFF = "RULE_OFF"
    NO_LONGER_DUE = "NO_LONGER_DUE"
    MAIL_REFUSED = "MAIL_REFUSED"
    NO_ANSWER = "NO_ANSWER"


class ReminderNotice(Row):
    """A decision: whether one person is told of one step of a reminder over one channel, and why. There is one for each.

    `consent_source` and `consent_at` say from where and when the consent was, null where nothing was said. `rule_version`
    and `due_on` are as they were told. A person who is not told by letter has no `message`.
    """

    reminder: fields.ForeignKeyRelation[Reminder] = fields.ForeignKeyField(
        "models.Reminder", related_name="notices", on_delete=fields.OnDelete.RESTRICT
    )
    reminder_id: UUID
    round = fields.SmallIntField()
    step = fields.SmallIntField()
    channel = fields.CharEnumField(Channel, max_length=8)
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "models.Client", related_name="reminder_notices", on_delete=fields.OnDelete.RESTRICT
    )
    client_id: UUID
    outcome = fields.CharEnumField(NoticeOutcome, max_length=16)
    reason = fields.CharEnumField(NoticeReason, max_length=24)
    rule_version = fields.SmallIntField()
    due_on = fields.DateField()
    consent_source = fields.CharEnumField(ConsentSource, max_length=16, null=True)
    consent_at = no_instant_yet()
    message: fields.ForeignKeyNullableRelation[Message] = fields.ForeignKeyField(
        "models.Message", related_name="notices", on_delete=fields.OnDelete.RESTRICT, null=True
    )
    message_id: UUID | None
    decided_at = Instant()
    settled_at = no_instant_yet()

    class Meta:
        table = "reminder_notice"
        unique_together = (("reminder", "round", "step", "channel", "client"),)
        indexes = (("client_id",), ("message_id",))


def dedupe_key(reminder_id: UUID, round_: int, step: int, channel: Channel, client_id: UUID) -> str:
    """What is never sent twice, in words that stay the same: reminder (a pet, a rule, a cycle), round, step, channel, person."""
    return f"{reminder_id}:{round_}:{step}:{channel}:{client_id}"


class ReminderProgress(Row):
    """How far the trail has been read for what changes reminders: one row, held by whoever plans or decides.

    When something happens that may concern every pet, all are gone through in the order of their keys: `gone_to` is the
    last one that was looked at, null while nobody goes round. `goes_round_again` when the same happened meanwhile.
    """

    is_the_only_one = fields.BooleanField(default=True, unique=True)
    last_number = fields.BigIntField(default=0)
    gone_to = fields.UUIDField(null=True)
    goes_round_again = fields.BooleanField(default=False)

    class Meta:
        table = "reminder_progress"
