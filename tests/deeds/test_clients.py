"""Registering and listing clients."""

import pytest

from models import Client, ClientEmail, ClientPhone, EventKind
from models.contact import Address
from models.refusal import Forbidden, IdempotencyKeyReused, InvalidInput, SignedOut
from resolvers import clients
from resolvers.clients import ClientRegistration
from resolvers.viewer import Viewer
from tests.found import found, last_event
from tests.world import (
    NOW,
    a_client,
    a_location,
    a_pet,
    a_practice,
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


# Registering


async def test_reception_registers_a_client(database):
    viewer, client_id = await registered()

    anna = await Client.get(id=client_id)
    assert (anna.display_name, anna.fold, anna.language) == ("Anna Bergmann", "bergmann anna", "de")
    assert (anna.street, anna.postal_code, anna.city, anna.country) == ("Hauptstr. 5", "10827", "Berlin", "DE")
    assert anna.is_registered_online is False
    assert anna.created_at == NOW
    assert await emails_of(client_id) == ["Anna.Bergmann@home.example", "anna@work.example"]
    assert await phones_of(client_id) == [("030 901820", "+4930901820")]
    event, detail = await last_event()
    assert (event.kind, event.subject_id, event.account_id) == (
        EventKind.CLIENT_REGISTERED,
        client_id,
        viewer.account_id,
    )
    assert '"family_name": "Bergmann"' in detail


async def test_a_client_needs_a_family_name_and_nothing_else(database):
    await a_practice(language="es")

    _, client_id = await registered(ClientRegistration(family_name="  Prince "))

    prince = await Client.get(id=client_id)
    assert (prince.display_name, prince.given_name, prince.language) == ("Prince", "", "es")
    assert await emails_of(client_id) == []


async def test_a_phone_without_a_country_is_of_the_clients_country_or_else_of_the_first_location(database):
    await a_location(country="GB")
    _, at_home = await registered(ClientRegistration(family_name="Holmes", phones=("020 7946 0018",)))
    _, abroad = await registered(
        ClientRegistration(family_name="Kaiser", phones=("030 901820",), address=Address(country="DE"))
    )

    assert await phones_of(at_home) == [("020 7946 0018", "+442079460018")]
    assert await phones_of(abroad) == [("030 901820", "+4930901820")]


async def test_what_is_no_real_number_is_kept_as_it_was_given(database):
    _, client_id = await registered(ClientRegistration(family_name="Kurz", phones=("ask for 123 at the bar",)))

    assert await phones_of(client_id) == [("ask for 123 at the bar", None)]


async def test_the_same_address_or_number_twice_is_kept_once(database):
    _, client_id = await registered(
        ClientRegistration(
            family_name="Twin",
            emails=("a@home.example", "b@home.example", "A@HOME.example"),
            phones=("+49 30 901820", "0049 30 901820"),
            address=Address(country="DE"),
        )
    )

    assert await emails_of(client_id) == ["a@home.example", "b@home.example"]
    assert await phones_of(client_id) == [("+49 30 901820", "+4930901820")]


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"family_name": " "}, ("familyName",)),
        ({"family_name": "B" * 201}, ("familyName",)),
        ({"family_name": "Berg\x00mann"}, ("familyName",)),
        ({"family_name": "Berg\nmann"}, ("familyName",)),
        ({"given_name": "A\ud800"}, ("givenName",)),
        ({"given_name": "A" * 10_000_000}, ("givenName",)),
        ({"emails": ("anna@home.example", "anna at home")}, ("emails", "1")),
        ({"emails": ("anna@home.example\x00",)}, ("emails", "0")),
        ({"emails": ["anna@home.example"] * 11}, ("emails",)),
        ({"phones": ("call me",)}, ("phones", "0")),
        ({"phones": ("9" * 61,)}, ("phones", "0")),
        ({"language": "klingon"}, ("language",)),
        ({"address": Address(country="ZZ")}, ("address", "country")),
        ({"address": Address(postal_code="1" * 21)}, ("address", "postalCode")),
    ],
)
async def test_a_client_who_makes_no_sense_is_refused_with_the_input_at_fault(database, wrong, path):
    viewer = (await a_receptionist()).viewer
    before = await how_many_rows()

    with pytest.raises(InvalidInput) as refused:
        await clients.register(viewer, ClientRegistration(**{"family_name": "Berg"} | wrong), key="k1", now=NOW)

    assert refused.value.path == path
    assert await how_many_rows() == before


async def test_names_may_hold_emoji_and_any_script(database):
    _, client_id = await registered(ClientRegistration(given_name="🐶", family_name="李明"))

    assert (await Client.get(id=client_id)).display_name == "🐶 李明"


async def test_a_client_is_registered_once_however_often_it_is_sent(database):
    viewer, client_id = await registered()

    assert await clients.register(viewer, ANNA, key="k1", now=NOW) == client_id
    before = await how_many_rows()
    with pytest.raises(IdempotencyKeyReused):
        await clients.register(viewer, ClientRegistration(family_name="Other"), key="k1", now=NOW)
    assert await how_many_rows() == before


async def test_neither_an_owner_nor_somebody_signed_out_registers_a_client(database):
    owner = await an_owner()
    before = await how_many_rows()

    with pytest.raises(Forbidden):
        await clients.register(owner.viewer, ANNA, key="k1", now=NOW)
    with pytest.raises(SignedOut):
        await clients.register(Viewer.anyone(), ANNA, key="k1", now=NOW)
    assert await how_many_rows() == before


# Reading


async def test_an_owner_sees_herself_alone(database):
    olga, other = await an_owner(), await an_owner()
    await a_pet(olga, other)

    assert [one.id for one in await found(clients.one(olga.viewer, olga.id))] == [olga.id]
    assert await found(clients.one(olga.viewer, other.id)) == []
    assert [one.id for one in await found(clients.listed(olga.viewer))] == [olga.id]
    assert await found(clients.listed(Viewer.anyone())) == []


async def test_clients_are_listed_by_family_name(database):
    viewer = (await a_receptionist()).viewer
    for name in ("Zoe Adler", "Änne Öhm", "Bo Ångström", "Al zeta"):
        await a_client(name)

    assert [one.display_name for one in await found(clients.listed(viewer))] == [
        "Zoe Adler",
        "Bo Ångström",
        "Änne Öhm",
        "Al zeta",
    ]
