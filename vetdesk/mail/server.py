"""Server: where a mail server is, and a connection to it that says when a letter is about to be handed over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import aiosmtplib

from vetdesk.settings import SettingsError

HandingOver = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server. `starttls` None means: if the server offers it."""

    host: str
    port: int
    name: str | None = None
    password: str | None = None
    tls: bool = False
    starttls: bool | None = None

    @classmethod
    def at(cls, url: str) -> Server:
        """The server named by smtp://name:password@host:587?starttls=true, or smtps:// for TLS from the start.

        A password is never sent over a line that anybody can read, unless starttls=false says so.

        Raises:
            SettingsError: the address makes no sense.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
            options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
        except ValueError as exc:
            raise _unusable("the port must be a number, and options read ?starttls=true") from exc
        starttls = options.pop("starttls", None)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or options:
            raise _unusable("it must read smtp://name:password@host:587?starttls=true")
        if starttls not in (None, "true", "false"):
            raise _unusable("starttls must be true or false")
        tls = parts.scheme == "smtps"
        wanted = True if parts.username else None
        if starttls is not None:
            wanted = starttls == "true"
        return cls(
            host=parts.hostname,
            port=port or (465 if tls else 587 if parts.username else 25),
            name=None if parts.username is None else unquote(parts.username),
            password=None if parts.password is None else unquote(parts.password),
            tls=tls,
            starttls=False if tls else wanted,
        )

    def connection(self, *, timeout: float) -> Line:
        """A connection to it, still to be opened, that waits so many seconds for each answer."""
        return Line(
            hostname=self.host,
            port=self.port,
            username=self.name,
            password=self.password,
            use_tls=self.tls,
            start_tls=self.starttls,
            timeout=timeout,
        )


class Line(aiosmtplib.SMTP):
    """A connection that says when it is about to hand a letter over: when the address is taken, and before any word."""

    handing_over: HandingOver | None = None

    async def data(self, message: str | bytes, /, **more: Any) -> aiosmtplib.SMTPResponse:
        """Hand the letter over."""
        if self.handing_over is not None:
            await self.handing_over()
        return await super().data(message, **more)


def _unusable(why: str) -> SettingsError:
    return SettingsError(f"VETDESK_SMTP_URL cannot be used: {why}.")
