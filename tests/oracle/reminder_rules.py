"""Reminder rules: what the oracle says of them; and those that there are in the house."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from models import (
    Location,
    MessageState,
    NoticeOutcome,
    Ownership,
    Pet,
    ReminderReason,
    ReminderRule,
    ReminderState,
    RuleKind,
    Service,
    Species,
    Target,
)
from tests.oracle.kinds import Thing
from tests.world import NOW, World, a_care_letter, a_notice, a_reminder, a_rule, a_rule_version

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

    await _some_reminders(world, rabies)


async def _some_reminders(world: World, rabies: ReminderRule) -> None:
    """What was due in some months, and what came of it; none is open, so that no death ends any."""
    recheck = await ReminderRule.get(name="Recheck")
    quay = await Location.get(name="Quay")
    pets = await Pet.all().order_by("id")
    months = (date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1))
    for number, pet in enumerate(pets * 2):
        due_on, more = months[number % 4], dict[str, Any]()
        more["rule"] = rabies if number % 3 else recheck
        if number % 5 == 0:
            more["location_id"] = quay.id
        if number % 2:
            more["booked_at"] = NOW
        if number % 7 == 0:
            ended: Any = {"state": ReminderState.WITHDRAWN, "reason": ReminderReason.NO_LONGER_DUE}
        else:
            ended = {"state": ReminderState.COMPLETED, "reason": ReminderReason.DONE, "done_on": due_on}
        reminder = await a_reminder(pet, due_on=due_on, cycle=f"{number}", **ended, **more)
        if number % 3 == 0 and await Ownership.exists(pet_id=pet.id, ends_on=None):
            letter = await a_care_letter(world.owner, state=MessageState.SENT)
            await a_notice(reminder, letter, outcome=NoticeOutcome.SENT)
            await a_notice(reminder, step=-7)


def figures(oracle: Oracle, first: date, last: date, place: Any) -> list[dict[str, Any]]:
    """What was due in these months, and what came of it."""
    sent = {each.row.reminder_id for each in oracle.all("ReminderNotice") if each.row.outcome == "SENT"}
    groups: dict[tuple[date, Any], list[Any]] = {}
    for each in (thing.row for thing in oracle.all("Reminder")):
        month = each.due_on.replace(day=1)
        is_there = place is None or each.location_id == place
        if is_there and each.state != "WITHDRAWN" and first.replace(day=1) <= month <= last:
            groups.setdefault((month, each.rule_id), []).append(each)
    return [
        {
            "rule": oracle.one("ReminderRule", rule),
            "month": month,
            "due": len(rows),
            "reminded": sum(row.id in sent for row in rows),
            "booked": sum(row.booked_at is not None for row in rows),
            "done": sum(row.done_on is not None for row in rows),
        }
        for (month, rule), rows in sorted(groups.items())
    ]


def forecast(oracle: Oracle, rule: Any) -> dict[str, Any]:
    """What is kept of what a rule would do: in numbers no oracle can make."""
    told = oracle.records.outlooks[rule.id]
    by_phone = {reason.value: count for reason, count in told.by_phone.items()}
    return {
        "petCount": told.pets,
        "petsByLetter": told.by_letter,
        "petsWithoutConsent": by_phone["NO_CONSENT"],
        "petsWithoutAddress": by_phone["NO_ADDRESS"],
        "petsUndeliverable": by_phone["ADDRESS_UNDELIVERABLE"],
        "overdue": told.overdue,
        **{f"dueWithin{days}Days": count for days, count in told.due_within.items()},
        "booked": told.booked,
        "lettersOnFirstDay": told.first_letters,
        "examples": [
            {
                "pet": oracle.one("Pet", each.pet_id),
                "dueOn": each.due_on,
                "because": each.why,
                "told": [oracle.one("Client", key) for key in each.told],
                "toCall": [oracle.one("Client", key) for key in each.to_call],
            }
            for each in told.examples
        ],
    }


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
