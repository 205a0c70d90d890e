"""The outbox: a folder in which letters lie when there is no mail server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import structlog

from models import period
from resolvers.ports import Envelope, MailRefused
from vetdesk.mail.letters import letter_as_sent, sender_address
from vetdesk.mail.server import HandingOver

_log = structlog.get_logger(__name__)


class OutboxFolder:
    """Writes letters into a folder, one file each, named so that they sort by time."""

    def __init__(self, folder: Path, *, sender: str, now: Callable[[], datetime] = period.now) -> None:
        self._folder = folder
        self._sender = sender_address(sender)
        self._now = now

    async def send(self, letter: Envelope, handing_over: HandingOver) -> str:
        """Write one letter; where it lies. A folder leaves no doubt.

        Raises:
            MailRefused: the folder cannot be written to, or the letter has no usable address.
        """
        moment = self._now()
        message = letter_as_sent(letter, self._sender, moment, "8bit")
        path = self._folder / f"{moment:%Y%m%dT%H%M%S.%fZ}-{uuid4().hex[:8]}.eml"
        try:
            await asyncio.to_thread(_write, path, message.as_bytes())
        except OSError as exc:
            raise MailRefused(f"The outbox folder cannot be written to: {exc.strerror}.", for_good=False) from exc
        _log.info("letter_written", path=str(path))
        return f"Written to {path}"

    async def close(self) -> None:
        """Nothing stays open."""


def _write(path: Path, content: bytes) -> None:
    """Write the file so that nobody ever sees half of it, and nobody else reads the codes in it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.rename(path)
