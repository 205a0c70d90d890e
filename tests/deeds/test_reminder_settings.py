"""When letters go out that nobody waits for: for those to say who answer for the whole practice."""

from __future__ import annotations

import pytest

from models import Practice
from models.refusal import InvalidInput
from resolvers import practices
from resolvers.changes import UNSET
from resolvers.practices import ReminderSettings
from tests.found import events
from tests.world import NOW, a_world


async def test_a_manager_says_when_letters_go_out_and_what_is_not_given_stays(database):
    world = await a_world()
    for key, settings, expected in (
        ("1", ReminderSettings(letters_from=540), (540, 1200)),
        ("2", ReminderSettings(letters_until=600), (540, 600)),
        ("3", ReminderSettings(0, 1440), (0, 1440)),
        ("4", ReminderSettings(), (0, 1440)),
        ("5", ReminderSettings(0, UNSET), (0, 1440)),
    ):
        await practices.amend_reminders(world.manager.viewer, settings, key=key, now=NOW)
        ours = await Practice.get()
        assert (ours.letters_from, ours.letters_until) == expected
    assert await events() == ["REMINDER_SETTINGS_AMENDED"] * 3


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        (ReminderSettings(1141), "lettersFrom"),
        (ReminderSettings(letters_until=539), "lettersUntil"),
        (ReminderSettings(600, 659), "lettersUntil"),
        (ReminderSettings(1200, 480), "lettersUntil"),
    ],
)
async def test_letters_go_out_for_an_hour_a_day_at_least(database, settings, path):
    world = await a_world()
    with pytest.raises(InvalidInput) as refused:
        await practices.amend_reminders(world.manager.viewer, settings, key="k", now=NOW)
    assert refused.value.path == (path,)
    assert await events() == []
