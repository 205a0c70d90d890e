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


def made_up(settings: Settings) -> Settings:
    """The settings, with a sandbox next to the server if they name no payment provider.

    Raises:
        SettingsError: they name none, and are those of a practice.
    """
    if settings.payments_url is not None:
        return settings
    must_be_for_trying_out(settings)
    port = _free_port(settings.host, settings.port + 1 if settings.port else 0)
    return settings.model_copy(
        update={
            "payments_url": f"http://{settings.host}:{port}",
            "payments_key": SecretStr(secrets.token_urlsafe(24)),
            "payments_notice_secrets": SecretStr(secrets.token_urlsafe(24)),
        }
    )


def run(place: Place) -> None:
    """Answer until stopped."""
    place.file.parent.mkdir(parents=True, exist_ok=True)
    app = create_sandbox(
        Book(place.file),
        key=place.key,
        public_url=place.url,
        notices_url=place.notices_url,
        notice_secret=place.notice_secret,
        now=period.now,
    )
    uvicorn.run(app, host=place.host, port=place.port, log_level="warning", access_log=False, server_header=False)


@contextmanager
def beside(place: Place) -> Iterator[None]:
    """A sandbox in a process of its own, until the block ends, or this process does."""
    process = multiprocessing.get_context("spawn").Process(target=_run_until_left, args=[place], daemon=True)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


def _run_until_left(place: Place) -> None:
    """Run until whoever has started it is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel

        def follow() -> None:
            wait([sentinel])
            os._exit(0)

        threading.Thread(target=follow, daemon=True).start()
    run(place)


def _free_port(host: str, wanted: int) -> int:
    """That port, or any that is free when somebody else has it."""
    for port in (wanted, 0):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind((host, port))
            except OSError:
                continue
            return int(tried.getsockname()[1])
    return wanted
