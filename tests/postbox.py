"""The post box of the tests: it keeps the letters it is given, and refuses them when told to."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models import Letter, Message, sql
from resolvers import messages
from resolvers.messages import Delivered, Recipient
from resolvers.ports import Envelope
from resolvers.viewer import Viewer
from tests.world import NOW

OLGA = Recipient("olga.berg@home.example", "en")


@dataclass
class PostBox:
    """A mail server that keeps what it is sent.

    `trouble` holds what is raised for a letter to that address, `silence` what is raised after it was taken; `meanwhile`
    is done while a letter is on its way.
    """

    letters: list[Envelope] = field(default_factory=list)
    trouble: dict[str, Exception] = field(default_factory=dict)
    silence: dict[str, BaseException] = field(default_factory=dict)
    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def send(self, letter: Envelope, handing_over: Callable[[], Awaitable[None]]) -> str:
        await handing_over()
        if self.meanwhile is not None:
            await self.meanwhile()
        if letter.to_address in self.trouble:
            raise self.trouble[letter.to_address]
        self.letters.append(letter)
        if letter.to_address in self.silence:
            raise self.silence[letter.to_address]
        return "250 Ok"

    async def close(self) -> None:
        """There is nothing to close."""

    @property
    def addresses(self) -> list[str]:
        return [letter.to_address for letter in self.letters]


class PaperVault:
    """Seals by turning the text around."""

    def seal(self, text: str) -> str:
        return f"sealed:{text[::-1]}"

    def unseal(self, sealed: str) -> str:
        if not sealed.startswith("sealed:"):
            raise LookupError(sealed)
        return sealed.removeprefix("sealed:")[::-1]

    def digest(self, purpose: str, text: str) -> str:
        return hashlib.sha256(f"{purpose}:{text}".encode()).hexdigest()


@dataclass
class Clock:
    """A clock that stands still until it is set on."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> datetime:
        self.now += by
        return self.now


async def deliver(box: PostBox, clock: Clock, *, most: int = 50) -> Delivered:
    """Deliver what is due into the box."""
    return await messages.deliver_due(
        Viewer.system("test"), mail=box, vault=PaperVault(), public_url="https://vet.example", now=clock, most=most
    )


async def a_code(to: Recipient = OLGA, *, code: str = "271828", now: datetime = NOW) -> Message:
    """A letter with a sign-in code that waits."""
    message = messages.waiting(Letter.SIGN_IN_CODE, to, now=now, secret=PaperVault().seal(code))
    await sql.insert([message])
    return message
