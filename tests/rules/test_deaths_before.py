"""Deaths that were recorded before there was a table of them: the migration writes them down."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from tortoise.connection import get_connection

from models import Death, EventKind, sql
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
