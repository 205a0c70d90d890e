"""Tokens: access tokens, signed with keys that change by themselves.

Time is divided into stretches, and each has one key, named for the day it begins: processes that start together
make the same key once. The key of the next stretch is published some time before it signs, and stays published for
a stretch after its last token has expired. Private halves are rows too, sealed in the vault.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from graph.context import TokenExpired, TokenInvalid
from models import SigningKey, sql
from models.row import uuid7

if TYPE_CHECKING:
    from resolvers.ports import Vault
    from resolvers.viewer import Audience

STRETCH = timedelta(days=28)
PUBLISHED_BEFORE = timedelta(days=1)
_HEARD_WITHIN = timedelta(hours=1)  # far longer than anybody keeps our public keys, which is five minutes

_ALGORITHM = "EdDSA"
_TYPE = "at+jwt"  # Source: RFC 9068 2.1
_LEEWAY = timedelta(seconds=5)  # clocks of several machines
_LOOK_AGAIN = timedelta(seconds=5)
_MOST_VERIFIED = 10_000
_CLAIMS = ["exp", "iat", "nbf", "aud", "iss", "sub", "jti", "sid"]
# Times are held against the `now` of the request, by us.
_CHECKS: Any = {
    "require": _CLAIMS,
    "strict_aud": True,
    "enforce_minimum_key_length": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says: whose account, which session, and until when."""

    account_id: UUID
    session_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Key:
    kid: str
    stretch: int
    signs_from: datetime
    retires_at: datetime
    jwk: dict[str, Any]
    public: jwt.PyJWK
    private: Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class _Verified:
    """What a token says that this key has signed."""

    key: _Key
    said: Claims
    not_before: datetime


class AccessTokens:
    """Mints and verifies the access tokens of both doors."""

    def __init__(self, vault: Vault, *, issuer: str, lasts: timedelta = timedelta(minutes=10)) -> None:
        self._vault = vault
        self._issuer = issuer
        self._lasts = lasts
        self._keys: tuple[_Key, ...] = ()
        self._looked_at: datetime | None = None
        self._looking = asyncio.Lock()
        # A client sends the same token for ten minutes, and a signature takes longer to check than many an answer.
        self._verified: dict[tuple[bytes, Audience], _Verified] = {}

    async def access_token(
        self, *, account_id: UUID, session_id: UUID, audience: Audience, now: datetime, until: datetime | None = None
    ) -> tuple[str, datetime]:
        """A signed token for that door and session, and when it expires; never inside a transaction."""
        key = await self._signing(now)
        # Whole seconds, as the token says them.
        issued_at = int(now.timestamp())
        expires_at = issued_at + int(self._lasts.total_seconds())
        if until is not None:
            expires_at = min(expires_at, int(until.timestamp()))
        claims = {
            "iss": self._issuer,
            "sub": str(account_id),
            "aud": audience.value,
            "sid": str(session_id),
            "iat": issued_at,
            "nbf": issued_at,
            "exp": expires_at,
            "jti": secrets.token_urlsafe(9),
        }
        token = jwt.encode(claims, key.private, algorithm=_ALGORITHM, headers={"kid": key.kid, "typ": _TYPE})
        return token, datetime.fromtimestamp(expires_at, UTC)

    async def verify(self, token: str, audience: Audience, *, now: datetime) -> Claims:
        """What the token says, if we signed it for this door and it is still good.

        Raises:
            TokenInvalid: it is not ours, not for this door, or not yet good.
            TokenExpired: it was good once.
        """
        name = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest(), audience
        kept = self._verified.get(name)
        if kept is None or kept.key not in self._keys or kept.key.retires_at <= now:
            kept = await self._signed(token, audience, now)
            if len(self._verified) >= _MOST_VERIFIED:
                self._verified.clear()
            self._verified[name] = kept
        if kept.not_before > now + _LEEWAY:
            raise TokenInvalid
        if kept.said.expires_at <= now:
            raise TokenExpired
        return kept.said

    async def _signed(self, token: str, audience: Audience, now: datetime) -> _Verified:
        """What the token says, if we signed it for this door; it may not be good yet, or no longer."""
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") != _ALGORITHM or header.get("typ") != _TYPE:
                raise TokenInvalid
            key = await self._published(str(header.get("kid")), now)
            claims = jwt.decode(
                token,
                key.public,
                algorithms=[_ALGORITHM],
                audience=audience.value,
                issuer=self._issuer,
                options=_CHECKS,
            )
            said = Claims(UUID(claims["sub"]), UUID(claims["sid"]), _instant(claims["exp"]))
            return _Verified(key, said, _instant(claims["nbf"]))
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError, OverflowError):
            raise TokenInvalid from None

    async def jwks(self, *, now: datetime) -> dict[str, Any]:
        """The public keys by which others can check our tokens (RFC 7517): the last, the present, and the next one."""
        await self._look(now)
        return {"keys": [key.jwk for key in self._keys]}

    async def _signing(self, now: datetime) -> _Key:
        if _stretch_at(now + PUBLISHED_BEFORE) not in {key.stretch for key in self._keys}:
            await self._look(now)
        return max((key for key in self._keys if key.signs_from <= now), key=lambda key: key.stretch)

    async def _published(self, kid: str, now: datetime) -> _Key:
        """The key of that name. An unknown name is looked for among the rows, but not each time somebody invents one.

        Raises:
            TokenInvalid: no such key is published.
        """
        for look in (False, True):
            if look:
                if self._looked_at is not None and abs(now - self._looked_at) < _LOOK_AGAIN:
                    break
                await self._look(now)
            for key in self._keys:
                if key.kid == kid and now < key.retires_at:
                    return key
        raise TokenInvalid

    async def _look(self, now: datetime) -> None:
        async with self._looking:
            keys = await self._kept(now)
            missing = {_stretch_at(now), _stretch_at(now + PUBLISHED_BEFORE)} - {key.stretch for key in keys}
            if missing:
                await self._make(missing, keys, now)
                keys = await self._kept(now)
            self._keys, self._looked_at = keys, now

    async def _kept(self, now: datetime) -> tuple[_Key, ...]:
        rows = await SigningKey.filter(retires_at__gt=now).order_by("signs_from", "kid")
        known = {key.kid: key for key in self._keys}
        return tuple(known.get(row.kid) or self._opened(row) for row in rows)

    async def _make(self, missing: set[int], kept: tuple[_Key, ...], now: datetime) -> None:
        """Make the keys of those stretches. Of two processes that do so at once, the second finds the first one's."""
        for stretch in sorted(missing):
            # Whoever keeps our public keys hears of a new one before it signs, unless nothing else can sign now.
            others = stretch > min(missing) or any(key.signs_from <= now < key.retires_at - STRETCH / 2 for key in kept)
            signs_from = max(_begins(stretch), now + _HEARD_WITHIN) if others else _begins(stretch)
            private = Ed25519PrivateKey.generate()
            kid = f"{_begins(stretch):%Y-%m-%d}"
            jwk = {**json.loads(OKPAlgorithm.to_jwk(private.public_key())), "kid": kid, "use": "sig", "alg": _ALGORITHM}
            await sql.execute(
                "INSERT INTO signing_key (id, kid, public_jwk, sealed_private, signs_from, retires_at) "
                "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (kid) DO NOTHING",
                (
                    uuid7(),
                    kid,
                    json.dumps(jwk),
                    self._vault.seal(base64.b64encode(private.private_bytes_raw()).decode()),
                    signs_from,
                    _begins(stretch + 2),
                ),
            )
        await SigningKey.filter(retires_at__lte=now).delete()

    def _opened(self, row: SigningKey) -> _Key:
        jwk = json.loads(row.public_jwk)
        private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(self._vault.unseal(row.sealed_private)))
        begins = datetime.strptime(row.kid, "%Y-%m-%d").replace(tzinfo=UTC)
        return _Key(row.kid, _stretch_at(begins), row.signs_from, row.retires_at, jwk, jwt.PyJWK(jwk), private)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _stretch_at(moment: datetime) -> int:
    return (moment - _EPOCH) // STRETCH


def _begins(stretch: int) -> datetime:
    return _EPOCH + stretch * STRETCH


def _instant(seconds: Any) -> datetime:
    return _EPOCH + timedelta(seconds=int(seconds))
