"""An answer leaves in one piece: its head waits for its body, and never for longer than the turn in which it was made."""

from __future__ import annotations

import asyncio

import pytest

from vetdesk.whole import _Line

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"

pytestmark = pytest.mark.anyio


class Transport:
    """Notes what is sent together."""

    def __init__(self):
        self.sent = []

    def write(self, data):
        self.sent.append([data])

    def writelines(self, pieces):
        self.sent.append(list(pieces))

    def close(self):
        self.sent.append("closed")

    def get_extra_info(self, name):
        return f"the {name}"


@pytest.fixture
def transport():
    return Transport()


@pytest.fixture
async def line(transport):
    return _Line(transport, asyncio.get_running_loop())


async def test_a_head_is_sent_with_its_body(line, transport):
    line.write(HEAD)
    line.write(b"{}")
    line.write(HEAD)
    line.write(b"[]")
    await asyncio.sleep(0)
    assert transport.sent == [[HEAD, b"{}"], [HEAD, b"[]"]]


async def test_a_head_that_nothing_follows_is_sent_when_the_turn_ends(line, transport):
    line.write(HEAD)
    assert transport.sent == []
    await asyncio.sleep(0)
    assert transport.sent == [[HEAD]]
    line.write(b"event: next\n\n")
    assert transport.sent == [[HEAD], [b"event: next\n\n"]]


async def test_a_head_without_a_body_is_sent(line, transport):
    line.write(HEAD)
    line.write(b"")
    await asyncio.sleep(0)
    assert transport.sent == [[HEAD]]


async def test_what_is_no_head_is_sent_at_once(line, transport):
    for data in (b"{}\r\n\r\n", b"HTTP/1.1 200 OK\r\n", b"\x81\x00"):
        line.write(data)
    assert transport.sent == [[b"{}\r\n\r\n"], [b"HTTP/1.1 200 OK\r\n"], [b"\x81\x00"]]


async def test_a_head_is_sent_before_the_line_is_closed(line, transport):
    line.write(HEAD)
    line.close()
    await asyncio.sleep(0)
    assert transport.sent == [[HEAD], "closed"]


async def test_everything_else_is_the_transports(line):
    assert line.get_extra_info("peername") == "the peername"
