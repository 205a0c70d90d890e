"""The door of journals: whoever has a link to one that has not ended gets it as a file."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from models.refusal import DatabaseUnavailable, NotFound, Refusal
from resolvers import journals, links
from resolvers.links import LinkBroken, LinkEnded
from resolvers.viewer import Viewer
from vetdesk.journals.printing import MEDIA_TYPE, Way, printed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from resolvers.ports import Ports

_log = structlog.get_logger("vetdesk.journals")
_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
_LATER = "We cannot look this up right now. Please try again in a moment."


class JournalDoor:
    """Answers at `/journals/{entity}/{first}/{last}.csv`, and `.json`."""

    def __init__(self, ports: Ports, *, now: Callable[[], datetime]) -> None:
        self._ports = ports
        self._now = now

    async def print(self, request: Request) -> Response:
        """The journal, or why there is none; one line in the log, without the address, which is a key."""
        started = time.perf_counter()
        try:
            response = await self._printed(request)
        except (NotFound, LinkBroken):
            response = _told(403, "LINK_BROKEN", LinkBroken.sentence)
        except LinkEnded as refused:
            response = _told(410, "LINK_ENDED", refused.sentence)
        except DatabaseUnavailable:
            response = _told(503, "UNAVAILABLE", _LATER)
            response.headers["Retry-After"] = "1"
        except Refusal as refused:
            response = _told(400, refused.code, refused.message)
        took = round((time.perf_counter() - started) * 1000, 1)
        _log.info("request", view="journal", status=response.status_code, duration_ms=took)
        return response

    async def _printed(self, request: Request) -> Response:
        given = request.query_params
        links.must_open(
            request.url.path,
            given.get("until", ""),
            given.get("seal", ""),
            vault=self._ports.vault,
            now=self._now(),
        )
        # From here on the address is one that we made.
        asked = request.path_params
        way = Way(asked["way"])
        viewer = Viewer.system("a link to a journal")
        first, last = date.fromisoformat(asked["first"]), date.fromisoformat(asked["last"])
        journal = await journals.journal(viewer, UUID(hex=asked["entity"]), first, last)
        name = "-".join(
            ["journal", *([journal.number_prefix] if journal.number_prefix else []), asked["first"], asked["last"]]
        )
        shown = {"Content-Disposition": f'attachment; filename="{name}.{way}"'}
        return StreamingResponse(
            printed(viewer, journal, way), media_type=MEDIA_TYPE[way], headers={**_HEADERS, **shown}
        )


def _told(status: int, code: str, sentence: str) -> Response:
    return JSONResponse({"code": code, "message": sentence}, status, _HEADERS)
