"""A reminder rule is changed while something else is done to it or to what it names: each waits, and nothing is lost."""

from __future__ import annotations

from functools import partial
from typing import Any

from models import ReminderRule, ReminderRuleVersion, Service
from models.refusal import InvalidInput
from resolvers import reminder_rules, services
from resolvers.reminder_rules import RuleChanges
from resolvers.services import ServiceChanges
from tests.found import events
from tests.racing import meanwhile
from tests.world import NOW, a_manager, a_rule, a_service

QUIET = ServiceChanges(is_farewell=True)


async def test_two_managers_who_amend_a_rule_at_once_make_two_versions(database):
    manager, rule = await a_manager(), await a_rule()
    amend = partial(reminder_rules.amend, manager.viewer, rule.id, now=NOW)
    told = await meanwhile(
        partial(amend, RuleChanges(steps=(0,)), key="1"), partial(amend, RuleChanges(from_age_months=6), key="2")
    )
    assert told == rule.id
    made = await ReminderRuleVersion.filter(rule_id=rule.id).order_by("number")
    assert [each.number for each in made] == [1, 2, 3]
    assert [[int(step) for step in each.steps] for each in made[1:]] == [[0], [0]]
    assert [each.from_age_months for each in made] == [None, None, 6]
    assert (await ReminderRule.get(id=rule.id)).version == 3


async def test_a_rule_never_names_a_farewell_whoever_is_first(database):
    manager, check, teeth = await a_manager(), await a_service("Check"), await a_service("Teeth")
    rule: Any = await a_rule()

    def named(service: Service) -> Any:
        changes = RuleChanges(service_ids=(service.id,))
        return partial(reminder_rules.amend, manager.viewer, rule.id, changes, key=f"{service.id}", now=NOW)

    def quiet(service: Service) -> Any:
        return partial(services.amend, manager.viewer, service.id, QUIET, key=f"{service.id}", now=NOW)

    refused = await meanwhile(named(check), quiet(check))
    assert isinstance(refused, InvalidInput)
    assert refused.path == ("isFarewell",)
    refused = await meanwhile(quiet(teeth), named(teeth))
    assert isinstance(refused, InvalidInput)
    assert refused.path == ("serviceIds",)
    assert await events() == ["REMINDER_RULE_AMENDED", "SERVICE_AMENDED"]


async def test_a_rule_is_switched_once_by_two_who_switch_it_at_once(database):
    manager, rule = await a_manager(), await a_rule(is_on=False)
    switch = partial(reminder_rules.switch_on, manager.viewer, rule.id, now=NOW)
    assert await meanwhile(partial(switch, key="1"), partial(switch, key="2")) == rule.id
    assert await events() == ["REMINDER_RULE_SWITCHED_ON"]
