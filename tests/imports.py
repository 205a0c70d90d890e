"""Imports: a record from elsewhere on its way in, and the record of a pet on its way out."""

from __future__ import annotations

import json

from resolvers import pet_imports, pet_records
from resolvers.pet_imports import Arrival
from resolvers.pets import PetOwner
from tests.world import NOW
from vetdesk.open_vet_format import record_format

OVF = record_format()


def arriving(world, document, *owners):
    text = document if isinstance(document, str) else json.dumps(document)
    return Arrival(text, [PetOwner(each.id) for each in owners or (world.owner,)])


async def rehearsed(world, document, *owners, viewer=None):
    viewer = viewer or world.vet.viewer
    return await pet_imports.rehearse(viewer, arriving(world, document, *owners), records=OVF, now=NOW)


async def imported(world, document, *owners, key="k"):
    """A dry run, and then what it promised."""
    promised = await rehearsed(world, document, *owners)
    return await carried_out(world, document, promised.fingerprint, *owners, key=key)


async def carried_out(world, document, fingerprint, *owners, key="k"):
    arrival = arriving(world, document, *owners)
    return await pet_imports.carry_out(world.vet.viewer, arrival, fingerprint, records=OVF, key=key, now=NOW)


async def exported(world, pet_id, *, viewer=None):
    return await pet_records.told(viewer or world.vet.viewer, pet_id, records=OVF, now=NOW)


def paths(left_out):
    return {each.path: each.why for each in left_out}
