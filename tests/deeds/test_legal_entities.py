"""Setting up who invoices, and for which locations."""

from datetime import timedelta
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from models import Client, EventKind, LegalEntity, Location, Practice
from models.contact import Address
from models.refusal import Forbidden, InvalidInput, NotFound
from models.row import uuid7
from resolvers import invitations, legal_entities, locations, practices
from resolvers.legal_entities import LegalEntityChanges, NewLegalEntity
from resolvers.locations import LocationChanges, NewLocation
from resolvers.practices import BillingSettings
from resolvers.viewer import Viewer
from tests.doorkeeper import RULES, VAULT
from tests.found import events, found, last_event
from tests.world import NOW, Owner, a_client, a_location, a_manager, a_practice, an_owner, how_many_rows
from tests.world.money import a_draft, a_legal_entity, an_item

pytestmark = pytest.mark.anyio
QUAY = NewLocation("Quay", "Europe/London", "GBP")


async def test_a_practice_that_is_opened_invoices_under_its_own_name(database):
    manager = invitations.Manager("boss@practice.example", "Ada", "Weber")
    opening: Any = {"practice": "Two Rivers Vets", "language": "en", "vault": VAULT, "rules": RULES, "now": NOW}
    await invitations.invite_first_manager(Viewer.system("test"), manager, **opening)

    entity = await LegalEntity.get()
    assert (entity.name, entity.fold, entity.number_prefix) == ("Two Rivers Vets", "two rivers vets", "")
    assert (entity.due_days, entity.closed_through, entity.created_at) == (14, None, NOW)


async def test_a_manager_adds_and_amends_who_invoices(database):
    manager = await a_manager()
    quay = NewLegalEntity(
        name=" Quay Vets Ltd ",
        number_prefix="Q1",
        address=Address("1 Quay", "BN1 1AA", "Brighton", "gb"),
        tax_number="GB 123",
        bank_details="Sort code 1\nAccount 2",
        due_days=30,
    )

    entity_id = await legal_entities.add(manager.viewer, quay, key="k1", now=NOW)

    row = await LegalEntity.get(id=entity_id)
    assert (row.name, row.number_prefix, row.due_days, row.closed_through) == ("Quay Vets Ltd", "Q1", 30, None)
    assert (row.street, row.postal_code, row.city, row.country) == ("1 Quay", "BN1 1AA", "Brighton", "GB")
    assert (row.tax_number, row.bank_details) == ("GB 123", "Sort code 1\nAccount 2")
    event, _ = await last_event()
    assert (event.kind, event.subject_id) == (EventKind.LEGAL_ENTITY_ADDED, entity_id)

    changes = LegalEntityChanges(name="Harbour Vets Ltd", tax_number="", due_days=0)
    await legal_entities.amend(manager.viewer, entity_id, changes, key="k2", now=NOW)
    await legal_entities.amend(manager.viewer, entity_id, changes, key="k3", now=NOW)
    row = await LegalEntity.get(id=entity_id)
    assert (row.name, row.fold, row.tax_number, row.due_days) == ("Harbour Vets Ltd", "harbour vets ltd", "", 0)
    assert (row.number_prefix, row.city, row.bank_details) == ("Q1", "Brighton", "Sort code 1\nAccount 2")
    assert await events() == ["LEGAL_ENTITY_ADDED", "LEGAL_ENTITY_AMENDED"]


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"name": " "}, ("name",)),
        ({"address": Address(country="Oz")}, ("address", "country")),
        ({"tax_number": "1" * 51}, ("taxNumber",)),
        ({"tax_number": "1\n2"}, ("taxNumber",)),
        ({"bank_details": "x" * 501}, ("bankDetails",)),
        ({"due_days": -1}, ("dueDays",)),
        ({"due_days": 366}, ("dueDays",)),
    ],
)
async def test_who_invoices_must_make_sense(database, wrong, path):
    manager, entity = await a_manager(), await a_legal_entity()
    before = await how_many_rows()

    new: Any = {"name": "Quay Vets", "number_prefix": "Q"} | wrong
    with pytest.raises(InvalidInput) as refused:
        await legal_entities.add(manager.viewer, NewLegalEntity(**new), key="k1", now=NOW)
    assert refused.value.path == path
    with pytest.raises(InvalidInput) as refused:
        await legal_entities.amend(manager.viewer, entity.id, LegalEntityChanges(**wrong), key="k2", now=NOW)
    assert refused.value.path == path
    assert await how_many_rows() == before


@pytest.mark.parametrize("prefix", ["q", "Q-1", "QUAYVETS1", "Ä", "Q ", "", "Q1", "Q1C", "Q1R", "C", "R"])
async def test_a_prefix_is_of_capitals_and_digits_and_nobody_elses(database, prefix):
    manager = await a_manager()
    await a_legal_entity()
    await a_legal_entity("Quay Vets Ltd", prefix="Q1")
    before = await how_many_rows()

    with pytest.raises(InvalidInput) as refused:
        await legal_entities.add(manager.viewer, NewLegalEntity("Other", prefix), key="k1", now=NOW)
    assert refused.value.path == ("numberPrefix",)
    assert await how_many_rows() == before


async def test_the_longest_prefix_is_kept_and_no_prefix_changes(database):
    manager = await a_manager()

    entity_id = await legal_entities.add(manager.viewer, NewLegalEntity("Quay", "ABCDEF12"), key="k1", now=NOW)

    with pytest.raises(IntegrityError):
        await LegalEntity.filter(id=entity_id).update(number_prefix="Q2")
    assert (await LegalEntity.get(id=entity_id)).number_prefix == "ABCDEF12"


async def test_who_invoices_is_the_whole_practices_matter(database):
    here, entity = await a_location(), await a_legal_entity()
    local, boss = await a_manager(location=here), await a_manager()
    before = await how_many_rows()

    with pytest.raises(Forbidden):
        await legal_entities.add(local.viewer, NewLegalEntity("Q", "Q"), key="k1", now=NOW)
    with pytest.raises(Forbidden):
        await legal_entities.amend(local.viewer, entity.id, LegalEntityChanges(name="Q"), key="k1", now=NOW)
    with pytest.raises(Forbidden):
        await locations.amend(local.viewer, here.id, LocationChanges(legal_entity_id=entity.id), key="k1", now=NOW)
    with pytest.raises(NotFound):
        await legal_entities.amend(boss.viewer, uuid7(), LegalEntityChanges(name="Q"), key="k1", now=NOW)
    assert await how_many_rows() == before


async def test_the_staff_see_who_invoices_and_owners_do_not(database):
    await a_legal_entity("b Vets", prefix="B")
    await a_legal_entity("A Vets", prefix="A")
    manager, olga = await a_manager(), await an_owner()

    assert [row.name for row in await found(legal_entities.listed(manager.viewer))] == ["A Vets", "b Vets"]
    assert await found(legal_entities.listed(olga.viewer)) == []


# Locations


async def test_a_location_is_invoiced_by_whoever_was_there_first_or_was_named(database):
    manager = await a_manager()
    nobody = await locations.add(manager.viewer, QUAY, key="k0", now=NOW)
    first = await a_legal_entity("Z Vets")
    second = await a_legal_entity("A Vets", prefix="A")
    await LegalEntity.filter(id=second.id).update(created_at=NOW + timedelta(days=1))
    await Location.filter(id=nobody).update(legal_entity_id=None)

    usual = await locations.add(manager.viewer, QUAY, key="k1", now=NOW)
    named = await locations.add(
        manager.viewer, NewLocation("Hill", "Europe/Berlin", "EUR", legal_entity_id=second.id), key="k2", now=NOW
    )

    by_id = {each.id: each.legal_entity_id for each in await Location.all()}
    assert by_id[nobody] is None
    assert (by_id[usual], by_id[named]) == (first.id, second.id)
    await locations.amend(manager.viewer, nobody, LocationChanges(legal_entity_id=second.id), key="k3", now=NOW)
    assert (await Location.get(id=nobody)).legal_entity_id == second.id
    event, _ = await last_event()
    assert (event.kind, list(event.changed)) == (EventKind.LOCATION_AMENDED, ["legal_entity_id"])


async def test_a_location_is_invoiced_by_somebody_who_exists(database):
    manager, here = await a_manager(), await a_location()
    before = await how_many_rows()

    for wrong in (uuid7(), None):
        with pytest.raises(NotFound) as refused:
            await locations.amend(manager.viewer, here.id, LocationChanges(legal_entity_id=wrong), key="k1", now=NOW)
        assert refused.value.path == ("legalEntityId",)
    new = NewLocation("Hill", "Europe/Berlin", "EUR", legal_entity_id=uuid7())
    with pytest.raises(NotFound):
        await locations.add(manager.viewer, new, key="k1", now=NOW)
    assert await how_many_rows() == before


@pytest.mark.parametrize("what", ["a price", "a draft"])
async def test_a_currency_stays_once_somebody_was_told_an_amount_in_it(database, what):
    manager, here = await a_manager(), await a_location()
    await locations.amend(manager.viewer, here.id, LocationChanges(currency="GBP"), key="k1", now=NOW)
    await Location.filter(id=here.id).update(currency="EUR")
    if what == "a price":
        await an_item()
    else:
        client: Client = await a_client()
        await an_item(minor=None)
        await a_draft(Owner(client, None, None))  # type: ignore[arg-type]
    before = await how_many_rows()

    with pytest.raises(InvalidInput, match="so its currency stays") as refused:
        await locations.amend(manager.viewer, here.id, LocationChanges(currency="CHF"), key="k2", now=NOW)
    assert refused.value.path == ("currency",)
    assert await how_many_rows() == before
    await locations.amend(manager.viewer, here.id, LocationChanges(currency="EUR", name="Hill"), key="k3", now=NOW)
    assert (await Location.get(id=here.id)).name == "Hill"


# Billing settings


async def test_a_manager_says_how_much_the_front_desk_may_take_off(database):
    manager, practice = await a_manager(), await a_practice()
    assert practice.most_discount == 10

    await practices.amend_billing(manager.viewer, BillingSettings(100), key="k1", now=NOW)

    assert (await Practice.get()).most_discount == 100
    event, _ = await last_event()
    assert (event.kind, list(event.changed)) == (EventKind.BILLING_SETTINGS_AMENDED, ["most_discount"])
    for wrong in (-1, 101):
        with pytest.raises(InvalidInput) as refused:
            await practices.amend_billing(manager.viewer, BillingSettings(wrong), key="k2", now=NOW)
        assert refused.value.path == ("mostDiscountPercent",)
    assert (await Practice.get()).most_discount == 100
