"""Every deed of records as a table: who may do it, and how it is called directly."""

from __future__ import annotations

from models import NoteKind, Role, Status
from resolvers import note_templates, notes, practices, visits
from resolvers.access import Deed
from tests.every_deed import KEPT, MANAGERS_OF_ALL, here, line
from tests.scene import held
from tests.world import NOW

VETS_HERE = here(Role.VET)
CLINICAL_HERE = here(Role.VET, Role.NURSE)
VETS_AND_MANAGERS_OF_ALL = held("everywhere", Role.VET, Role.MANAGER)


@line(Deed.OPEN_VISIT, CLINICAL_HERE)
async def _(scene, viewer):
    await visits.open(viewer, visits.NewVisit(appointment_id=scene.visits[Status.IN_PROGRESS].id), **KEPT)


@line(Deed.END_VISIT, CLINICAL_HERE)
async def _(scene, viewer):
    await visits.end(viewer, scene.record.visit.id, **KEPT)


@line(Deed.LOCK_VISIT, VETS_HERE)
async def _(scene, viewer):
    await visits.lock(viewer, scene.record.visit.id, **KEPT)


@line(Deed.LOCK_DUE_VISITS)
async def _(scene, viewer):
    await visits.lock_due(viewer, now=NOW)


@line(Deed.MARK_VISIT_IN_ERROR, VETS_HERE)
async def _(scene, viewer):
    await visits.mark_in_error(viewer, scene.record.visit.id, "Another pet.", **KEPT)


@line(Deed.WRITE_NOTE, CLINICAL_HERE)
async def _(scene, viewer):
    await notes.write(viewer, scene.record.visit.id, **KEPT)


@line(Deed.SAVE_NOTE, VETS_HERE)
async def _(scene, viewer):
    await notes.save(viewer, scene.record.vets_note.id, {"plan": "Rest."}, based_on=1, **KEPT)


@line(Deed.SAVE_NOTE, CLINICAL_HERE)
async def _(scene, viewer):
    await notes.save(viewer, scene.record.nurses_note.id, {"plan": "Rest."}, based_on=1, **KEPT)


@line(Deed.SIGN_NOTE, VETS_HERE)
async def _(scene, viewer):
    await notes.sign(viewer, scene.record.vets_note.id, based_on=1, **KEPT)


@line(Deed.SIGN_NOTE, CLINICAL_HERE)
async def _(scene, viewer):
    await notes.sign(viewer, scene.record.nurses_note.id, based_on=1, **KEPT)


@line(Deed.COSIGN_NOTE, VETS_HERE)
async def _(scene, viewer):
    await notes.cosign(viewer, scene.record.signed.id, **KEPT)


@line(Deed.ADD_ADDENDUM, CLINICAL_HERE)
async def _(scene, viewer):
    await notes.add_addendum(viewer, scene.record.signed.id, reason="X-ray read", text="No fracture.", **KEPT)


@line(Deed.MARK_NOTE_IN_ERROR, VETS_HERE)
async def _(scene, viewer):
    await notes.mark_in_error(viewer, scene.record.signed.id, "Another pet.", **KEPT)


@line(Deed.MARK_NOTE_IN_ERROR, CLINICAL_HERE)
async def _(scene, viewer):
    await notes.mark_in_error(viewer, scene.record.nurses_note.id, "Another pet.", **KEPT)


@line(Deed.ADD_NOTE_TEMPLATE, VETS_AND_MANAGERS_OF_ALL)
async def _(scene, viewer):
    await note_templates.add(viewer, note_templates.NewTemplate("Dental", NoteKind.VET), **KEPT)


@line(Deed.AMEND_NOTE_TEMPLATE, VETS_AND_MANAGERS_OF_ALL)
async def _(scene, viewer):
    changes = note_templates.TemplateChanges(name="Dental")
    await note_templates.amend(viewer, scene.record.template.id, changes, **KEPT)


@line(Deed.AMEND_RECORD_SETTINGS, MANAGERS_OF_ALL)
async def _(scene, viewer):
    await practices.amend_records(viewer, practices.RecordSettings(shares_notes=True), **KEPT)
