"""Changes of invoices on a screen: at the desk an invoice settles by itself, and an owner hears of hers alone."""

import pytest
from tortoise.transactions import in_transaction

from models import EventKind, Invoice
from resolvers import events
from resolvers.events import Happening
from resolvers.viewer import Viewer
from tests.api.pads import screens
from tests.doors import id_of
from tests.world import NOW, a_location, a_world, an_owner
from tests.world.money import a_draft, a_payment, an_invoice

pytestmark = pytest.mark.anyio

AT_THE_DESK = """subscription ($place: ID!, $after: String) { invoiceChanged(locationId: $place, after: $after) {
  cursor kind invoiceId invoice { state openAmount { amount } } } }"""
ON_THE_PHONE = "subscription { myInvoiceChanged { kind invoiceId invoice { number openAmount { amount } } } }"


async def told(kind: EventKind, invoice: Invoice) -> None:
    async with in_transaction():
        await events.record(Viewer.system("test"), Happening(kind, invoice.id, invoice.location_id), now=NOW)


async def test_an_invoice_settles_on_receptions_screen_by_itself(database):
    world = await a_world()
    invoice = await an_invoice(world.owner)
    async with screens(database) as made:
        pad = await made.watch(world.receptionist.viewer, AT_THE_DESK, place=id_of(world.location))
        await a_payment(invoice, minor=3000)
        await told(EventKind.INVOICE_PAID, invoice)
        await made.settled()
        await a_payment(invoice, minor=2000)
        await told(EventKind.INVOICE_PAID, invoice)
        await made.settled()
    assert pad.failed == []
    assert [(each["kind"], each["invoice"]["openAmount"]["amount"]) for each in pad.changes] == [
        ("PAID", "20.00"),
        ("PAID", "0.00"),
    ]
    assert {each["invoiceId"] for each in pad.changes} == {id_of(invoice)}


async def test_a_screen_at_another_location_hears_nothing_of_it(database):
    world = await a_world()
    invoice, hill = await an_invoice(world.owner), await a_location("Hill")
    async with screens(database) as made:
        pad = await made.watch(world.receptionist.viewer, AT_THE_DESK, place=id_of(hill))
        await told(EventKind.INVOICE_ISSUED, invoice)
        await made.settled()
    assert (pad.changes, pad.failed) == ([], [])


async def test_a_cut_screen_goes_on_from_its_cursor(database):
    world = await a_world()
    draft, seen = await a_draft(world.owner), {"place": id_of(world.location)}
    async with screens(database) as made:
        first = await made.watch(world.receptionist.viewer, AT_THE_DESK, **seen)
        await told(EventKind.INVOICE_OPENED, draft)
        await made.settled()
        made.open.pop().stop()
        await told(EventKind.INVOICE_AMENDED, draft)
        again = await made.watch(world.receptionist.viewer, AT_THE_DESK, **seen, after=first.changes[-1]["cursor"])
        await made.settled()
    assert [each["kind"] for each in first.changes + again.changes] == ["OPENED", "AMENDED"]


async def test_an_owner_hears_of_her_own_invoices_from_their_issue_on(database):
    world = await a_world()
    neighbour = await an_owner()
    draft, hers, theirs = await a_draft(world.owner), await an_invoice(world.owner), await an_invoice(neighbour)
    async with screens(database) as made:
        pad = await made.watch(world.owner.viewer, ON_THE_PHONE)
        await told(EventKind.INVOICE_AMENDED, draft)
        await told(EventKind.INVOICE_ISSUED, theirs)
        await told(EventKind.INVOICE_ISSUED, hers)
        await made.settled()
    assert pad.failed == []
    assert pad.changes == [
        {
            "kind": "ISSUED",
            "invoiceId": id_of(hers),
            "invoice": {"number": hers.number, "openAmount": {"amount": "50.00"}},
        }
    ]
