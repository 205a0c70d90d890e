"""Linking an account whose client has bills: drafts go along, what was issued or paid stays where it is."""

from typing import Any

import pytest
from tortoise.transactions import in_transaction

from models import Client, Invoice, InvoicePayer, Payment, PaymentMethod, PaymentState
from models.refusal import InvalidInput
from resolvers import accounts
from tests.world import NOW, a_client, a_pet, a_world, an_owner, how_many_rows
from tests.world.money import a_draft, an_invoice

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(database):
    return await a_world()


@pytest.fixture
async def lena(world):
    """She registered online."""
    return await an_owner("Lena Hoff", is_linked=False, email="lena@mail.example")


@pytest.fixture
async def known(world):
    """The same Lena, as reception has known her since long."""
    return await a_client("Lena Hoff-Meyer", email="lena@mail.example")


async def link(world, lena, client):
    return await accounts.link_account(world.receptionist.viewer, lena.account.id, client.id, key="k", now=NOW)


async def test_her_drafts_are_addressed_to_the_known_client_and_are_looked_at_again(world, lena, known):
    draft = await a_draft(lena)
    await link(world, lena, known)
    moved = await Invoice.get(id=draft.id)
    assert (moved.client_id, moved.version) == (known.id, draft.version + 1)


async def test_what_both_were_to_pay_of_a_draft_the_known_client_pays(world, lena, known):
    draft, other = await a_draft(world.owner), await a_draft(world.owner)
    for invoice, client, share in (
        (draft, world.owner, 50), (draft, lena, 30), (draft, known, 20), (other, lena, 40), (other, world.owner, 60),
    ):  # fmt: skip
        await InvoicePayer.create(invoice_id=invoice.id, client_id=client.id, share=share)
    await link(world, lena, known)
    payers = await InvoicePayer.all().values_list("invoice_id", "client_id", "share")
    assert set(payers) == {
        (draft.id, world.owner.id, 50), (draft.id, known.id, 50), (other.id, known.id, 40),
        (other.id, world.owner.id, 60),
    }  # fmt: skip
    assert [(one.client_id, one.version) for one in await Invoice.all()] == [(world.owner.id, 2)] * 2


async def test_who_was_invoiced_is_linked_only_to_what_she_registered_as(world, lena, known):
    invoice = await an_invoice(lena)
    before = await how_many_rows()
    with pytest.raises(InvalidInput) as refused:
        await link(world, lena, known)
    assert refused.value.path == ("clientId",)
    assert await how_many_rows() == before
    assert (await Invoice.get(id=invoice.id)).client_id == lena.id

    await link(world, lena, lena.client)
    assert not (await Client.get(id=lena.id)).is_registered_online


async def test_who_has_begun_to_pay_stays_who_she_is(world, lena, known):
    draft = await a_draft(world.owner)
    of: Any = {"location_id": draft.location_id, "legal_entity_id": draft.legal_entity_id, "currency": draft.currency}
    await Payment.create(
        **of, client_id=lena.id, method=PaymentMethod.CARD, state=PaymentState.STARTING, minor=100, started_at=NOW
    )
    with pytest.raises(InvalidInput):
        await link(world, lena, known)


@pytest.mark.parametrize("is_invoiced", [True, False])
async def test_nobody_who_was_invoiced_is_recognised_by_the_name_of_a_pet(world, lena, known, is_invoiced):
    await a_pet(known, name="Minka")
    if is_invoiced:
        await an_invoice(lena)
    async with in_transaction():
        happened = await accounts.recognise(lena.account, "Minka")
    assert bool(happened) is not is_invoiced
