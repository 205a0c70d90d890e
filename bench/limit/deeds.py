"""The limit of writing: booking a visit and signing in, with every row that the product keeps and no check at all."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pwdlib.hashers.argon2 import Argon2Hasher

from bench.limit.database import Ask, Database
from bench.limit.values import gid, instant, key

_HASHER = Argon2Hasher(2, 19_456, 1)
_THREADS = ThreadPoolExecutor(2)
_SIGNS = Ed25519PrivateKey.generate()


async def book(database: Database, asked: dict[str, Any]) -> dict[str, Any]:
    """Book a visit: seven statements in one transaction. The constraint on busy times stands; nothing else looks."""
    given, now = asked["input"], datetime.now(UTC)
    pet, service, location, vet = (key(given[name]) for name in ("petId", "serviceId", "locationId", "vetId"))
    room, starts = key(asked["room"]), datetime.fromisoformat(given["startsAt"]).astimezone(UTC)
    ends, appointment = starts + timedelta(minutes=30), _uuid7()
    async with database.deed() as ask:
        await ask(
            "INSERT INTO idempotency_key (id, scope, deed, key, input_hash, outcome, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                *(_uuid7(), "limit", "bookAppointment", given["idempotencyKey"]),
                *(hashlib.sha256(str(given).encode()).hexdigest(), f'{{"appointment": "{appointment}"}}', now),
            ),
        )
        ((client, language, address),) = await ask(
            "SELECT c.id, c.language, e.address FROM ownership o JOIN client c ON c.id = o.client_id "
            "JOIN client_email e ON e.client_id = c.id AND e.position = 0 "
            "WHERE o.pet_id = ? AND o.ends_on IS NULL ORDER BY o.share DESC LIMIT 1",
            (pet,),
        )
        await ask(
            "INSERT INTO appointment (id, starts_at, ends_at, status, reason, cancelled_because, created_at, client_id, "
            "location_id, pet_id, room_id, service_id, vet_id) VALUES (?, ?, ?, 'BOOKED', '', '', ?, ?, ?, ?, ?, ?, ?)",
            (appointment, starts, ends, now, client, location, pet, room, service, vet),
        )
        busy = [
            (_uuid7(), *one, starts, ends, True, appointment) for one in (("VET", vet), ("ROOM", room), ("PET", pet))
        ]
        await ask(
            "INSERT INTO busy_time (id, resource, resource_id, starts_at, ends_at, is_exclusive, appointment_id) VALUES "
            + ", ".join(["(?, ?, ?, ?, ?, ?, ?)"] * 3),
            [value for row in busy for value in row],
        )
        letters = [
            (_uuid7(), letter, address, language, due, now, client, appointment)
            for letter, due in (("APPOINTMENT_BOOKED", now), ("COMING_VISIT", starts - timedelta(days=1)))
        ]
        await ask(
            "INSERT INTO message (id, letter, to_address, language, not_before, created_at, client_id, appointment_id, "
            "state, template_version, attempts, reason, last_answer) VALUES "
            + ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, 'WAITING', 1, 0, '', '')"] * 2),
            [value for row in letters for value in row],
        )
        await _happened(ask, "APPOINTMENT_BOOKED", appointment, location, starts, ends, now)
        ((vet_name, room_name),) = await ask(
            "SELECT v.display_name, r.name FROM staff v, room r WHERE v.id = ? AND r.id = ?", (vet, room)
        )
    booked = {"id": gid("Appointment", appointment), "startsAt": instant(starts), "status": "BOOKED"}
    people = {"vet": {"displayName": vet_name}, "room": {"name": room_name}}
    return {"bookAppointment": {"__typename": "AppointmentBooked", "appointment": {**booked, **people}}}


async def sign_in(database: Database, asked: dict[str, Any]) -> dict[str, Any]:
    """Sign one of the staff in: the hash, a session, a refresh token and a signed access token."""
    given, now = asked["input"], datetime.now(UTC)
    ((account, kept),) = await database.ask(
        "SELECT id, password_hash FROM account WHERE audience = 'staff' AND email_fold = ?", (given["email"],)
    )
    loop = asyncio.get_running_loop()
    if not await loop.run_in_executor(_THREADS, _HASHER.verify, given["password"], kept):
        return {"signIn": {"__typename": "SignInFailed"}}
    session, token = _uuid7(), secrets.token_urlsafe(32)
    ends, refreshes = now + timedelta(days=90), now + timedelta(days=30)
    async with database.deed() as ask:
        await ask(
            "INSERT INTO session (id, account_id, created_at, expires_at, revoked_because) VALUES (?, ?, ?, ?, '')",
            (session, account, now, ends),
        )
        await ask(
            "INSERT INTO refresh_token (id, session_id, token_hash, issued_at, expires_at) VALUES (?, ?, ?, ?, ?)",
            (_uuid7(), session, hashlib.sha256(token.encode()).hexdigest(), now, refreshes),
        )
        await _happened(ask, "SIGNED_IN", session, None, None, None, now)
    expires_at = now + timedelta(minutes=10)
    claims = {"iss": "limit", "sub": str(account), "aud": "staff", "sid": str(session), "exp": expires_at}
    signed = {
        "accessToken": jwt.encode(claims, _SIGNS, algorithm="EdDSA"),
        "accessTokenExpiresAt": instant(expires_at),
        "refreshToken": token,
        "refreshTokenExpiresAt": instant(refreshes),
    }
    return {"signIn": {"__typename": "SignedIn", **signed}}


async def _happened(
    ask: Ask, kind: str, subject: UUID, location: UUID | None, starts: Any, ends: Any, now: Any
) -> None:
    ((number,),) = await ask(
        "UPDATE event_counter SET last_number = last_number + 1 WHERE id = 1 RETURNING last_number"
    )
    await ask(
        "INSERT INTO event (number, kind, at, location_id, subject_id, new_starts_at, new_ends_at, changed, system_reason) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, '[]', 'limit')",
        (number, kind, now, location, subject, starts, ends),
    )


def _uuid7() -> UUID:
    random = int.from_bytes(os.urandom(10))
    low = random & ((1 << 62) - 1)
    return UUID(int=time.time_ns() // 1_000_000 << 80 | 7 << 76 | (random >> 68 & 0xFFF) << 64 | 2 << 62 | low)
