"""Posted: what another machine sends to one of our doors, and the plain sentence with which we answer it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response

if TYPE_CHECKING:
    from starlette.requests import Request


async def body(request: Request, *, most: int) -> bytes | None:
    """The bytes as they were sent; None where there are more than so many.

    Raises:
        ClientDisconnect: they ended early.
    """
    taken = bytearray()
    async for part in request.stream():
        taken += part
        if len(taken) > most:
            return None
    return bytes(taken)


def said(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    """The answer, which nobody may keep."""
    return PlainTextResponse(f"{sentence}\n", status, headers={"Cache-Control": "no-store", **(headers or {})})
