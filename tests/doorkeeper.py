"""What the doors need of the outside world, for tests: fast, and with nothing left to chance that matters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from models import Letter, Message
from resolvers import invitations, sessions
from resolvers.ports import DoorRules
from resolvers.sessions import SignedIn
from resolvers.viewer import Audience, Viewer
from tests.world import NOW
from vetdesk.vault import SecretVault

ANYONE = Viewer.anyone()
RULES = DoorRules()
VAULT = SecretVault("the secret of the tests, long enough")
PASSWORD = "sieben blaue Hunde"
HOME = "203.0.113.7"
MINUTE = timedelta(minutes=1)


@dataclass
class FastPasswords:
    """Keeps a password as it is, and counts how often it was asked whether one matches."""

    asked: int = 0

    async def hashed(self, password: str) -> str:
        return f"hash of {password}"

    async def matches(self, password: str, kept: str | None) -> bool:
        self.asked += 1
        return kept == f"hash of {password}"


@dataclass
class PaperTokens:
    """Writes down for whom it minted a token."""

    minted: list[tuple[UUID, UUID, Audience]] = field(default_factory=list)

    async def access_token(
        self, *, account_id: UUID, session_id: UUID, audience: Audience, now: datetime, until: datetime | None = None
    ) -> tuple[str, datetime]:
        self.minted.append((account_id, session_id, audience))
        return f"{audience.value} {session_id}", now + 10 * MINUTE


async def sign_in(
    email: str,
    password: str = PASSWORD,
    *,
    origin: str = HOME,
    now: datetime = NOW,
    passwords: FastPasswords | None = None,
    tokens: PaperTokens | None = None,
) -> SignedIn:
    """Sign one of the staff in."""
    return await sessions.sign_in(
        ANYONE,
        email,
        password,
        origin=origin,
        vault=VAULT,
        passwords=passwords or FastPasswords(),
        tokens=tokens or PaperTokens(),
        rules=RULES,
        now=now,
    )


async def accept_invitation(
    token: str, password: str = PASSWORD, *, key: str = "a", now: datetime = NOW, passwords: FastPasswords | None = None
) -> str:
    """Accept an invitation; the address to sign in with."""
    return await invitations.accept_invitation(
        ANYONE, token, password, key=key, vault=VAULT, passwords=passwords or FastPasswords(), now=now
    )


async def viewer_of(held: Viewer | SignedIn, audience: Audience = Audience.STAFF, *, now: datetime = NOW) -> Any:
    """Who asks with that session now, if anybody."""
    assert held.session_id is not None
    assert held.account_id is not None
    return await sessions.viewer_of(held.session_id, held.account_id, audience, now=now)


async def secret_in_letter(address: str, letter: Letter = Letter.SIGN_IN_CODE) -> str:
    """What only the last waiting letter to that address holds."""
    message = await Message.filter(to_address=address, letter=letter, state="WAITING").order_by("-id").first()
    assert message is not None, f"no letter waits for {address}"
    assert message.secret is not None
    return VAULT.unseal(message.secret)


async def letters_to(address: str, *, now: datetime = NOW) -> list[tuple[Letter, str]]:
    """Every letter to that address, with its state, oldest first."""
    return [(one.letter, one.state.value) for one in await Message.filter(to_address=address).order_by("id")]
