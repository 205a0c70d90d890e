"""Sessions: signing in with a password, staying signed in, signing out, and who it is that asks."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tortoise.transactions import in_transaction

from models import EventKind, RefreshToken, Role, Session, sql
from models.contact import email as email_address
from models.contact import email_fold
from models.refusal import SessionEnded, SignInFailed
from models.row import uuid7
from resolvers import access, events, throttles
from resolvers.access import Deed
from resolvers.events import Happening
from resolvers.viewer import Audience, Viewer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolvers.ports import DoorRules, Passwords, Tokens, Vault
    from resolvers.throttles import Attempt

_TOKEN_BYTES = 32
_LOOSELY = 10  # times as many attempts from everywhere as from one network


@dataclass(frozen=True, slots=True)
class Held:
    """A session and the refresh token that keeps it alive, which is known to its client alone."""

    account_id: UUID
    session_id: UUID
    refresh_token: str
    refresh_expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a client gets that has signed in: a short access token, and a refresh token that is good once."""

    account_id: UUID
    session_id: UUID
    access_token: str
    access_expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime


# Who asks


async def viewer_of(session_id: UUID, account_id: UUID, audience: Audience, *, now: datetime) -> Viewer | None:
    """Whose session it is, with the roles held now; nobody's when it has ended. One statement."""
    rows = await sql.fetch(
        "SELECT a.client_id, a.staff_id, a.is_linked, r.role, r.location_id FROM session s "
        "JOIN account a ON a.id = s.account_id LEFT JOIN staff p ON p.id = a.staff_id "
        "LEFT JOIN staff_role r ON r.staff_id = a.staff_id "
        "WHERE s.id = ? AND a.id = ? AND a.audience = ? AND s.revoked_at IS NULL AND s.expires_at > ? "
        "AND p.left_at IS NULL",
        (session_id, account_id, audience.value, now),
    )
    if not rows:
        return None
    everywhere: set[Role] = set()
    at: defaultdict[UUID, set[Role]] = defaultdict(set)
    for row in rows:
        if row["role"] is not None:
            held = everywhere if row["location_id"] is None else at[sql.as_key(row["location_id"])]
            held.add(Role(row["role"]))
    whose = rows[0]
    return Viewer(
        account_id=account_id,
        session_id=session_id,
        client_id=whose["client_id"] and sql.as_key(whose["client_id"]),
        staff_id=whose["staff_id"] and sql.as_key(whose["staff_id"]),
        is_linked=bool(whose["is_linked"]),
        everywhere=frozenset(everywhere),
        at={location_id: frozenset(roles) for location_id, roles in at.items()},
    )


# Signing in and staying signed in


async def sign_in(
    viewer: Viewer,
    email: str,
    password: str,
    *,
    origin: str,
    vault: Vault,
    passwords: Passwords,
    tokens: Tokens,
    rules: DoorRules,
    now: datetime,
) -> SignedIn:
    """Sign one of the staff in. An unknown address takes as long, and as many statements, as a wrong password.

    Raises:
        InvalidInput: that is no e-mail address.
        TooManyAttempts: the address, from this network or from everywhere, or this network has been tried too often.
        SignInFailed: address or password is not right.
    """
    access.may(viewer, Deed.SIGN_IN)
    fold = email_fold(email_address(email, path=("email",)))
    attempts = await _counted(fold, origin, vault=vault, rules=rules, now=now)
    found = await sql.fetch(
        "SELECT a.id, a.password_hash FROM account a JOIN staff p ON p.id = a.staff_id "
        "WHERE a.audience = 'staff' AND a.email_fold = ? AND p.left_at IS NULL",
        (fold,),
    )
    if not await passwords.matches(password, found[0]["password_hash"] if found else None):
        raise SignInFailed
    for attempt in attempts:
        await throttles.give_back(attempt)
    async with in_transaction():
        held = await begin(viewer, sql.as_key(found[0]["id"]), (), rules=rules, now=now)
    return await hand_over(held, Audience.STAFF, tokens=tokens, now=now)


async def _counted(fold: str, origin: str, *, vault: Vault, rules: DoorRules, now: datetime) -> tuple[Attempt, ...]:
    """Count tightly for the address from this network, loosely from everywhere: no stranger elsewhere locks her out."""
    tightly = rules.sign_ins_per_account
    loosely = replace(tightly, times=tightly.times * _LOOSELY)
    return (
        await throttles.count_origin("sign-in", origin, rules.sign_ins_per_origin, vault=vault, now=now),
        await throttles.count_from("sign-in", fold, origin, tightly, vault=vault, now=now),
        await throttles.count("sign-in", fold, loosely, vault=vault, now=now),
    )


async def begin(
    viewer: Viewer, account_id: UUID, happened: Sequence[Happening], *, rules: DoorRules, now: datetime
) -> Held:
    """Begin a session of somebody who has proven who they are: the last thing in a transaction.

    What has happened before in it is recorded here, after every lock and write of the transaction.
    """
    session = Session(account_id=account_id, created_at=now, expires_at=now + rules.session_lasts)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    first = _refresh_token(session.id, token, now=now, expires_at=min(now + rules.refresh_lasts, session.expires_at))
    await sql.insert([session])
    await sql.insert([first])
    whose = replace(viewer, account_id=account_id, session_id=session.id)
    for happening in (*happened, Happening(EventKind.SIGNED_IN, session.id)):
        await events.record(whose, happening, now=now)
    return Held(account_id, session.id, token, first.expires_at)


async def hand_over(held: Held, audience: Audience, *, tokens: Tokens, now: datetime) -> SignedIn:
    """The session with an access token: after its transaction, for the key that signs may have to be made."""
    token, expires_at = await tokens.access_token(
        account_id=held.account_id,
        session_id=held.session_id,
        audience=audience,
        now=now,
        until=held.refresh_expires_at,  # which is at the latest when the session ends
    )
    return SignedIn(held.account_id, held.session_id, token, expires_at, held.refresh_token, held.refresh_expires_at)


async def refresh_session(
    viewer: Viewer,
    refresh_token: str,
    *,
    audience: Audience,
    vault: Vault,
    tokens: Tokens,
    rules: DoorRules,
    now: datetime,
) -> SignedIn:
    """Exchange a refresh token for the next one and an access token.

    The next one is drawn from this one and the secret of the practice, so that a client whose answer was lost, or
    who asks twice at once, gets the same one again within the grace. A token that comes back later was stolen, from
    this client or by it: then the whole session ends, for both.

    Raises:
        SessionEnded: the token is unknown, expired, of the other door, or was used before; or the session has ended.
    """
    access.may(viewer, Deed.REFRESH_SESSION)
    successor = _successor(refresh_token, vault)
    async with in_transaction():
        session = await _session_of(refresh_token, audience, now=now)
        expires_at = await _rotate(viewer, session, successor, rules=rules, now=now) if session else None
    # Outside the transaction: a session that was ended for reuse stays ended.
    if session is None or expires_at is None:
        raise SessionEnded
    held = Held(sql.as_key(session["account_id"]), sql.as_key(session["id"]), successor, expires_at)
    return await hand_over(held, audience, tokens=tokens, now=now)


async def _session_of(refresh_token: str, audience: Audience, *, now: datetime) -> Any:
    """The live session that the token belongs to."""
    rows = await sql.fetch(
        "SELECT s.id, s.account_id, s.expires_at, t.id AS token_id FROM refresh_token t "
        "JOIN session s ON s.id = t.session_id JOIN account a ON a.id = s.account_id "
        "LEFT JOIN staff p ON p.id = a.staff_id "
        "WHERE t.token_hash = ? AND a.audience = ? AND s.revoked_at IS NULL AND s.expires_at > ? AND p.left_at IS NULL",
        (hashed(refresh_token), audience.value, now),
    )
    return rows[0] if rows else None


async def _rotate(viewer: Viewer, session: Any, successor: str, *, rules: DoorRules, now: datetime) -> datetime | None:
    """When the successor expires; none when there is none to have."""
    used = await sql.execute(
        "UPDATE refresh_token SET used_at = ? WHERE id = ? AND used_at IS NULL AND expires_at > ?",
        (now, session["token_id"], now),
    )
    if used:
        expires_at = min(now + rules.refresh_lasts, sql.as_instant(session["expires_at"]))
        await sql.insert([_refresh_token(sql.as_key(session["id"]), successor, now=now, expires_at=expires_at)])
        return expires_at
    rows = await sql.fetch(
        "SELECT t.used_at, n.expires_at, n.used_at AS is_used FROM refresh_token t "
        "LEFT JOIN refresh_token n ON n.token_hash = ? WHERE t.id = ?",
        (hashed(successor), session["token_id"]),
    )
    token = rows[0]
    if token["used_at"] is None:  # it has expired
        return None
    is_repeat = now - sql.as_instant(token["used_at"]) <= rules.refresh_grace
    if is_repeat and token["expires_at"] is not None and token["is_used"] is None:
        return sql.as_instant(token["expires_at"])
    because = "A refresh token was used twice."
    if await _revoke(sql.as_key(session["id"]), because, now=now):
        await events.record(viewer, Happening(EventKind.SESSION_REVOKED, sql.as_key(session["id"])), now=now)
    return None


# Signing out


async def sign_out(viewer: Viewer, *, now: datetime) -> None:
    """End the viewer's session on this device, at once and in every process; once ended, it stays as it is."""
    access.may(viewer, Deed.SIGN_OUT)
    if viewer.session_id is None:
        return
    async with in_transaction():
        if await _revoke(viewer.session_id, _SIGNED_OUT, now=now):
            await events.record(viewer, Happening(EventKind.SIGNED_OUT, viewer.session_id), now=now)


async def sign_out_everywhere(viewer: Viewer, *, now: datetime) -> int:
    """End every session of the viewer's account; how many there were."""
    access.may(viewer, Deed.SIGN_OUT_EVERYWHERE)
    async with in_transaction():
        ended = await sql.fetch(
            "UPDATE session SET revoked_at = ?, revoked_because = ? "
            "WHERE account_id = ? AND revoked_at IS NULL AND expires_at > ? RETURNING id",
            (now, _SIGNED_OUT, viewer.account_id, now),
        )
        for session in ended:
            await events.record(viewer, Happening(EventKind.SIGNED_OUT, sql.as_key(session["id"])), now=now)
    return len(ended)


async def forget_before(moment: datetime) -> int:
    """Drop the sessions, and their refresh tokens, that were over before that moment; how many sessions."""
    async with in_transaction():
        await RefreshToken.filter(session__expires_at__lt=moment).delete()
        return await Session.filter(expires_at__lt=moment).delete()


_SIGNED_OUT = "Signed out."


async def _revoke(session_id: UUID, because: str, *, now: datetime) -> int:
    return await sql.execute(
        "UPDATE session SET revoked_at = ?, revoked_because = ? WHERE id = ? AND revoked_at IS NULL",
        (now, because, session_id),
    )


# Refresh tokens


def _refresh_token(session_id: UUID, token: str, *, now: datetime, expires_at: datetime) -> RefreshToken:
    return RefreshToken(
        id=uuid7(), session_id=session_id, token_hash=hashed(token), issued_at=now, expires_at=expires_at
    )


def _successor(refresh_token: str, vault: Vault) -> str:
    digest = bytes.fromhex(vault.digest("refresh", refresh_token))
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def hashed(token: str) -> str:
    """What is kept of a token that is drawn at random: enough to know it by, and of no use to sign in with."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
