"""Staff sign in with a password, stay signed in by refreshing, and are out at once when a session ends."""

import asyncio
from datetime import timedelta

import pytest

from models import Account, Event, EventKind, RefreshToken, Role, Session, Throttle
from models.refusal import Forbidden, InvalidInput, SessionEnded, SignedOut, SignInFailed, TooManyAttempts
from resolvers import sessions, throttles
from resolvers.ports import Rate
from resolvers.viewer import Audience, Viewer
from tests.doorkeeper import ANYONE, HOME, MINUTE, RULES, VAULT, FastPasswords, PaperTokens
from tests.world import NOW, a_location, a_manager, a_member, a_practice, a_receptionist, an_owner, how_many_rows
from vetdesk.database import counted

pytestmark = pytest.mark.anyio

PASSWORD = "sieben blaue Hunde"
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


async def sign_in(ines_or_email, password=PASSWORD, *, origin=HOME, now=NOW, passwords=None, tokens=None):
    email = ines_or_email if isinstance(ines_or_email, str) else ines_or_email.account.email
    return await sessions.sign_in(
        ANYONE,
        email,
        password,
        origin=origin,
        vault=VAULT,
        passwords=passwords or FastPasswords(),
        tokens=tokens or PaperTokens(),
        rules=RULES,
        now=now,
    )


async def refresh(refresh_token, *, now, audience=Audience.STAFF):
    return await sessions.refresh_session(
        ANYONE, refresh_token, audience=audience, vault=VAULT, tokens=PaperTokens(), rules=RULES, now=now
    )


async def the_viewer(held, audience=Audience.STAFF):
    return await sessions.viewer_of(held.session_id, held.account_id, audience, now=NOW)


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
    assert statements.count == 3  # two throttles and the look
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


# Trying too often


async def test_an_account_can_be_tried_five_times_and_then_once_in_three_minutes(ines, passwords):
    for _ in range(5):
        with pytest.raises(SignInFailed):
            await sign_in(ines, "wrong", passwords=passwords)
    for origin in (HOME, "198.51.100.9"):
        with pytest.raises(TooManyAttempts) as refused:
            await sign_in(ines, origin=origin, passwords=passwords)
        assert refused.value.retry_after == 180
    assert passwords.asked == 5
    with pytest.raises(TooManyAttempts) as refused:
        await sign_in(ines, now=NOW + 2 * MINUTE)
    assert refused.value.retry_after == 60
    assert await sign_in(ines, now=NOW + 3 * MINUTE)


async def test_the_throttle_is_the_same_for_an_address_that_nobody_has(ines):
    for _ in range(5):
        with pytest.raises(SignInFailed):
            await sign_in("nobody@practice.example")
    with pytest.raises(TooManyAttempts):
        await sign_in("nobody@practice.example")
    assert await sign_in(ines)


async def test_a_network_can_try_thirty_times_whatever_the_addresses(ines):
    for number in range(30):
        with pytest.raises(SignInFailed):
            await sign_in(f"nobody{number}@practice.example", origin=f"2001:db8:1:2::{number:x}")
    with pytest.raises(TooManyAttempts):
        await sign_in(ines, origin="2001:db8:1:2:ffff::1")
    assert await sign_in(ines, origin="2001:db8:1:3::1")


async def test_the_throttle_keeps_no_address_that_could_be_read(ines):
    await sign_in(ines)
    keys = [row.key for row in await Throttle.all()]
    assert len(keys) == 2
    assert all(len(key) == 64 and set(key) <= set("0123456789abcdef") for key in keys)


async def test_a_throttle_is_exact_when_many_try_at_once(database):
    async def once():
        try:
            await throttles.count("test", "somebody", Rate(7, 15 * MINUTE), vault=VAULT, now=NOW)
        except TooManyAttempts:
            return 0
        return 1

    assert sum(await asyncio.gather(*(once() for _ in range(30)))) == 7


async def test_throttles_that_hold_nobody_back_are_dropped(database):
    await throttles.count("test", "somebody", Rate(5, 15 * MINUTE), vault=VAULT, now=NOW)
    assert await throttles.forget(now=NOW + 2 * MINUTE) == 0
    assert await throttles.forget(now=NOW + 4 * MINUTE) == 1


async def test_an_unreadable_origin_is_one_origin(database):
    for _ in range(2):
        await throttles.count_origin("test", "testclient", Rate(2, MINUTE), vault=VAULT, now=NOW)
    with pytest.raises(TooManyAttempts):
        await throttles.count_origin("test", "testclient", Rate(2, MINUTE), vault=VAULT, now=NOW)
    await throttles.count_origin("test", "192.0.2.1", Rate(1, MINUTE), vault=VAULT, now=NOW)
    with pytest.raises(TooManyAttempts):
        await throttles.count_origin("test", "::ffff:192.0.2.1", Rate(1, MINUTE), vault=VAULT, now=NOW)


# Staying signed in


async def test_a_refresh_brings_the_next_token_and_another_thirty_days(ines):
    first = await sign_in(ines)
    second = await refresh(first.refresh_token, now=NOW + 10 * DAY)
    assert second.session_id == first.session_id
    assert second.refresh_token != first.refresh_token
    assert second.refresh_expires_at == NOW + 40 * DAY
    third = await refresh(second.refresh_token, now=NOW + 39 * DAY)
    assert third.refresh_token not in (first.refresh_token, second.refresh_token)
    assert await Session.all().count() == 1


async def test_a_session_ends_after_ninety_days_however_busy(ines):
    held = await sign_in(ines)
    for day in (25, 50, 75, 89):
        held = await refresh(held.refresh_token, now=NOW + day * DAY)
    assert held.refresh_expires_at == NOW + 90 * DAY
    with pytest.raises(SessionEnded):
        await refresh(held.refresh_token, now=NOW + 90 * DAY)


async def test_a_session_that_nobody_uses_for_thirty_days_ends(ines):
    held = await sign_in(ines)
    before = await how_many_rows()
    with pytest.raises(SessionEnded):
        await refresh(held.refresh_token, now=NOW + 30 * DAY)
    assert await how_many_rows() == before
    assert (await Session.get()).revoked_at is None


async def test_whose_answer_was_lost_gets_the_same_token_again_within_ten_seconds(ines):
    first = await sign_in(ines)
    answers = [await refresh(first.refresh_token, now=NOW + MINUTE + seconds * SECOND) for seconds in (0, 3, 10)]
    assert len({answer.refresh_token for answer in answers}) == 1
    assert len({answer.refresh_expires_at for answer in answers}) == 1
    assert await RefreshToken.all().count() == 2
    assert await refresh(answers[0].refresh_token, now=NOW + 2 * MINUTE)


async def test_two_refreshes_at_once_bring_the_same_token(ines):
    first = await sign_in(ines)
    answers = await asyncio.gather(*(refresh(first.refresh_token, now=NOW + MINUTE) for _ in range(5)))
    assert len({answer.refresh_token for answer in answers}) == 1
    assert await RefreshToken.all().count() == 2


async def test_a_token_used_again_after_the_grace_ends_the_session_for_both(ines):
    first = await sign_in(ines)
    second = await refresh(first.refresh_token, now=NOW + MINUTE)
    with pytest.raises(SessionEnded):
        await refresh(first.refresh_token, now=NOW + MINUTE + 11 * SECOND)
    session = await Session.get()
    assert (session.revoked_at, session.revoked_because) == (
        NOW + MINUTE + 11 * SECOND,
        "A refresh token was used twice.",
    )
    for token in (first, second):
        with pytest.raises(SessionEnded):
            await refresh(token.refresh_token, now=NOW + 2 * MINUTE)
    assert await happened(EventKind.SESSION_REVOKED) == [EventKind.SESSION_REVOKED]
    assert (await Event.get(kind=EventKind.SESSION_REVOKED)).subject_id == session.id


async def test_a_token_whose_successor_was_used_ends_the_session_even_within_the_grace(ines):
    first = await sign_in(ines)
    second = await refresh(first.refresh_token, now=NOW + MINUTE)
    await refresh(second.refresh_token, now=NOW + MINUTE + SECOND)
    with pytest.raises(SessionEnded):
        await refresh(first.refresh_token, now=NOW + MINUTE + 2 * SECOND)
    assert (await Session.get()).revoked_at == NOW + MINUTE + 2 * SECOND


@pytest.mark.parametrize("unknown", ["", "x" * 43, "\x00", "\ud800", "ä🐶"])
async def test_an_unknown_token_ends_nothing(ines, unknown):
    await sign_in(ines)
    before = await how_many_rows()
    with pytest.raises(SessionEnded):
        await refresh(unknown, now=NOW)
    assert await how_many_rows() == before
    assert (await Session.get()).revoked_at is None


async def test_a_token_of_the_staff_is_refused_at_the_door_of_the_owners_and_stays_good(ines):
    held = await sign_in(ines)
    with pytest.raises(SessionEnded):
        await refresh(held.refresh_token, now=NOW, audience=Audience.OWNER)
    assert await refresh(held.refresh_token, now=NOW)


async def test_who_has_left_cannot_stay_signed_in(ines):
    held = await sign_in(ines)
    ines.staff.left_at = NOW
    await ines.staff.save()
    with pytest.raises(SessionEnded):
        await refresh(held.refresh_token, now=NOW + MINUTE)


# Signing out


async def test_signing_out_ends_this_session_at_once_and_no_other(ines):
    here, there = await sign_in(ines), await sign_in(ines)
    viewer = await the_viewer(here)
    await sessions.sign_out(viewer, now=NOW + MINUTE)

    assert await sessions.viewer_of(here.session_id, ines.account.id, Audience.STAFF, now=NOW + MINUTE) is None
    with pytest.raises(SessionEnded):
        await refresh(here.refresh_token, now=NOW + MINUTE)
    assert await sessions.viewer_of(there.session_id, ines.account.id, Audience.STAFF, now=NOW + MINUTE)
    event = await Event.get(kind=EventKind.SIGNED_OUT)
    assert (event.subject_id, event.account_id) == (here.session_id, ines.account.id)


async def test_signing_out_twice_is_signing_out_once(ines):
    held = await sign_in(ines)
    viewer = await the_viewer(held)
    for minute in (1, 2):
        await sessions.sign_out(viewer, now=NOW + minute * MINUTE)
    assert (await Session.get()).revoked_at == NOW + MINUTE
    assert await happened(EventKind.SIGNED_OUT) == [EventKind.SIGNED_OUT]


async def test_signing_out_everywhere_ends_every_session_of_the_account_and_of_nobody_else(ines):
    karl = await a_manager("Karl Brandt")
    held = [await sign_in(ines) for _ in range(3)]
    viewer = await the_viewer(held[0])
    assert await sessions.sign_out_everywhere(viewer, now=NOW + MINUTE) == 3
    for one in held:
        assert await sessions.viewer_of(one.session_id, ines.account.id, Audience.STAFF, now=NOW + MINUTE) is None
    assert await the_viewer(karl.viewer)
    assert await happened(EventKind.SIGNED_OUT) == [EventKind.SIGNED_OUT] * 3
    assert await sessions.sign_out_everywhere(viewer, now=NOW + 2 * MINUTE) == 0


async def test_nobody_can_sign_out_who_is_not_signed_in(database):
    for leave in (sessions.sign_out, sessions.sign_out_everywhere):
        with pytest.raises(SignedOut):
            await leave(ANYONE, now=NOW)
    await sessions.sign_out(Viewer.system("test"), now=NOW)
    assert await how_many_rows() == {"EventCounter": 1}


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
        viewer = await the_viewer(olga.viewer, Audience.OWNER)
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
    assert await sessions.viewer_of(held.session_id, ines.account.id, Audience.STAFF, now=NOW) is None


async def test_sessions_that_are_long_over_are_dropped_with_their_tokens(ines):
    held = await sign_in(ines)
    await refresh(held.refresh_token, now=NOW + MINUTE)
    assert await sessions.forget_before(NOW + 90 * DAY) == 0
    assert await sessions.forget_before(NOW + 91 * DAY) == 1
    assert not await RefreshToken.exists()
