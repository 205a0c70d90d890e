"""The mailbox of bounces: what came back and lies there is read over IMAP, and marked as seen once it is kept."""

from __future__ import annotations

import asyncio
import imaplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

import structlog

from vetdesk.bounces.reading import MOST_BYTES
from vetdesk.bounces.taking import take
from vetdesk.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

TIMEOUT_SECONDS: Final = 20.0
"""How long the server may take to answer one command."""
MOST_AT_ONCE: Final = 50
"""How many mails are read in one round."""
# Letters that people write to that address are not for us: they are left as they are, unread.
_WANTED = ("UNSEEN", "OR", "HEADER", "Content-Type", "delivery-status", "HEADER", "X-Failed-Recipients", "@")

_PORT = 993
_log = structlog.get_logger("vetdesk.bounces")


class MailboxUnavailable(Exception):
    """The mailbox could not be reached, or does not let us in; the message says what happened."""


@dataclass(frozen=True, slots=True)
class BounceMailbox:
    """A mailbox, and how to get into it: always over TLS."""

    host: str
    port: int
    name: str
    password: str
    folder: str = "INBOX"

    @classmethod
    def at(cls, url: str) -> BounceMailbox:
        """The mailbox named by imaps://name:password@host:993/INBOX.

        Raises:
            SettingsError: the address makes no sense.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or _PORT
        except ValueError as exc:
            raise SettingsError("VETDESK_BOUNCES_URL cannot be used: the port must be a number.") from exc
        folder = unquote(parts.path.strip("/")) or "INBOX"
        is_plain = folder.isascii() and folder.isprintable() and '"' not in folder and "\\" not in folder
        if parts.scheme != "imaps" or not (parts.hostname and parts.username and parts.password and is_plain):
            raise SettingsError(
                "VETDESK_BOUNCES_URL cannot be used: it must read imaps://name:password@host:993/INBOX."
            )
        return cls(parts.hostname, port, unquote(parts.username), unquote(parts.password), folder)


async def fetch_all(mailbox: BounceMailbox, host: str, *, now: Callable[[], datetime]) -> int:
    """Deal with what came back of the letters that we send as `host`, at most `MOST_AT_ONCE` mails; how many were dealt with.

    A mail is marked as seen only after what it says is kept; one that comes too early is left for the next round.

    Raises:
        MailboxUnavailable: the server could not be reached, or does not let us in.
    """
    visit = _Visit(mailbox)
    try:
        count = 0
        for uid in await visit.ask(visit.wanted):
            raw = await visit.ask(visit.mail, uid)
            if raw is not None and await take(raw, host, now=now()):
                await visit.ask(visit.mark_seen, uid)
                count += 1
        return count
    finally:
        await asyncio.to_thread(visit.leave)


class _Visit:
    """A visit to the mailbox. Each question is asked in a thread, one after the other."""

    def __init__(self, mailbox: BounceMailbox) -> None:
        self._mailbox = mailbox
        self._line: imaplib.IMAP4_SSL | None = None

    async def ask(self, question: Callable[..., Any], *given: Any) -> Any:
        """The answer to the question."""
        try:
            return await asyncio.to_thread(question, *given)
        except (imaplib.IMAP4.error, OSError) as error:
            # What it says may hold the name and the password.
            raise MailboxUnavailable(type(error).__name__) from error

    def wanted(self) -> list[str]:
        """The mails that were not seen yet and say that something came back, oldest first."""
        held = self._mailbox
        self._line = imaplib.IMAP4_SSL(
            held.host, held.port, ssl_context=ssl.create_default_context(), timeout=TIMEOUT_SECONDS
        )
        self._line.login(held.name, held.password)
        status, answer = self._line.select(f'"{held.folder}"')
        if status != "OK":
            raise imaplib.IMAP4.error(answer)
        _, found = self._line.uid("SEARCH", *_WANTED)
        uids = b" ".join(part for part in found if isinstance(part, bytes)).split()
        return sorted((uid.decode() for uid in uids if uid.isdigit()), key=int)[:MOST_AT_ONCE]

    def mail(self, uid: str) -> bytes | None:
        """The mail as it was sent, as much of it as is read; None if it has gone meanwhile."""
        _, answer = self._there.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST_BYTES + 1}>)")
        return next(_bodies(answer), None)

    def mark_seen(self, uid: str) -> None:
        """Never read it again."""
        self._there.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")

    def leave(self) -> None:
        """Say goodbye."""
        if self._line is not None:
            with suppress(imaplib.IMAP4.error, OSError):
                self._line.logout()
            with suppress(OSError):
                self._line.shutdown()

    @property
    def _there(self) -> imaplib.IMAP4_SSL:
        if self._line is None:
            raise imaplib.IMAP4.error("nobody has gone there")
        return self._line


def _bodies(answer: list[Any]) -> Iterator[bytes]:
    for part in answer:
        if isinstance(part, tuple) and isinstance(part[1], bytes):
            yield part[1]
