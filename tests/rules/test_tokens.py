"""Access tokens say whose account and session it is, for one door, until they expire."""

import asyncio
import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from graph.context import TokenExpired, TokenInvalid
from models import SigningKey
from resolvers.viewer import Audience
from tests.doorkeeper import VAULT
from vetdesk.database import counted
from vetdesk.tokens import AccessTokens, Claims
from vetdesk.vault import SealBroken, SecretVault

pytestmark = pytest.mark.anyio

ISSUER = "https://vet.example"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Stretches of four weeks are counted from 1970: one began on 12 February 2026, the next begins on 12 March.
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
NEXT = datetime(2026, 3, 12, tzinfo=UTC)
LASTS = 10 * MINUTE
WHOSE = Claims(uuid4(), uuid4(), NOW + LASTS)


def said_at(moment):
    """What a token says that was minted then."""
    return replace(WHOSE, expires_at=moment + LASTS)


@pytest.fixture
def tokens(database):
    return AccessTokens(VAULT, issuer=ISSUER)


async def minted(tokens, audience=Audience.STAFF, now=NOW):
    token, _ = await tokens.access_token(
        account_id=WHOSE.account_id, session_id=WHOSE.session_id, audience=audience, now=now
    )
    return token


async def kids(tokens, now):
    return [key["kid"] for key in (await tokens.jwks(now=now))["keys"]]


def kid(token):
    return jwt.get_unverified_header(token)["kid"]


async def private_key():
    row = await SigningKey.get()
    return row.kid, Ed25519PrivateKey.from_private_bytes(base64.b64decode(VAULT.unseal(row.sealed_private)))


async def test_a_token_names_account_session_and_door_and_nothing_else(tokens):
    token, expires_at = await tokens.access_token(
        account_id=WHOSE.account_id, session_id=WHOSE.session_id, audience=Audience.OWNER, now=NOW
    )
    assert expires_at == NOW + 10 * MINUTE
    assert await tokens.verify(token, Audience.OWNER, now=NOW) == WHOSE
    said = jwt.decode(token, options={"verify_signature": False})
    assert said.pop("jti")
    assert said == {
        "iss": ISSUER,
        "sub": str(WHOSE.account_id),
        "sid": str(WHOSE.session_id),
        "aud": "owner",
        "iat": int(NOW.timestamp()),
        "nbf": int(NOW.timestamp()),
        "exp": int(expires_at.timestamp()),
    }
    assert jwt.get_unverified_header(token) == {"alg": "EdDSA", "typ": "at+jwt", "kid": "2026-02-12"}


async def test_a_token_is_good_until_the_second_in_which_it_expires(tokens):
    token = await minted(tokens)
    assert await tokens.verify(token, Audience.STAFF, now=NOW + timedelta(seconds=599)) == WHOSE
    with pytest.raises(TokenExpired):
        await tokens.verify(token, Audience.STAFF, now=NOW + timedelta(seconds=600))


async def test_a_token_of_one_door_is_refused_at_the_other(tokens):
    token = await minted(tokens, Audience.OWNER)
    with pytest.raises(TokenInvalid) as refused:
        await tokens.verify(token, Audience.STAFF, now=NOW)
    assert not isinstance(refused.value, TokenExpired)


async def test_a_token_from_the_future_is_refused_beyond_what_clocks_differ(tokens):
    token = await minted(tokens, now=NOW + timedelta(seconds=5))
    assert await tokens.verify(token, Audience.STAFF, now=NOW) == said_at(NOW + timedelta(seconds=5))
    with pytest.raises(TokenInvalid):
        await tokens.verify(token, Audience.STAFF, now=NOW - timedelta(seconds=1))


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": ["staff", "owner"]},
        {"iss": "https://other.example"},
        {"sub": "42"},
        {"sub": 42},
        {"sid": None},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 1e40},
        {"nbf": None},
        {"jti": None},
    ],
    ids=json.dumps,
)
async def test_what_another_hand_would_write_is_refused_even_under_our_key(tokens, changed):
    token = await minted(tokens)
    name, key = await private_key()
    said = {**jwt.decode(token, options={"verify_signature": False}), **changed}
    said = {claim: value for claim, value in said.items() if value is not None}
    headers = {"kid": name, "typ": "at+jwt"}
    body = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=")
    head = base64.urlsafe_b64encode(json.dumps({"alg": "EdDSA", **headers}).encode()).rstrip(b"=")
    signature = base64.urlsafe_b64encode(key.sign(head + b"." + body)).rstrip(b"=")
    with pytest.raises(TokenInvalid):
        await tokens.verify(b".".join((head, body, signature)).decode(), Audience.STAFF, now=NOW)


async def test_forged_tokens_are_refused(tokens):
    token = await minted(tokens)
    name, key = await private_key()
    said = jwt.decode(token, options={"verify_signature": False})
    headers = {"kid": name, "typ": "at+jwt"}
    public = key.public_key().public_bytes_raw()
    forged = [
        jwt.encode(said, Ed25519PrivateKey.generate(), algorithm="EdDSA", headers=headers),
        jwt.encode(said, "", algorithm="none", headers=headers),
        jwt.encode(said, public, algorithm="HS256", headers=headers),
        jwt.encode(said, key, algorithm="EdDSA", headers={"kid": name, "typ": "JWT"}),
        jwt.encode(said, key, algorithm="EdDSA", headers={"kid": "2026-02-13", "typ": "at+jwt"}),
        jwt.encode(said, key, algorithm="EdDSA", headers={"typ": "at+jwt"}),
        token[:-4] + "AAAA",
        token + "x",
        token.rpartition(".")[0] + ".",
        "",
        "a.b.c",
        "\ud800",
        "ä.ö.ü",
        "." * 1000,
    ]
    for one in forged:
        with pytest.raises(TokenInvalid):
            await tokens.verify(one, Audience.STAFF, now=NOW)


async def test_verifying_asks_the_database_nothing_once_the_keys_are_known(tokens):
    token = await minted(tokens)
    with counted() as statements:
        for _ in range(20):
            await tokens.verify(token, Audience.STAFF, now=NOW + MINUTE)
        await minted(tokens, now=NOW + MINUTE)
    assert statements.count == 0


async def test_invented_key_names_do_not_make_us_ask_the_database_each_time(tokens):
    await minted(tokens)
    _, key = await private_key()
    with counted() as statements:
        for number in range(20):
            forged = jwt.encode({}, key, algorithm="EdDSA", headers={"kid": f"invented {number}", "typ": "at+jwt"})
            with pytest.raises(TokenInvalid):
                await tokens.verify(forged, Audience.STAFF, now=NOW + timedelta(seconds=6))
    assert statements.count == 1


# Keys


async def test_two_processes_that_start_at_once_make_one_key_and_know_each_others_tokens(tokens):
    other = AccessTokens(VAULT, issuer=ISSUER)
    one, two = await asyncio.gather(minted(tokens), minted(other))
    assert await SigningKey.all().count() == 1
    assert await other.verify(one, Audience.STAFF, now=NOW) == WHOSE
    assert await tokens.verify(two, Audience.STAFF, now=NOW) == WHOSE


async def test_the_next_key_is_published_a_day_before_it_signs_and_the_last_one_stays_for_a_stretch(tokens):
    assert kid(await minted(tokens)) == "2026-02-12"
    assert await kids(tokens, NEXT - DAY - MINUTE) == ["2026-02-12"]
    assert await kids(tokens, NEXT - DAY) == ["2026-02-12", "2026-03-12"]

    last = await minted(tokens, now=NEXT - MINUTE)
    assert kid(last) == "2026-02-12"
    assert kid(await minted(tokens, now=NEXT)) == "2026-03-12"
    assert await tokens.verify(last, Audience.STAFF, now=NEXT + MINUTE) == said_at(NEXT - MINUTE)

    late = NEXT + 27 * DAY
    assert await kids(tokens, late) == ["2026-02-12", "2026-03-12", "2026-04-09"]
    assert await kids(tokens, late + DAY) == ["2026-03-12", "2026-04-09"]


async def test_a_key_made_late_is_published_for_an_hour_while_the_last_one_still_signs(tokens):
    await minted(tokens)
    late = NEXT + 3 * DAY
    assert kid(await minted(tokens, now=late)) == "2026-02-12"
    assert await kids(tokens, late) == ["2026-02-12", "2026-03-12"]
    assert kid(await minted(tokens, now=late + HOUR)) == "2026-03-12"


async def test_after_a_long_sleep_a_new_key_signs_at_once(tokens):
    await minted(tokens)
    token = await minted(tokens, now=NOW + 200 * DAY)
    assert await tokens.verify(token, Audience.STAFF, now=NOW + 200 * DAY) == said_at(NOW + 200 * DAY)
    assert await SigningKey.all().count() == 1


async def test_another_process_learns_of_a_new_key_by_its_name(tokens):
    other = AccessTokens(VAULT, issuer=ISSUER)
    await other.verify(await minted(tokens), Audience.STAFF, now=NOW)
    await kids(tokens, NEXT - DAY)
    assert await other.verify(await minted(tokens, now=NEXT), Audience.STAFF, now=NEXT) == said_at(NEXT)


async def test_a_request_that_began_a_moment_before_the_first_key_was_made_can_sign(tokens):
    await minted(tokens, now=NOW)
    earlier = NOW - timedelta(seconds=2)
    assert await tokens.verify(await minted(tokens, now=earlier), Audience.STAFF, now=earlier) == said_at(earlier)


async def test_others_can_check_our_tokens_with_what_we_publish_and_nothing_more_is_published(tokens):
    token = await minted(tokens)
    published = await tokens.jwks(now=NOW)
    assert [set(key) for key in published["keys"]] == [{"kty", "crv", "x", "kid", "use", "alg"}]
    key = jwt.PyJWKSet.from_dict(published)[kid(token)]
    checks: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    assert jwt.decode(token, key, algorithms=["EdDSA"], audience="staff", options=checks)["iss"] == ISSUER


async def test_the_private_half_cannot_be_read_in_the_database(tokens):
    await minted(tokens)
    row = await SigningKey.get()
    with pytest.raises(SealBroken):
        SecretVault("another secret, which is long enough").unseal(row.sealed_private)
    with pytest.raises(SealBroken, match="VETDESK_SECRET"):
        await minted(AccessTokens(SecretVault("another secret, which is long enough"), issuer=ISSUER))


# The vault that keeps them


def test_the_vault_gives_back_what_it_was_given_and_shows_nothing_of_it():
    sealed = VAULT.seal("271828 ä🐶")
    assert VAULT.unseal(sealed) == "271828 ä🐶"
    assert VAULT.seal("271828 ä🐶") != sealed
    assert "271828" not in sealed


@pytest.mark.parametrize("broken", ["", "1.", "1.AAAA", "2.AAAA", "nothing", "1.ä", "1." + "A" * 60])
def test_a_broken_seal_is_not_opened(broken):
    with pytest.raises(SealBroken):
        VAULT.unseal(broken)


def test_a_seal_that_was_tampered_with_is_not_opened():
    sealed = VAULT.seal("271828")
    for place in range(2, len(sealed) - 3):  # the last letters before == hold fewer bits
        other = "A" if sealed[place] != "A" else "B"
        with pytest.raises(SealBroken):
            VAULT.unseal(sealed[:place] + other + sealed[place + 1 :])


def test_a_digest_is_the_same_in_every_process_and_differs_by_purpose_and_secret():
    again = SecretVault("the secret of the tests, long enough")
    assert VAULT.digest("code", "271828") == again.digest("code", "271828")
    assert len(VAULT.digest("code", "271828")) == 64
    assert VAULT.digest("refresh", "271828") != VAULT.digest("code", "271828")
    assert VAULT.digest("cod", "e271828") != VAULT.digest("code", "271828")
    assert SecretVault("another secret, which is long enough").digest("code", "1") != VAULT.digest("code", "1")
    assert VAULT.digest("code", "\ud800")
