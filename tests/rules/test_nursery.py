"""What the tests start from the nursery is what they would have started plainly."""

from __future__ import annotations

import asyncio
import signal
import sys

import pytest

from tests.nursery import start, start_plainly
from tests.served import PlainProcess, Process
from tests.typed import beside, said_by, started

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere everything is started plainly")


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
    assert forked.code == code
    assert forked.out + forked.err


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
