"""Somebody is invited to the team, accepts with a password, and holds the roles that managers give."""

import asyncio
from datetime import timedelta

import pytest

from models import (
    Account,
    Event,
    EventKind,
    IdempotencyKey,
    Invitation,
    Letter,
    Message,
    Practice,
    Role,
    Staff,
    StaffRole,
)
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
from resolvers import invitations, sessions, teams
from resolvers.access import Where
from resolvers.invitations import Manager, Newcomer
from resolvers.teams import Post
from resolvers.viewer import Audience, Viewer
from tests.doorkeeper import ANYONE, HOME, RULES, VAULT, FastPasswords, PaperTokens, letters_to, secret_in_letter
from tests.world import NOW, a_location, a_manager, a_practice, a_receptionist, a_vet, an_owner, how_many_rows

pytestmark = pytest.mark.anyio

ADA = "ada.weber@practice.example"
PASSWORD = "sieben blaue Hunde"
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


async def accept(token, password=PASSWORD, *, key="a", now=NOW, viewer=ANYONE, passwords=None):
    return await invitations.accept_invitation(
        viewer, token, password, key=key, vault=VAULT, passwords=passwords or FastPasswords(), now=now
    )


async def invited_token(email=ADA):
    return await secret_in_letter(email, Letter.INVITATION)


async def set_roles(who, staff_id, *posts, key="r"):
    return await teams.set_staff_roles(who.viewer, staff_id, posts, key=key, now=NOW)


async def held_by(staff_id):
    return {(row.role, row.location_id) for row in await StaffRole.filter(staff_id=staff_id)}


async def sign_in(email=ADA, password=PASSWORD):
    return await sessions.sign_in(
        ANYONE,
        email,
        password,
        origin=HOME,
        vault=VAULT,
        passwords=FastPasswords(),
        tokens=PaperTokens(),
        rules=RULES,
        now=NOW,
    )


async def the_viewer(held):
    return await sessions.viewer_of(held.session_id, held.account_id, Audience.STAFF, now=NOW)


# Inviting


async def test_somebody_invited_is_on_the_team_with_a_letter_but_cannot_sign_in_yet(nadia, house):
    staff_id = await invite(nadia, ada(Post(Role.VET, house.id), Post(Role.RECEPTIONIST, house.id)))

    staff, account = await Staff.get(id=staff_id), await Account.get(staff_id=staff_id)
    assert (staff.display_name, staff.fold, staff.email) == ("Ada Weber", "weber ada", ADA)
    assert (account.audience, account.email_fold) == ("staff", ADA)
    assert account.password_hash is None
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
    await accept(await invited_token())
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
        await accept(first, now=NOW + DAY)
    assert await accept(await invited_token(), now=NOW + 8 * DAY - timedelta(seconds=1)) == ADA
    assert await held_by(staff_id) == {(Role.NURSE, house.id)}
    assert await Staff.filter(email=ADA).count() == 1


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
    assert await accept(await invited_token()) == ADA
    held = await sign_in()
    viewer = await the_viewer(held)
    assert (viewer.staff_id, viewer.at) == (staff_id, {house.id: frozenset({Role.VET})})
    assert (await Event.get(kind=EventKind.INVITATION_ACCEPTED)).subject_id == staff_id


async def test_an_invitation_is_accepted_once_and_a_retry_is_the_same_acceptance(nadia, house):
    await invite(nadia, ada(Post(Role.VET, house.id)))
    token = await invited_token()
    passwords = FastPasswords()
    for _ in range(2):
        assert await accept(token, passwords=passwords) == ADA
    assert await Event.filter(kind=EventKind.INVITATION_ACCEPTED).count() == 1
    before = await how_many_rows()
    with pytest.raises(InvitationNotValid):
        await accept(token, "acht blaue Hunde", key="b")
    with pytest.raises(IdempotencyKeyReused):
        await accept(token, "acht blaue Hunde")
    assert await how_many_rows() == before
    assert await sign_in()


async def test_two_who_accept_at_once_set_one_password(nadia, house):
    await invite(nadia, ada(Post(Role.VET, house.id)))
    token = await invited_token()
    answers = await asyncio.gather(
        accept(token, "sieben blaue Hunde", key="1"),
        accept(token, "acht grüne Katzen", key="2"),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, InvitationNotValid) for answer in answers) == 1


async def test_an_invitation_is_good_for_seven_days(nadia, house):
    await invite(nadia, ada(Post(Role.VET, house.id)))
    token = await invited_token()
    before = await how_many_rows()
    with pytest.raises(InvitationNotValid):
        await accept(token, now=NOW + 7 * DAY)
    assert await how_many_rows() == before
    assert await accept(token, now=NOW + 7 * DAY - timedelta(seconds=1))


async def test_who_has_left_meanwhile_cannot_accept(nadia, house):
    staff_id = await invite(nadia, ada(Post(Role.VET, house.id)))
    await Staff.filter(id=staff_id).update(left_at=NOW)
    with pytest.raises(InvitationNotValid):
        await accept(await invited_token())


@pytest.mark.parametrize("token", ["", "x" * 43, "\x00", "\ud800"])
async def test_an_unknown_token_is_no_invitation(house, token):
    with pytest.raises(InvitationNotValid) as refused:
        await accept(token)
    assert refused.value.path == ("token",)


async def test_a_weak_password_is_refused_and_the_invitation_stays_good(nadia, house):
    await invite(nadia, ada(Post(Role.VET, house.id)))
    token = await invited_token()
    before = await how_many_rows()
    for weak in ("short", "password1234", "ada.weber is my name", "x" * 257):
        with pytest.raises(WeakPassword):
            await accept(token, weak)
    assert await how_many_rows() == before
    assert await accept(token)


async def test_the_password_is_nowhere_in_the_database(nadia, house):
    await invite(nadia, ada(Post(Role.VET, house.id)))
    await accept(await invited_token())
    for row in [*await IdempotencyKey.all().values(), *await Event.all().values()]:
        assert all(PASSWORD not in str(value) for value in row.values())


# Roles


async def test_roles_are_replaced_at_once(nadia, house):
    vera = await a_vet("Vera Falk", house)
    assert await set_roles(nadia, vera.id, Post(Role.NURSE, house.id), Post(Role.MANAGER, EVERYWHERE)) == vera.id
    assert await held_by(vera.id) == {(Role.NURSE, house.id), (Role.MANAGER, None)}
    viewer = await the_viewer(vera.viewer)
    assert (viewer.everywhere, viewer.at) == (frozenset({Role.MANAGER}), {house.id: frozenset({Role.NURSE})})
    event = await Event.get()
    assert (event.kind, event.subject_id) == (EventKind.STAFF_ROLES_SET, vera.id)
    assert list(event.changed) == ["roles"]


async def test_the_same_roles_again_change_nothing(nadia, house):
    vera = await a_vet("Vera Falk", house)
    before = await StaffRole.get(staff_id=vera.id)
    await set_roles(nadia, vera.id, Post(Role.VET, house.id), Post(Role.VET, house.id))
    assert (await StaffRole.get(staff_id=vera.id)).id == before.id
    assert not await Event.exists()


async def test_a_retry_sets_roles_once_even_if_they_were_changed_since(nadia, house):
    vera = await a_vet("Vera Falk", house)
    await set_roles(nadia, vera.id, Post(Role.NURSE, house.id), key="1")
    await set_roles(nadia, vera.id, Post(Role.VET, house.id), key="2")
    await set_roles(nadia, vera.id, Post(Role.NURSE, house.id), key="1")
    assert await held_by(vera.id) == {(Role.VET, house.id)}
    with pytest.raises(IdempotencyKeyReused):
        await set_roles(nadia, vera.id, Post(Role.RECEPTIONIST, house.id), key="1")


async def test_a_manager_of_one_location_gives_and_takes_roles_there_only(nadia, house):
    there = await a_location("Lake Side")
    local = await a_manager("Karl Brandt", there)
    vera = await a_vet("Vera Falk", house)
    here_too = Post(Role.VET, house.id)
    assert await set_roles(local, vera.id, here_too, Post(Role.NURSE, there.id), key="1")
    before = await how_many_rows()
    for posts in (
        (Post(Role.NURSE, there.id),),
        (here_too, Post(Role.NURSE, house.id)),
        (here_too, Post(Role.VET, EVERYWHERE)),
    ):
        with pytest.raises(Forbidden):
            await set_roles(local, vera.id, *posts, key="2")
    assert await held_by(vera.id) == {(Role.VET, house.id), (Role.NURSE, there.id)}
    assert await how_many_rows() == before


async def test_the_last_manager_of_the_whole_practice_stays_one(nadia, house):
    before = await how_many_rows()
    with pytest.raises(InvalidInput, match="manage the whole practice") as refused:
        await set_roles(nadia, nadia.id, Post(Role.MANAGER, house.id))
    assert refused.value.path == ("roles",)
    assert await how_many_rows() == before
    assert await held_by(nadia.id) == {(Role.MANAGER, None)}

    karl = await a_manager("Karl Brandt")
    assert await set_roles(nadia, nadia.id, Post(Role.MANAGER, house.id), key="2")
    with pytest.raises(Forbidden):
        await set_roles(await a_manager("Local Person", house), karl.id, Post(Role.VET, house.id))


async def test_a_manager_who_has_left_does_not_count(nadia, house):
    karl = await a_manager("Karl Brandt")
    karl.staff.left_at = NOW
    await karl.staff.save()
    with pytest.raises(InvalidInput):
        await set_roles(nadia, nadia.id, Post(Role.VET, house.id))


async def test_two_managers_who_demote_each_other_at_once_leave_one(nadia, house):
    karl = await a_manager("Karl Brandt")
    answers = await asyncio.gather(
        set_roles(nadia, karl.id, Post(Role.VET, house.id)),
        set_roles(karl, nadia.id, Post(Role.VET, house.id)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, InvalidInput) for answer in answers) == 1
    assert await StaffRole.filter(role=Role.MANAGER).count() == 1


async def test_roles_of_nobody_or_without_any_are_refused(nadia, house):
    vera = await a_vet("Vera Falk", house)
    before = await how_many_rows()
    for staff_id in (uuid7(), None):
        with pytest.raises(NotFound) as not_found:
            await set_roles(nadia, staff_id, Post(Role.VET, house.id))
        assert not_found.value.path == ("staffId",)
    with pytest.raises(InvalidInput) as refused:
        await set_roles(nadia, vera.id)
    assert refused.value.path == ("roles",)
    with pytest.raises(Forbidden):
        await set_roles(vera, vera.id, Post(Role.MANAGER, EVERYWHERE))
    assert await how_many_rows() == before


# The first manager


async def first_manager(email=ADA, name="High Street Vets", *, viewer=None, language="de"):
    return await invitations.invite_first_manager(
        viewer or Viewer.system("invite"),
        Manager(email, "Ada", "Weber"),
        practice=name,
        language=language,
        vault=VAULT,
        rules=RULES,
        now=NOW,
    )


async def test_the_first_manager_opens_the_practice_and_can_do_everything(database):
    token = await first_manager()
    practice = await Practice.get()
    staff = await Staff.get()
    assert (practice.name, practice.language) == ("High Street Vets", "de")
    assert await held_by(staff.id) == {(Role.MANAGER, None)}
    assert await invited_token() == token
    assert await accept(token) == ADA
    held = await sign_in()
    viewer = await the_viewer(held)
    assert viewer.everywhere == frozenset({Role.MANAGER})
    events = await Event.all().order_by("number")
    assert [event.kind for event in events] == [
        EventKind.PRACTICE_OPENED,
        EventKind.STAFF_INVITED,
        EventKind.INVITATION_ACCEPTED,
        EventKind.SIGNED_IN,
    ]
    assert (events[0].system_reason, events[1].system_reason) == ("invite", "invite")


async def test_the_next_one_joins_the_practice_that_is_there(database):
    await first_manager()
    await first_manager("karl.brandt@practice.example", "Another Name", language="en")
    assert (await Practice.get()).name == "High Street Vets"
    assert await StaffRole.filter(role=Role.MANAGER, location_id=None).count() == 2
    await first_manager()
    assert await Staff.all().count() == 2
    await accept(await invited_token())
    with pytest.raises(AlreadyOnTheTeam):
        await first_manager()


async def test_two_who_open_the_practice_at_once_open_one(database):
    await asyncio.gather(first_manager(), first_manager("karl.brandt@practice.example"))
    assert await Practice.all().count() == 1
    assert await Event.filter(kind=EventKind.PRACTICE_OPENED).count() == 1
    assert await Staff.all().count() == 2


async def test_nobody_opens_a_practice_but_the_command_line(nadia):
    before = await how_many_rows()
    for viewer, refusal in ((nadia.viewer, Forbidden), (ANYONE, SignedOut)):
        with pytest.raises(refusal):
            await first_manager(viewer=viewer)
    assert await how_many_rows() == before


@pytest.mark.parametrize(("wrong", "path"), [({"name": " "}, "practice"), ({"language": "xx"}, "language")])
async def test_a_practice_that_makes_no_sense_is_not_opened(database, wrong, path):
    before = await how_many_rows()
    with pytest.raises(InvalidInput) as refused:
        await first_manager(**wrong)
    assert refused.value.path == (path,)
    assert await how_many_rows() == before
