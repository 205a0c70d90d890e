"""Deaths that were recorded before there was a table of them: the migration writes them down."""

import json
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from tortoise.connection import get_connection

from models import Death, EventKind, IdempotencyKey, sql
from resolvers import deaths, events
from resolvers.events import Happening
from tests.world import NOW, TODAY, a_pet, a_world

pytestmark = pytest.mark.anyio

MIGRATION = import_module("models.migrations.0004_records_kept")


async def test_every_pet_that_has_died_has_a_death_with_whom_and_when_the_trail_tells(database):
    world = await a_world()
    told, untold = [await a_pet(world.owner, name=name, died_on=TODAY) for name in ("Mia", "Kit")]
    await events.record(world.vet.viewer, Happening(EventKind.PET_DIED, told.id), now=NOW)

    await MIGRATION.remember(None, SimpleNamespace(DIALECT=sql.dialect(), client=get_connection("default")))

    found = {death.pet_id: death for death in await Death.all()}
    assert found.keys() == {told.id, untold.id}
    first, second = found[told.id], found[untold.id]
    assert (first.died_on, first.recorded_at, first.recorded_by_account_id) == (TODAY, NOW, world.vet.account.id)
    assert (second.died_on, second.recorded_at, second.recorded_by_account_id) == (TODAY, NOW, None)
    assert not first.is_reported_by_owner
    await deaths.undo(world.vet.viewer, told.id, "It was another pet.", key="k", now=NOW)
    assert (await Death.get(id=first.id)).undone_at == NOW


async def test_a_death_that_was_sent_before_the_upgrade_and_again_after_it_is_the_one_that_was_recorded(database):
    world = await a_world()
    key: Any = {"key": "once", "now": NOW}
    recorded = await deaths.record(world.vet.viewer, world.pet.id, TODAY, **key)
    # So it stood there before: a pet that has died, no table of deaths, and an outcome that names the pet alone.
    await Death.all().delete()
    kept = await IdempotencyKey.get(deed="recordDeath")
    await IdempotencyKey.filter(id=kept.id).update(outcome=json.dumps({"pet": str(world.pet.id)}))
    await MIGRATION.remember(None, SimpleNamespace(DIALECT=sql.dialect(), client=get_connection("default")))

    again = await deaths.record(world.vet.viewer, world.pet.id, TODAY, **key)

    death = await Death.get()
    assert (again.pet_id, again.death_id) == (world.pet.id, death.id) != (recorded.pet_id, recorded.death_id)
    told = await deaths.what_ended(world.vet.viewer, again.death_id)
    assert (told.appointment_ids, told.others) == ((), ())  # nobody wrote down what it ended
    # It stays the answer, whatever has become of it since.
    await deaths.undo(world.vet.viewer, world.pet.id, "It was another pet.", key="undo", now=NOW)
    await deaths.record(world.vet.viewer, world.pet.id, TODAY, key="later", now=NOW)
    assert (await deaths.record(world.vet.viewer, world.pet.id, TODAY, **key)).death_id == death.id
