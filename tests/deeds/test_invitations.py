"""Somebody is invited to the team, and accepts with a password."""

import asyncio
from datetime import timedelta

import pytest

from models import Account, Event, EventKind, IdempotencyKey, Invitation, Letter, Message, Role, Staff, StaffRole
from models.refusal import (
    AlreadyOnTheTeam,
    Forbidden,
    IdempotencyKeyReused,
    InvalidInput,
    InvitationNotValid,
    NotFound,
    SignedOut,
    WeakPassword,
)
from models.row import uuid7
from resolvers import invitations
from resolvers.access import Where
from resolvers.invitations import Newcomer
from resolvers.teams import Post
from tests.doorkeeper import (
    ANYONE,
    PASSWORD,
    RULES,
    VAULT,
    FastPasswords,
    accept_invitation,
    letters_to,
    secret_in_letter,
    sign_in,
    viewer_of,
)
from tests.world import NOW, a_location, a_manager, a_practice, a_receptionist, a_vet, an_owner, how_many_rows

pytestmark = pytest.mark.anyio

ADA = "ada.weber@practice.example"
DAY = timedelta(days=1)
EVERYWHERE = Where.EVERYWHERE


@pytest.fixture
async def house(database):
    await a_practice(language="de")
    return await a_location("High Street")


@pytest.fixture
async def nadia(house):
    """She manages the whole practice."""
    return await a_manager("Nadia Haddad")


def ada(*posts, email=ADA, **more):
    return Newcomer(**{"email": email, "given_name": "Ada", "family_name": "Weber", "posts": posts, **more})


async def invite(who, newcomer, *, key="k", now=NOW):
    return await invitations.invite(who.viewer, newcomer, key=key, vault=VAULT, rules=RULES, now=now)


async def invited_token(email=ADA):
    return await secret_in_letter(email, Letter.INVITATION)


async def held_by(staff_id):
    return {(row.role, row.location_id) for row in await StaffRole.filter(staff_id=staff_id)}


# Inviting


async def test_somebody_invited_is_on_the_team_with_a_letter_but_cannot_sign_in_yet(nadia, house):
    staff_id = await invite(nadia, ada(Post(Role.VET, house.id), Post(Role.RECEPTIONIST, house.id)))

    staff, account = await Staff.get(id=staff_id), await Account.get(staff_id=staff_id)
    assert (staff.display_name, staff.fold, staff.email) == ("Ada Weber", "weber ada", ADA)
    assert (account.audience, account.email_fold) == ("staff", ADA)
    assert not account.password_hash
    assert await held_by(staff_id) == {(Role.VET, house.id), (Role.RECEPTIONIST, house.id)}
    letter = await Message.get()
    assert (letter.letter, letter.state, letter.to_address, letter.language) == (
        Letter.INVITATION,
        "WAITING",
        ADA,
        "de",
    )
    kept = await Invitation.get()
    assert kept.expires_at == NOW + 7 * DAY
    token = await invited_token()
    assert token not in letter.secret
    assert token not in kept.token_hash
    event = await Event.get()
    assert (event.kind, event.subject_id, event.account_id) == (
        EventKind.STAFF_INVITED,
        staff_id,
        nadia.account.id,
    )


async def test_a_retry_invites_once_and_a_key_with_other_input_is_refused(nadia, house):
    staff_id = await invite(nadia, ada(Post(Role.VET, house.id)))
    assert await invite(nadia, ada(Post(Role.VET, house.id))) == staff_id
    assert await letters_to(ADA) == [(Letter.INVITATION, "WAITING")]
    with pytest.raises(IdempotencyKeyReused):
        await invite(nadia, ada(Post(Role.NURSE, house.id)))


async def test_who_has_accepted_is_on_the_team(nadia, house):
    await invite(nadia, ada(Post(Role.VET, house.id)))
    await accept_invitation(await invited_token())
    before = await how_many_rows()
    with pytest.raises(AlreadyOnTheTeam) as refused:
        await invite(nadia, ada(Post(Role.NURSE, house.id), email=ADA.upper()), key="2")
    assert refused.value.path == ("email",)
    assert await how_many_rows() == before


async def test_who_has_not_accepted_is_invited_anew_and_the_first_letter_opens_nothing(nadia, house):
    staff_id = await invite(nadia, ada(Post(Role.VET, house.id)), key="1")
    first = await invited_token()
    assert await invite(nadia, ada(Post(Role.NURSE, house.id)), key="2", now=NOW + DAY) == staff_id
    with pytest.raises(InvitationNotValid):
        await accept_invitation(first, now=NOW + DAY)
    assert await accept_invitation(await invited_token(), now=NOW + 8 * DAY - timedelta(seconds=1)) == ADA
    assert await held_by(staff_id) == {(Role.NURSE, house.id)}
    assert await Staff.filter(email=ADA).count() == 1


async def test_who_is_invited_anew_gets_the_new_letter_only(nadia, house):
    vet, zoe = Post(Role.VET, house.id), "zoe@practice.example"
    await invite(nadia, ada(vet, email=zoe), key="zoe")
    await invite(nadia, ada(vet, email="Ada.Weber@practice.example"), key="1")
    await invite(nadia, ada(vet), key="2")
    [old] = await Message.filter(to_address="Ada.Weber@practice.example").values("state", "secret", "reason")
    assert old == {"state": "WITHDRAWN", "secret": None, "reason": "They were invited again."}
    assert await letters_to(ADA) == [(Letter.INVITATION, "WAITING")]
    assert await letters_to(zoe) == [(Letter.INVITATION, "WAITING")]

    await Message.filter(to_address=ADA).update(state="SENT", secret=None)
    await invite(nadia, ada(vet), key="3")
    assert await letters_to(ADA) == [(Letter.INVITATION, "SENT"), (Letter.INVITATION, "WAITING")]


async def test_two_who_invite_the_same_address_at_once_make_one_member_of_the_team(nadia, house):
    karl = await a_manager("Karl Brandt")
    answers = await asyncio.gather(
        invite(nadia, ada(Post(Role.VET, house.id))),
        invite(karl, ada(Post(Role.VET, house.id))),
        return_exceptions=True,
    )
    assert len([answer for answer in answers if not isinstance(answer, AlreadyOnTheTeam)]) in (1, 2)
    assert await Staff.filter(email=ADA).count() == await Account.filter(email_fold=ADA).count() == 1


async def test_a_manager_of_one_location_invites_to_that_one_only(nadia, house):
    there = await a_location("Lake Side")
    local = await a_manager("Karl Brandt", there)
    before = await how_many_rows()
    for posts in (
        (Post(Role.VET, house.id),),
        (Post(Role.VET, there.id), Post(Role.VET, house.id)),
        (Post(Role.VET, EVERYWHERE),),
    ):
        with pytest.raises(Forbidden):
            await invite(local, ada(*posts))
    assert await how_many_rows() == before
    assert await invite(local, ada(Post(Role.MANAGER, there.id)))


async def test_only_managers_invite(house):
    before = await how_many_rows()
    everybody = (await a_receptionist(), await a_vet(), await an_owner())
    before = await how_many_rows()
    for who in everybody:
        with pytest.raises(Forbidden):
            await invite(who, ada(Post(Role.NURSE, house.id)))
    with pytest.raises(SignedOut):
        await invitations.invite(ANYONE, ada(Post(Role.NURSE, house.id)), key="k", vault=VAULT, rules=RULES, now=NOW)
    assert await how_many_rows() == before


async def test_an_invitation_that_makes_no_sense_is_refused(nadia, house):
    vet = Post(Role.VET, house.id)
    before = await how_many_rows()
    for newcomer, path in (
        (ada(), ("roles",)),
        (ada(*[Post(Role.VET, uuid7()) for _ in range(101)]), ("roles",)),
        (ada(vet, Post(Role.OWNER, house.id)), ("roles", "1", "role")),
        (ada(Post(Role.SYSTEM, EVERYWHERE)), ("roles", "0", "role")),
        (ada(vet, email="ada"), ("email",)),
        (ada(vet, family_name=""), ("familyName",)),
        (ada(vet, given_name="A\x00"), ("givenName",)),
    ):
        with pytest.raises(InvalidInput) as refused:
            await invite(nadia, newcomer)
        assert refused.value.path == path
    for nowhere in (uuid7(), None):
        with pytest.raises(NotFound) as not_found:
            await invite(nadia, ada(Post(Role.VET, nowhere)))
        assert not_found.value.path == ("locationId",)
    assert await how_many_rows() == before


# Accepting


async def test_who_accepts_can_sign_in_with_the_roles_of_the_invitation(nadia, house):
    staff_id = await invite(nadia, ada(Post(Role.VET, house.id)))
    assert await accept_invitation(await invited_token()) == ADA
    held = await sign_in(ADA)
    viewer = await viewer_of(held)
    assert (viewer.staff_id, viewer.at) == (staff_id, {house.id: frozenset({Role.VET})})
    assert (await Event.get(kind=EventKind.INVITATION_ACCEPTED)).subject_id == staff_id


async def test_an_invitation_is_accepted_once_and_a_retry_is_the_same_acceptance(nadia, house):
    await invite(nadia, ada(Post(Role.VET, house.id)))
    token = await invited_token()
    passwords = FastPasswords()
    for _ in range(2):
        assert await accept_invitation(token, passwords=passwords) == ADA
    assert await Event.filter(kind=EventKind.INVITATION_ACCEPTED).count() == 1
    before = await how_many_rows()
    with pytest.raises(InvitationNotValid):
        await accept_invitation(token, "acht blaue Hunde", key="b")
    with pytest.raises(IdempotencyKeyReused):
        await accept_invitation(token, "acht blaue Hunde")
    assert await how_many_rows() == before
    assert (await sign_in(ADA)).access_token


async def test_two_who_accept_at_once_set_one_password(nadia, house):
    await invite(nadia, ada(Post(Role.VET, house.id)))
    token = await invited_token()
    answers = await asyncio.gather(
        accept_invitation(token, "sieben blaue Hunde", key="1"),
        accept_invitation(token, "acht grüne Katzen", key="2"),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, InvitationNotValid) for answer in answers) == 1


async def test_an_invitation_is_good_for_seven_days(nadia, house):
    await invite(nadia, ada(Post(Role.VET, house.id)))
    token = await invited_token()
    before = await how_many_rows()
    with pytest.raises(InvitationNotValid):
        await accept_invitation(token, now=NOW + 7 * DAY)
    assert await how_many_rows() == before
    assert await accept_invitation(token, now=NOW + 7 * DAY - timedelta(seconds=1))


async def test_who_has_left_meanwhile_cannot_accept(nadia, house):
    staff_id = await invite(nadia, ada(Post(Role.VET, house.id)))
    await Staff.filter(id=staff_id).update(left_at=NOW)
    with pytest.raises(InvitationNotValid):
        await accept_invitation(await invited_token())


@pytest.mark.parametrize("token", ["", "x" * 43, "\x00", "\ud800"])
async def test_an_unknown_token_is_no_invitation(house, token):
    with pytest.raises(InvitationNotValid) as refused:
        await accept_invitation(token)
    assert refused.value.path == ("token",)


async def test_a_weak_password_is_refused_and_the_invitation_stays_good(nadia, house):
    await invite(nadia, ada(Post(Role.VET, house.id)))
    token = await invited_token()
    before = await how_many_rows()
    for weak in ("short", "password1234", "ada.weber is my name", "x" * 257):
        with pytest.raises(WeakPassword):
            await accept_invitation(token, weak)
    assert await how_many_rows() == before
    assert await accept_invitation(token)


async def test_the_password_is_nowhere_in_the_database(nadia, house):
    await invite(nadia, ada(Post(Role.VET, house.id)))
    await accept_invitation(await invited_token())
    for row in [*await IdempotencyKey.all().values(), *await Event.all().values()]:
        assert all(PASSWORD not in str(value) for value in row.values())
