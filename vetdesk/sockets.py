"""Sockets: how frames come and go, for clients who do not read what they are sent, or send more than anybody needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

if TYPE_CHECKING:
    from websockets.frames import Frame

_ABORT_SECONDS = 1.0
_SLICE_BYTES = 4096
"""The most of one socket that is looked at in one turn of the loop: at worst 700 frames, some milliseconds."""
_MOST_FRAGMENTS = 64
"""Of one message; browsers and libraries send one or few."""
_CONTROLS_A_SECOND = 100
"""Pings and pongs that a client may send, and as many at once; ours are answered with one in 20 seconds."""


class BoundedSockets(WebSocketsSansIOProtocol):
    """uvicorn's own protocol, in which nobody makes the server hold or do more than it may for them.

    uvicorn answers pings whether or not the answers can be sent, and to close waits until everything is. So a client
    that only writes would fill our memory, and stay when it was closed, or when we stop. Here nothing is read while
    nothing can be written, and whoever does not take the end within a second is cut off.

    uvicorn also handles at once whatever has come, and the smallest frames are six bytes: a quarter of a megabyte of
    them, which is what the loop reads at a time, would keep everybody else waiting for half a second. Here a socket
    is read slice by slice, one in a turn of the loop, and one that sends a multitude of fragments, pings or pongs fails.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._unread = bytearray()
        self._has_turn = False
        self._controls_left = float(_CONTROLS_A_SECOND)
        self._controls_counted_at = self.loop.time()

    def data_received(self, data: bytes) -> None:
        """This has come: take a slice of it now, and the rest in the next turns."""
        self._unread += data
        if not self._has_turn:
            self._take_slice()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing comes any more."""
        super().connection_lost(exc)
        self._unread.clear()

    def pause_writing(self) -> None:
        """Too much waits to be sent: read no more."""
        super().pause_writing()
        self._read_or_wait()

    def resume_writing(self) -> None:
        """There is room again: read on, unless a message waits to be taken."""
        super().resume_writing()
        self._read_or_wait()

    async def receive(self) -> Any:
        """The next message."""
        # uvicorn's own would read on whatever else there is to wait for, even on a transport that is closing.
        message = await self.queue.get()
        if self.queue.empty():
            self.read_paused = False
            self._read_or_wait()
        return message

    def handle_cont(self, event: Frame) -> None:
        """A further fragment of a message."""
        if len(self.frames) < _MOST_FRAGMENTS:
            super().handle_cont(event)
        else:
            self._fail(1009, f"A message comes in at most {_MOST_FRAGMENTS} fragments.")

    def handle_ping(self) -> None:
        """A ping, to be answered."""
        if self._may_control():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        """A pong, asked for or not."""
        if self._may_control():
            super().handle_pong(event)

    def handle_parser_exception(self) -> None:
        """What came cannot be read on: say so, if the client was let in already, and end."""
        if self.conn.close_sent is None:
            self.transport.abort()
        else:
            super().handle_parser_exception()

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

    # What is read, and when

    def _take_slice(self) -> None:
        self._has_turn = False
        if not self.transport.is_closing():
            taken = bytes(self._unread[:_SLICE_BYTES])
            del self._unread[:_SLICE_BYTES]
            super().data_received(taken)
            self._read_or_wait()

    def _read_or_wait(self) -> None:
        # uvloop refuses to pause or resume what is closing.
        if self.transport.is_closing():
            return
        if self.read_paused or not self.writable.is_set():
            # Whoever ends that comes here again.
            self.transport.pause_reading()
        elif self._unread:
            self.transport.pause_reading()
            if not self._has_turn:
                self._has_turn = True
                self.loop.call_soon(self._take_slice)
        else:
            self.transport.resume_reading()

    # What ends it

    def _may_control(self) -> bool:
        # A bucket of so many that fills within a second: an honest client may be held up and then send several at once.
        now = self.loop.time()
        filled = (now - self._controls_counted_at) * _CONTROLS_A_SECOND
        self._controls_left = min(_CONTROLS_A_SECOND, self._controls_left + filled) - 1
        self._controls_counted_at = now
        if self._controls_left < 0:
            self._fail(1008, f"A client sends at most {_CONTROLS_A_SECOND} pings and pongs a second.")
        return not self.transport.is_closing()

    def _fail(self, code: int, reason: str) -> None:
        if not self.transport.is_closing():  # the rest of the slice is still told to us
            self.conn.fail(code, reason)
            self.handle_parser_exception()
            self._cut_off_after(_ABORT_SECONDS)

    def _cut_off_after(self, seconds: float) -> None:
        self.loop.call_later(seconds, self.transport.abort)
