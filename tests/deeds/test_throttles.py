"""Throttles count attempts for all processes together, and keep no name of whom they count."""

import asyncio

import pytest

from models import Account, Session, Throttle
from models.refusal import SignInFailed, TooManyAttempts
from resolvers import throttles
from resolvers.ports import Rate
from tests import doorkeeper
from tests.doorkeeper import MINUTE, PASSWORD, VAULT, FastPasswords
from tests.world import NOW, a_practice, a_receptionist

pytestmark = pytest.mark.anyio


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


async def sign_in(who, password=PASSWORD, **how):
    return await doorkeeper.sign_in(who if isinstance(who, str) else who.account.email, password, **how)


async def test_an_account_can_be_tried_five_times_from_a_network_and_then_once_in_three_minutes(ines, passwords):
    for _ in range(5):
        with pytest.raises(SignInFailed):
            await sign_in(ines, "wrong", passwords=passwords)
    with pytest.raises(TooManyAttempts) as refused:
        await sign_in(ines, passwords=passwords)
    assert refused.value.retry_after == 180
    assert passwords.asked == 5
    with pytest.raises(TooManyAttempts) as refused:
        await sign_in(ines, now=NOW + 2 * MINUTE)
    assert refused.value.retry_after == 60
    assert await sign_in(ines, now=NOW + 3 * MINUTE)


async def test_a_stranger_elsewhere_locks_nobody_out(ines):
    for _ in range(20):
        with pytest.raises((SignInFailed, TooManyAttempts)):
            await sign_in(ines, "wrong", origin="198.51.100.9")
    assert await sign_in(ines)


async def test_an_account_can_be_tried_fifty_times_from_everywhere(ines, passwords):
    for number in range(50):
        with pytest.raises(SignInFailed):
            await sign_in(ines, "wrong", origin=f"198.51.100.{number}", passwords=passwords)
    with pytest.raises(TooManyAttempts) as refused:
        await sign_in(ines, passwords=passwords)
    assert (refused.value.retry_after, passwords.asked) == (18, 50)


async def test_signing_in_uses_up_no_attempt(ines):
    for _ in range(40):
        await sign_in(ines)
    assert {row.ahead_until for row in await Throttle.all()} == {NOW.timestamp()}


async def test_signing_in_gives_no_failed_attempt_back(ines):
    for _ in range(4):
        with pytest.raises(SignInFailed):
            await sign_in(ines, "wrong")
    await sign_in(ines)
    with pytest.raises(SignInFailed):
        await sign_in(ines, "wrong")
    with pytest.raises(TooManyAttempts):
        await sign_in(ines)


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
    assert len(keys) == 3
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
