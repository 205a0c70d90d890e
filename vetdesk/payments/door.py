"""The door of notices: what the provider tells us comes in here, and is believed only when it is signed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from models.refusal import DatabaseUnavailable
from resolvers import card_payments
from resolvers.card_payments import Notice
from resolvers.card_payments.notices import LONGEST_REF
from resolvers.viewer import Viewer
from vetdesk import posted
from vetdesk.payments.signing import HEADER, BadSignature, must_be_signed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_BYTES = 65_536
_log = structlog.get_logger("vetdesk.payments")
_LATEST = 253_402_300_799


class NoticeDoor:
    """Answers at `/payments/notices`: 200 once a notice is kept, so that whatever is not kept comes again.

    What a notice is about is asked for anew at the provider, by the worker, which `kept` wakes.
    """

    def __init__(self, secrets: Sequence[str], *, kept: Callable[[], None], now: Callable[[], datetime]) -> None:
        self._secrets = secrets
        self._kept = kept
        self._now = now

    async def take(self, request: Request) -> Response:
        """Keep one notice."""
        try:
            body = await posted.body(request, most=MOST_BYTES)
        except ClientDisconnect:
            return posted.said(400, "It ended early.")
        if body is None:
            return posted.said(413, "A notice is smaller.")
        now = self._now()
        try:
            must_be_signed(request.headers.get(HEADER, ""), body, self._secrets, now=now)
        except BadSignature:
            _log.warning("payment_notice_refused", reason="signature", bytes=len(body))
            return posted.said(400, "The signature does not fit.")
        notice = _read(body)
        if notice is None:
            _log.error("payment_notice_refused", reason="not understood", bytes=len(body))
            return posted.said(400, "It is no notice.")
        try:
            is_new = await card_payments.keep(Viewer.system("payment notice"), notice, now=now)
        except DatabaseUnavailable:
            return posted.said(503, "Please try again.", {"Retry-After": "1"})
        if is_new:
            self._kept()
        _log.info("payment_notice", kind=notice.kind, notice=notice.ref, new=is_new)
        return posted.said(200, "Kept.")


def _read(body: bytes) -> Notice | None:
    try:
        told: Any = json.loads(body)
        ref, kind, payment, created = told["id"], told["type"], told["payment"], told["created"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not all(isinstance(word, str) and _can_be_kept(word) for word in (ref, kind, payment)):
        return None
    if not isinstance(created, int) or isinstance(created, bool) or not 0 <= created <= _LATEST:
        return None
    return Notice(ref, kind, payment, datetime.fromtimestamp(created, UTC))


def _can_be_kept(word: str) -> bool:
    return 0 < len(word) <= LONGEST_REF and word.isascii() and word.isprintable()
