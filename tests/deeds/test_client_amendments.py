"""Changing what is known of a client."""

import pytest

from models import Account, Client, ClientEmail, ClientPhone, EventKind
from models.contact import Address
from models.refusal import Forbidden, InvalidInput, NotFound
from models.row import uuid7
from resolvers import clients
from resolvers.clients import ClientChanges, ClientRegistration, MyChanges
from tests.found import events, found, last_event
from tests.racing import meanwhile
from tests.world import (
    NOW,
    a_client,
    a_receptionist,
    an_owner,
    how_many_rows,
)

pytestmark = pytest.mark.anyio

ANNA = ClientRegistration(
    given_name="Anna",
    family_name="Bergmann",
    emails=("Anna.Bergmann@Home.example", "anna@work.example"),
    phones=("030 901820",),
    language="de",
    address=Address("Hauptstr. 5", "10827", "Berlin", "de"),
)


async def registered(registration=ANNA, key="k1"):
    viewer = (await a_receptionist()).viewer
    return viewer, await clients.register(viewer, registration, key=key, now=NOW)


async def emails_of(client_id):
    return [row.address for row in await ClientEmail.filter(client_id=client_id).order_by("position")]


async def phones_of(client_id):
    return [(row.as_given, row.e164) for row in await ClientPhone.filter(client_id=client_id).order_by("position")]


async def test_only_what_is_given_changes(database):
    viewer, client_id = await registered()

    await clients.amend(viewer, client_id, ClientChanges(family_name="Berg"), key="k2", now=NOW)

    anna = await Client.get(id=client_id)
    assert (anna.display_name, anna.fold, anna.city) == ("Anna Berg", "berg anna", "Berlin")
    assert await emails_of(client_id) == ["Anna.Bergmann@home.example", "anna@work.example"]
    assert await phones_of(client_id) == [("030 901820", "+4930901820")]
    event, detail = await last_event()
    assert event.kind is EventKind.CLIENT_AMENDED
    assert list(event.changed) == ["display_name", "family_name", "fold"]
    assert '"before": {"display_name": "Anna Bergmann"' in detail


async def test_reception_finds_an_amended_client_by_what_is_true_now(database):
    viewer, client_id = await registered()

    await clients.amend(
        viewer, client_id, ClientChanges(family_name="Stone", phones=("0170 1234567",)), key="k2", now=NOW
    )

    assert await found(clients.searched(viewer, "bergm")) == []
    assert await found(clients.searched(viewer, "901820")) == []
    for text in ("ston", "anna st", "1234567", "+49170123", "anna@work"):
        assert [one.id for one in await found(clients.searched(viewer, text))] == [client_id], text


async def test_an_amendment_that_changes_nothing_is_no_event(database):
    viewer, client_id = await registered()

    again = ClientChanges(given_name="Anna", emails=ANNA.emails, phones=ANNA.phones, address=ANNA.address)
    await clients.amend(viewer, client_id, again, key="k2", now=NOW)

    assert await events() == ["CLIENT_REGISTERED"]


async def test_of_two_amendments_at_once_neither_is_lost(database):
    viewer, client_id = await registered()

    def amend(key, **changes):
        return clients.amend(viewer, client_id, ClientChanges(**changes), key=key, now=NOW)

    await meanwhile(
        lambda: amend("k2", family_name="Stone", emails=["new@home.example"]),
        lambda: amend("k3", given_name="Anja", phones=["0170 1234567"]),
    )

    anna = await Client.get(id=client_id)
    assert (anna.display_name, anna.fold) == ("Anja Stone", "stone anja")
    for text in ("stone anja", "new@home", "0170123"):
        assert [one.id for one in await found(clients.searched(viewer, text))] == [client_id], text
    assert await found(clients.searched(viewer, "anna")) == []


async def test_an_address_that_goes_takes_the_link_of_the_account_it_had_proven(database):
    olga, viewer = await an_owner("Olga Berg", email="olga@home.example"), (await a_receptionist()).viewer

    await clients.amend(viewer, olga.id, ClientChanges(emails=("new@home.example",)), key="k1", now=NOW)

    account = await Account.get(id=olga.account.id)
    assert account.is_linked is False
    assert account.client_id != olga.id
    assert await emails_of(olga.id) == ["new@home.example"]
    assert await events() == ["ACCOUNT_UNLINKED", "CLIENT_AMENDED"]


async def test_an_address_that_stays_keeps_the_link(database):
    olga, viewer = await an_owner("Olga Berg", email="olga@home.example"), (await a_receptionist()).viewer

    more = ClientChanges(emails=("new@home.example", "OLGA@home.example"))
    await clients.amend(viewer, olga.id, more, key="k1", now=NOW)

    assert (await Account.get(id=olga.account.id)).client_id == olga.id
    assert await emails_of(olga.id) == ["new@home.example", "OLGA@home.example"]
    assert await events() == ["CLIENT_AMENDED"]


async def test_a_client_who_does_not_exist_cannot_be_amended(database):
    viewer = (await a_receptionist()).viewer
    before = await how_many_rows()

    for nobody in (uuid7(), None):
        with pytest.raises(NotFound) as refused:
            await clients.amend(viewer, nobody, ClientChanges(family_name="X"), key="k1", now=NOW)
        assert refused.value.path == ("clientId",)
    assert await how_many_rows() == before


async def test_a_refused_amendment_changes_nothing(database):
    viewer, client_id = await registered()
    before = await how_many_rows()

    wrong = ClientChanges(family_name="Stone", emails=("new@home.example",), phones=("none",))
    with pytest.raises(InvalidInput) as refused:
        await clients.amend(viewer, client_id, wrong, key="k2", now=NOW)

    assert refused.value.path == ("phones", "0")
    assert (await Client.get(id=client_id)).family_name == "Bergmann"
    assert await emails_of(client_id) == ["Anna.Bergmann@home.example", "anna@work.example"]
    assert await how_many_rows() == before


async def test_an_owner_amends_herself(database):
    olga = await an_owner("Olga Berg")

    changes = MyChanges(given_name="Olha", phones=("+49 30 901820",), language="de", address=Address(city="Bonn"))
    assert await clients.amend_myself(olga.viewer, changes, key="k1", now=NOW) == olga.id

    row = await Client.get(id=olga.id)
    assert (row.display_name, row.language, row.city) == ("Olha Berg", "de", "Bonn")
    assert await phones_of(olga.id) == [("+49 30 901820", "+4930901820")]
    assert (await Account.get(id=olga.account.id)).is_linked is True


async def test_an_owner_amends_nobody_else_and_the_staff_have_no_such_self(database):
    olga, other, viewer = await an_owner(), await a_client(), (await a_receptionist()).viewer
    before = await how_many_rows()

    with pytest.raises(Forbidden):
        await clients.amend(olga.viewer, other.id, ClientChanges(family_name="X"), key="k1", now=NOW)
    with pytest.raises(Forbidden):
        await clients.amend_myself(viewer, MyChanges(family_name="X"), key="k1", now=NOW)
    assert await how_many_rows() == before
