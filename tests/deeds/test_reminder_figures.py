"""What came of what was due, by rule and month."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models import MessageState, NoticeOutcome, NoticeReason, Pet, ReminderReason, ReminderState
from models.refusal import InvalidInput, NotFound
from models.row import uuid7
from resolvers import reminder_figures
from resolvers.viewer import Viewer
from tests.world import (
    NOW,
    World,
    a_care_letter,
    a_location,
    a_notice,
    a_pet,
    a_reminder,
    a_rule,
    a_world,
)
from vetdesk.database import counted

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
DONE: Any = {"state": ReminderState.COMPLETED, "reason": ReminderReason.DONE}
GONE: Any = {"state": ReminderState.WITHDRAWN, "reason": ReminderReason.NO_LONGER_DUE}


async def told(pet: Pet, rule: Any, due_on: date, world: World, **more: Any) -> None:
    """What was due, with two letters that were sent about it and one that was not."""
    reminder = await a_reminder(pet, rule, due_on=due_on, cycle=f"{uuid7()}"[:36], **more)
    for step in (-30, -7):
        letter = await a_care_letter(world.owner, state=MessageState.SENT)
        await a_notice(reminder, letter, step=step, outcome=NoticeOutcome.SENT)
    await a_notice(reminder, step=0, reason=NoticeReason.TOLD_RECENTLY)


async def of(world: World, first: date, last: date, place: Any = None) -> list[tuple[Any, ...]]:
    found = await reminder_figures.figures(world.manager.viewer, first, last, place)
    return [(each.rule_id, each.month, each.due, each.reminded, each.booked, each.done) for each in found]


async def test_what_was_due_is_told_by_rule_and_month_with_what_came_of_it(database):
    world, hill = await a_world(), await a_location("Hill")
    doses, checks = await a_rule("Doses"), await a_rule("Checks", is_on=False)
    cat = await a_pet(world.owner)
    there: Any = {"location_id": hill.id}
    await told(world.pet, doses, JANUARY, world, **DONE, done_on=FEBRUARY, booked_at=NOW)
    await told(cat, doses, date(2026, 1, 31), world, **there)
    waiting = await a_reminder(cat, doses, due_on=JANUARY, cycle="1", booked_at=NOW)
    await a_notice(waiting, await a_care_letter(world.owner))
    await a_reminder(cat, doses, due_on=FEBRUARY, cycle="2", **DONE, done_on=MARCH)
    await a_reminder(cat, checks, due_on=date(2026, 2, 28), cycle="3", **there)
    await told(cat, checks, date(2026, 2, 28), world, **GONE, booked_at=NOW, done_on=MARCH)
    await a_reminder(cat, checks, due_on=MARCH, cycle="5")

    both = [(doses.id, JANUARY, 3, 2, 2, 1), (doses.id, FEBRUARY, 1, 0, 0, 1), (checks.id, FEBRUARY, 1, 0, 0, 0)]
    assert await of(world, JANUARY, date(2026, 2, 28)) == both
    assert await of(world, date(2026, 1, 31), FEBRUARY) == both  # whole months, whichever of their days is named
    assert await of(world, MARCH, MARCH) == [(checks.id, MARCH, 1, 0, 0, 0)]
    assert await of(world, JANUARY, MARCH, hill.id) == [
        (doses.id, JANUARY, 1, 1, 0, 0),
        (checks.id, FEBRUARY, 1, 0, 0, 0),
    ]
    assert await of(world, date(2025, 1, 1), date(2025, 12, 1)) == []


async def test_figures_take_one_statement_however_much_was_due(database):
    world = await a_world()
    counts = []
    for more in (1, 20):
        rule = await a_rule(f"Rule {more}")
        for number in range(more):
            await told(world.pet, rule, date(2024 + number % 3, 1 + number % 12, 5), world)
        with counted() as statements:
            found = await of(world, date(2024, 1, 1), date(2026, 12, 31))
        counts.append((statements.count, sum(each[2] for each in found)))
    assert counts == [(1, 1), (1, 21)]


async def test_figures_are_for_a_span_that_makes_sense_and_a_place_that_is_there(database):
    world = await a_world()
    assert await of(world, date(2024, 1, 31), date(2026, 12, 1)) == []  # 36 months
    for first, last in (
        (FEBRUARY, JANUARY),
        (date(2024, 1, 31), date(2027, 1, 1)),
        (JANUARY, date(9999, 12, 31)),
        (date(1, 1, 1), JANUARY),
    ):
        with pytest.raises(InvalidInput) as refused:
            await of(world, first, last)
        assert refused.value.path == ("to",)
    with pytest.raises(NotFound):
        await of(world, JANUARY, MARCH, uuid7())


async def test_nobody_else_is_told_any_figures(database):
    world = await a_world()
    rule = await a_rule()
    await told(await a_pet(), rule, JANUARY, world)
    assert len(await of(world, JANUARY, MARCH)) == 1
    assert await reminder_figures.figures(Viewer.anyone(), JANUARY, MARCH) == []
