"""Lapsed doses: what was due once, and is not any more, is nothing that a death could end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from models import Target, VaccinationDue
from models.death import EndingKind
from models.due_date import Reason
from resolvers import deaths
from tests.world import NOW, TODAY, a_world


async def test_what_was_due_and_has_lapsed_is_not_ended_by_a_death(database):
    world, lapsed_on, died_on = await a_world(), TODAY - timedelta(days=90), TODAY - timedelta(days=1)
    due: Any = {"earliest_on": lapsed_on, "due_on": lapsed_on, "reason": Reason.BOOSTER, "sentence": "It is due."}
    for target, lapses_on in ((Target.DISTEMPER, lapsed_on), (Target.PARVOVIRUS, TODAY), (Target.RABIES, None)):
        await VaccinationDue.create(pet_id=world.pet.id, target=target, lapses_on=lapses_on, worked_out_at=NOW, **due)
    ended = await deaths.preview(world.vet.viewer, world.pet.id, TODAY, now=NOW)
    assert [(each.kind, each.count) for each in ended.others] == [(EndingKind.VACCINATION_DUE, 1)]
    await deaths.record(world.vet.viewer, world.pet.id, died_on, key="once", now=NOW)
    lapses = {row.target: row.lapses_on for row in await VaccinationDue.filter(pet_id=world.pet.id)}
    assert lapses == {Target.DISTEMPER: lapsed_on, Target.PARVOVIRUS: TODAY, Target.RABIES: died_on}
