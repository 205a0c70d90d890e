"""A token that is not good lets nobody in, and keeps nobody from signing in; what somebody may do counts as it is now."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models import Account, Client, Role, Session, Staff, StaffRole
from models.role import STAFF_ROLES
from resolvers.access import DEEDS, Deed
from resolvers.viewer import Audience
from tests.doorkeeper import PASSWORD
from tests.doors import Person, Program, id_of
from tests.world import NOW, a_client, a_pet, a_world, an_owner, how_many_rows

ME = "{ viewer { roles account { email } } }"
SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }"
REGISTER = """mutation { registerClient(input: {familyName: "Hoff", idempotencyKey: "k"}) { __typename
  ... on Refusal { code } } }"""


def forged(token, *, key=None, header=(), claims=()):
    """The same token with another word in it, signed with a key of somebody else."""
    headers = jwt.get_unverified_header(token) | dict(header)
    said = jwt.decode(token, options={"verify_signature": False}) | dict(claims)
    algorithm = headers.pop("alg")
    signer: Any = {"EdDSA": Ed25519PrivateKey.generate(), "HS256": key or "k" * 64, "none": None}[algorithm]
    return jwt.encode(said, signer, algorithm=algorithm, headers=headers)


def tampered(token, **claims):
    """The same signature under other words."""
    head, _, signature = token.split(".")
    said = jwt.decode(token, options={"verify_signature": False}) | claims
    body = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    return f"{head}.{body}.{signature}"


async def refused(program, audience, token, code):
    """Nobody is let in, and nothing is written."""
    rows = await how_many_rows()
    answer = await program.ask(audience, ME if audience is Audience.OWNER else REGISTER, token=token)
    assert (answer.status, answer.code) == (401, code), answer.body
    assert "data" not in answer.body
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert await how_many_rows() == rows


async def test_a_token_that_was_good_once_is_said_to_have_expired(database):
    world, program = await a_world(), Program()
    token = await program.token(world.vet.viewer)
    program.clock.now = NOW + timedelta(minutes=9, seconds=59)
    assert (await program.ask(Audience.STAFF, ME, token=token)).data["viewer"]["roles"] == ["VET"]
    program.clock.now = NOW + timedelta(minutes=10)
    await refused(program, Audience.STAFF, token, "TOKEN_EXPIRED")


async def test_a_token_that_we_did_not_sign_or_not_for_this_is_not_valid(database):
    world, program = await a_world(), Program()
    token, hers = await program.token(world.vet.viewer), await program.token(world.owner.viewer)
    public = (await program.adapters.tokens.jwks(now=NOW))["keys"][0]["x"]
    boss = {"sub": str(world.manager.account.id), "sid": str(world.manager.viewer.session_id)}
    mixed = {"sub": str(world.manager.account.id)}
    for bad in (
        forged(token),
        forged(token, header={"alg": "none"}),
        forged(token, header={"alg": "HS256"}, key=public.ljust(64, "=")),
        forged(token, header={"kid": "1999-01-01"}),
        forged(token, header={"kid": "../../etc/passwd"}),
        tampered(token, **boss),
        tampered(token, **mixed),
        tampered(token, exp=9_999_999_999),
        hers,
        token[:-4],
        f"{token}.x",
        "null",
        "💥".encode().hex(),
        "x" * 5000,
    ):
        await refused(program, Audience.STAFF, bad, "TOKEN_INVALID")
    await refused(program, Audience.OWNER, token, "TOKEN_INVALID")


async def test_a_token_that_is_not_good_does_not_keep_anybody_from_signing_in(database):
    world, program = await a_world(), Program()
    kept = await program.adapters.passwords.hashed(PASSWORD)
    await Account.filter(id=world.vet.account.id).update(password_hash=kept)
    old = await program.token(world.vet.viewer)
    program.clock.now = NOW + timedelta(hours=1)
    given = {"email": world.vet.account.email, "password": PASSWORD}
    for token in (old, forged(old), await program.token(world.owner.viewer), "nonsense"):
        answer = await program.ask(Audience.STAFF, SIGN_IN, token=token, input=given)
        assert answer.data == {"signIn": {"__typename": "SignedIn"}}


async def test_only_where_nobody_is_signed_in_yet_a_bad_token_is_not_looked_at(database):
    program = Program()
    for deed, roles in DEEDS.items():
        name = f"{deed[0].upper()}{deed[1:]}Input"
        document = f"mutation ($input: {name}!) {{ {deed.value}(input: $input) {{ __typename }} }}"
        for door, staff in ((Audience.STAFF, True), (Audience.OWNER, False)):
            if not roles & (STAFF_ROLES if staff else {Role.OWNER}) or deed in (
                Deed.SIGN_OUT,
                Deed.SIGN_OUT_EVERYWHERE,
            ):
                continue
            answer = await program.ask(door, document, token="nonsense")
            heard = (400, "BAD_INPUT") if Role.ANYONE in roles else (401, "TOKEN_INVALID")
            assert (answer.status, answer.code) == heard, deed


async def test_signing_in_is_tried_once_in_a_request(database):
    world, program = await a_world(), Program()
    rows = await how_many_rows()
    one = 'signIn(input: {{email: "{}", password: "password-{}"}}) {{ __typename }}'
    many = " ".join(f"m{number}: {one.format(world.vet.account.email, number)}" for number in range(3))
    answer = await program.ask(Audience.STAFF, f"mutation {{ {many} }}")
    assert (answer.status, answer.code, "data" in answer.body) == (400, "LIMIT_EXCEEDED", False)
    assert await how_many_rows() == rows


@pytest.mark.parametrize("door", Audience)
async def test_a_session_that_was_revoked_or_is_over_lets_nobody_in(database, door):
    world, program = await a_world(), Program()
    viewer = world.vet.viewer if door is Audience.STAFF else world.owner.viewer
    token = await program.token(viewer)
    assert (await program.ask(door, ME, token=token)).status == 200
    await Session.filter(id=viewer.session_id).update(expires_at=NOW)
    await refused(program, door, token, "TOKEN_INVALID")
    await Session.filter(id=viewer.session_id).update(expires_at=NOW + timedelta(days=1), revoked_at=NOW)
    await refused(program, door, token, "TOKEN_INVALID")


async def test_after_signing_out_the_token_is_good_for_nothing_and_other_devices_go_on(database):
    world, program = await a_world(), Program()
    tablet = Person(program, Audience.STAFF, await program.token(world.vet.viewer))
    session = await Session.create(account_id=world.vet.account.id, created_at=NOW, expires_at=NOW + timedelta(days=1))
    phone, _ = await program.adapters.tokens.access_token(
        account_id=world.vet.account.id, session_id=session.id, audience=Audience.STAFF, now=NOW
    )
    await tablet.ask("mutation { signOut { __typename } }")
    await refused(program, Audience.STAFF, tablet.token, "TOKEN_INVALID")
    assert (await program.ask(Audience.STAFF, ME, token=phone)).data["viewer"]["roles"] == ["VET"]


async def test_who_has_left_the_practice_is_not_let_in(database):
    world, program = await a_world(), Program()
    token = await program.token(world.vet.viewer)
    await Staff.filter(id=world.vet.id).update(left_at=NOW)
    await refused(program, Audience.STAFF, token, "TOKEN_INVALID")


async def test_a_session_of_one_account_does_not_serve_another(database):
    world, program = await a_world(), Program()
    session = await Session.get(account_id=world.vet.account.id)
    token, _ = await program.adapters.tokens.access_token(
        account_id=world.manager.account.id,
        session_id=session.id,
        audience=Audience.STAFF,
        now=NOW,
    )
    await refused(program, Audience.STAFF, token, "TOKEN_INVALID")


async def test_roles_that_are_taken_away_or_given_count_at_the_next_request(database):
    world, program = await a_world(), Program()
    desk = Person(program, Audience.STAFF, await program.token(world.receptionist.viewer))
    boss = Person(program, Audience.STAFF, await program.token(world.manager.viewer))
    assert (await desk.ask("{ unlinkedAccounts { id } }"))["unlinkedAccounts"] == []
    roles: Any = {"staffId": id_of(world.receptionist.staff), "roles": [{"role": "NURSE"}]}
    assert (await boss.do("setStaffRoles", **roles))["__typename"] == "StaffRolesSet"
    now_refused = await program.ask(Audience.STAFF, "{ unlinkedAccounts { id } }", token=desk.token)
    assert (now_refused.status, now_refused.code, now_refused.body["data"]) == (
        200,
        "FORBIDDEN",
        {"unlinkedAccounts": None},
    )
    assert (await desk.ask(ME))["viewer"]["roles"] == ["NURSE"]
    await StaffRole.filter(staff_id=world.receptionist.id).delete()
    assert (await program.ask(Audience.STAFF, REGISTER, token=desk.token)).code == "FORBIDDEN"
    assert await Client.all().count() == 1
    await StaffRole.create(staff_id=world.receptionist.id, role=Role.RECEPTIONIST)
    assert (await desk.ask(REGISTER))["registerClient"] == {"__typename": "ClientRegistered"}


async def test_an_owner_who_is_recognised_or_no_longer_is_one_finds_that_at_the_next_request(database):
    world, program = await a_world(), Program()
    desk = Person(program, Audience.STAFF, await program.token(world.receptionist.viewer))
    nina = await an_owner("Nina Kovac", is_linked=False, email="nina@post.example")
    known = await a_client("Nina Kovacs")
    await a_pet(known, name="Mia")
    owner = Person(program, Audience.OWNER, await program.token(nina.viewer))
    mine = "{ myPets { name } viewer { account { isLinked } client { displayName } } }"

    def seen(pets, is_linked, name):
        client = {"account": {"isLinked": is_linked}, "client": {"displayName": name}}
        return {"myPets": [{"name": pet} for pet in pets], "viewer": client}

    assert await owner.ask(mine) == seen([], is_linked=False, name="Nina Kovac")
    linked = {"accountId": id_of(nina.account, "UnlinkedAccount"), "clientId": id_of(known)}
    assert (await desk.do("linkAccount", **linked))["__typename"] == "AccountLinked"
    assert await owner.ask(mine) == seen(["Mia"], is_linked=True, name="Nina Kovacs")
    amended = await desk.do("amendClient", clientId=id_of(known), emails=["nina.kovacs@home.example"])
    assert amended["__typename"] == "ClientAmended"
    assert await owner.ask(mine) == seen([], is_linked=False, name="Unknown")
