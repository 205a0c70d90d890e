"""Reminder rules, and every version of them."""

from __future__ import annotations

import json
from datetime import datetime

import strawberry

import models
from graph.reading.shape import column, computed, many, one, shape
from graph.roles import STAFF, allow
from graph.types.enums import described
from graph.types.location import Location
from graph.types.node import Node, id_of
from graph.types.service import Service
from graph.types.staff import Staff
from models.pet import Species
from models.reminder_rule import RuleKind
from models.vaccine import Target

described(
    RuleKind,
    "What makes something due.",
    {
        RuleKind.VACCINATION: "The next dose, on the day that the vaccination protocols of the practice say.",
        RuleKind.TREATMENT_STEP: "An open step of a treatment plan of the practice, on its day.",
        RuleKind.PRESCRIPTION_REPEAT: "What was handed out is used up and may be repeated, while the prescription is valid.",
        RuleKind.SERVICE_INTERVAL: "A service is due again so many months after it was last done.",
        RuleKind.AGE: "The pet reaches an age.",
    },
    roles=STAFF,
    name="ReminderRuleKind",
)


@strawberry.type(directives=[allow(STAFF)], description="What is due under a rule, as letters in one language call it.")
class ReminderName:
    """What is due under a rule, as letters in one language call it."""

    language: str = strawberry.field(description="The language, as a BCP 47 tag: `en`, `de` or `es`.")
    name: str = strawberry.field(description="What it is called: `rabies booster`.")


def names(called: str) -> list[ReminderName]:
    """What is kept as JSON, by language."""
    return [ReminderName(language=language, name=name) for language, name in sorted(json.loads(called).items())]


@shape(models.ReminderRuleVersion, STAFF)
class ReminderRuleVersion(Node):
    """One version of what a reminder rule does. It never changes; a new one replaces it."""

    id: strawberry.ID = id_of("ReminderRuleVersion")
    number: int = column("Which version of its rule this is, from 1.")
    rule: ReminderRule = one("Of which rule.", carried=True)
    species: list[Species] = column("For which species; empty: for all.")
    from_age_months: int | None = column(
        "Only for pets that are as old as this on the day on which it is due, in months; null: of any age."
    )
    until_age_months: int | None = column("Only for pets younger than this on that day, in months; null: of any age.")
    targets: list[Target] = column("For doses against one of these; empty: against anything, or it is not about doses.")
    every_months: int | None = column(
        "After how many months the service is due again; null unless the rule is a `SERVICE_INTERVAL`."
    )
    first_age_months: int | None = column(
        "At which age, in months, it is due: for an `AGE`; or the first time, for a `SERVICE_INTERVAL` that has never been"
        " done. Null: never by age."
    )
    called: list[ReminderName] = computed(
        "What letters call it, by language; in a language that is missing, they call it as the rule is named.",
        names,
        "called",
    )
    steps: list[int] = column(
        "On which days owners are told, counted from the day on which it is due, rising: -30 is 30 days before, 14 is 14"
        " days after."
    )
    location: Location | None = one("Only for pets whose place this is; null: for all.", carried=True)
    services: list[Service] = many(
        "The services with which it gets done: the first is the one to book.",
        models.ReminderRuleService,
        "version",
        order=("position",),
        via="service",
        size=3,
    )
    made_at: datetime = column("Since when there is this version.")
    made_by: Staff | None = one("Who made it; null when it was nobody of the staff.", carried=True)


@shape(models.ReminderRule, STAFF)
class ReminderRule(Node):
    """A rule by which something becomes due for pets, and their owners are reminded while it is on."""

    id: strawberry.ID = id_of("ReminderRule")
    name: str = column("What it is called.")
    kind: RuleKind = column("What makes something due; it never changes.")
    is_on: bool = column("Whether pets are reminded by it now.")
    switched_at: datetime | None = column("When it was last switched on or off; null while it has never been on.")
    created_at: datetime = column("When it was added.")
    version_number: int = column("The number of the version that says what it does now.", of="version")
    version: ReminderRuleVersion = one(
        "What it does now.", key="versions", carried=True, which="{one}.number = {t}.version"
    )
    versions: list[ReminderRuleVersion] = many(
        "Every version of what it does, the latest first.",
        models.ReminderRuleVersion,
        "rule",
        order=("-number",),
        size=3,
    )
