"""Adding reminder rules, amending them, and switching them on and off."""

from __future__ import annotations

from uuid import UUID

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key, maybe_key
from graph.inputs import changed, changed_not_cleared, few, keys
from graph.types.reminder_rule import ReminderRule
from models.language import SPOKEN
from models.pet import Species
from models.refusal import LocationClosed
from models.reminder_rule import LEAST_BETWEEN_STEPS, MOST_STEPS, RuleKind
from models.role import Role
from models.rule_terms import LONGEST_INTERVAL_MONTHS, MOST_SERVICES, OLDEST_MONTHS, Terms
from models.vaccine import Target
from resolvers import reminder_rules
from resolvers.access import Deed
from resolvers.reminder_rules import NewRule, RuleChanges

_NAME = "What it is called, 1 to 200 characters"
_SPECIES = "For which species, each once; none: for all"
_FROM = f"Only for pets that are as old as this on the day on which it is due, in months, 0 to {OLDEST_MONTHS}"
_UNTIL = f"Only for pets younger than this on that day, in months, 1 to {OLDEST_MONTHS}"
_TARGETS = "For doses against one of these; none: against anything. Only for a `VACCINATION`"
_EVERY = (
    f"After how many months the service is due again, 1 to {LONGEST_INTERVAL_MONTHS}. A `SERVICE_INTERVAL` needs it"
)
_FIRST = (
    f"At which age it is due, in months, 1 to {OLDEST_MONTHS}: an `AGE` needs it. For a `SERVICE_INTERVAL` the age at which"
    " it is due for a pet for which it has never been done; without one it is not"
)
_CALLED = f"What letters call it, once for each of the languages {', '.join(f'`{each}`' for each in SPOKEN)}"
_STEPS = (
    f"On which days owners are told, counted from the day on which it is due: 1 to {MOST_STEPS}, rising, at least"
    f" {LEAST_BETWEEN_STEPS} days apart, from -366 to 366; -30 is 30 days before"
)
_LOCATION = "Only for pets whose place this is; null: for all"
_SERVICES = (
    f"With which services it gets done, at most {MOST_SERVICES}, the one to book first: each is offered, and none is a"
    " farewell. A `SERVICE_INTERVAL` and an `AGE` need one"
)
_WHOLE = "They replace all there were"
_FIXED = "It cannot be cleared."


@deed_input(Role.MANAGER)
class ReminderNameInput:
    """What letters in one language call what is due."""

    language: str = said("The language, as a BCP 47 tag: `en`, `de`.")
    name: str = said("What it is called, 1 to 100 characters: `rabies booster`.")


@deed_input(Role.MANAGER)
class ReminderRuleInput:
    """What makes something due, for which pets, and when their owners are told."""

    kind: RuleKind = said("What makes something due; it never changes.")
    species: list[Species] | None = said(f"{_SPECIES}.", default=None)
    from_age_months: int | None = said(f"{_FROM}.", default=None)
    until_age_months: int | None = said(f"{_UNTIL}.", default=None)
    targets: list[Target] | None = said(f"{_TARGETS}.", default=None)
    every_months: int | None = said(f"{_EVERY}.", default=None)
    first_age_months: int | None = said(f"{_FIRST}.", default=None)
    called: list[ReminderNameInput] | None = said(
        f"{_CALLED}; as the rule is named where one is missing.", default=None
    )
    steps: list[int] = said(f"{_STEPS}.")
    location_id: strawberry.ID | None = said(f"{_LOCATION}.", default=None)
    service_ids: list[strawberry.ID] | None = said(f"{_SERVICES}.", default=None)

    @property
    def terms(self) -> Terms:
        """What it says, as the deeds take it."""
        return Terms(
            species=_species(self.species or []),
            from_age_months=self.from_age_months,
            until_age_months=self.until_age_months,
            targets=_targets(self.targets or []),
            every_months=self.every_months,
            first_age_months=self.first_age_months,
            called=_called(self.called or []),
            steps=_steps(self.steps),
            location_id=maybe_key("Location", self.location_id),
            service_ids=_services(self.service_ids or []),
        )


@deed_input(Role.MANAGER)
class AddReminderRuleInput(ReminderRuleInput):
    """A rule by which owners can be reminded; it is off at first."""

    name: str = said(f"{_NAME}.")
    idempotency_key: str = said(KEY)


@deed_input(Role.MANAGER)
class AmendReminderRuleInput:
    """What changes about a rule; what is not given stays as it is."""

    rule_id: strawberry.ID = said("Which rule.")
    name: str | None = said(f"{_NAME}. {_FIXED}", default=strawberry.UNSET)
    species: list[Species] | None = said(f"{_SPECIES}. {_WHOLE}; null is none.", default=strawberry.UNSET)
    from_age_months: int | None = said(f"{_FROM}; null: of any age.", default=strawberry.UNSET)
    until_age_months: int | None = said(f"{_UNTIL}; null: of any age.", default=strawberry.UNSET)
    targets: list[Target] | None = said(f"{_TARGETS}. {_WHOLE}; null is none.", default=strawberry.UNSET)
    every_months: int | None = said(f"{_EVERY}.", default=strawberry.UNSET)
    first_age_months: int | None = said(f"{_FIRST}.", default=strawberry.UNSET)
    called: list[ReminderNameInput] | None = said(f"{_CALLED}. {_WHOLE}; null is none.", default=strawberry.UNSET)
    steps: list[int] | None = said(f"{_STEPS}. {_WHOLE}. {_FIXED}", default=strawberry.UNSET)
    location_id: strawberry.ID | None = said(f"{_LOCATION}.", default=strawberry.UNSET)
    service_ids: list[strawberry.ID] | None = said(f"{_SERVICES}. {_WHOLE}; null is none.", default=strawberry.UNSET)
    idempotency_key: str = said(KEY)


@deed_input(Role.MANAGER)
class SwitchReminderRuleOnInput:
    """The rule by which owners are reminded from now on."""

    rule_id: strawberry.ID = said("Which rule.")
    idempotency_key: str = said(KEY)


@deed_input(Role.MANAGER)
class SwitchReminderRuleOffInput:
    """The rule by which nobody is reminded any more."""

    rule_id: strawberry.ID = said("Which rule.")
    idempotency_key: str = said(KEY)


@payload(Role.MANAGER)
class ReminderRuleAdded:
    """It is there, and off: ask `reminderRuleForecast` what it would do, and switch it on."""

    rule: ReminderRule = said("The rule as it is now.")


@payload(Role.MANAGER)
class ReminderRuleAmended:
    """The rule has a new version, unless nothing but its name has changed. What was told stays told."""

    rule: ReminderRule = said("The rule as it is now.")


@payload(Role.MANAGER)
class ReminderRuleSwitchedOn:
    """What is due under it is planned now, and owners are told from the next step on that comes for each pet."""

    rule: ReminderRule = said("The rule as it is now.")


@payload(Role.MANAGER)
class ReminderRuleSwitchedOff:
    """What was planned under it is withdrawn, with the letters that wait."""

    rule: ReminderRule = said("The rule as it is now.")


@strawberry.type
class ReminderRuleMutations:
    """Adding reminder rules, amending them, and switching them on and off."""

    @mutation(Deed.ADD_REMINDER_RULE, ReminderRuleAdded, LocationClosed)
    async def add_reminder_rule(self, info: Info, input: AddReminderRuleInput) -> object:
        """Add a reminder rule, which is off at first. Only somebody who manages the whole practice may."""
        viewer = info.context.viewer
        rule = NewRule(input.name, input.kind, input.terms)
        added = await reminder_rules.add(viewer, rule, key=input.idempotency_key, now=info.context.now)
        return answered(ReminderRuleAdded, rule=reminder_rules.one(viewer, added))

    @mutation(Deed.AMEND_REMINDER_RULE, ReminderRuleAmended, LocationClosed)
    async def amend_reminder_rule(self, info: Info, input: AmendReminderRuleInput) -> object:
        """Change what a reminder rule does. Only somebody who manages the whole practice may.

        It gets a new version, and the ones before stay as they are. Without anything new there is no new version, and a
        new name alone needs none.
        """
        viewer = info.context.viewer
        changes = RuleChanges(
            name=changed_not_cleared(input.name, "name"),
            species=changed(input.species, _species, null=()),
            from_age_months=changed(input.from_age_months, null=None),
            until_age_months=changed(input.until_age_months, null=None),
            targets=changed(input.targets, _targets, null=()),
            every_months=changed(input.every_months, null=None),
            first_age_months=changed(input.first_age_months, null=None),
            called=changed(input.called, _called, null=()),
            steps=changed_not_cleared(input.steps, "steps", _steps),
            location_id=changed(input.location_id, lambda given: maybe_key("Location", given), null=None),
            service_ids=changed(input.service_ids, _services, null=()),
        )
        rule_id = key("ReminderRule", input.rule_id)
        amended = await reminder_rules.amend(viewer, rule_id, changes, key=input.idempotency_key, now=info.context.now)
        return answered(ReminderRuleAmended, rule=reminder_rules.one(viewer, amended))

    @mutation(Deed.SWITCH_REMINDER_RULE_ON, ReminderRuleSwitchedOn, LocationClosed)
    async def switch_reminder_rule_on(self, info: Info, input: SwitchReminderRuleOnInput) -> object:
        """Remind by a rule from now on. Only somebody who manages the whole practice may.

        `InvalidInput` where one of its services is not offered any more, or has become a farewell.
        """
        viewer, rule_id = info.context.viewer, key("ReminderRule", input.rule_id)
        switched = await reminder_rules.switch_on(viewer, rule_id, key=input.idempotency_key, now=info.context.now)
        return answered(ReminderRuleSwitchedOn, rule=reminder_rules.one(viewer, switched))

    @mutation(Deed.SWITCH_REMINDER_RULE_OFF, ReminderRuleSwitchedOff)
    async def switch_reminder_rule_off(self, info: Info, input: SwitchReminderRuleOffInput) -> object:
        """Remind by a rule no longer. Only somebody who manages the whole practice may."""
        viewer, rule_id = info.context.viewer, key("ReminderRule", input.rule_id)
        switched = await reminder_rules.switch_off(viewer, rule_id, key=input.idempotency_key, now=info.context.now)
        return answered(ReminderRuleSwitchedOff, rule=reminder_rules.one(viewer, switched))


def _species(given: list[Species]) -> tuple[Species, ...]:
    return tuple(few(given, len(Species), "species"))


def _targets(given: list[Target]) -> tuple[Target, ...]:
    return tuple(few(given, len(Target), "targets"))


def _called(given: list[ReminderNameInput]) -> tuple[tuple[str, str], ...]:
    return tuple((each.language, each.name) for each in few(given, len(SPOKEN), "called"))


def _steps(given: list[int]) -> tuple[int, ...]:
    return tuple(few(given, MOST_STEPS, "steps"))


def _services(given: list[strawberry.ID]) -> tuple[UUID, ...]:
    return keys("Service", few(given, MOST_SERVICES, "serviceIds"))
