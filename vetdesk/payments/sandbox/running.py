"""Running the sandbox: by itself, or beside a server that tries things out."""

from __future__ import annotations

import multiprocessing
import os
import secrets
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import uvicorn
from pydantic import SecretStr

from models import period
from vetdesk.payments.sandbox.app import create_sandbox
from vetdesk.payments.sandbox.book import Book
from vetdesk.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vetdesk.settings import Settings

FILE = "sandbox-payments.sqlite3"
NOTICES = "/payments/notices"
_LAST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sandbox runs, what it keeps, and whom it tells."""

    host: str
    port: int
    file: Path
    key: str
    notices_url: str
    notice_secret: str

    @property
    def url(self) -> str:
        """Its address, without a slash at its end."""
        return f"http://{self.host}:{self.port}"


def said_by(settings: Settings) -> Place:
    """The place of a sandbox that the settings say.

    Raises:
        SettingsError: they do not say where it is, or with which key and secret; or they are those of a practice.
    """
    must_be_for_trying_out(settings)
    address = urlsplit(settings.payments_url or "")
    if address.scheme != "http" or settings.payments_key is None or not settings.notice_secrets:
        raise SettingsError(
            "A sandbox needs VETDESK_PAYMENTS_URL=http://127.0.0.1:8001, and VETDESK_PAYMENTS_KEY and "
            "VETDESK_PAYMENTS_NOTICE_SECRETS, each the same as for the server."
        )
    return Place(
        host=address.hostname or settings.host,
        port=address.port or 80,
        file=settings.data_folder / FILE,
        key=settings.payments_key.get_secret_value(),
        notices_url=f"{settings.base_url}{NOTICES}",
        notice_secret=settings.notice_secrets[0],
    )


def must_be_for_trying_out(settings: Settings) -> None:
    """Refuse to settle the bills of a practice with money that is none.

    Raises:
        SettingsError: this is no developer's machine.
    """
    if not settings.development:
        raise SettingsError("A sandbox pays with play money. It runs only where VETDESK_MODE=development.")


def made_up(settings: Settings) -> tuple[Settings, socket.socket | None]:
    """The settings, with a sandbox next to the server if they name no payment provider; and the socket for it, then.

    It takes the port after that of the server, or any other when somebody has that one. The socket listens already, so
    that nobody takes the port while the rest is set up.

    Raises:
        SettingsError: they name none, and are those of a practice; or nobody can listen at their host.
    """
    if settings.payments_url is not None:
        return settings, None
    must_be_for_trying_out(settings)
    wanted = settings.port + 1 if 0 < settings.port < _LAST_PORT else 0
    try:
        held = _listening(settings.host, wanted)
    except SettingsError:
        held = _listening(settings.host, 0)
    port = held.getsockname()[1]
    return settings.model_copy(
        update={
            "payments_url": f"http://{settings.host}:{port}",
            "payments_key": SecretStr(secrets.token_urlsafe(24)),
            "payments_notice_secrets": SecretStr(secrets.token_urlsafe(24)),
        }
    ), held


def run(place: Place, held: socket.socket | None = None) -> None:
    """Answer until stopped, at a socket that listens already if there is one.

    Raises:
        SettingsError: nobody can listen at that place, as when another program does.
    """
    listening = held or _listening(place.host, place.port)
    place.file.parent.mkdir(parents=True, exist_ok=True)
    app = create_sandbox(
        Book(place.file),
        key=place.key,
        public_url=place.url,
        notices_url=place.notices_url,
        notice_secret=place.notice_secret,
        now=period.now,
    )
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
    uvicorn.Server(config).run(sockets=[listening])


@contextmanager
def beside(place: Place, held: socket.socket) -> Iterator[None]:
    """A sandbox in a process of its own, at that socket, until the block ends, or this process does."""
    process = multiprocessing.get_context("spawn").Process(target=_run_until_left, args=[place, held], daemon=True)
    process.start()
    held.close()
    try:
        yield
    finally:
        process.terminate()
        process.join()


def _run_until_left(place: Place, held: socket.socket) -> None:
    """Run until whoever has started it is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel

        def follow() -> None:
            wait([sentinel])
            os._exit(0)

        threading.Thread(target=follow, daemon=True).start()
    run(place, held)


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens there; at any port that is free for 0."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        held = socket.socket(family, kind)
        try:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind(address)
            held.listen()
        except OSError:
            held.close()
            raise
    except OSError as trouble:
        raise SettingsError(
            f"The payment sandbox cannot listen at port {port} of {host}: {trouble.strerror}. Please stop the program that "
            "does, or name another port in VETDESK_PAYMENTS_URL, here and for the server."
        ) from trouble
    return held
