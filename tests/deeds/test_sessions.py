"""Staff sign in with a password, stay signed in by refreshing, and are out at once when a session ends."""

from datetime import timedelta

import pytest

from models import Account, Event, EventKind, RefreshToken, Role, Session, Throttle
from models.refusal import Forbidden, InvalidInput, SessionEnded, SignedOut, SignInFailed
from models.shipped_rules import SHIPPED
from resolvers import sessions
from resolvers.viewer import Audience, Viewer
from tests import doorkeeper
from tests.doorkeeper import ANYONE, HOME, MINUTE, PASSWORD, RULES, VAULT, FastPasswords, PaperTokens, viewer_of
from tests.world import NOW, a_location, a_manager, a_member, a_practice, a_receptionist, an_owner, how_many_rows
from vetdesk.database import counted

pytestmark = pytest.mark.anyio

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
# Free of charge: throttles count in every sign-in and would hide what else was written.
UNCOUNTED = {"Throttle"}


@pytest.fixture
async def ines(database):
    await a_practice()
    ines = await a_receptionist("Ines Moreau")
    await Account.filter(id=ines.account.id).update(password_hash=f"hash of {PASSWORD}")
    await Session.all().delete()
    return ines


@pytest.fixture
def passwords():
    return FastPasswords()


@pytest.fixture
def tokens():
    return PaperTokens()


async def sign_in(who, password=PASSWORD, **how):
    return await doorkeeper.sign_in(who if isinstance(who, str) else who.account.email, password, **how)


async def refresh(refresh_token, *, now, audience=Audience.STAFF):
    return await sessions.refresh_session(
        ANYONE, refresh_token, audience=audience, vault=VAULT, tokens=PaperTokens(), rules=RULES, now=now
    )


async def rows_but_throttles():
    return {name: count for name, count in (await how_many_rows()).items() if name not in UNCOUNTED}


async def happened(*kinds):
    return [event.kind for event in await Event.filter(kind__in=kinds).order_by("number")]


# Signing in


async def test_staff_sign_in_with_address_and_password(ines, tokens):
    signed_in = await sign_in("  Ines.Moreau@Practice.example ", tokens=tokens)

    session = await Session.get()
    assert (signed_in.account_id, signed_in.session_id) == (ines.account.id, session.id)
    assert tokens.minted == [(ines.account.id, session.id, Audience.STAFF)]
    assert session.expires_at == NOW + 90 * DAY
    assert signed_in.refresh_expires_at == NOW + 30 * DAY
    event = await Event.get()
    assert (event.kind, event.subject_id, event.account_id) == (EventKind.SIGNED_IN, session.id, ines.account.id)


async def test_the_refresh_token_is_not_in_the_database(ines):
    signed_in = await sign_in(ines)
    kept = await RefreshToken.get()
    assert len(signed_in.refresh_token) == 43
    assert signed_in.refresh_token not in kept.token_hash
    assert len(kept.token_hash) == 64


@pytest.mark.parametrize("address", ["ines.moreau@practice.example", "nobody@practice.example"])
async def test_a_wrong_password_and_an_unknown_address_are_the_same_to_whoever_tries(ines, address, passwords):
    before = await rows_but_throttles()
    with counted() as statements, pytest.raises(SignInFailed) as refused:
        await sign_in(address, "acht blaue Hunde", passwords=passwords)
    assert (refused.value.path, refused.value.message) == ((), SignInFailed.sentence)
    assert passwords.asked == 1
    assert statements.count == 4  # three throttles and the look
    assert await rows_but_throttles() == before


async def test_who_has_no_password_yet_cannot_sign_in(ines):
    await Account.filter(id=ines.account.id).update(password_hash=None)
    with pytest.raises(SignInFailed):
        await sign_in(ines)
    assert not await Session.exists()


async def test_who_has_left_cannot_sign_in(ines):
    ines.staff.left_at = NOW
    await ines.staff.save()
    with pytest.raises(SignInFailed):
        await sign_in(ines)
    assert not await Session.exists()


async def test_an_owner_has_no_password_at_the_door_of_the_staff(ines):
    olga = await an_owner("Olga Berg")
    await Account.filter(id=olga.account.id).update(password_hash=f"hash of {PASSWORD}")
    with pytest.raises(SignInFailed):
        await sign_in(olga.account.email)


@pytest.mark.parametrize(
    "address", ["", "ines", "a@b", "\x00@practice.example", "\ud800@practice.example", "x" * 10**6]
)
async def test_what_is_no_address_is_said_to_be_none(ines, address):
    with pytest.raises(InvalidInput) as refused:
        await sign_in(address)
    assert refused.value.path == ("email",)
    assert not await Throttle.exists()


async def test_an_owner_who_is_signed_in_is_at_the_wrong_door(ines):
    olga = await an_owner("Olga Berg")
    with pytest.raises(Forbidden):
        await sessions.sign_in(
            olga.viewer,
            ines.account.email,
            PASSWORD,
            origin=HOME,
            vault=VAULT,
            passwords=FastPasswords(),
            tokens=PaperTokens(),
            rules=RULES,
            now=NOW,
        )


# Signing out


async def test_signing_out_ends_this_session_at_once_and_no_other(ines):
    here, there = await sign_in(ines), await sign_in(ines)
    viewer = await viewer_of(here)
    await sessions.sign_out(viewer, now=NOW + MINUTE)

    assert await viewer_of(here, now=NOW + MINUTE) is None
    with pytest.raises(SessionEnded):
        await refresh(here.refresh_token, now=NOW + MINUTE)
    assert await viewer_of(there, now=NOW + MINUTE)
    event = await Event.get(kind=EventKind.SIGNED_OUT)
    assert (event.subject_id, event.account_id) == (here.session_id, ines.account.id)


async def test_signing_out_twice_is_signing_out_once(ines):
    held = await sign_in(ines)
    viewer = await viewer_of(held)
    for minute in (1, 2):
        await sessions.sign_out(viewer, now=NOW + minute * MINUTE)
    assert (await Session.get()).revoked_at == NOW + MINUTE
    assert await happened(EventKind.SIGNED_OUT) == [EventKind.SIGNED_OUT]


async def test_signing_out_everywhere_ends_every_session_of_the_account_and_of_nobody_else(ines):
    karl = await a_manager("Karl Brandt")
    held = [await sign_in(ines) for _ in range(3)]
    viewer = await viewer_of(held[0])
    assert await sessions.sign_out_everywhere(viewer, now=NOW + MINUTE) == 3
    for one in held:
        assert await viewer_of(one, now=NOW + MINUTE) is None
    assert await viewer_of(karl.viewer)
    assert await happened(EventKind.SIGNED_OUT) == [EventKind.SIGNED_OUT] * 3
    assert await sessions.sign_out_everywhere(viewer, now=NOW + 2 * MINUTE) == 0


async def test_nobody_can_sign_out_who_is_not_signed_in(database):
    for leave in (sessions.sign_out, sessions.sign_out_everywhere):
        with pytest.raises(SignedOut):
            await leave(ANYONE, now=NOW)
    await sessions.sign_out(Viewer.system("test"), now=NOW)
    assert await how_many_rows() == {"EventCounter": 1, "ReminderProgress": 1, "VaccinationProtocol": len(SHIPPED)}


# Who asks


async def test_the_viewer_is_loaded_by_one_statement_with_the_roles_held_now(ines):
    there = await a_location("Lake Side")
    for member, everywhere, at in (
        (ines, set(), {next(iter(ines.viewer.at)): {Role.RECEPTIONIST}}),
        (await a_manager("Karl Brandt"), {Role.MANAGER}, {}),
        (await a_member("Vera Falk", Role.VET, Role.MANAGER, at=there), set(), {there.id: {Role.VET, Role.MANAGER}}),
    ):
        session = await Session.create(account_id=member.account.id, created_at=NOW, expires_at=NOW + DAY)
        with counted() as statements:
            viewer = await sessions.viewer_of(session.id, member.account.id, Audience.STAFF, now=NOW)
        assert statements.count == 1
        assert viewer == Viewer(
            account_id=member.account.id,
            session_id=session.id,
            staff_id=member.id,
            is_linked=True,
            everywhere=frozenset(everywhere),
            at={location: frozenset(roles) for location, roles in at.items()},
        )


@pytest.mark.parametrize("is_linked", [True, False])
async def test_an_owner_is_the_client_of_her_account(database, is_linked):
    olga = await an_owner("Olga Berg", is_linked=is_linked)
    with counted() as statements:
        viewer = await viewer_of(olga.viewer, Audience.OWNER)
    assert statements.count == 1
    assert viewer == olga.viewer


async def test_a_session_is_nobodys_at_the_other_door_with_another_account_or_after_its_end(ines):
    olga = await an_owner("Olga Berg")
    held = await sign_in(ines)
    mine = (held.session_id, ines.account.id)
    assert await sessions.viewer_of(*mine, Audience.STAFF, now=NOW + 90 * DAY - SECOND)
    assert await sessions.viewer_of(*mine, Audience.STAFF, now=NOW + 90 * DAY) is None
    assert await sessions.viewer_of(*mine, Audience.OWNER, now=NOW) is None
    assert await sessions.viewer_of(held.session_id, olga.account.id, Audience.OWNER, now=NOW) is None
    assert await sessions.viewer_of(olga.account.id, held.session_id, Audience.STAFF, now=NOW) is None


async def test_who_has_left_is_nobody_at_once(ines):
    held = await sign_in(ines)
    ines.staff.left_at = NOW
    await ines.staff.save()
    assert await viewer_of(held, now=NOW) is None


async def test_sessions_that_are_long_over_are_dropped_with_their_tokens(ines):
    held = await sign_in(ines)
    await refresh(held.refresh_token, now=NOW + MINUTE)
    assert await sessions.forget_before(NOW + 90 * DAY) == 0
    assert await sessions.forget_before(NOW + 91 * DAY) == 1
    assert not await RefreshToken.exists()
