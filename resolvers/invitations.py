"""Invitations: how somebody joins the team, and which roles each of the team holds where."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise.transactions import in_transaction

from models import Account, EventKind, Invitation, Letter, Message, MessageState, Practice, Role, Staff, sql
from models.code import language as language_code
from models.contact import email as email_address
from models.contact import email_fold
from models.password import must_be_strong
from models.refusal import AlreadyOnTheTeam, InvitationNotValid
from models.row import folded, uuid7
from models.text import line, named
from resolvers import access, diagnosis_terms, events, legal_entities, messages, retries, sessions, teams
from resolvers.access import Deed, Where
from resolvers.events import Happening
from resolvers.messages import Recipient
from resolvers.teams import Post
from resolvers.viewer import Audience

if TYPE_CHECKING:
    from datetime import datetime

    from resolvers.ports import DoorRules, Passwords, Vault
    from resolvers.retries import Outcome, Retry
    from resolvers.viewer import Viewer

_TOKEN_BYTES = 32
_MANAGER_EVERYWHERE = (Post(Role.MANAGER, Where.EVERYWHERE),)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who is to join the team, and with which roles."""

    email: str
    given_name: str
    family_name: str
    posts: tuple[Post, ...]

    def checked(self) -> Newcomer:
        """The newcomer as it is kept.

        Raises:
            InvalidInput: the address or a name makes no sense, or no role of the staff is named.
        """
        return Newcomer(
            email_address(self.email, path=("email",)),
            line(self.given_name, path=("givenName",)),
            named(self.family_name, path=("familyName",)),
            teams.checked(self.posts),
        )


@dataclass(frozen=True, slots=True)
class Manager:
    """Somebody who is to manage the whole practice."""

    email: str
    given_name: str
    family_name: str


@dataclass(frozen=True, slots=True)
class _Invited:
    staff_id: UUID
    token: str


async def invite(
    viewer: Viewer, newcomer: Newcomer, *, key: str, vault: Vault, rules: DoorRules, now: datetime
) -> UUID:
    """Invite somebody to the team; the letter holds the token. Whoever has not accepted yet is invited anew.

    Raises:
        Forbidden: the viewer is no manager where one of the roles is to be held.
        NotFound: a location is not there.
        InvalidInput: the address or a name makes no sense, or no role is named.
        AlreadyOnTheTeam: somebody with this address is on the team.
        IdempotencyKeyReused: the key was used with other input.
    """
    access.may(viewer, Deed.INVITE_STAFF)
    checked = newcomer.checked()
    await teams.may_give(viewer, Deed.INVITE_STAFF, checked.posts)
    given = {
        "email": checked.email,
        "names": [checked.given_name, checked.family_name],
        "posts": teams.plain(checked.posts),
    }
    retry = retries.asked(viewer, Deed.INVITE_STAFF, key, given, now=now)

    async def work() -> Outcome:
        invited = await _invite(viewer, checked, retry, vault=vault, rules=rules, now=now)
        return {"staff": str(invited.staff_id)}

    return sql.as_key((await retries.once(retry, work))["staff"])


async def invite_first_manager(
    viewer: Viewer, manager: Manager, *, practice: str, language: str, vault: Vault, rules: DoorRules, now: datetime
) -> str:
    """Open the practice if there is none, and invite a manager of all of it; the token, for whoever runs the command.

    Raises:
        Forbidden, SignedOut: only the practice's own machinery may.
        InvalidInput: the address, a name, or the language makes no sense.
        AlreadyOnTheTeam: somebody with this address is on the team.
    """
    access.may(viewer, Deed.OPEN_PRACTICE)
    newcomer = Newcomer(manager.email, manager.given_name, manager.family_name, _MANAGER_EVERYWHERE).checked()
    if not await Practice.exists():
        await _open(viewer, practice, language, now=now)
    return (await _invite(viewer, newcomer, None, vault=vault, rules=rules, now=now)).token


async def accept_invitation(
    viewer: Viewer, token: str, password: str, *, key: str, vault: Vault, passwords: Passwords, now: datetime
) -> str:
    """Set the password of somebody invited; the address with which they can sign in from then on.

    Raises:
        InvitationNotValid: the token is unknown, too old, or was used; or a newer one was sent.
        WeakPassword: see `models.password`.
        IdempotencyKeyReused: the key was used with other input.
    """
    access.may(viewer, Deed.ACCEPT_INVITATION)
    rows = await sql.fetch(
        "SELECT i.id, i.staff_id, i.expires_at, i.accepted_at, a.id AS account_id, a.email, a.email_fold "
        "FROM invitation i JOIN staff p ON p.id = i.staff_id JOIN account a ON a.staff_id = i.staff_id "
        "WHERE i.token_hash = ? AND p.left_at IS NULL",
        (sessions.hashed(token),),
    )
    if not rows:
        raise InvitationNotValid(path=("token",))
    found = rows[0]
    given = {"token": sessions.hashed(token), "password": vault.digest("retry", password)}
    retry = retries.asked(viewer, Deed.ACCEPT_INVITATION, key, given, now=now, address=found["email_fold"])

    async def work() -> Outcome:
        if found["accepted_at"] is not None or sql.as_instant(found["expires_at"]) <= now:
            raise InvitationNotValid(path=("token",))
        must_be_strong(password, found["email"])
        kept = await passwords.hashed(password)
        staff_id = sql.as_key(found["staff_id"])
        async with in_transaction():
            await retry.keep(staff=staff_id)
            accepted = await sql.execute(
                "UPDATE invitation SET accepted_at = ? WHERE id = ? AND accepted_at IS NULL AND expires_at > ?",
                (now, found["id"], now),
            )
            if not accepted:
                raise InvitationNotValid(path=("token",))
            await sql.execute("UPDATE account SET password_hash = ? WHERE id = ?", (kept, found["account_id"]))
            whose = replace(viewer, account_id=sql.as_key(found["account_id"]))
            await events.record(whose, Happening(EventKind.INVITATION_ACCEPTED, staff_id), now=now)
        return {"staff": str(staff_id)}

    await retries.once(retry, work)
    return str(found["email"])


async def _open(viewer: Viewer, name: str, language: str, *, now: datetime) -> None:
    practice_id = uuid7()
    values = (
        practice_id,
        named(name, path=("practice",)),
        language_code(language, path=("language",)),
        True,
        now,
    )
    async with in_transaction():
        opened = await sql.execute(
            "INSERT INTO practice (id, name, language, is_the_only_one, created_at) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (is_the_only_one) DO NOTHING",
            values,
        )
        if opened:
            await diagnosis_terms.ship()
            await legal_entities.begin(values[1], now=now)
            await events.record(viewer, Happening(EventKind.PRACTICE_OPENED, practice_id), now=now)


async def _invite(
    viewer: Viewer, newcomer: Newcomer, retry: Retry | None, *, vault: Vault, rules: DoorRules, now: datetime
) -> _Invited:
    fold = email_fold(newcomer.email)
    waiting = await _waiting(fold)
    invited = _Invited(waiting or uuid7(), secrets.token_urlsafe(_TOKEN_BYTES))
    invitation = Invitation(
        staff_id=invited.staff_id,
        token_hash=sessions.hashed(invited.token),
        created_at=now,
        expires_at=now + rules.invitation_lasts,
    )
    sealed = vault.seal(invited.token)
    async with in_transaction():
        if retry:
            await retry.keep(staff=invited.staff_id)
        practice = await teams.hold()
        if await _waiting(fold) != waiting:
            raise AlreadyOnTheTeam(path=("email",))
        if waiting is None:
            await _enter(invited.staff_id, newcomer, now=now)
        else:
            await sql.execute(
                "UPDATE invitation SET expires_at = ? WHERE staff_id = ? AND accepted_at IS NULL AND expires_at > ?",
                (now, waiting, now),
            )
            await _withdraw_letters(fold)
        change = await teams.give(viewer, Deed.INVITE_STAFF, invited.staff_id, newcomer.posts)
        await sql.insert([invitation])
        to = Recipient(newcomer.email, practice.language if practice else "en")
        await sql.insert([messages.waiting(Letter.INVITATION, to, now=now, secret=sealed)])
        happening = Happening(EventKind.STAFF_INVITED, invited.staff_id, before=change.before, after=change.after)
        await events.record(viewer, happening, now=now)
    return invited


async def _waiting(fold: str) -> UUID | None:
    """Who was invited with this address and has not accepted yet, if anybody.

    Raises:
        AlreadyOnTheTeam: somebody with this address has accepted.
    """
    rows = await sql.fetch(
        "SELECT staff_id, password_hash FROM account WHERE audience = 'staff' AND email_fold = ?", (fold,)
    )
    if not rows:
        return None
    if rows[0]["password_hash"] is not None:
        raise AlreadyOnTheTeam(path=("email",))
    return sql.as_key(rows[0]["staff_id"])


async def _withdraw_letters(fold: str) -> None:
    """Withdraw the invitations to this address, however it was typed, that still wait to be sent: they open nothing."""
    letters = await Message.filter(letter=Letter.INVITATION, state=MessageState.WAITING)
    old = [letter.id for letter in letters if email_fold(letter.to_address) == fold]
    # Only those that wait still, for one of them may have been sent meanwhile.
    await Message.filter(id__in=old, state=MessageState.WAITING).update(
        state=MessageState.WITHDRAWN, reason="They were invited again.", secret=None, locked_until=None
    )


async def _enter(staff_id: UUID, newcomer: Newcomer, *, now: datetime) -> None:
    staff = Staff(
        id=staff_id,
        given_name=newcomer.given_name,
        family_name=newcomer.family_name,
        display_name=f"{newcomer.given_name} {newcomer.family_name}".strip(),
        fold=folded(f"{newcomer.family_name} {newcomer.given_name}"),
        email=newcomer.email,
    )
    account = Account(
        audience=Audience.STAFF.value,
        email=newcomer.email,
        email_fold=email_fold(newcomer.email),
        staff_id=staff_id,
        is_linked=True,
        created_at=now,
    )
    await sql.insert([staff])
    await sql.insert([account])
