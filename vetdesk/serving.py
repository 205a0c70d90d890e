"""Serving: the process that answers, and the one that only delivers letters."""

from __future__ import annotations

import asyncio
import gc
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
import uvicorn

from models import period
from vetdesk import wiring, worker
from vetdesk.database import connect, pending_migrations
from vetdesk.settings import SettingsError
from vetdesk.sockets import BoundedSockets
from vetdesk.vault import SealBroken

if TYPE_CHECKING:
    from collections.abc import Callable

    from graph.live.connections import Connections
    from vetdesk.settings import Settings

_log = structlog.get_logger(__name__)
_FINISH_SECONDS = 10
_LOOK_SECONDS = 0.02
# After as many as a few large answers hold (Python looks after 700), and at all of them after every tenth such look:
# what a connection leaves behind goes with those.
_NEW_OBJECTS = 10_000, 5, 2


class _Server(uvicorn.Server):
    """A server that says when it can be used, and before it stops sends whoever is connected elsewhere."""

    def __init__(self, config: uvicorn.Config, *, started: Callable[[int], None], connections: Connections) -> None:
        super().__init__(config)
        self._say = started
        self._connections = connections

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Begin to listen, and say at which port."""
        try:
            await super().startup(sockets)  # type: ignore[arg-type]
        except SystemExit:
            # uvicorn has logged why it cannot listen; the rest is for `serve` to say.
            self.should_exit = True
        if self.started:
            self._say(self.servers[0].sockets[0].getsockname()[1])

    async def shutdown(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Finish what is at work on sockets and streams, let go whoever listens, and then stop."""
        self._connections.shut_down()
        with suppress(TimeoutError):
            async with asyncio.timeout(_FINISH_SECONDS):
                while len(self._connections):  # noqa: ASYNC110  a connection has no event for its end
                    await asyncio.sleep(_LOOK_SECONDS)
        await super().shutdown(sockets)  # type: ignore[arg-type]


def serve(settings: Settings, *, works: bool, started: Callable[[int], None] | None = None) -> None:
    """Answer until stopped; requests that are being answered are finished first.

    Raises:
        SettingsError: a setting is missing, the database lacks tables of this version or was made with another
            secret, or somebody else listens at the port.
        DatabaseUnavailable: the database cannot be reached.
    """
    chosen = wiring.adapters(settings)
    asyncio.run(_must_be_ready(settings, chosen))
    app = wiring.app(settings, chosen, works=works)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        ws=BoundedSockets,
        ws_max_size=settings.max_message_bytes,
        # A dead connection is noticed within 40 seconds. Our messages are short: packing them costs more than it saves.
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        ws_per_message_deflate=False,
        proxy_headers=bool(settings.forwarded_allow_ips),
        forwarded_allow_ips=list(settings.forwarded_allow_ips),
        timeout_graceful_shutdown=_FINISH_SECONDS,
        lifespan="on",
    )

    def say(port: int) -> None:
        _log.info("serving", address=f"http://{settings.host}:{port}", worker=works)
        if started is not None:
            started(port)

    server = _Server(config, started=say, connections=app.state.connections)
    _spare_the_collector()
    server.run()
    if not server.started:
        raise SettingsError(
            f"The server could not start on {settings.host}:{settings.port}. The lines above say why. If the address is in"
            " use, please stop the program that listens there, or name another port: VETDESK_PORT."
        )


def _spare_the_collector() -> None:
    """Have less looked through for garbage: what is built by now stays, and an answer's many small parts go by themselves."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_NEW_OBJECTS)


async def work(settings: Settings) -> None:
    """Deliver letters until stopped.

    Raises:
        SettingsError, DatabaseUnavailable: as for `serve`.
    """
    chosen = wiring.adapters(settings)
    await _must_be_ready(settings, chosen)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with connect(settings.database_url, pool_size=settings.pool_size):
        _log.info("delivering letters")
        await worker.run(wiring.duties(settings, chosen), stop=stop)
        await chosen.mail.close()
        if chosen.payments is not None:
            await chosen.payments.close()


async def _must_be_ready(settings: Settings, chosen: wiring.Adapters) -> None:
    pending = await pending_migrations(settings.database_url)
    if pending:
        raise SettingsError(f"The database lacks {len(pending)} migration(s). Run `vetdesk migrate` first.")
    async with connect(settings.database_url, pool_size=1):
        try:
            await chosen.tokens.jwks(now=period.now())
        except SealBroken as exc:
            raise SettingsError(str(exc)) from exc
