"""Adding reminder rules, amending them, and switching them on and off."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key, maybe_key
from graph.inputs import changed, changed_not_cleared, species
from graph.types.reminder_rule import ReminderRule
from graph.types.reminder_rule_input import (
    CALLED,
    EVERY,
    FIRST,
    FROM,
    LOCATION,
    SERVICES,
    SPECIES,
    STEPS,
    TARGETS,
    UNTIL,
    ReminderNameInput,
    ReminderRuleInput,
    called_of,
    services_of,
    steps_of,
    targets_of,
)
from models.pet import Species
from models.refusal import LocationClosed
from models.role import Role
from models.vaccine import Target
from resolvers import reminder_rules
from resolvers.access import Deed
from resolvers.reminder_rules import NewRule, RuleChanges

_NAME = "What it is called, 1 to 200 characters"
_WHOLE = "They replace all there were"
_FIXED = "It cannot be cleared."


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
    species: list[Species] | None = said(f"{SPECIES}. {_WHOLE}; null is none.", default=strawberry.UNSET)
    from_age_months: int | None = said(f"{FROM}; null: of any age.", default=strawberry.UNSET)
    until_age_months: int | None = said(f"{UNTIL}; null: of any age.", default=strawberry.UNSET)
    targets: list[Target] | None = said(f"{TARGETS}. {_WHOLE}; null is none.", default=strawberry.UNSET)
    every_months: int | None = said(f"{EVERY}.", default=strawberry.UNSET)
    first_age_months: int | None = said(f"{FIRST}.", default=strawberry.UNSET)
    called: list[ReminderNameInput] | None = said(f"{CALLED}. {_WHOLE}; null is none.", default=strawberry.UNSET)
    steps: list[int] | None = said(f"{STEPS}. {_WHOLE}. {_FIXED}", default=strawberry.UNSET)
    location_id: strawberry.ID | None = said(f"{LOCATION}.", default=strawberry.UNSET)
    service_ids: list[strawberry.ID] | None = said(f"{SERVICES}. {_WHOLE}; null is none.", default=strawberry.UNSET)
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
            species=changed(input.species, species, null=()),
            from_age_months=changed(input.from_age_months, null=None),
            until_age_months=changed(input.until_age_months, null=None),
            targets=changed(input.targets, targets_of, null=()),
            every_months=changed(input.every_months, null=None),
            first_age_months=changed(input.first_age_months, null=None),
            called=changed(input.called, called_of, null=()),
            steps=changed_not_cleared(input.steps, "steps", steps_of),
            location_id=changed(input.location_id, lambda given: maybe_key("Location", given), null=None),
            service_ids=changed(input.service_ids, services_of, null=()),
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
