"""How many statements a whole request sends, its viewer and its answer included: stated, and the same in a full house."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import Account, Letter
from resolvers.viewer import Audience
from tests.api.samples import secret_of
from tests.doorkeeper import PASSWORD
from tests.doors import Program, id_of
from tests.world import NOW, a_booking, a_client, a_pet, a_room, a_vet, a_world, an_owner

BOOK = """mutation ($input: BookAppointmentInput!) { bookAppointment(input: $input) { __typename
  ... on AppointmentBooked { appointment { id status startsAt vet { displayName } pet { name } } } } }"""
SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }"
ASK_FOR_CODE = "mutation ($input: RequestSignInCodeInput!) { requestSignInCode(input: $input) { __typename } }"
WITH_CODE = "mutation ($input: SignInWithCodeInput!) { signInWithCode(input: $input) { __typename } }"
SEARCH = """{ clients(search: "berg", first: 50) { totalCount nodes { displayName emails { address }
  ownerships { pet { name species } } } pageInfo { hasNextPage } } }"""
MOST_TO_BOOK = 14
OFTEN = {"code_requests_per_address": 100, "sign_in_attempts_per_account": 100}


async def booked(program, world, day):
    """The statements of one booking that is done at the first try."""
    given = {
        "petId": id_of(world.pet),
        "serviceId": id_of(world.service),
        "locationId": id_of(world.location),
        "startsAt": (NOW + timedelta(days=day)).isoformat(),
        "idempotencyKey": f"day {day}",
    }
    answer = await program.ask(world.owner.viewer, BOOK, input=given)
    assert answer.data["bookAppointment"]["__typename"] == "AppointmentBooked"
    return answer.statements


async def test_a_booking_takes_fourteen_statements_at_most_also_among_a_hundred_others(database):
    world, program = await a_world(), Program()
    alone = await booked(program, world, 7)
    vet, room = await a_vet(), await a_room()
    for number in range(100):
        day = timedelta(days=number // 20 + 7, minutes=30 * (number % 20))
        await a_booking(await a_pet(await a_client()), vet=vet, room=room, starts_at=NOW + day)
    among_others = await booked(program, world, 8)
    assert among_others.count == alone.count, "\n".join(among_others.texts)
    # PostgreSQL writes the visit with its times and letters by one statement, and numbers and writes the event by one.
    assert alone.count == {"sqlite": 14, "postgres": 11}[database.dialect], "\n".join(alone.texts)
    assert alone.count <= MOST_TO_BOOK


async def test_a_booking_sent_again_looks_up_what_was_kept_and_reads_it(database):
    world, program = await a_world(), Program()
    await booked(program, world, 7)
    assert (await booked(program, world, 7)).count == 3


@pytest.mark.parametrize("others", [0, 100])
async def test_signing_in_takes_as_many_statements_for_an_unknown_address_as_for_a_wrong_password(database, others):
    world, program = await a_world(), Program(**OFTEN)
    for _ in range(others):
        await an_owner()
    kept = await program.adapters.passwords.hashed(PASSWORD)
    await Account.filter(id=world.vet.account.id).update(password_hash=kept)
    await program.token(world.vet.viewer)

    async def tried(email, password):
        answer = await program.ask(Audience.STAFF, SIGN_IN, input={"email": email, "password": password})
        return answer.data["signIn"]["__typename"], answer.statements.count

    known = world.vet.account.email
    assert await tried(known, "not my password") == ("SignInFailed", 4)
    assert await tried("nobody@practice.example", PASSWORD) == ("SignInFailed", 4)
    # Three of them give the attempts back.
    assert await tried(known, PASSWORD) == ("SignedIn", {"sqlite": 11, "postgres": 10}[database.dialect])


@pytest.mark.parametrize("others", [0, 100])
async def test_a_code_takes_as_many_statements_for_an_unknown_address_as_for_a_known_one(database, others):
    world, program = await a_world(), Program(**OFTEN)
    for _ in range(others):
        await an_owner()
    known, unknown = world.owner.account.email, "nobody@home.example"

    async def asked(email):
        answer = await program.ask(Audience.OWNER, ASK_FOR_CODE, input={"email": email})
        assert answer.data["requestSignInCode"]["__typename"] == "SignInCodeRequested"
        return answer.statements.count

    number = {"sqlite": 7, "postgres": 6}[database.dialect]
    assert (await asked(known), await asked(unknown), await asked(known)) == (number, number, number)

    async def tried(email, code):
        answer = await program.ask(Audience.OWNER, WITH_CODE, input={"email": email, "code": code})
        return answer.data["signInWithCode"]["__typename"], answer.statements.count

    await program.token(world.owner.viewer)
    assert await tried(known, "wrong") == ("SignInFailed", 2)
    assert await tried(unknown, "wrong") == ("SignInFailed", 2)
    code = await secret_of(program, known, Letter.SIGN_IN_CODE)
    # One of them says that the address works, where the letter with the code was read.
    assert await tried(known, code) == ("SignedIn", {"sqlite": 10, "postgres": 9}[database.dialect])


async def test_a_search_for_clients_with_their_pets_takes_as_many_statements_for_fifty_as_for_one(database):
    world, program = await a_world(), Program()
    desk = world.receptionist.viewer
    one = await program.ask(desk, SEARCH)
    assert one.data["clients"]["totalCount"] == 1
    for number in range(60):
        await a_pet(await a_client(f"Berta Berg-{number}"))
    fifty = await program.ask(desk, SEARCH)
    assert (fifty.data["clients"]["totalCount"], len(fifty.data["clients"]["nodes"])) == (61, 50)
    # On PostgreSQL the addresses come with the clients.
    number = {"sqlite": 4, "postgres": 3}[database.dialect]
    assert (one.statements.count, fifty.statements.count) == (number, number), "\n".join(fifty.statements.texts)


async def test_whoever_is_signed_in_is_known_after_one_statement(database):
    world, program = await a_world(), Program()
    for viewer in (world.owner.viewer, world.manager.viewer):
        await program.token(viewer)
        assert (await program.ask(viewer, "{ __typename }")).statements.count == 1
    assert (await program.ask(Audience.OWNER, "{ __typename }")).statements.count == 0
