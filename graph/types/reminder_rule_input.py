"""What is given about reminder rules."""

from __future__ import annotations

from uuid import UUID

import strawberry

from graph.deeds import deed_input, said
from graph.ids import maybe_key
from graph.inputs import few, keys, species
from models.language import SPOKEN
from models.pet import Species
from models.reminder_rule import LEAST_BETWEEN_STEPS, MOST_STEPS, RuleKind
from models.role import Role
from models.rule_terms import LONGEST_INTERVAL_MONTHS, MOST_SERVICES, OLDEST_MONTHS, Terms
from models.vaccine import Target

SPECIES = "For which species, each once; none: for all"
FROM = f"Only for pets that are as old as this on the day on which it is due, in months, 0 to {OLDEST_MONTHS}"
UNTIL = f"Only for pets younger than this on that day, in months, 1 to {OLDEST_MONTHS}"
TARGETS = "For doses against one of these; none: against anything. Only for a `VACCINATION`"
EVERY = f"After how many months the service is due again, 1 to {LONGEST_INTERVAL_MONTHS}. A `SERVICE_INTERVAL` needs it"
FIRST = (
    f"At which age it is due, in months, 1 to {OLDEST_MONTHS}: an `AGE` needs it. For a `SERVICE_INTERVAL` the age at which"
    " it is due for a pet for which it has never been done; without one it is not"
)
CALLED = f"What letters call it, once for each of the languages {', '.join(f'`{each}`' for each in SPOKEN)}"
STEPS = (
    f"On which days owners are told, counted from the day on which it is due: 1 to {MOST_STEPS}, rising, at least"
    f" {LEAST_BETWEEN_STEPS} days apart, from -366 to 366; -30 is 30 days before"
)
LOCATION = "Only for pets whose place this is; null: for all"
SERVICES = (
    f"With which services it gets done, at most {MOST_SERVICES}, the one to book first: each is offered, and none is a"
    " farewell. A `SERVICE_INTERVAL` and an `AGE` need one"
)


@deed_input(Role.MANAGER)
class ReminderNameInput:
    """What letters in one language call what is due."""

    language: str = said("The language, as a BCP 47 tag: `en`, `de` or `es`.")
    name: str = said("What it is called, 1 to 100 characters: `rabies booster`.")


@deed_input(Role.MANAGER)
class ReminderRuleInput:
    """What makes something due, for which pets, and when their owners are told."""

    kind: RuleKind = said("What makes something due; it never changes.")
    species: list[Species] | None = said(f"{SPECIES}.", default=None)
    from_age_months: int | None = said(f"{FROM}.", default=None)
    until_age_months: int | None = said(f"{UNTIL}.", default=None)
    targets: list[Target] | None = said(f"{TARGETS}.", default=None)
    every_months: int | None = said(f"{EVERY}.", default=None)
    first_age_months: int | None = said(f"{FIRST}.", default=None)
    called: list[ReminderNameInput] | None = said(f"{CALLED}; as the rule is named where one is missing.", default=None)
    steps: list[int] = said(f"{STEPS}.")
    location_id: strawberry.ID | None = said(f"{LOCATION}.", default=None)
    service_ids: list[strawberry.ID] | None = said(f"{SERVICES}.", default=None)

    @property
    def terms(self) -> Terms:
        """What it says, as the deeds take it."""
        return Terms(
            species=species(self.species or []),
            from_age_months=self.from_age_months,
            until_age_months=self.until_age_months,
            targets=targets_of(self.targets or []),
            every_months=self.every_months,
            first_age_months=self.first_age_months,
            called=called_of(self.called or []),
            steps=steps_of(self.steps),
            location_id=maybe_key("Location", self.location_id),
            service_ids=services_of(self.service_ids or []),
        )


def targets_of(given: list[Target]) -> tuple[Target, ...]:
    """The diseases, as the deeds take them.

    Raises:
        InvalidInput: there are too many.
    """
    return tuple(few(given, len(Target), "targets"))


def called_of(given: list[ReminderNameInput]) -> tuple[tuple[str, str], ...]:
    """What it is called, as pairs of a language and a name.

    Raises:
        InvalidInput: there are too many.
    """
    return tuple((each.language, each.name) for each in few(given, len(SPOKEN), "called"))


def steps_of(given: list[int]) -> tuple[int, ...]:
    """The days on which owners are told, as the deeds take them.

    Raises:
        InvalidInput: there are too many.
    """
    return tuple(few(given, MOST_STEPS, "steps"))


def services_of(given: list[strawberry.ID]) -> tuple[UUID, ...]:
    """The keys of the services, in their order.

    Raises:
        InvalidInput: there are too many.
    """
    return keys("Service", few(given, MOST_SERVICES, "serviceIds"))
