"""An account changes hands while something else is done with it or with its client: each waits, and nothing breaks."""

import asyncio
from contextvars import copy_context

import pytest
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from models import Account, Client, Event, IdempotencyKey, Ownership, Right
from models.refusal import NotFound
from models.row import uuid7
from resolvers import accounts, clients, codes, ownerships, registrations, retries
from resolvers.access import Deed
from resolvers.clients import ClientChanges, MyChanges
from resolvers.locks import hold
from resolvers.registrations import Registration
from tests.doorkeeper import ANYONE, HOME, RULES, VAULT, PaperTokens, secret_in_letter
from tests.found import events
from tests.racing import A_MOMENT, meanwhile
from tests.world import NOW, a_client, a_pet, a_world, an_owner
from vetdesk.database import counted

pytestmark = pytest.mark.anyio

LENA = "lena@mail.example"


@pytest.fixture
async def world(database):
    return await a_world()


@pytest.fixture
def desk(world):
    return world.receptionist.viewer


@pytest.fixture
async def lena(world):
    """She registered online."""
    return await an_owner("Lena Hoff", is_linked=False, email=LENA)


@pytest.fixture
async def known(world):
    """The same Lena, as reception has known her since long."""
    return await a_client("Lena Hoff-Meyer", email="lena@work.example")


# Events come last: whoever holds a client and wants the counter of events must not meet one who does the reverse.


async def test_who_is_recognised_waits_for_reception_to_amend_that_client(desk):
    known = await a_client("Lena Hoff", email=LENA)
    await a_pet(known, name="Minka")
    said = Registration(email=LENA, given_name="Lena", family_name="Hoff", pet_name="Minka")
    await registrations.register(ANYONE, said, key="r", origin=HOME, vault=VAULT, rules=RULES, now=NOW)
    code = await secret_in_letter(LENA)
    outside = copy_context()
    async with in_transaction():
        await hold(Client, known.id)
        signing_in = asyncio.create_task(
            codes.sign_in_with_code(
                ANYONE, LENA, code, origin=HOME, vault=VAULT, tokens=PaperTokens(), rules=RULES, now=NOW
            ),
            context=outside,
        )
        done, _ = await asyncio.wait([signing_in], timeout=A_MOMENT)
        assert not done, "it did not wait"
        await clients.amend(desk, known.id, ClientChanges(family_name="Huff"), key="a", now=NOW)
    signed_in = await signing_in

    assert (await Account.get(id=signed_in.account_id)).client_id == known.id
    assert (await Client.get(id=known.id)).family_name == "Huff"
    happened = await events()
    assert happened == ["REGISTRATION_RECEIVED", "CLIENT_AMENDED", "CLIENT_REGISTERED", "ACCOUNT_LINKED", "SIGNED_IN"]
    last = await Event.filter(kind__in=happened[2:])
    assert {event.account_id for event in last} == {signed_in.account_id}


async def test_when_two_accounts_lose_their_link_all_events_come_last(world, desk):
    olga, second = world.owner, await an_owner("Olga Two", is_linked=False)
    await accounts.link_account(desk, second.account.id, olga.id, key="l", now=NOW)
    with counted() as statements:
        await clients.amend(desk, olga.id, ClientChanges(emails=()), key="a", now=NOW)
    first = next(number for number, text in enumerate(statements.texts) if "event_counter" in text)
    assert all(" event" in text for text in statements.texts[first:]), "\n".join(statements.texts)
    assert await events() == ["ACCOUNT_LINKED", "ACCOUNT_UNLINKED", "ACCOUNT_UNLINKED", "CLIENT_AMENDED"]


# What goes while it is being referred to


async def test_a_client_who_goes_while_she_is_made_an_owner_is_not_found(world, desk, lena, known):
    refused = await meanwhile(
        lambda: accounts.link_account(desk, lena.account.id, known.id, key="l", now=NOW),
        lambda: ownerships.add(
            desk, world.pet.id, lena.id, frozenset({Right.VIEW}), {world.owner.id: 100, lena.id: 0}, key="o", now=NOW
        ),
    )
    assert isinstance(refused, NotFound), refused
    assert refused.message == "Something was changed meanwhile. Please look again and retry."
    assert await Ownership.filter(pet_id=world.pet.id).count() == 1
    assert not await IdempotencyKey.exists(deed=Deed.ADD_OWNERSHIP.value)


async def test_a_twin_that_was_faster_answers_for_a_deed_that_referred_to_what_has_gone(desk):
    retry = retries.asked(desk, Deed.ADD_OWNERSHIP, "k", {}, now=NOW)

    async def work():
        await retry.keep(ownership="hers")
        raise IntegrityError("FOREIGN KEY constraint failed")

    assert await retries.once(retry, work) == {"ownership": "hers"}


async def test_what_else_the_database_refuses_is_no_refusal(desk):
    async def work():
        raise IntegrityError("UNIQUE constraint failed")

    with pytest.raises(IntegrityError):
        await retries.once(retries.asked(desk, Deed.ADD_OWNERSHIP, "k", {}, now=NOW), work)


async def test_a_row_that_has_gone_cannot_be_held(world):
    with pytest.raises(NotFound) as refused:
        await hold(Client, uuid7(), path=("clientId",))
    assert refused.value.path == ("clientId",)


# Amending oneself


async def amend_herself(owner):
    return await clients.amend_myself(owner.viewer, MyChanges(family_name="Huff"), key="m", now=NOW)


async def test_who_loses_her_link_meanwhile_writes_nothing_into_the_client_she_was(world, desk):
    olga = world.owner
    refused = await meanwhile(
        lambda: clients.amend(desk, olga.id, ClientChanges(emails=()), key="a", now=NOW),
        lambda: amend_herself(olga),
    )
    assert isinstance(refused, NotFound), refused
    assert (await Client.get(id=olga.id)).family_name == olga.client.family_name
    assert await events() == ["ACCOUNT_UNLINKED", "CLIENT_AMENDED"]


async def test_who_is_linked_to_another_client_meanwhile_is_asked_to_look_again(desk, lena, known):
    refused = await meanwhile(
        lambda: accounts.link_account(desk, lena.account.id, known.id, key="l", now=NOW),
        lambda: amend_herself(lena),
    )
    assert isinstance(refused, NotFound), refused
    assert (await Client.get(id=known.id)).family_name == "Hoff-Meyer"
    assert await events() == ["ACCOUNT_LINKED"]


async def test_who_is_accepted_as_she_is_meanwhile_goes_on(desk, lena):
    done = await meanwhile(
        lambda: accounts.link_account(desk, lena.account.id, lena.id, key="l", now=NOW),
        lambda: amend_herself(lena),
    )
    assert done == lena.id
    assert (await Client.get(id=lena.id)).family_name == "Huff"
