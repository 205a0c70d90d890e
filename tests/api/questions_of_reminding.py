"""Questions about what is due and about letters: arguments with which each query about it finds something."""

from __future__ import annotations

from typing import Any

from models import Reminder, ReminderRule
from resolvers.viewer import Audience
from tests.doors import id_of
from tests.world import World, a_booking, a_care_letter, an_undeliverable_address

DAYS = {"from": "2026-03-01", "to": "2026-04-30"}


async def of_reminding(world: World, audience: Audience, page: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The questions of that audience; something is due, and letters were written."""
    if audience is Audience.OWNER:
        return {"myReminders": page, "myMessages": page}
    await a_care_letter(world.owner)
    await an_undeliverable_address("unread@home.example")
    place, reminder = id_of(world.location), await Reminder.first()
    rule, visit = await ReminderRule.first(), await a_booking(world.pet)
    assert reminder
    assert rule
    return {
        "dueList": {"locationId": place, **DAYS, "states": ["PLANNED"], "ruleId": id_of(rule), **page},
        "callList": {"locationId": place, **DAYS, **page},
        "messages": {
            "states": ["WAITING"],
            "letter": "CARE_REMINDER",
            "from": "2026-03-01T00:00:00Z",
            "to": "2026-04-01T00:00:00Z",
            **page,
        },
        "undeliverableAddresses": page,
        "reminderRule": {"id": id_of(rule)},
        "reminderRuleForecast": {"ruleId": None, "input": {"kind": "VACCINATION", "steps": [-30, 0]}},
        "reminderFigures": {"locationId": place, **DAYS},
        "letterTexts": {"onlyInUse": True},
        "letterPreview": {
            "letter": "COMING_VISIT",
            "language": "de",
            "appointmentId": id_of(visit),
            "ruleId": None,
            "reminderId": None,
            "subject": None,
            "body": None,
        },
    }
