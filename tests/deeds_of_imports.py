"""The deed of taking in a record from elsewhere, as a line of the table of every deed."""

from __future__ import annotations

import json

from resolvers import pet_imports
from resolvers.access import Deed
from resolvers.pets import PetOwner
from resolvers.viewer import Viewer
from tests.every_deed import DESK_AND_VETS, KEPT, line
from tests.world.elsewhere import a_document
from vetdesk.open_vet_format import record_format


@line(Deed.IMPORT_PET, DESK_AND_VETS)
async def _(scene, viewer):
    records = record_format()
    arrival = pet_imports.Arrival(json.dumps(a_document()), [PetOwner(scene.world.owner.id)])
    promised = await pet_imports.rehearse(Viewer.system("a test"), arrival, records=records, now=KEPT["now"])
    await pet_imports.carry_out(viewer, arrival, promised.fingerprint, records=records, **KEPT)
