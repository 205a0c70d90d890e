"""Passwords are kept as slow hashes, and easy ones are not kept at all."""

import asyncio

import pytest

from models.password import must_be_strong
from models.refusal import WeakPassword
from vetdesk.passwords import Argon2Passwords

pytestmark = pytest.mark.anyio

GOOD = "sieben blaue Hunde"
ANN = "ann.weber@practice.example"


@pytest.fixture(scope="module")
def passwords():
    return Argon2Passwords()


async def test_the_hash_is_argon2id_with_the_parameters_of_owasp_and_never_twice_the_same(passwords):
    first, second = await passwords.hashed(GOOD), await passwords.hashed(GOOD)
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second


async def test_only_the_right_password_matches(passwords):
    kept = await passwords.hashed(GOOD)
    assert await passwords.matches(GOOD, kept)
    assert not await passwords.matches(GOOD + "!", kept)
    assert not await passwords.matches("", kept)
    assert not await passwords.matches(GOOD, "not a hash")


async def test_the_same_letters_from_another_keyboard_match(passwords):
    assert await passwords.matches("Ju\u0308rgens Gro\u0308sse", await passwords.hashed("J\u00fcrgens Gr\u00f6sse"))


async def test_more_than_256_characters_never_match_not_even_their_own_hash(passwords):
    kept = await passwords.hashed("x" * 256)
    assert await passwords.matches("x" * 256, kept)
    assert not await passwords.matches("x" * 257, kept)
    assert not await passwords.matches("x" * 257, await passwords.hashed("x" * 257))


async def test_half_of_a_character_is_a_password_like_any_other(passwords):
    assert await passwords.matches("\ud800" * 12, await passwords.hashed("\ud800" * 12))


async def test_without_a_kept_hash_the_answer_is_no_after_the_same_work(passwords):
    nobodys = passwords._nobodys
    assert not await passwords.matches(GOOD, None)
    assert not await passwords.matches("", None)
    # The same parameters and the same lengths: checking it costs what checking any other does.
    kept = await passwords.hashed(GOOD)
    assert [len(part) for part in nobodys.split("$")] == [len(part) for part in kept.split("$")]
    assert nobodys.rsplit("$", 2)[0] == kept.rsplit("$", 2)[0]
    assert not passwords._hash.current_hasher.check_needs_rehash(nobodys)


async def test_the_loop_goes_on_while_passwords_are_hashed(passwords):
    kept = await passwords.hashed(GOOD)
    work = [asyncio.ensure_future(passwords.matches(GOOD, kept)) for _ in range(6)]
    turns = 0
    while not all(task.done() for task in work):
        await asyncio.sleep(0)
        turns += 1
    assert all(await asyncio.gather(*work))
    assert turns > 10


async def test_no_more_are_hashed_at_once_than_there_are_threads():
    passwords = Argon2Passwords(threads=2)
    await asyncio.gather(*(passwords.hashed(GOOD) for _ in range(6)))
    assert len(passwords._threads._threads) == 2


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "Tr0ub4dor&3xyz",
        "12 Katzen, 1 Hund",
        "x7!kQ9#pLm2z",
        "ключ от клиники",
        "🐶🐱🐰🦊🐻🐼🐨🐯🦁🐮🐷🐸",
        "a" * 250 + "bcdefg",
    ],
)
def test_a_long_password_of_any_letters_is_good(password):
    must_be_strong(password, ANN)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "x7!kQ9#pLm2",  # eleven characters
        "x7!k" * 65,  # 260
        "aaaaaaaaaaaa",
        "abababababab",
        "rexrexrexrexrex",
        "123456789012",
        "abcdefghijkl",
        "lkjhgfdsapoi",
        "qwertyuiopas",
        "Password1234",
        "passwordpassword",
        "Letmeinplease!",
        "correct horse battery staple",
        "Ann.Weber2026!",
        "ich-bin-ANN.WEBER",
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(password):
    with pytest.raises(WeakPassword) as refused:
        must_be_strong(password, ANN)
    assert refused.value.path == ("password",)


def test_a_short_name_in_the_address_may_be_part_of_a_password():
    must_be_strong("sieben blaue Annas", "ann@practice.example")
