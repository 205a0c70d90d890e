"""Whoever is signed in stays so by refreshing; a refresh token that comes back ends the session."""

import asyncio
from datetime import timedelta

import pytest

from models import Account, Event, EventKind, RefreshToken, Session
from models.refusal import SessionEnded
from resolvers import sessions
from resolvers.viewer import Audience
from tests import doorkeeper
from tests.doorkeeper import ANYONE, MINUTE, PASSWORD, RULES, VAULT, PaperTokens
from tests.world import NOW, a_practice, a_receptionist, how_many_rows

pytestmark = pytest.mark.anyio

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
async def ines(database):
    await a_practice()
    ines = await a_receptionist("Ines Moreau")
    await Account.filter(id=ines.account.id).update(password_hash=f"hash of {PASSWORD}")
    await Session.all().delete()
    return ines


async def sign_in(who, password=PASSWORD, **how):
    return await doorkeeper.sign_in(who if isinstance(who, str) else who.account.email, password, **how)


async def refresh(refresh_token, *, now, audience=Audience.STAFF):
    return await sessions.refresh_session(
        ANYONE, refresh_token, audience=audience, vault=VAULT, tokens=PaperTokens(), rules=RULES, now=now
    )


async def happened(*kinds):
    return [event.kind for event in await Event.filter(kind__in=kinds).order_by("number")]


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
