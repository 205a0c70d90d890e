"""Samples of holding what is due, and of saying what somebody wants to hear of."""

from __future__ import annotations

from typing import Any

from models import Species
from resolvers.viewer import Viewer
from tests.api.samples import Sample
from tests.doors import id_of
from tests.world import World, a_check_up, a_pet, a_reminder, a_rule

_ONCE = {"Event": 1, "IdempotencyKey": 1}
_TOLD = {**_ONCE, "EventDetail": 1}
_HELD: Any = {"state": "SUPPRESSED", "reason": "HELD", "held_because": "She is abroad."}


async def of_reminders(world: World, boss: Viewer) -> list[Sample]:
    """A sample of every mutation about what is due."""
    # Of a species for which nothing else is due, whatever protocols and rules the other samples switch on.
    pet, checked = [await a_pet(world.owner, name=name, species=Species.RABBIT) for name in ("Dental", "Check")]
    held = await a_check_up(checked, **_HELD)
    rule = await a_rule("Dental")
    due, other = [await a_reminder(pet, rule, cycle=cycle) for cycle in ("1", "2")]
    wants = {"preferences": [{"purpose": "MARKETING", "isWanted": True}]}
    return [
        Sample(
            "holdReminder",
            boss,
            {"reminderId": id_of(due), "because": "She is abroad."},
            {"reminderId": id_of(other)},
            "ReminderHeld { reminder { id state } }",
            _TOLD,
        ),
        Sample(
            "resumeReminder",
            boss,
            {"reminderId": id_of(held)},
            {"reminderId": id_of(other)},
            "ReminderResumed { reminder { id state } }",
            {"Event": 2, "EventDetail": 1, "IdempotencyKey": 1},
        ),
        Sample(
            "setContactPreferences",
            boss,
            {"clientId": id_of(world.owner.client), "source": "FORM", "zone": "Europe/Rome", **wants},
            {"source": "PHONE"},
            "ContactPreferencesSet { client { id zone } }",
            {**_TOLD, "Consent": 1},
        ),
    ]


def my_preferences(world: World) -> Sample:
    """What an owner says of herself."""
    return Sample(
        "setMyContactPreferences",
        world.owner.viewer,
        {"preferences": [{"purpose": "CARE", "isWanted": True}], "zone": "Europe/Rome"},
        {"preferences": [{"purpose": "CARE", "isWanted": False}]},
        "MyContactPreferencesSet { client { id zone } }",
        {**_TOLD, "Consent": 1},
    )
