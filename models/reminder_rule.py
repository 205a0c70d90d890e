"""Reminder rules: what makes something due, when its owners are told, and what they can book for it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final
from uuid import UUID

from tortoise import fields

from models.location import Location
from models.row import Instant, Row, Words, no_instant_yet
from models.service import Service
from models.staff import Staff

MOST_STEPS: Final = 8
"""How often somebody may be told about one thing."""
LEAST_BETWEEN_STEPS: Final = 3
"""How many days lie between two letters about the same thing, at least."""
FURTHEST_STEP: Final = 366
"""How many days before or after something is due its owners may be told."""


class RuleKind(StrEnum):
    """What makes something due.

    VACCINATION: the next dose, as the vaccination protocols say. TREATMENT_STEP: a step of a treatment plan that has a
    day. PRESCRIPTION_REPEAT: what was handed out is used up, and may be repeated. SERVICE_INTERVAL: a service is due so
    many months after it was last done. AGE: the pet reaches an age.
    """

    VACCINATION = "VACCINATION"
    TREATMENT_STEP = "TREATMENT_STEP"
    PRESCRIPTION_REPEAT = "PRESCRIPTION_REPEAT"
    SERVICE_INTERVAL = "SERVICE_INTERVAL"
    AGE = "AGE"


class ReminderRule(Row):
    """A rule, whose versions say what it does: the one with the number `version` is in force while `is_on`."""

    name = fields.TextField()
    fold = fields.TextField()
    kind = fields.CharEnumField(RuleKind, max_length=24)
    version = fields.SmallIntField(default=1)
    is_on = fields.BooleanField(default=False)
    switched_at = no_instant_yet()
    created_at = Instant()

    class Meta:
        table = "reminder_rule"


class ReminderRuleVersion(Row):
    """One version of what a rule does. It never changes.

    For whom: pets of one of the `species` (all when there are none), from `from_age_months` until before
    `until_age_months`, whose place is `location` (everywhere without one). What: doses against one of the `targets` (all
    when there are none), for a vaccination; a service again `every_months` after it was last done, the first time at
    `first_age_months` (never by itself without that), for an interval; the age `first_age_months`, for an age.

    `called` is JSON: what it is called in letters, by language (`{"en": "rabies booster"}`); the name of the rule where a
    language is missing. `steps` are days, counted from the day on which something is due, and rising (`[-30, -7, 0, 14]`).
    """

    rule: fields.ForeignKeyRelation[ReminderRule] = fields.ForeignKeyField(
        "models.ReminderRule", related_name="versions", on_delete=fields.OnDelete.RESTRICT
    )
    rule_id: UUID
    number = fields.SmallIntField()
    species = Words(default=list)
    from_age_months = fields.SmallIntField(null=True)
    until_age_months = fields.SmallIntField(null=True)
    targets = Words(default=list)
    every_months = fields.SmallIntField(null=True)
    first_age_months = fields.SmallIntField(null=True)
    called = fields.TextField(default="{}")
    steps = Words()
    location: fields.ForeignKeyNullableRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    location_id: UUID | None
    made_at = Instant()
    made_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    made_by_id: UUID | None

    class Meta:
        table = "reminder_rule_version"
        unique_together = (("rule", "number"),)


class ReminderRuleService(Row):
    """A service with which what is due gets done: the one in the first position is the one to book."""

    version: fields.ForeignKeyRelation[ReminderRuleVersion] = fields.ForeignKeyField(
        "models.ReminderRuleVersion", related_name="services", on_delete=fields.OnDelete.RESTRICT
    )
    version_id: UUID
    service: fields.ForeignKeyRelation[Service] = fields.ForeignKeyField(
        "models.Service", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    service_id: UUID
    position = fields.SmallIntField()

    class Meta:
        table = "reminder_rule_service"
        unique_together = (("version", "service"), ("version", "position"))
