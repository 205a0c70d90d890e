"""The deeds of charges, invoices and credit notes, as lines of the table of every deed."""

from __future__ import annotations

from models import ChargeSource
from models.money import ONE
from models.role import Role
from resolvers import credit_notes, proposals, write_offs
from resolvers.access import Deed
from resolvers.credit_notes import Part
from resolvers.invoices import drafts, issuing, lines
from resolvers.invoices.drafts import NewInvoice, Payer
from resolvers.invoices.lines import NewLine
from resolvers.invoices.terms import Terms
from tests.every_deed import KEPT, here, line
from tests.scene import STAFF

DESK_HERE = here(Role.RECEPTIONIST, Role.MANAGER)


@line(Deed.PROPOSE_CHARGE, here(*STAFF))
async def _(scene, viewer):
    await proposals.propose(viewer, scene.record.visit.id, scene.item.id, ONE, **KEPT)


@line(Deed.DROP_CHARGE, here(Role.RECEPTIONIST, Role.MANAGER, Role.VET))
async def _(scene, viewer):
    await proposals.drop(viewer, (ChargeSource.PROPOSAL, scene.proposal.id), "On the house.", **KEPT)


@line(Deed.OPEN_INVOICE, DESK_HERE)
async def _(scene, viewer):
    await drafts.open(viewer, NewInvoice(scene.world.owner.id, scene.world.location.id), **KEPT)


@line(Deed.ADD_INVOICE_LINE, DESK_HERE)
async def _(scene, viewer):
    await lines.add(viewer, scene.bill.id, NewLine(item_id=scene.item.id), **KEPT)


@line(Deed.AMEND_INVOICE_LINE, DESK_HERE)
async def _(scene, viewer):
    await lines.amend(viewer, scene.bill_line.id, Terms(quantity=2 * ONE), **KEPT)


@line(Deed.REMOVE_INVOICE_LINE, DESK_HERE)
async def _(scene, viewer):
    await lines.remove(viewer, scene.bill_line.id, **KEPT)


@line(Deed.SET_INVOICE_PAYERS, DESK_HERE)
async def _(scene, viewer):
    await drafts.set_payers(viewer, scene.bill.id, [Payer(scene.other.id, 100)], **KEPT)


@line(Deed.DISCARD_INVOICE, DESK_HERE)
async def _(scene, viewer):
    await drafts.discard(viewer, scene.bill.id, "Wrong client.", **KEPT)


@line(Deed.ISSUE_INVOICE, DESK_HERE)
async def _(scene, viewer):
    await issuing.issue(viewer, scene.bill.id, based_on=1, **KEPT)


@line(Deed.ISSUE_CREDIT_NOTE, DESK_HERE)
async def _(scene, viewer):
    await credit_notes.issue(viewer, scene.invoice.id, [Part(scene.invoice_line.id)], "It was free.", **KEPT)


@line(Deed.WRITE_OFF_INVOICE, here(Role.MANAGER))
async def _(scene, viewer):
    await write_offs.write_off(viewer, scene.invoice.id, None, "Moved away.", **KEPT)


@line(Deed.UNDO_WRITE_OFF, here(Role.MANAGER))
async def _(scene, viewer):
    await write_offs.undo(viewer, scene.written_off.id, None, "She is back.", **KEPT)
