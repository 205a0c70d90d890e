"""Somebody registers: she hears the same whoever she is, and what she said counts once her address is proven."""

import asyncio

import pytest

from models import (
    Account,
    Client,
    ClientEmail,
    ClientPhone,
    ClientWord,
    Event,
    EventKind,
    Letter,
    Message,
    Session,
    SignInCode,
)
from models.refusal import Forbidden, IdempotencyKeyReused, InvalidInput, SignInFailed, TooManyAttempts
from resolvers import codes, registrations, sessions
from resolvers.registrations import Registration
from resolvers.viewer import Audience
from tests.doorkeeper import ANYONE, HOME, MINUTE, RULES, VAULT, PaperTokens, letters_to, secret_in_letter
from tests.world import NOW, TODAY, a_client, a_location, a_pet, a_practice, a_receptionist, an_owner, how_many_rows
from vetdesk.database import counted

pytestmark = pytest.mark.anyio

LENA = "lena.hoff@home.example"


@pytest.fixture
async def practice(database):
    practice = await a_practice()
    await a_location()
    return practice


def lena(email=LENA, **more):
    return Registration(**{"email": email, "given_name": "Lena", "family_name": "Hoff", **more})


async def register(registration, *, key="first", now=NOW, origin=HOME, viewer=ANYONE):
    await registrations.register(viewer, registration, key=key, origin=origin, vault=VAULT, rules=RULES, now=now)


async def sign_in(email=LENA, code=None, *, now=NOW):
    code = code or await secret_in_letter(email)
    return await codes.sign_in_with_code(
        ANYONE, email, code, origin=HOME, vault=VAULT, tokens=PaperTokens(), rules=RULES, now=now
    )


async def viewer_of(signed_in):
    return await sessions.viewer_of(signed_in.session_id, signed_in.account_id, Audience.OWNER, now=NOW)


async def register_and_sign_in(registration, **how):
    await register(registration, **how)
    return await viewer_of(await sign_in(registration.email))


# Registering


async def test_registering_makes_no_account_only_a_code_and_its_letter(practice):
    before = await how_many_rows()
    await register(lena(phone="030 901820", language="de", pet_name="Minka"))
    after = await how_many_rows()
    new = {name: count - before.get(name, 0) for name, count in after.items() if count != before.get(name, 0)}
    assert new == {"SignInCode": 1, "Message": 1, "Event": 1, "IdempotencyKey": 1, "Throttle": 2}
    letter = await Message.get()
    assert (letter.letter, letter.to_address, letter.language) == (Letter.SIGN_IN_CODE, LENA, "de")
    event = await Event.get()
    assert (event.kind, event.subject_id) == (EventKind.REGISTRATION_RECEIVED, (await SignInCode.get()).id)


async def test_known_or_not_the_answer_and_the_statements_are_the_same(practice):
    olga = await an_owner("Olga Berg")
    await a_client("Peter Lang")
    texts = []
    for number, email in enumerate((LENA, olga.account.email, "peter.lang@home.example")):
        with counted() as statements:
            assert await register(lena(email), key=f"key {number}") is None
        texts.append(statements.texts)
    assert texts[0] == texts[1] == texts[2]
    assert [len(await letters_to(one)) for one in (LENA, olga.account.email, "peter.lang@home.example")] == [1, 1, 1]


async def test_a_retry_sends_no_second_letter_and_counts_no_second_attempt(practice):
    for _ in range(10):
        await register(lena())
    assert await letters_to(LENA) == [(Letter.SIGN_IN_CODE, "WAITING")]


async def test_a_retry_at_the_same_time_sends_no_second_letter(practice):
    await asyncio.gather(*(register(lena()) for _ in range(3)))
    assert await letters_to(LENA) == [(Letter.SIGN_IN_CODE, "WAITING")]


async def test_a_key_used_with_other_words_is_refused(practice):
    await register(lena())
    before = await how_many_rows()
    with pytest.raises(IdempotencyKeyReused):
        await register(lena(pet_name="Minka"))
    assert await how_many_rows() == before


async def test_an_address_gets_three_letters_in_a_quarter_of_an_hour_codes_included(practice):
    await register(lena(), key="1")
    await codes.request_sign_in_code(ANYONE, LENA, origin=HOME, vault=VAULT, rules=RULES, now=NOW)
    await register(lena(), key="2")
    with pytest.raises(TooManyAttempts):
        await register(lena(), key="3")
    assert await SignInCode.all().count() == 3
    await register(lena(), key="3", now=NOW + 5 * MINUTE)


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"email": "lena"}, "email"),
        ({"email": "x" * 10**6}, "email"),
        ({"family_name": "  "}, "familyName"),
        ({"family_name": "Ho\x00ff"}, "familyName"),
        ({"given_name": "L" * 201}, "givenName"),
        ({"given_name": "\ud83d"}, "givenName"),
        ({"phone": "no"}, "phone"),
        ({"language": "xx"}, "language"),
        ({"pet_name": "M\nM"}, "petName"),
    ],
)
async def test_what_makes_no_sense_is_refused_with_the_input_at_fault(practice, wrong, path):
    before = await how_many_rows()
    with pytest.raises(InvalidInput) as refused:
        await register(lena(**wrong))
    assert refused.value.path == (path,)
    assert await how_many_rows() == before


async def test_staff_do_not_register_at_the_door_of_the_owners(practice):
    ines = await a_receptionist("Ines Moreau")
    before = await how_many_rows()
    with pytest.raises(Forbidden):
        await register(lena(), viewer=ines.viewer)
    assert await how_many_rows() == before


# What the code brings


async def test_somebody_new_becomes_a_client_registered_online_who_can_be_found(practice):
    viewer = await register_and_sign_in(lena(phone="030 901820", language="de"))

    account, client = await Account.get(), await Client.get()
    assert (viewer.account_id, viewer.client_id, viewer.is_linked) == (account.id, client.id, False)
    assert (account.audience, account.email, account.is_linked, account.link_tries) == ("owner", LENA, False, 0)
    assert (client.display_name, client.fold, client.language) == ("Lena Hoff", "hoff lena", "de")
    assert client.is_registered_online
    assert (await ClientEmail.get()).address == LENA
    assert (await ClientPhone.get()).e164 == "+4930901820"
    assert {word.word for word in await ClientWord.filter(kind__in=["NAME", "EMAIL"])} == {"lena", "hoff", LENA}
    kinds = [event.kind for event in await Event.all().order_by("number")]
    assert kinds == [EventKind.REGISTRATION_RECEIVED, EventKind.CLIENT_REGISTERED, EventKind.SIGNED_IN]
    assert (await Event.get(kind=EventKind.CLIENT_REGISTERED)).account_id == account.id


async def test_without_the_code_she_is_nobody(practice):
    await register(lena())
    with pytest.raises(SignInFailed):
        await sign_in(code="not it")
    assert not await Account.exists()
    assert not await Client.exists()


async def test_the_second_registration_of_the_same_address_brings_no_second_account(practice):
    first = await register_and_sign_in(lena(), key="1")
    second = await register_and_sign_in(lena(family_name="Huff"), key="2")
    assert (second.account_id, second.client_id) == (first.account_id, first.client_id)
    assert (await Client.get()).family_name == "Hoff"


async def test_two_codes_of_hers_at_once_make_one_account(practice):
    await register(lena(), key="1")
    first = await secret_in_letter(LENA)
    await register(lena(), key="2")
    one, other = await asyncio.gather(sign_in(code=first), sign_in())
    assert one.account_id == other.account_id
    assert await Account.all().count() == await Client.all().count() == 1
    assert await Session.all().count() == 2


# Who is she


@pytest.fixture
async def known(practice):
    """Lena is a client since long, with a cat; nobody has recognised her online yet."""
    client = await a_client("Lena Hoff")
    await a_pet(client, name="Mínka")
    return client


async def test_who_names_one_of_her_pets_is_linked_at_once(known):
    viewer = await register_and_sign_in(lena(pet_name=" minka "))
    assert (viewer.client_id, viewer.is_linked) == (known.id, True)
    assert await Client.all().count() == 1
    assert await ClientEmail.all().count() == 1
    account = await Account.get()
    assert (account.is_linked, account.link_tries) == (True, 1)
    event = await Event.get(kind=EventKind.ACCOUNT_LINKED)
    assert (event.subject_id, event.account_id) == (account.id, account.id)


async def test_who_names_no_pet_is_not_linked_and_has_lost_no_try(known):
    viewer = await register_and_sign_in(lena())
    assert not viewer.is_linked
    assert viewer.client_id != known.id
    assert (await Account.get()).link_tries == 0


async def test_a_wrong_name_costs_one_of_three_tries_and_then_the_right_one_is_too_late(known):
    for number, name in enumerate(("Luna", "Rex", "Bello")):
        now = NOW + 20 * number * MINUTE
        await register(lena(pet_name=name), key=name, now=now)
        await sign_in(now=now)
    account = await Account.get()
    assert (account.is_linked, account.link_tries) == (False, 3)
    later = NOW + 60 * MINUTE
    await register(lena(pet_name="Minka"), key="right", now=later)
    viewer = await viewer_of(await sign_in(now=later))
    assert (viewer.is_linked, (await Account.get()).link_tries) == (False, 3)
    assert viewer.client_id != known.id


async def test_the_third_try_may_be_the_right_one(known):
    for number, name in enumerate(("Luna", "Rex")):
        await register(lena(pet_name=name), key=name, now=NOW + 20 * number * MINUTE)
        await sign_in(now=NOW + 20 * number * MINUTE)
    await register(lena(pet_name="Minka"), key="Minka", now=NOW + 60 * MINUTE)
    viewer = await viewer_of(await sign_in(now=NOW + 60 * MINUTE))
    assert (viewer.client_id, viewer.is_linked) == (known.id, True)
    assert (await Account.get()).link_tries == 3


async def test_only_the_registration_on_the_code_itself_counts(known):
    await register(lena(), key="1")
    without = await secret_in_letter(LENA)
    await register(lena(pet_name="Minka"), key="2")
    viewer = await viewer_of(await sign_in(code=without))
    assert not viewer.is_linked


async def test_an_address_that_two_clients_share_links_to_neither(known):
    other = await a_client("Paul Hoff", email=LENA)
    await a_pet(other, name="Rex")
    viewer = await register_and_sign_in(lena(pet_name="Minka"))
    assert not viewer.is_linked


async def test_a_pet_she_no_longer_owns_proves_nothing(known):
    await known.ownerships.all().update(ends_on=TODAY)
    viewer = await register_and_sign_in(lena(pet_name="Minka"))
    assert not viewer.is_linked


async def test_a_pet_of_somebody_else_proves_nothing(known):
    await a_pet(await a_client("Paul Stone"), name="Bello")
    viewer = await register_and_sign_in(lena(pet_name="Bello"))
    assert not viewer.is_linked


async def test_a_client_who_registered_online_is_nobody_to_link_to(practice):
    stranger = await a_client("Lena Hoff", is_registered_online=True)
    await a_pet(stranger, name="Minka")
    viewer = await register_and_sign_in(lena(pet_name="Minka"))
    assert not viewer.is_linked


async def test_a_look_alike_address_neither_links_nor_signs_in(practice):
    client = await a_client("Olga Berg", email="olga@strasse.example")
    await a_pet(client, name="Minka")
    viewer = await register_and_sign_in(lena("olga@straße.example", pet_name="Minka"))
    assert not viewer.is_linked


async def test_a_code_asked_for_by_a_look_alike_before_she_had_an_account_does_not_open_it(practice):
    await register(lena("olga@straße.example"), key="1")
    stolen = await secret_in_letter("olga@straße.example")
    await register_and_sign_in(lena("olga@strasse.example"), key="2")
    with pytest.raises(SignInFailed):
        await sign_in("olga@strasse.example", stolen)
    assert await Session.all().count() == 1
