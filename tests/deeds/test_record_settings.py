"""How records are kept, and what notes begin with: for those to say who answer for the whole practice."""

from __future__ import annotations

import pytest

from models import Event, EventKind, NoteKind, NoteTemplate, Practice
from models.refusal import InvalidInput, NotFound
from models.row import uuid7
from resolvers import note_templates, practices
from resolvers.note_templates import NewTemplate, TemplateChanges
from resolvers.practices import RecordSettings
from tests.world import NOW, a_world


async def test_the_settings_hold_at_once_and_what_is_not_given_stays(database):
    world = await a_world()
    boss = world.manager.viewer
    for key, settings, expected in (
        ("1", RecordSettings(shares_notes=True), (True, 24, 30)),
        ("2", RecordSettings(locks_after_hours=None, stale_weight_days=14), (True, None, 14)),
        ("3", RecordSettings(locks_after_hours=720), (True, 720, 14)),
        ("4", RecordSettings(), (True, 720, 14)),
    ):
        await practices.amend_records(boss, settings, key=key, now=NOW)
        ours = await Practice.get()
        assert (ours.shares_notes, ours.locks_after_hours, ours.stale_weight_days) == expected
    assert await Event.filter(kind=EventKind.RECORD_SETTINGS_AMENDED).count() == 3


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        (RecordSettings(locks_after_hours=0), "locksAfterHours"),
        (RecordSettings(locks_after_hours=721), "locksAfterHours"),
        (RecordSettings(stale_weight_days=0), "staleWeightDays"),
        (RecordSettings(stale_weight_days=367), "staleWeightDays"),
    ],
)
async def test_numbers_that_make_no_sense_are_refused(database, settings, path):
    world = await a_world()
    with pytest.raises(InvalidInput) as refused:
        await practices.amend_records(world.manager.viewer, settings, key="k", now=NOW)
    assert refused.value.path == (path,)


async def test_a_template_is_added_and_amended_by_a_manager_of_the_whole_practice(database):
    world = await a_world()
    boss = world.manager.viewer
    new = NewTemplate("Zähne", NoteKind.VET, world.service.id, subjective="Eats?", internal="Ask.")
    added = await note_templates.add(boss, new, key="k", now=NOW)
    assert added == await note_templates.add(boss, new, key="k", now=NOW)
    template = await NoteTemplate.get()
    assert (template.id, template.fold, template.service_id, template.is_in_use) == (
        added,
        "zahne",
        world.service.id,
        True,
    )
    changes = TemplateChanges(name="Teeth", service_id=None, plan="Clean.", is_in_use=False)
    await note_templates.amend(boss, added, changes, key="k", now=NOW)
    await template.refresh_from_db()
    assert (template.name, template.fold, template.service_id, template.is_in_use) == ("Teeth", "teeth", None, False)
    assert (template.subjective, template.plan) == ("Eats?", "Clean.")


async def test_a_template_without_a_name_or_for_an_unknown_service_is_refused(database):
    world = await a_world()
    for new, refusal in (
        (NewTemplate(" ", NoteKind.VET), InvalidInput),
        (NewTemplate("Teeth", NoteKind.VET, uuid7()), NotFound),
        (NewTemplate("Teeth", NoteKind.VET, plan="x" * 5001), InvalidInput),
    ):
        with pytest.raises(refusal):
            await note_templates.add(world.manager.viewer, new, key="k", now=NOW)
    assert await NoteTemplate.all().count() == 0
