"""Drafts: opened for visits, divided among payers, and given up."""

from datetime import timedelta
from functools import partial

import pytest

from models import (
    ChargeSource,
    EventKind,
    Invoice,
    InvoiceLine,
    InvoicePayer,
    InvoiceState,
    InvoiceVisit,
    Location,
    sql,
)
from models.money import ONE
from models.ownership import Right
from models.refusal import (
    AlreadyBilled,
    EnteredInError,
    Forbidden,
    IdempotencyKeyReused,
    InvalidInput,
    InvoiceDiscarded,
    InvoiceIssued,
    NoLegalEntity,
    NotFound,
    SharesMustSumTo100,
)
from models.row import uuid7
from resolvers import accounts, checkouts, locations, proposals
from resolvers.invoices import drafts, lines
from resolvers.invoices.drafts import NewInvoice, Payer
from resolvers.invoices.lines import NewLine
from resolvers.invoices.terms import Terms
from resolvers.locations import LocationChanges
from resolvers.locks import hold_all
from tests.bills import issue, lines_of, opened, sums_of, treated
from tests.found import events, last_event
from tests.racing import meanwhile
from tests.world import (
    NOW,
    TODAY,
    a_client,
    a_location,
    a_nurse,
    a_pet,
    a_receptionist,
    a_visit,
    a_world,
    an_owner,
    an_ownership,
    how_many_rows,
)
from tests.world.money import a_legal_entity, an_item, the_legal_entity

pytestmark = pytest.mark.anyio

LATER = NOW + timedelta(minutes=5)
TEN_PERCENT, ELEVEN_PERCENT = 10_000, 11_000


async def now_of(invoice):
    return await Invoice.get(id=invoice.id)


# Opening


async def test_a_draft_begins_with_what_was_done_at_the_visit(database):
    one = await treated()

    draft = await opened(one)

    assert (draft.state, draft.version, draft.bill_id, draft.number) == (InvoiceState.DRAFT, 1, draft.id, None)
    assert (draft.client_id, draft.location_id, draft.currency) == (one.owner.id, one.world.location.id, "EUR")
    assert (draft.opened_by_id, draft.opened_at) == (one.desk.id, NOW)
    # 50.00, 120.00 and 8.00 with 19 % in it: 7.98, 19.16 and 1.28 of tax.
    assert await sums_of(draft) == [
        ("Consultation", 4202, 798, 5000),
        ("Dental cleaning", 10084, 1916, 12000),
        ("Carprofen", 672, 128, 800),
    ]
    assert (draft.net_minor, draft.tax_minor, draft.gross_minor) == (14958, 2842, 17800)
    line = (await lines_of(draft))[2]
    assert (line.source, line.source_id, line.holds_source) == (ChargeSource.TREATMENT, one.treatment.id, True)
    assert (line.pet_id, line.visit_id, line.pet_name) == (one.world.pet.id, one.visit.id, one.world.pet.name)
    assert (line.quantity_thousandths, line.unit, line.list_price_minor, line.provided_on) == (800, "ml", 1000, TODAY)
    assert [row.visit_id for row in await InvoiceVisit.all()] == [one.visit.id]
    event, _ = await last_event()
    assert (event.kind, event.subject_id, event.location_id) == (
        EventKind.INVOICE_OPENED, draft.id, one.world.location.id,
    )  # fmt: skip


async def test_a_draft_that_is_opened_twice_with_one_key_is_opened_once(database):
    one = await treated()
    new = NewInvoice(one.owner.id, one.world.location.id, [one.visit.id])
    first = await drafts.open(one.desk.viewer, new, key="k1", now=NOW)

    assert await drafts.open(one.desk.viewer, new, key="k1", now=LATER) == first
    with pytest.raises(IdempotencyKeyReused):
        await drafts.open(one.desk.viewer, NewInvoice(one.owner.id, one.world.location.id), key="k1", now=NOW)
    assert await Invoice.all().count() == 1


async def test_one_bill_may_be_for_several_pets_of_a_household_or_for_no_visit(database):
    one = await treated()
    luna = await a_pet(one.owner)
    hers = await a_visit(luna)
    await proposals.propose(one.world.vet.viewer, hers.id, one.consultation.id, ONE, key="k1", now=NOW)

    both = NewInvoice(one.owner.id, one.world.location.id, [one.visit.id, hers.id])
    draft = await drafts.open(one.desk.viewer, both, key="k2", now=NOW)
    empty = await drafts.open(one.desk.viewer, NewInvoice(one.owner.id, one.world.location.id), key="k3", now=NOW)

    assert {line.pet_id for line in await InvoiceLine.filter(invoice_id=draft)} == {one.world.pet.id, luna.id}
    assert (await Invoice.get(id=draft)).gross_minor == 22800
    assert (await Invoice.get(id=empty)).gross_minor == 0


async def test_who_opens_what_is_billed_already_is_told_where(database):
    one = await treated()
    draft = await opened(one)
    before = await how_many_rows()

    with pytest.raises(AlreadyBilled) as refused:
        await opened(one)

    assert (refused.value.invoice_id, await how_many_rows()) == (draft.id, before)


async def test_two_who_open_the_bill_of_a_visit_at_once_open_one(database):
    one, other = await treated(), await a_receptionist()
    new = NewInvoice(one.owner.id, one.world.location.id, [one.visit.id])

    late = await meanwhile(
        lambda: drafts.open(one.desk.viewer, new, key="k1", now=NOW),
        lambda: drafts.open(other.viewer, new, key="k1", now=NOW),
    )

    assert isinstance(late, AlreadyBilled)
    assert (late.invoice_id, await Invoice.all().count()) == ((await Invoice.get()).id, 1)


async def test_nothing_is_opened_where_it_cannot_be_billed(database):
    one, nurse = await treated(), await a_nurse()
    there = await a_location("Quay")
    elsewhere = await a_visit(one.world.pet, location_id=there.id)
    error = await a_visit(one.world.pet, errored_at=NOW, errored_because="Wrong pet.")
    here, desk = one.world.location.id, one.desk.viewer
    before = await how_many_rows()

    for wrong, refusal in (
        (NewInvoice(uuid7(), here), NotFound),
        (NewInvoice(one.owner.id, uuid7()), NotFound),
        (NewInvoice(one.owner.id, here, [uuid7()]), NotFound),
        (NewInvoice(one.owner.id, here, [elsewhere.id]), InvalidInput),
        (NewInvoice(one.owner.id, here, [error.id]), EnteredInError),
        (NewInvoice(one.owner.id, here, [uuid7() for _ in range(21)]), InvalidInput),
        (NewInvoice(one.owner.id, there.id), Forbidden),
    ):
        with pytest.raises(refusal):
            await drafts.open(desk, wrong, key="k1", now=NOW)
    await Location.filter(id=here).update(legal_entity_id=None)
    with pytest.raises(NoLegalEntity):
        await drafts.open(desk, NewInvoice(one.owner.id, here), key="k1", now=NOW)
    for stranger in (one.owner, one.world.vet, nurse):
        with pytest.raises(Forbidden):
            await drafts.open(stranger.viewer, NewInvoice(one.owner.id, here), key="k1", now=NOW)
    assert await how_many_rows() == before


def invoiced_by(world, **changes):
    return locations.amend(world.manager.viewer, world.location.id, LocationChanges(**changes), key="amend", now=NOW)


async def test_a_place_keeps_its_company_and_its_currency_while_a_bill_is_opened_there(database):
    world = await a_world()
    ours, other = await the_legal_entity(), await a_legal_entity("Other Ltd", prefix="O")
    new = NewInvoice(world.owner.id, world.location.id)
    for changes in ({"legal_entity_id": other.id}, {"currency": "CHF"}):
        await Invoice.all().delete()

        late = await meanwhile(
            lambda: drafts.open(world.receptionist.viewer, new, key=str(uuid7()), now=NOW),
            partial(invoiced_by, world, **changes),
        )

        assert isinstance(late, InvalidInput)
        for row in (await Location.get(id=world.location.id), await Invoice.get()):
            assert (row.legal_entity_id, row.currency) == (ours.id, "EUR")


async def test_a_bill_is_opened_for_the_company_that_invoices_there_by_then(database):
    world = await a_world()
    await the_legal_entity()
    other = await a_legal_entity("Other Ltd", prefix="O")
    new = NewInvoice(world.owner.id, world.location.id)

    await meanwhile(
        lambda: invoiced_by(world, legal_entity_id=other.id, currency="CHF"),
        lambda: drafts.open(world.receptionist.viewer, new, key="k1", now=NOW),
    )

    draft = await Invoice.get()
    assert (draft.legal_entity_id, draft.currency) == (other.id, "CHF")


# Payers


async def test_who_says_who_pays_and_who_links_one_of_them_do_not_wait_for_each_other(database):
    one = await treated()
    draft, lena = await opened(one), await an_owner("Lena Hoff")
    lock = " FOR UPDATE" if sql.is_postgres() else ""

    await meanwhile(
        lambda: sql.fetch(f"SELECT id FROM client WHERE id = ?{lock}", (lena.id,)),
        lambda: drafts.set_payers(
            one.desk.viewer, draft.id, [Payer(lena.id, 60), Payer(one.owner.id, 40)], key="k1", now=NOW
        ),
        then=lambda: hold_all(Invoice, "id = ?", (draft.id,)),
    )

    assert await shares(draft.id) == {lena.id: 60, one.owner.id: 40}


async def test_who_was_linked_meanwhile_is_no_payer_to_be_found(database):
    one = await treated()
    draft, lena = await opened(one), await an_owner("Lena Hoff", is_linked=False, email="lena@mail.example")
    known = await a_client("Lena Hoff-Meyer", email="lena@work.example")
    manager = one.world.manager.viewer

    refused = await meanwhile(
        lambda: accounts.link_account(manager, lena.account.id, known.id, key="link", now=NOW),
        lambda: drafts.set_payers(
            one.desk.viewer, draft.id, [Payer(one.owner.id, 40), Payer(lena.id, 60)], key="k1", now=NOW
        ),
    )

    assert isinstance(refused, NotFound)
    assert (await shares(draft.id), (await now_of(draft)).version) == ({}, draft.version)


async def shares(invoice_id):
    return {row.client_id: row.share for row in await InvoicePayer.filter(invoice_id=invoice_id)}


async def shared(one, share=60, rights=frozenset(Right)):
    """A second owner of Rex, who pays what the first one does not."""
    other = await an_owner()
    await one.world.pet.ownerships.all().update(share=share)
    await an_ownership(one.world.pet, other, share=100 - share, rights=rights)
    return other


async def test_owners_share_a_bill_as_they_share_the_bills_of_the_pet(database):
    one = await treated()
    other = await shared(one)

    assert await shares((await opened(one)).id) == {one.owner.id: 60, other.id: 40}


async def test_the_client_pays_alone_where_shares_differ_or_are_not_hers(database):
    one = await treated()
    await shared(one)
    luna, stranger = await a_pet(one.owner), await an_owner()
    hers, here = await a_visit(luna), one.world.location.id

    both = NewInvoice(one.owner.id, here, [one.visit.id, hers.id])
    mixed = await drafts.open(one.desk.viewer, both, key="k1", now=NOW)
    assert await shares(mixed) == {}
    await drafts.discard(one.desk.viewer, mixed, "Wrong client.", key="k2", now=NOW)
    theirs = await drafts.open(one.desk.viewer, NewInvoice(stranger.id, here, [one.visit.id]), key="k3", now=NOW)
    assert (await shares(theirs), (await Invoice.get(id=theirs)).client_id) == ({}, stranger.id)


async def test_the_first_of_the_payers_is_the_named_one(database):
    one, other = await treated(), await an_owner()
    draft = await opened(one)

    payers = [Payer(other.id, 34), Payer(one.owner.id, 66)]
    await drafts.set_payers(one.desk.viewer, draft.id, payers, key="k1", now=NOW)

    assert await shares(draft.id) == {other.id: 34, one.owner.id: 66}
    assert ((await now_of(draft)).client_id, (await now_of(draft)).version) == (other.id, 2)
    await drafts.set_payers(one.desk.viewer, draft.id, [Payer(one.owner.id, 100)], key="k2", now=NOW)
    assert (await shares(draft.id), (await now_of(draft)).client_id) == ({}, one.owner.id)


async def test_shares_that_make_no_whole_are_refused(database):
    one, other = await treated(), await an_owner()
    draft = await opened(one)
    before = await how_many_rows()

    for payers, refusal in (
        ([], InvalidInput),
        ([Payer(one.owner.id, 50)], SharesMustSumTo100),
        ([Payer(one.owner.id, 50), Payer(other.id, 51)], SharesMustSumTo100),
        ([Payer(one.owner.id, 100), Payer(other.id, 0)], InvalidInput),
        ([Payer(one.owner.id, 50), Payer(one.owner.id, 50)], InvalidInput),
        ([Payer(one.owner.id, 50), Payer(uuid7(), 50)], NotFound),
    ):
        with pytest.raises(refusal):
            await drafts.set_payers(one.desk.viewer, draft.id, payers, key="k1", now=NOW)
    assert (await how_many_rows(), (await now_of(draft)).version) == (before, 1)


# Discarding


async def test_what_a_discarded_draft_billed_may_be_billed_by_another(database):
    one = await treated()
    draft = await opened(one)

    assert await drafts.discard(one.desk.viewer, draft.id, "Wrong client.", key="k1", now=LATER) == draft.id

    gone = await now_of(draft)
    assert (gone.state, gone.discarded_at, gone.discarded_because) == (InvoiceState.DISCARDED, LATER, "Wrong client.")
    assert (gone.number, {line.holds_source for line in await lines_of(gone)}) == (None, {False})
    assert (await events())[-1] == EventKind.INVOICE_DISCARDED
    assert await drafts.discard(one.desk.viewer, draft.id, "Wrong client.", key="k1", now=NOW) == draft.id
    assert (await opened(one)).gross_minor == 17800


async def test_what_was_mistyped_beyond_what_anybody_pays_is_left_off_for_somebody_to_look_at(database):
    one = await treated()
    scan = await an_item("Scan", minor=10_000_000)
    await proposals.propose(one.desk.viewer, one.visit.id, scan.id, 1_000_000 * ONE, key="k1", now=NOW)

    draft = await opened(one)

    assert draft.gross_minor == 17800
    assert [charge.name for charge in (await checkouts.of_invoice(one.desk.viewer, draft.id)).not_billed] == ["Scan"]


async def test_nothing_is_done_to_what_is_no_draft_any_more(database):
    one = await treated()
    draft = await opened(one)
    line = (await lines_of(draft))[0]
    await issue(one, draft)
    other = await drafts.open(one.desk.viewer, NewInvoice(one.owner.id, one.world.location.id), key="k", now=NOW)
    await lines.add(one.desk.viewer, other, NewLine(item_id=one.carprofen.id), key="k", now=NOW)
    theirs = await InvoiceLine.get(invoice_id=other)
    await drafts.discard(one.desk.viewer, other, "No.", key="k", now=NOW)
    before = await how_many_rows()

    for of, its, refusal in ((draft.id, line.id, InvoiceIssued), (other, theirs.id, InvoiceDiscarded)):
        for deed in (
            lambda of=of: lines.add(one.desk.viewer, of, NewLine(item_id=one.carprofen.id), key="k1", now=NOW),
            lambda its=its: lines.amend(one.desk.viewer, its, Terms(quantity=2000), key="k1", now=NOW),
            lambda its=its: lines.remove(one.desk.viewer, its, key="k1", now=NOW),
            lambda of=of: drafts.set_payers(one.desk.viewer, of, [Payer(one.owner.id, 100)], key="k1", now=NOW),
            lambda of=of: drafts.discard(one.desk.viewer, of, "No.", key="k1", now=NOW),
        ):
            with pytest.raises(refusal):
                await deed()
    assert await how_many_rows() == before
