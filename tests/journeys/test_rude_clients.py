"""Clients who only write, or write in crumbs: the server does little for them, answers the others, and stops."""

from __future__ import annotations

import asyncio
import base64
import os
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import orjson
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.served import Process, served
from vetdesk.database import migrate

PROTOCOL = "graphql-transport-ws"
MASK = bytes(4)
BEGINNING = bytes([0x01, 0x80]) + MASK
CRUMB = bytes([0x00, 0x80]) + MASK
PING = bytes([0x89, 0x80]) + MASK
PONG = bytes([0x8A, 0x80]) + MASK
MOST = 24_000_000
FLOOD = 8_000_000
GREETING = orjson.dumps({"type": "ping", "payload": {"said": "x" * 60_000}}).decode()


async def test_rude_clients_are_cut_off_and_the_others_served_and_nobody_keeps_the_server_from_stopping(tmp_path):
    url = f"sqlite:///{tmp_path}/vetdesk.sqlite3"
    await migrate(url)
    async with served(url) as (server,):
        address = server.address
        await a_flood_is_cut_off_and_nobody_else_waits_for_it(address)
        await whoever_only_writes_is_not_heard_for_ever(address, server)


async def a_flood_is_cut_off_and_nobody_else_waits_for_it(address: str) -> None:
    """Five floods at a time, of each kind; meanwhile somebody else asks, and talks."""
    slowest = 0.0
    honest = asyncio.create_task(whoever_sends_pieces_and_a_ping_every_10_ms_is_served(address))
    async with httpx.AsyncClient(base_url=address) as other:
        assert (await other.get("/healthz")).is_success
        for beginning, frame, code in ((BEGINNING, CRUMB, 1009), (b"", PING, 1008), (b"", PONG, 1008)):
            assert await asyncio.to_thread(farewell, address, beginning + frame * 250) == code
            sockets = [at_the_door(address) for _ in range(5)]
            for each in sockets:
                each.sendall(beginning)
            floods = [asyncio.create_task(asyncio.to_thread(flooded, each, frame)) for each in sockets]
            while not all(flood.done() for flood in floods):
                began = time.perf_counter()
                assert (await other.get("/healthz")).is_success
                slowest = max(slowest, time.perf_counter() - began)
            taken = [await flood for flood in floods]
            print(f"{code}: {max(taken) / 1e6:.1f} MB taken, the slowest answer in {slowest * 1000:.0f} ms")
    await honest
    assert slowest < 1


async def whoever_sends_pieces_and_a_ping_every_10_ms_is_served(address: str) -> None:
    """A greeting in twenty pieces, slowly and then at once."""
    length = len(GREETING) // 19
    pieces = [GREETING[start : start + length] for start in range(0, len(GREETING), length)]
    assert len(pieces) == 20

    async def slowly() -> AsyncIterator[str]:
        for piece in pieces:
            yield piece
            await asyncio.sleep(0.04)

    async with connect(f"ws{address[4:]}/staff/graphql", subprotocols=[Subprotocol(PROTOCOL)]) as client:
        saying = asyncio.create_task(client.send(slowly()))
        pongs = []
        while not saying.done():
            pongs.append(await client.ping())
            await asyncio.sleep(0.01)
        await client.send(pieces)
        for _ in range(2):
            assert orjson.loads(await client.recv()) == {"type": "pong", "payload": {"said": "x" * 60_000}}
        await asyncio.gather(saying, *pongs)


async def whoever_only_writes_is_not_heard_for_ever(address: str, server: Process) -> None:
    """Nor waited for, when the server stops."""
    before = resident(server._process.pid)
    with await asyncio.to_thread(shouting, address):
        grown = resident(server._process.pid) - before
        began = time.perf_counter()
        await asyncio.to_thread(server.stop)
        took = time.perf_counter() - began
    print(f"{grown / 1e6:.1f} MB more, stopped after {took:.1f} s")
    assert grown < 15_000_000
    assert took < 5


def at_the_door(address: str) -> socket.socket:
    """A socket at the staff door, of which every byte is ours."""
    where = urlsplit(address)
    plain = socket.create_connection((where.hostname, where.port), timeout=5)
    key = base64.b64encode(os.urandom(16)).decode()
    plain.sendall(
        f"GET /staff/graphql HTTP/1.1\r\nHost: {where.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: {PROTOCOL}\r\n\r\n".encode()
    )
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += plain.recv(1)
    assert b"101" in answer
    return plain


def framed(text: str) -> bytes:
    """A message in one frame."""
    return bytes([0x81, 0x80 | 126]) + len(text).to_bytes(2) + MASK + text.encode()


def shouting(address: str) -> socket.socket:
    """A socket that greets, reads no greetings, and is blocked at last."""
    plain = at_the_door(address)
    plain.settimeout(0.5)
    sent = 0
    try:
        while sent < MOST:
            sent += plain.send(framed(GREETING))
    except TimeoutError:
        return plain
    raise AssertionError(f"the server took {sent} bytes and would take more")


def flooded(plain: socket.socket, frame: bytes) -> int:
    """How many bytes of such frames could be sent until the socket was cut off."""
    plain.settimeout(5)
    many, sent = frame * 10_000, 0
    try:
        while sent < FLOOD:
            sent += plain.send(many)
    except (ConnectionResetError, BrokenPipeError):
        return sent
    finally:
        plain.close()
    raise AssertionError(f"the server took {sent} bytes and would take more")


def farewell(address: str, some: bytes) -> int:
    """The code with which a socket is closed that sends this."""
    with at_the_door(address) as plain:
        plain.sendall(some)
        said = b""
        while more := plain.recv(1000):
            said += more
    return int.from_bytes(said[said.rindex(b"\x88") + 2 :][:2])


def resident(pid: int) -> int:
    """The bytes of memory a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
