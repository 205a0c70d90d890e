"""Registering clients through the contract, and amending what is known of them."""

from __future__ import annotations

from functools import partial

import pytest

from models import Client, Consent, ConsentSource, Purpose
from resolvers.viewer import Audience
from tests.api.deed import done, not_allowed, refused, unheard_of
from tests.doors import Program, id_of
from tests.world import a_client, a_location, a_nurse, a_pet, a_practice, a_receptionist, a_vet, an_owner

CLIENT = """client { givenName familyName displayName language emails { address } phones { asGiven e164 }
  address { street postalCode city country } }"""
NOWHERE = {"street": "", "postalCode": "", "city": "", "country": ""}
STRANGE = "💥"


async def test_reception_registers_a_client_and_amends_what_is_known(database):
    await a_practice(language="de")
    reception, program = await a_receptionist(), Program()
    registered = await done(
        program,
        reception.viewer,
        "registerClient",
        f"ClientRegistered {{ {CLIENT} }}",
        givenName="Zoë 🐈",
        familyName="Ångström",
        emails=["Zoe@Home.example", "zoe@work.example"],
        phones=["030 901820", "ask next door 123"],
        address={"street": "Lange Gasse 1", "city": "Berlin", "country": "de"},
    )
    client = registered["client"]
    assert client == {
        "givenName": "Zoë 🐈",
        "familyName": "Ångström",
        "displayName": "Zoë 🐈 Ångström",
        "language": "de",
        "emails": [{"address": "Zoe@home.example"}, {"address": "zoe@work.example"}],
        "phones": [
            {"asGiven": "030 901820", "e164": "+4930901820"},
            {"asGiven": "ask next door 123", "e164": None},
        ],
        "address": {"street": "Lange Gasse 1", "postalCode": "", "city": "Berlin", "country": "DE"},
    }
    client_id = id_of(await Client.get())
    amend = partial(done, program, reception.viewer, "amendClient", f"ClientAmended {{ {CLIENT} }}", clientId=client_id)
    assert (await amend(idempotencyKey="nothing"))["client"] == client
    moved = await amend(language="en", address={"city": "Bonn"}, idempotencyKey="move")
    assert moved["client"] == client | {"language": "en", "address": NOWHERE | {"city": "Bonn"}}
    cleared = await amend(givenName=None, emails=None, phones=None, address=None, idempotencyKey="clear")
    assert cleared["client"] == moved["client"] | {
        "givenName": "",
        "displayName": "Ångström",
        "emails": [],
        "phones": [],
        "address": NOWHERE,
    }


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"familyName": " "}, ["familyName"]),
        ({"familyName": "a\nb"}, ["familyName"]),
        ({"familyName": "\u0007"}, ["familyName"]),
        ({"givenName": "x" * 201}, ["givenName"]),
        ({"emails": ["one@home.example", "nobody"]}, ["emails", "1"]),
        ({"emails": ["one@home.example"] * 11}, ["emails"]),
        ({"phones": ["12"]}, ["phones", "0"]),
        ({"phones": ["030 901820"] * 11}, ["phones"]),
        ({"language": "klingon"}, ["language"]),
        ({"address": {"country": "Oz"}}, ["address", "country"]),
        ({"idempotencyKey": ""}, ["idempotencyKey"]),
    ],
)
async def test_a_client_who_makes_no_sense_is_refused_with_the_input_at_fault(database, wrong, path):
    client, reception, program = await a_client(), await a_receptionist(), Program()
    made = "{ client { id } }"
    registered = await refused(
        program, reception.viewer, "registerClient", f"ClientRegistered {made}", **{"familyName": "Berg"} | wrong
    )
    assert registered == ("InvalidInput", path)
    amended = await refused(
        program, reception.viewer, "amendClient", f"ClientAmended {made}", clientId=id_of(client), **wrong
    )
    assert amended == ("InvalidInput", path)


async def test_reception_says_what_a_new_client_wants_to_hear_of_and_how_it_knows(database):
    await a_practice()
    reception, program = await a_receptionist(), Program()
    made = "ClientRegistered { client { id } }"
    care = {"contactPreferences": [{"purpose": "CARE", "isWanted": True}]}
    for source in ("OWNER", "UNSUBSCRIBED"):
        heard = {"contactPreferencesSource": source, "familyName": "Berg"}
        refusal = await refused(program, reception.viewer, "registerClient", made, **heard, **care)
        assert refusal == ("InvalidInput", ["contactPreferencesSource"])
    await done(
        program, reception.viewer, "registerClient", made, familyName="Berg", contactPreferencesSource="FORM", **care
    )
    kept = await Consent.get()
    assert (kept.purpose, kept.is_given, kept.source) == (Purpose.CARE, True, ConsentSource.FORM)


async def test_what_a_client_must_have_cannot_be_cleared(database):
    client, reception, program = await a_client(), await a_receptionist(), Program()
    for name in ("familyName", "language"):
        given = {"clientId": id_of(client), name: None}
        refusal = await refused(program, reception.viewer, "amendClient", "ClientAmended { client { id } }", **given)
        assert refusal == ("InvalidInput", [name])


async def test_a_client_who_is_not_there_is_not_found_whatever_is_wrong_with_the_id(database):
    client, reception, program = await a_client(), await a_receptionist(), Program()
    for nobody in (STRANGE, "", "Q2xpZW50Og", id_of(client, "Pet"), id_of(await a_pet(client), "Client")):
        refusal = await refused(
            program, reception.viewer, "amendClient", "ClientAmended { client { id } }", clientId=nobody
        )
        assert refusal == ("NotFound", ["clientId"])


async def test_a_key_is_for_one_client(database):
    reception, program = await a_receptionist(), Program()
    made = "ClientRegistered { client { id } }"
    await done(program, reception.viewer, "registerClient", made, familyName="Berg")
    other = await refused(program, reception.viewer, "registerClient", made, familyName="Lang")
    assert other == ("IdempotencyKeyReused", ["idempotencyKey"])
    colleague = await a_nurse()
    await done(program, colleague.viewer, "registerClient", made, familyName="Lang")
    assert await Client.all().count() == 2


async def test_an_owner_amends_herself_and_nobody_else(database):
    owner, other, program = await an_owner("Olga Berg"), await a_client("Peter Lang"), Program()
    made = f"MyselfAmended {{ {CLIENT} }}"
    amend = partial(done, program, owner.viewer, "amendMyself", made)
    amended = await amend(givenName="Olja", phones=["+49 30 901820"], address={"city": "Bonn"})
    assert amended["client"] == {
        "givenName": "Olja",
        "familyName": "Berg",
        "displayName": "Olja Berg",
        "language": "en",
        "emails": [{"address": "olga.berg@home.example"}],
        "phones": [{"asGiven": "+49 30 901820", "e164": "+4930901820"}],
        "address": NOWHERE | {"city": "Bonn"},
    }
    cleared = await amend(phones=None, address=None, idempotencyKey="clear")
    assert cleared["client"] == amended["client"] | {"phones": [], "address": NOWHERE}
    wrong = partial(refused, program, owner.viewer, "amendMyself", made, idempotencyKey="wrong")
    assert await wrong(familyName=None) == ("InvalidInput", ["familyName"])
    assert await wrong(language="xx-XX") == ("InvalidInput", ["language"])
    assert await wrong(idempotencyKey="clear", phones=["030 1234"]) == ("IdempotencyKeyReused", ["idempotencyKey"])
    assert (await Client.get(id=other.id)).display_name == "Peter Lang"


async def test_an_owner_cannot_name_her_own_address_or_anybody_else(database):
    owner, program = await an_owner(), Program()
    for name, value in (("emails", ["new@home.example"]), ("clientId", id_of(owner.client))):
        given = {name: value}
        code = await not_allowed(program, owner.viewer, "amendMyself", "MyselfAmended { client { id } }", **given)
        assert code == "BAD_INPUT"


async def test_clients_are_for_the_staff_and_oneself_is_for_the_owner(database):
    await a_location()
    owner, vet, program = await an_owner(), await a_vet(), Program()
    registered, amended = "ClientRegistered { client { id } }", "ClientAmended { client { id } }"
    assert await unheard_of(program, owner.viewer, "registerClient", registered, familyName="Berg")
    assert await unheard_of(program, owner.viewer, "amendClient", amended, clientId=id_of(owner.client))
    assert await unheard_of(program, vet.viewer, "amendMyself", "MyselfAmended { client { id } }", familyName="Berg")


async def test_somebody_who_is_signed_out_registers_nobody(database):
    program = Program()
    document = """mutation ($input: RegisterClientInput!) { registerClient(input: $input) { __typename } }"""
    given = {"familyName": "Berg", "idempotencyKey": "k1"}
    answer = await program.ask(Audience.STAFF, document, input=given)
    assert (answer.status, answer.code) == (200, "SIGNED_OUT")
    assert await Client.all().count() == 0
