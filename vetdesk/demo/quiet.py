"""Quiet: what the demo has of the outside world while it is made up: nothing leaves, nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from resolvers.ports import MailRefused, MailUnanswered

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime
    from uuid import UUID

    from resolvers.ports import Envelope
    from resolvers.viewer import Audience


@dataclass(slots=True)
class NoMail:
    """Takes every letter and sends none.

    It refuses those to `unread` for good, and breaks off in the middle of one to each of `broken_off`.
    """

    unread: set[str] = field(default_factory=set)
    broken_off: set[str] = field(default_factory=set)

    async def send(self, letter: Envelope, handing_over: Callable[[], Awaitable[None]]) -> str:
        """The answer of a server that took it."""
        if letter.to_address in self.unread:
            raise MailRefused("550 5.1.1 There is no such mailbox here.", for_good=True, of_recipient=True)
        if letter.to_address in self.broken_off:
            await handing_over()
            self.broken_off.remove(letter.to_address)
            raise MailUnanswered("The connection was lost after the letter was handed over.")
        return "250 This letter was made up, and sent to nobody."

    async def close(self) -> None:
        """Nothing was open."""


class NoTokens:
    """Mints nothing: sessions of the past need no token, and no key should be made for a day long gone."""

    async def access_token(
        self, *, account_id: UUID, session_id: UUID, audience: Audience, now: datetime, until: datetime | None = None
    ) -> tuple[str, datetime]:
        """An empty token that has expired."""
        return "", now
