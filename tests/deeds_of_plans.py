"""Every deed about documents and treatment plans, as lines of the table in `every_deed`."""

from __future__ import annotations

from models import DocumentKind, PlanKind, Role, StepOutcome
from resolvers import documents, treatment_plans
from resolvers.access import Deed
from tests.every_deed import KEPT, anywhere, line
from tests.world import TODAY

CLINICAL = anywhere(Role.VET, Role.NURSE)
VETS = anywhere(Role.VET)


@line(Deed.WRITE_DOCUMENT, CLINICAL, in_own_name=True)
async def _(scene, viewer):
    texts = documents.Texts("Going home", "Short walks.")
    new = documents.NewDocument(scene.world.pet.id, DocumentKind.DISCHARGE, texts)
    await documents.write(viewer, new, **KEPT)


@line(Deed.SAVE_DOCUMENT, CLINICAL)
async def _(scene, viewer):
    await documents.save(viewer, scene.draft.id, 1, documents.Texts("Going home", "Long walks."), **KEPT)


@line(Deed.SIGN_DOCUMENT, CLINICAL)
async def _(scene, viewer):
    await documents.sign(viewer, scene.draft.id, 1, **KEPT)


@line(Deed.SIGN_DOCUMENT, VETS)
async def _(scene, viewer):
    await documents.sign(viewer, scene.referral.id, 1, **KEPT)


@line(Deed.SHARE_DOCUMENT, CLINICAL)
async def _(scene, viewer):
    await documents.share(viewer, scene.handout.id, **KEPT)


@line(Deed.UNSHARE_DOCUMENT, CLINICAL)
async def _(scene, viewer):
    await documents.unshare(viewer, scene.handout.id, **KEPT)


@line(Deed.MARK_DOCUMENT_IN_ERROR, CLINICAL, in_own_name=True)
async def _(scene, viewer):
    await documents.mark_in_error(viewer, scene.handout.id, "Another pet.", **KEPT)


@line(Deed.PLAN_TREATMENT, CLINICAL, in_own_name=True)
async def _(scene, viewer):
    steps = [treatment_plans.Step("Look at the wound", TODAY)]
    new = treatment_plans.NewPlan(scene.world.pet.id, PlanKind.TREATMENT, "Wound", TODAY, steps)
    await treatment_plans.plan(viewer, new, **KEPT)


@line(Deed.ADD_TREATMENT_STEP, CLINICAL)
async def _(scene, viewer):
    await treatment_plans.add_step(viewer, scene.plan.id, treatment_plans.Step("Weigh"), **KEPT)


@line(Deed.SETTLE_TREATMENT_STEP, CLINICAL, in_own_name=True)
async def _(scene, viewer):
    await treatment_plans.settle_step(viewer, scene.step.id, StepOutcome.DONE, "", **KEPT)


@line(Deed.STOP_TREATMENT_PLAN, CLINICAL)
async def _(scene, viewer):
    await treatment_plans.stop(viewer, scene.plan.id, "Healed.", **KEPT)
