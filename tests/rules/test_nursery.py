"""What the tests start from the nursery is what they would have started plainly."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import pytest

from tests.nursery import start, start_plainly
from tests.served import PlainProcess, Process
from tests.typed import beside, environment, started

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere everything is started plainly")


def said_by(begin, *words: str, **settings: str | None) -> tuple[int, str, str]:
    """How it ended, and what it wrote to the last byte."""
    out, err = os.memfd_create("out"), os.memfd_create("err")
    nowhere = os.open(os.devnull, os.O_RDWR)
    try:
        code = begin(*words, environment=environment(**settings), streams=(nowhere, out, err)).wait(30)
        return code, *(os.pread(each, 1_000_000, 0).decode() for each in (out, err))
    finally:
        for each in (nowhere, out, err):
            os.close(each)


@pytest.mark.parametrize(
    ("code", "words", "settings"),
    [
        (0, ["settings"], {"SECRET": None, "PORT": "8123", "MAIL_FROM": "Vera Fältskog <v@vets.example>"}),
        (2, ["no such command"], {}),
        (2, ["serve"], {"PROT": "8123"}),
    ],
)
def test_a_fork_says_what_a_process_of_its_own_would_have_said(code, words, settings):
    forked, plain = (said_by(begin, *words, **settings) for begin in (start, start_plainly))
    assert forked == plain
    assert forked[0] == code
    assert forked[1] + forked[2]


@pytest.mark.parametrize(
    ("kind", "how", "code"),
    [
        (Process, signal.SIGKILL, -signal.SIGKILL),
        (Process, signal.SIGTERM, -signal.SIGTERM),
        (Process, signal.SIGINT, 130),
        (PlainProcess, signal.SIGINT, 130),
    ],
)
async def test_a_fork_hears_signals_as_a_process_of_its_own_would(kind, how, code, database, tmp_path):
    async with beside(kind("serve", "--no-worker", url=database.url, folder=str(tmp_path))) as desk:
        assert (await started(desk)).startswith("http://127.0.0.1:")
        assert await asyncio.to_thread(desk.stop, how) == code
        assert await asyncio.to_thread(desk.stop, how) == code
    assert len(desk.said(event="serving")) == 1
