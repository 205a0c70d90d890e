"""The limit of signing in: the hash, a session, a refresh token and a signed access token."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pwdlib.hashers.argon2 import Argon2Hasher

from bench.limit.database import Database
from bench.limit.events import happened
from bench.limit.values import instant, uuid7

_HASHER = Argon2Hasher(2, 19_456, 1)
_THREADS = ThreadPoolExecutor(2)
_SIGNS = Ed25519PrivateKey.generate()


async def sign_in(database: Database, _viewer: None, asked: dict[str, Any]) -> dict[str, Any]:
    """Sign one of the staff in."""
    given, now = asked["input"], datetime.now(UTC)
    ((account, kept),) = await database.ask(
        "SELECT id, password_hash FROM account WHERE audience = 'staff' AND email_fold = ?", (given["email"],)
    )
    loop = asyncio.get_running_loop()
    if not await loop.run_in_executor(_THREADS, _HASHER.verify, given["password"], kept):
        return {"signIn": {"__typename": "SignInFailed"}}
    session, token = uuid7(), secrets.token_urlsafe(32)
    ends, refreshes = now + timedelta(days=90), now + timedelta(days=30)
    async with database.deed() as ask:
        await ask(
            "INSERT INTO session (id, account_id, created_at, expires_at, revoked_because) VALUES (?, ?, ?, ?, '')",
            (session, account, now, ends),
        )
        await ask(
            "INSERT INTO refresh_token (id, session_id, token_hash, issued_at, expires_at) VALUES (?, ?, ?, ?, ?)",
            (uuid7(), session, hashlib.sha256(token.encode()).hexdigest(), now, refreshes),
        )
        await happened(database, ask, "SIGNED_IN", account, (session, None, None, None), now)
    expires_at = now + timedelta(minutes=10)
    claims = {"iss": "limit", "sub": str(account), "aud": "staff", "sid": str(session), "exp": expires_at}
    signed = {
        "accessToken": jwt.encode(claims, _SIGNS, algorithm="EdDSA"),
        "accessTokenExpiresAt": instant(expires_at),
        "refreshToken": token,
        "refreshTokenExpiresAt": instant(refreshes),
    }
    return {"signIn": {"__typename": "SignedIn", **signed}}
