"""The door of bounces: a mail server may post to us what came back to it, when it knows the secret."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from models.refusal import DatabaseUnavailable
from vetdesk import posted
from vetdesk.bounces.reading import MOST_BYTES
from vetdesk.bounces.taking import take

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_log = structlog.get_logger("vetdesk.bounces")
_AGAIN = {"Retry-After": "60"}


class BounceDoor:
    """Answers at `/bounces`: 200 once the mail is dealt with, so that whatever is not comes again.

    Takes the mail as it is (`message/rfc822`) from whoever sends the secret as `Authorization: Bearer`.
    """

    def __init__(self, secret: str, *, host: str, now: Callable[[], datetime]) -> None:
        self._secret = f"Bearer {secret}".encode()
        self._host = host
        self._now = now

    async def take(self, request: Request) -> Response:
        """Deal with one mail."""
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode("utf-8", "replace"), self._secret):
            _log.warning("bounce_refused", reason="secret")
            return posted.said(401, "The secret does not fit.", {"WWW-Authenticate": "Bearer"})
        try:
            body = await posted.body(request, most=MOST_BYTES)
        except ClientDisconnect:
            return posted.said(400, "It ended early.")
        if body is None:
            return posted.said(413, "Such a mail is smaller.")
        try:
            is_done = await take(body, self._host, now=self._now())
        except DatabaseUnavailable:
            return posted.said(503, "Please try again.", {"Retry-After": "1"})
        return posted.said(200, "Taken.") if is_done else posted.said(503, "Please try again.", _AGAIN)
