"""Reminder rules: what the oracle says of them; and those that there are in the house."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from models import ReminderRule, RuleKind, Service, Species, Target
from tests.oracle.kinds import Thing
from tests.world import NOW, World, a_rule, a_rule_version

if TYPE_CHECKING:
    from tests.oracle.oracle import Oracle


async def some_rules(world: World) -> None:
    """One of every kind, on and off, of one version or several; the services that they book are not all offered."""
    check, farewell = await Service.get(name="Ärztliche Visite"), await Service.get(name="Dental")
    rabies = await a_rule(targets=[Target.RABIES], called={"de": "Tollwutimpfung", "en": "rabies booster"})
    await a_rule_version(rabies, species=[Species.DOG, Species.CAT], made_by_id=world.manager.id, steps=[0])
    await a_rule_version(rabies, location_id=world.location.id, services=(check, world.service), from_age_months=6)
    await ReminderRule.filter(id=rabies.id).update(version=2)
    yearly: Any = {"every_months": 12, "first_age_months": 12, "until_age_months": 84}
    await a_rule("Élan check", RuleKind.SERVICE_INTERVAL, services=(world.service, farewell), **yearly, is_on=False)
    await a_rule("Élan check", RuleKind.AGE, services=(farewell,), first_age_months=84, steps=(-14, 0))
    await a_rule("Medicine", RuleKind.PRESCRIPTION_REPEAT, steps=(-7,))
    await ReminderRule.filter(name="Medicine").update(is_on=False, switched_at=NOW)
    await a_rule("Recheck", RuleKind.TREATMENT_STEP, steps=(-2, 5))


def _version(oracle: Oracle, row: Any) -> Thing:
    (found,) = oracle.all("ReminderRuleVersion", rule_id=row.id, number=row.version)
    return found


def _services(oracle: Oracle, row: Any) -> list[Thing | None]:
    return [oracle.one("Service", each.row.service_id) for each in oracle.all(_JOIN, "position", version_id=row.id)]


def _called(_oracle: Oracle, row: Any) -> list[dict[str, str]]:
    return [{"language": language, "name": name} for language, name in sorted(json.loads(row.called).items())]


_JOIN = "ReminderRuleService"
SPECIAL: dict[tuple[str, str], Any] = {
    ("ReminderRule", "versionNumber"): lambda _oracle, row: row.version,
    ("ReminderRule", "version"): _version,
    ("ReminderRuleVersion", "services"): _services,
    ("ReminderRuleVersion", "called"): _called,
}
