"""Whole: an answer leaves in one piece, its head with its body.

uvicorn writes them one after the other, and each is sent at once: two ways into the kernel, two packets, and a client who
is woken for a head and has to wait for the rest.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_BEGINS, _ENDS = b"HTTP/1.1 ", b"\r\n\r\n"


class WholeAnswers(HttpToolsProtocol):
    """uvicorn's own protocol, in which what follows the head of an answer in the same turn is sent with it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody has connected."""
        super().connection_made(_Line(transport, self.loop))  # type: ignore[arg-type]


class _Line:
    """A transport that keeps the head of an answer back until its body comes, at most until the end of the turn."""

    __slots__ = ("_head", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send this, unless it is a head; then it is sent with what comes next."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.writelines([head, data] if data else [head])
        elif data.startswith(_BEGINS) and data.endswith(_ENDS):
            self._head = data
            self._loop.call_soon(self._send_head)
        else:
            self._transport.write(data)

    def close(self) -> None:
        """Send what was kept back, and close."""
        self._send_head()
        self._transport.close()

    def _send_head(self) -> None:
        if self._head:
            self._transport.write(self._head)
            self._head = b""
