"""Samples of what is decided about reminding."""

from __future__ import annotations

from collections.abc import Callable

from tests.api.samples import Sample
from tests.doors import id_of
from tests.world import World, a_rule, a_service


async def of_reminder_rules(world: World, sample: Callable[..., Sample]) -> list[Sample]:
    """A sample of every mutation about reminder rules, and about when letters go out."""
    checks = [id_of(await a_service(name)) for name in ("Teeth", "Heart")]
    amended, off, on = await a_rule("Rabies"), await a_rule("Core doses", is_on=False), await a_rule("Other doses")
    others = [id_of(await a_rule(name, is_on=name == "Puppies")) for name in ("Kittens", "Puppies")]
    rule = "{ rule { id name isOn versionNumber } }"
    ages = {"fromAgeMonths": 12, "untilAgeMonths": 120}
    terms = {"species": ["DOG", "CAT"], "steps": [-14, 0, 21], "locationId": id_of(world.location), **ages}
    called = [{"language": "en", "name": "yearly check"}, {"language": "de", "name": "Jahrescheck"}]
    return [
        sample(
            "addReminderRule",
            f"ReminderRuleAdded {rule}",
            {
                "name": "Yearly check",
                "kind": "SERVICE_INTERVAL",
                "everyMonths": 12,
                "firstAgeMonths": 12,
                "targets": [],
                "serviceIds": checks,
                "called": called,
                **terms,
            },
            {"everyMonths": 6},
            ReminderRule=1,
            ReminderRuleVersion=1,
            ReminderRuleService=2,
        ),
        sample(
            "amendReminderRule",
            f"ReminderRuleAmended {rule}",
            {
                "ruleId": id_of(amended),
                "name": "Rabies boosters",
                "targets": ["RABIES"],
                "everyMonths": None,
                "firstAgeMonths": None,
                "serviceIds": checks,
                "called": called,
                **terms,
            },
            {"steps": [0]},
            ReminderRuleVersion=1,
            ReminderRuleService=2,
        ),
        sample(
            "switchReminderRuleOn",
            f"ReminderRuleSwitchedOn {rule}",
            {"ruleId": id_of(off)},
            {"ruleId": others[0]},
        ),
        sample(
            "switchReminderRuleOff",
            f"ReminderRuleSwitchedOff {rule}",
            {"ruleId": id_of(on)},
            {"ruleId": others[1]},
        ),
        sample(
            "amendReminderSettings",
            "ReminderSettingsAmended { practice { id lettersFrom lettersUntil } }",
            {"lettersFrom": "09:00", "lettersUntil": "18:30"},
            {"lettersUntil": "19:00"},
        ),
    ]
