"""Codes: an owner proves her e-mail address with a code from a letter, and is signed in."""

from __future__ import annotations

import hmac
import json
import re
import secrets
from typing import TYPE_CHECKING, Any

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from models import Account, ConsentSource, EventKind, Letter, Purpose, SignInCode, sql
from models.contact import email as email_address
from models.contact import email_fold
from models.refusal import SignInFailed
from models.row import uuid7
from resolvers import access, accounts, clients, events, mailboxes, messages, sessions, throttles
from resolvers.access import Deed
from resolvers.clients import ClientRegistration
from resolvers.events import Happening
from resolvers.locks import hold_all
from resolvers.messages import Recipient
from resolvers.viewer import Audience

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from resolvers.ports import DoorRules, Tokens, Vault
    from resolvers.sessions import Held, SignedIn
    from resolvers.viewer import Viewer

_LONGEST_CODE = 32


# Asking for a code


async def request_sign_in_code(
    viewer: Viewer, email: str, *, origin: str, vault: Vault, rules: DoorRules, now: datetime
) -> None:
    """Send a sign-in code to an owner; to an address that is nobody's the answer and its time are the same.

    Raises:
        InvalidInput: that is no e-mail address.
        TooManyAttempts: this address, or this network, has asked too often.
    """
    access.may(viewer, Deed.REQUEST_SIGN_IN_CODE)
    address = email_address(email, path=("email",))
    await may_have_letter(address, origin=origin, vault=vault, rules=rules, now=now)
    to, is_somebody = await recipient(address)
    code, letter = _drawn(address, to, is_somebody=is_somebody, vault=vault, rules=rules, now=now)
    async with in_transaction():
        await sql.insert([code])
        await sql.insert([letter])
        await events.record(viewer, Happening(EventKind.CODE_REQUESTED, code.id), now=now)


async def may_have_letter(address: str, *, origin: str, vault: Vault, rules: DoorRules, now: datetime) -> None:
    """Count one code letter for this address and this network, whoever it is for.

    Raises:
        TooManyAttempts: it is one too many.
    """
    await throttles.count_origin("code", origin, rules.codes_per_origin, vault=vault, now=now)
    await throttles.count("code", email_fold(address), rules.codes_per_address, vault=vault, now=now)


async def recipient(address: str) -> tuple[Recipient, bool]:
    """Where a code for this address goes and in which language, and whether an owner signs in with it.

    An owner gets it where she has proven to be, not at what was typed and merely compares as the same.
    """
    rows = await sql.fetch(
        "SELECT p.language AS house_language, a.email, c.language FROM practice p "
        "LEFT JOIN account a ON a.audience = 'owner' AND a.email_fold = ? LEFT JOIN client c ON c.id = a.client_id",
        (email_fold(address),),
    )
    if not rows or rows[0]["email"] is None:
        return Recipient(address, rows[0]["house_language"] if rows else "en"), False
    return Recipient(rows[0]["email"], rows[0]["language"]), True


def with_registration(
    address: str,
    to: Recipient,
    registration: Mapping[str, Any],
    *,
    vault: Vault,
    rules: DoorRules,
    now: datetime,
) -> tuple[SignInCode, Any]:
    """A code that carries what somebody said of herself, and its letter; not yet written to the database."""
    code, letter = _drawn(address, to, is_somebody=True, vault=vault, rules=rules, now=now)
    code.registration = json.dumps(registration)
    return code, letter


def _drawn(
    address: str, to: Recipient, *, is_somebody: bool, vault: Vault, rules: DoorRules, now: datetime
) -> tuple[SignInCode, Any]:
    """A new code and its letter; for nobody, a decoy that no code opens, and a letter that is never sent."""
    digits = "".join(secrets.choice("0123456789") for _ in range(rules.code_digits))
    code = SignInCode(
        id=uuid7(),
        email=to.address,  # the one that a code from this letter proves
        email_fold=email_fold(address),
        created_at=now,
        expires_at=now + rules.code_lasts,
    )
    proof, sealed = _proof(code.id, code.email_fold, digits, vault), vault.seal(digits)
    if not is_somebody:
        return code, messages.withheld(Letter.SIGN_IN_CODE, to, "Nobody signs in with this address.", now=now)
    code.code_hash = proof
    return code, messages.waiting(Letter.SIGN_IN_CODE, to, now=now, secret=sealed)


# Signing in


async def sign_in_with_code(
    viewer: Viewer,
    email: str,
    code: str,
    *,
    origin: str,
    vault: Vault,
    tokens: Tokens,
    rules: DoorRules,
    now: datetime,
) -> SignedIn:
    """Sign an owner in with a code; who has none yet gets the account, and the client, that she registered for.

    Raises:
        InvalidInput: that is no e-mail address.
        TooManyAttempts: this network has tried too often.
        SignInFailed: the code is wrong, too old, used, or was mistyped too often; which one is never said.
    """
    access.may(viewer, Deed.SIGN_IN_WITH_CODE)
    fold = email_fold(email_address(email, path=("email",)))
    # No throttle by address: its codes are few, and each can be tried a few times only.
    attempt = await throttles.count_origin("sign-in", origin, rules.sign_ins_per_origin, vault=vault, now=now)
    proven = await _proven(fold, code, vault=vault, rules=rules, now=now)
    if proven is None:
        raise SignInFailed
    try:
        held = await _enter(viewer, fold, proven, rules=rules, now=now)
    except IntegrityError:
        # Two codes of hers at once, and the other one has just made her account.
        held = await _enter(viewer, fold, proven, rules=rules, now=now)
    await throttles.give_back(attempt)
    return await sessions.hand_over(held, Audience.OWNER, tokens=tokens, now=now)


async def forget_before(moment: datetime) -> int:
    """Drop the codes that were over before that moment, with what was said at registration; the number dropped."""
    return await SignInCode.filter(expires_at__lt=moment).delete()


async def _proven(fold: str, typed: str, *, vault: Vault, rules: DoorRules, now: datetime) -> Any:
    """The live code of this address that was typed, if any. The try is counted first, and stays counted."""
    digits = re.sub(r"[\s-]", "", typed[:_LONGEST_CODE])
    rows = await sql.fetch(
        "UPDATE sign_in_code SET tries = tries + 1 "
        "WHERE email_fold = ? AND used_at IS NULL AND expires_at > ? AND tries < ? "
        "RETURNING id, email, code_hash, registration",
        (fold, now, rules.code_tries),
    )
    found = None
    for row in rows:
        proof = _proof(sql.as_key(row["id"]), fold, digits, vault)
        if hmac.compare_digest(proof, row["code_hash"] or ""):
            found = row
    return found


async def _enter(viewer: Viewer, fold: str, proven: Any, *, rules: DoorRules, now: datetime) -> Held:
    said: dict[str, Any] | None = json.loads(proven["registration"] or "null")
    async with in_transaction():
        used = await sql.execute(
            "UPDATE sign_in_code SET used_at = ? WHERE id = ? AND used_at IS NULL", (now, proven["id"])
        )
        if not used:
            raise SignInFailed
        found = await hold_all(Account, "audience = 'owner' AND email_fold = ?", (fold,))
        happened: list[Happening] = []
        if found:
            account = found[0]
        elif said is None:
            raise SignInFailed
        else:
            account, admitted = await _admit(proven["email"], said, now=now)
            happened.append(admitted)
        if said and said["pet_name"]:
            happened += await accounts.recognise(account, said["pet_name"])
        # The letter with the code was read there.
        happened += await mailboxes.works_again(fold) or []
        return await sessions.begin(viewer, account.id, happened, rules=rules, now=now)


async def _admit(address: str, said: Mapping[str, Any], *, now: datetime) -> tuple[Account, Happening]:
    """The account of somebody new, who works as a client of her own until the practice knows who she is."""
    account = Account(
        audience=Audience.OWNER.value,
        email=address,
        email_fold=email_fold(address),
        client_id=uuid7(),
        created_at=now,
    )
    registration = ClientRegistration(
        given_name=said["given_name"] or "",
        family_name=said["family_name"] or "",
        emails=[address],
        phones=[said["phone"]] if said["phone"] else [],
        language=said["language"],
        # Whoever registered before this could be said is asked nothing of it.
        wanted={Purpose(purpose): is_given for purpose, is_given in said.get("wanted", {}).items()},
        source=ConsentSource.OWNER,
    )
    client_id: UUID = account.client_id  # type: ignore[assignment]  # given just above
    after = await clients.enter(client_id, registration, now=now, is_registered_online=True)
    await sql.insert([account])
    return account, Happening(EventKind.CLIENT_REGISTERED, client_id, after=after)


def _proof(code_id: UUID, fold: str, digits: str, vault: Vault) -> str:
    """What is kept of a code: of no use for another address or another letter."""
    return vault.digest("sign-in code", f"{code_id} {fold} {digits}")
