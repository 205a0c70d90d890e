"""A sample of the mutation that takes in a record from elsewhere."""

from __future__ import annotations

import json

from resolvers import pet_imports
from resolvers.pets import PetOwner
from resolvers.viewer import Viewer
from tests.api.samples import Sample
from tests.doors import Program, id_of
from tests.world import NOW, World
from tests.world.elsewhere import a_document


async def of_imports(program: Program, world: World, boss: Viewer) -> list[Sample]:
    """A document that comes in as its dry run said."""
    document = json.dumps(a_document())
    arrival = pet_imports.Arrival(document, [PetOwner(world.owner.id)])
    promised = await pet_imports.rehearse(boss, arrival, records=program.adapters.ports.records, now=NOW)
    given = {
        "document": document,
        "owners": [{"clientId": id_of(world.owner.client)}],
        "dryRun": False,
        "fingerprint": promised.fingerprint,
    }
    payload = "PetImported { pet { id name } recordImport { id software } }"
    writes = {"Event": 1, "IdempotencyKey": 1, "EventDetail": 1, "Pet": 1, "Ownership": 1, "RecordImport": 1}
    lines = {"ImportedLine": 8, "Vital": 1, "Problem": 1, "Allergy": 1}
    return [
        Sample("importPet", boss, given, {"document": json.dumps(a_document(exporter={}))}, payload, writes | lines)
    ]
