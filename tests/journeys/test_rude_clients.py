"""Clients who only write: the server holds little for them, and stops without them."""

from __future__ import annotations

import asyncio
import base64
import os
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

from tests.served import served
from vetdesk.database import migrate

PING = bytes([0x89, 0x80 | 125]) + bytes(4) + bytes(125)
MOST = 24_000_000


def shouting(address: str) -> socket.socket:
    """A socket at the staff door that sends pings, reads no pongs, and is blocked at last."""
    where = urlsplit(address)
    plain = socket.create_connection((where.hostname, where.port), timeout=2)
    key = base64.b64encode(os.urandom(16)).decode()
    plain.sendall(
        f"GET /staff/graphql HTTP/1.1\r\nHost: {where.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
    )
    assert b"101" in plain.recv(64)
    plain.settimeout(0.5)
    sent = 0
    try:
        while sent < MOST:
            sent += plain.send(PING * 500)
    except TimeoutError:
        return plain
    raise AssertionError(f"the server took {sent} bytes and would take more")


async def test_whoever_only_sends_pings_is_not_heard_for_ever_and_does_not_keep_the_server_from_stopping(tmp_path):
    url = f"sqlite:///{tmp_path}/vetdesk.sqlite3"
    await migrate(url)
    async with served(url) as (process,):
        address = process.address
        before = resident(process._process.pid)
        with await asyncio.to_thread(shouting, address):
            grown = resident(process._process.pid) - before
            began = time.perf_counter()
            await asyncio.to_thread(process.stop)
            took = time.perf_counter() - began
    print(f"{grown / 1e6:.1f} MB more, stopped after {took:.1f} s")
    assert grown < 15_000_000
    assert took < 5


def resident(pid: int) -> int:
    """The bytes of memory a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
