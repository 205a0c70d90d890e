"""Sockets: how frames come and go, for clients who do not read what they are sent."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

_ABORT_SECONDS = 1.0


class BoundedSockets(WebSocketsSansIOProtocol):
    """uvicorn's own protocol, in which nobody makes the server hold more than it may for them.

    uvicorn answers pings whether or not the answers can be sent, and to close waits until everything is. So a client
    that only writes would fill our memory, and stay when it was closed, or when we stop. Here nothing is read while
    nothing can be written, and whoever does not take the end within a second is cut off.
    """

    def pause_writing(self) -> None:
        """Too much waits to be sent: read no more."""
        super().pause_writing()
        self._stop_reading()

    def resume_writing(self) -> None:
        """There is room again: read on, unless a message waits to be taken."""
        super().resume_writing()
        if not self.read_paused and not self.transport.is_closing():
            self.transport.resume_reading()

    async def receive(self) -> Any:
        """The next message."""
        message = await super().receive()
        if not self.writable.is_set():
            self._stop_reading()
        return message

    def keepalive_timeout(self) -> None:
        """Nobody has answered our ping."""
        super().keepalive_timeout()
        self._cut_off_after(_ABORT_SECONDS)

    def shutdown(self) -> None:
        """This process stops."""
        super().shutdown()
        self._cut_off_after(_ABORT_SECONDS)

    async def run_asgi(self) -> None:
        """Let the app speak with the client; when it has ended, the connection ends as well."""
        await super().run_asgi()
        self._cut_off_after(self.close_timeout if self.writable.is_set() else _ABORT_SECONDS)

    def _stop_reading(self) -> None:
        if not self.transport.is_closing():
            self.transport.pause_reading()

    def _cut_off_after(self, seconds: float) -> None:
        self.loop.call_later(seconds, self.transport.abort)
