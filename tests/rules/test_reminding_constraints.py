"""What the database itself refuses of reminders and letters, tried with raw SQL as nobody in the house would."""

from importlib import import_module
from typing import Any

import pytest

from models import Client, Letter, MessageState, ReminderReason, ReminderState
from models.constraint import Check, Frozen, NeverChanged, PartialIndex, Unique
from tests.thaw import thawed
from tests.violating import Bad, Twin, is_never_changed, is_refused, is_there, stays_as_it_is
from tests.world import (
    NOW,
    a_care_letter,
    a_consent,
    a_letter_text,
    a_notice,
    a_reminder,
    a_rule,
    a_world,
    the_version,
)

pytestmark = pytest.mark.anyio

CONSTRAINTS = import_module("models.migrations.0020_reminding_kept").CONSTRAINTS
REFUSES = [one for one in CONSTRAINTS if isinstance(one, Check | Unique)]
FROZEN = [one for one in CONSTRAINTS if isinstance(one, Frozen)]
NEVER = [one for one in CONSTRAINTS if isinstance(one, NeverChanged)]
INDEXES = [one for one in CONSTRAINTS if isinstance(one, PartialIndex)]
OF_THE_PRACTICE = "rule_id IS NULL AND is_in_use"
OF_A_RULE = "rule_id IS NOT NULL AND is_in_use"


async def another_letter(row: dict[str, Any]) -> Any:
    """A letter to the same client that waits, of which nothing is told."""
    return await a_care_letter(await Client.get(id=row["client_id"]))


async def a_text_in_use(row: dict[str, Any]) -> Any:
    return await a_letter_text(Letter.COMING_VISIT, language="es", version=7, rule_id=row["rule_id"], is_in_use=True)


async def a_text(row: dict[str, Any]) -> Any:
    return await a_letter_text(Letter.COMING_VISIT, language="es", version=7, rule_id=row["rule_id"], is_in_use=False)


CASES: dict[str, list[Bad | Twin]] = {
    "practice_letters_by_day": [
        Bad({"letters_from": -1}),
        Bad({"letters_until": 1441}),
        Bad({"letters_from": 600, "letters_until": 659}),
    ],
    "consent_channel": [Bad({"channel": "SMS"})],
    "consent_purpose": [Bad({"purpose": "NEWS"})],
    "reminder_rule_version_ages": [
        Bad({"every_months": 0}),
        Bad({"first_age_months": 0}),
        Bad({"from_age_months": -1}),
        Bad({"from_age_months": 6, "until_age_months": 6}),
        Bad({"until_age_months": 0}),
    ],
    "reminder_rule_version_number": [Bad({"version": 0})],
    "reminder_goes_on": [
        Bad({"state": state.value, "next_step_at": NOW, "reason": "NOT_YET", "done_on": NOW.date()})
        for state in (ReminderState.COMPLETED, ReminderState.SUPPRESSED, ReminderState.WITHDRAWN)
    ],
    "reminder_round": [Bad({"round": 0})],
    "reminder_done": [Bad({"state": "COMPLETED", "done_on": None, "next_step_at": None})],
    "reminder_held_has_a_reason": [Bad({"reason": ReminderReason.HELD.value, "held_because": ""})],
    "reminder_booked": [Bad({"reason": ReminderReason.BOOKED.value, "appointment_id": None})],
    "reminder_notice_has_a_letter": [
        Bad({"outcome": outcome, "message_id": None}) for outcome in ("WAITING", "SENT", "FAILED", "DOUBTFUL")
    ],
    "message_told_once": [Twin(("dedupe_key",), another_letter, "dedupe_key IS NOT NULL")],
    "letter_text_version": [Twin(("letter", "language", "version"), a_text, OF_THE_PRACTICE, {"is_in_use": False})],
    "letter_text_of_a_rule_version": [
        Twin(("letter", "rule_id", "language", "version"), a_text, OF_A_RULE, {"is_in_use": False})
    ],
    "letter_text_in_use": [Twin(("letter", "language"), a_text_in_use, OF_THE_PRACTICE, {"version": 9})],
    "letter_text_of_a_rule_in_use": [Twin(("letter", "rule_id", "language"), a_text_in_use, OF_A_RULE, {"version": 9})],
}


async def a_world_of_letters() -> Any:
    """A reminder that is planned, of which one letter told and one waits, a wish, and a text of each kind."""
    world = await a_world()
    await a_consent(world.owner)
    rule = await a_rule(services=[world.service])
    reminder = await a_reminder(world.pet, rule, version_id=(await the_version(rule)).id)
    sent = await a_care_letter(world.owner, state=MessageState.SENT, sent_at=NOW, subject="Rex", body="It is due.")
    await a_notice(reminder, sent, outcome="SENT", consent_source="FORM", consent_at=NOW)
    waits = await a_care_letter(world.owner, dedupe_key="once")
    await a_notice(reminder, waits, step=-7)
    await a_letter_text(is_in_use=True)
    await a_letter_text(rule_id=rule.id, is_in_use=True)
    return world


def test_every_constraint_has_a_case():
    assert {one.name for one in REFUSES} == set(CASES)


@pytest.mark.parametrize("constraint", REFUSES, ids=lambda one: one.name)
async def test_the_database_refuses_of_reminders(database, constraint):
    await a_world_of_letters()
    async with thawed():
        await is_refused(constraint, CASES[constraint.name])


@pytest.mark.parametrize("constraint", FROZEN, ids=lambda one: one.name)
async def test_what_was_told_stays_as_it_was(database, constraint):
    await a_world_of_letters()
    await stays_as_it_is(constraint)


@pytest.mark.parametrize("constraint", NEVER, ids=lambda one: one.name)
async def test_a_version_of_a_rule_is_never_changed(database, constraint):
    await a_world_of_letters()
    await is_never_changed(constraint)


@pytest.mark.parametrize("index", INDEXES, ids=lambda one: one.name)
async def test_the_index_is_there_for_reminders(database, index):
    assert await is_there(index)
