"""Coming in and going out, as clients do it: over HTTP, with a token or none."""

from __future__ import annotations

import pytest

from models import Consent, ConsentSource, Letter, Purpose, Session
from resolvers.viewer import Audience
from tests.api.samples import secret_of
from tests.doors import Person, Program, id_of
from tests.world import (
    a_client,
    a_location,
    a_manager,
    a_pet,
    a_practice,
    a_receptionist,
    an_owner,
    how_many_rows,
)

ME = "{ viewer { roles account { email } } }"
PASSWORD = "sieben blaue Hunde"
RECEIVED = "... on RegistrationReceived { digits goodForMinutes }"
SIGNED_IN = "... on SignedIn { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt }"


@pytest.fixture
async def program(database):
    await a_practice()
    await a_location()
    return Program()


async def at_the_desk(program, member):
    return Person(program, Audience.STAFF, await program.token(member.viewer))


async def accepted(program, email):
    """Somebody who was invited, has chosen her password and signed in."""
    token = await secret_of(program, email, Letter.INVITATION)
    person = Person(program, Audience.STAFF)
    made = await person.do("acceptInvitation", "... on InvitationAccepted { email }", token=token, password=PASSWORD)
    assert made == {"__typename": "InvitationAccepted", "email": email}
    assert await person.sign_in("signIn", email=email, password=PASSWORD) == "SignedIn"
    return person


async def test_an_owner_whom_the_practice_knows_registers_and_is_signed_in_with_the_code_from_her_letter(program):
    lena = await a_client("Lena Hoff")
    await a_pet(lena, name="Minka")
    owner = Person(program, Audience.OWNER)
    said = {"email": "lena.hoff@home.example", "givenName": "Lena", "familyName": "Hoff", "petName": "Minka"}
    received = await owner.do("register", RECEIVED, **said)
    assert received == {"__typename": "RegistrationReceived", "digits": 6, "goodForMinutes": 10}
    code = await secret_of(program, "lena.hoff@home.example", Letter.SIGN_IN_CODE)
    wrong = await owner.do("signInWithCode", email="lena.hoff@home.example", code="wrong")
    assert (wrong["__typename"], wrong["code"], wrong["path"]) == ("SignInFailed", "SIGN_IN_FAILED", [])
    assert owner.token is None
    assert await owner.sign_in("signInWithCode", email="Lena.Hoff@HOME.example", code=code) == "SignedIn"
    mine = await owner.ask("{ viewer { roles account { email isLinked } client { id } } }")
    assert mine["viewer"] == {
        "roles": ["OWNER"],
        "account": {"email": "lena.hoff@home.example", "isLinked": True},
        "client": {"id": id_of(lena)},
    }
    again = await owner.do("signInWithCode", email="lena.hoff@home.example", code=code)
    assert again["__typename"] == "SignInFailed"


async def test_a_session_is_kept_alive_with_the_refresh_token_and_ends_with_signing_out(program):
    olga = await an_owner("Olga Berg")
    owner = Person(program, Audience.OWNER)
    await owner.do("requestSignInCode", email=olga.account.email)
    code = await secret_of(program, olga.account.email, Letter.SIGN_IN_CODE)
    await owner.sign_in("signInWithCode", email=olga.account.email, code=code)
    first = owner.refresh_token
    assert await owner.sign_in("refreshSession", refreshToken=first) == "SignedIn"
    assert owner.refresh_token != first
    assert await owner.ask(ME) == {"viewer": {"roles": ["OWNER"], "account": {"email": olga.account.email}}}
    closed = await owner.ask("mutation { signOut { __typename ... on SessionClosed { closedAt } } }")
    assert closed["signOut"] == {"__typename": "SessionClosed", "closedAt": "2026-03-02T08:00:00Z"}
    assert (await program.ask(Audience.OWNER, ME, token=owner.token)).code == "TOKEN_INVALID"
    ended = await owner.do("refreshSession", refreshToken=owner.refresh_token)
    assert (ended["__typename"], ended["code"], ended["path"]) == ("SessionEnded", "SESSION_ENDED", [])


async def test_a_code_is_asked_for_three_times_in_a_while_and_not_a_fourth_time(program):
    olga = await an_owner("Olga Berg")
    owner = Person(program, Audience.OWNER)
    for _ in range(3):
        asked = await owner.do("requestSignInCode", email=olga.account.email)
        assert asked["__typename"] == "SignInCodeRequested"
    rows = await how_many_rows()
    more = "... on TooManyAttempts { retryAfterSeconds }"
    refused = await owner.do("requestSignInCode", more, email=olga.account.email)
    assert (refused["__typename"], refused["retryAfterSeconds"]) == ("TooManyAttempts", 300)
    assert await how_many_rows() == rows


async def test_the_team_grows_by_invitation(program):
    nadia = await at_the_desk(program, await a_manager("Nadia Haddad"))
    lake = await a_location("Lake Side")
    invited = await nadia.do(
        "inviteStaff",
        "... on StaffInvited { staff { displayName email roles { role location { name } } } }",
        email="ada@practice.example",
        givenName="Ada",
        familyName="Weber",
        roles=[{"role": "VET", "locationId": id_of(lake)}, {"role": "RECEPTIONIST"}],
    )
    roles = [{"role": "RECEPTIONIST", "location": None}, {"role": "VET", "location": {"name": "Lake Side"}}]
    staff = invited["staff"]
    assert (staff["displayName"], staff["email"]) == ("Ada Weber", "ada@practice.example")
    assert sorted(staff["roles"], key=lambda held: held["role"]) == roles
    ada = await accepted(program, "ada@practice.example")
    assert await ada.ask(ME) == {
        "viewer": {"roles": ["RECEPTIONIST", "VET"], "account": {"email": "ada@practice.example"}}
    }


async def test_an_invitation_to_nowhere_or_with_a_weak_password_comes_to_nothing(program):
    nadia = await at_the_desk(program, await a_manager("Nadia Haddad"))
    ada = {"email": "ada@practice.example", "givenName": "Ada", "familyName": "Weber"}
    rows = await how_many_rows()
    nowhere = await nadia.do("inviteStaff", **ada, roles=[{"role": "VET", "locationId": "nonsense"}])
    assert nowhere["code"] == "NOT_FOUND"
    assert await how_many_rows() == rows
    await nadia.do("inviteStaff", **ada, roles=[{"role": "VET"}])
    token = await secret_of(program, "ada@practice.example", Letter.INVITATION)
    rows = await how_many_rows()
    newcomer = Person(program, Audience.STAFF)
    weak = await newcomer.do("acceptInvitation", token=token, password="password1234")
    assert weak["code"] == "WEAK_PASSWORD"
    assert await how_many_rows() == rows
    await accepted(program, "ada@practice.example")
    used = await newcomer.do("acceptInvitation", token=token, password=PASSWORD)
    assert used["code"] == "INVITATION_NOT_VALID"


async def test_signing_out_everywhere_ends_every_session(program):
    nadia = await a_manager("Nadia Haddad")
    await (await at_the_desk(program, nadia)).do(
        "inviteStaff", email="ada@practice.example", givenName="Ada", familyName="Weber", roles=[{"role": "VET"}]
    )
    tablet = await accepted(program, "ada@practice.example")
    phone = Person(program, Audience.STAFF)
    await phone.sign_in("signIn", email="ada@practice.example", password=PASSWORD)
    assert tablet.token != phone.token
    closed = await phone.ask("mutation { signOutEverywhere { __typename ... on SessionsClosed { sessions } } }")
    assert closed["signOutEverywhere"] == {"__typename": "SessionsClosed", "sessions": 2}
    for device in (tablet, phone):
        assert (await program.ask(Audience.STAFF, ME, token=device.token)).code == "TOKEN_INVALID"
    assert await Session.filter(revoked_at=None).count() == 1


async def test_reception_links_who_registered_online_to_whom_it_knows(program):
    ines = await at_the_desk(program, await a_receptionist("Ines Moreau"))
    lena = await an_owner("Lena Hoff", is_linked=False, email="lena@mail.example")
    await a_pet(lena, name="Minka")
    known = await a_client("Lena Hoff-Meyer")
    (waiting,) = (await ines.ask("{ unlinkedAccounts { id email client { displayName } } }"))["unlinkedAccounts"]
    assert (waiting["email"], waiting["client"]) == ("lena@mail.example", {"displayName": "Lena Hoff"})
    linked = await ines.do(
        "linkAccount",
        "... on AccountLinked { client { displayName emails { address } ownerships { pet { name } } } }",
        accountId=waiting["id"],
        clientId=id_of(known),
    )
    assert linked["client"] == {
        "displayName": "Lena Hoff-Meyer",
        "emails": [{"address": "lena.hoff-meyer@home.example"}, {"address": "lena@mail.example"}],
        "ownerships": [{"pet": {"name": "Minka"}}],
    }
    again = await ines.do("linkAccount", accountId=waiting["id"], clientId=id_of(known))
    assert again["code"] == "ALREADY_LINKED"


async def test_who_registers_says_at_once_what_she_wants_to_hear_of(program):
    owner = Person(program, Audience.OWNER)
    said = {"email": "lena.hoff@home.example", "givenName": "Lena", "familyName": "Hoff"}
    twice = [{"purpose": "CARE", "isWanted": True}, {"purpose": "CARE", "isWanted": False}]
    refused = await owner.do("register", RECEIVED, **said, contactPreferences=twice)
    assert (refused["__typename"], refused["path"]) == ("InvalidInput", ["contactPreferences"])
    wanted = [{"purpose": "CARE", "isWanted": True}, {"purpose": "MARKETING", "isWanted": False}]
    await owner.do("register", RECEIVED, **said, contactPreferences=wanted)
    assert await Consent.all().count() == 0  # not before the address is proven
    code = await secret_of(program, "lena.hoff@home.example", Letter.SIGN_IN_CODE)
    assert await owner.sign_in("signInWithCode", email="lena.hoff@home.example", code=code) == "SignedIn"
    kept = {one.purpose: (one.is_given, one.source) for one in await Consent.all()}
    assert kept == {Purpose.CARE: (True, ConsentSource.OWNER), Purpose.MARKETING: (False, ConsentSource.OWNER)}
