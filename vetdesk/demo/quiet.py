"""Quiet: what the demo has of the outside world while it is made up: nothing leaves, nothing is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime
    from uuid import UUID

    from resolvers.ports import Envelope
    from resolvers.viewer import Audience


class NoMail:
    """Takes every letter and sends none."""

    async def send(self, letter: Envelope, handing_over: Callable[[], Awaitable[None]]) -> str:
        """The answer of a server that took it."""
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
