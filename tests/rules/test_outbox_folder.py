"""Without a mail server, letters lie in a folder."""

import email
import email.policy
import re
import stat
from dataclasses import replace
from datetime import timedelta

import pytest
import structlog

from tests.postmaster import LETTER, NOW, SENDER, no_matter, refusal
from vetdesk.mail import OutboxFolder

pytestmark = pytest.mark.anyio


async def test_a_letter_lies_in_the_folder_and_only_its_path_is_logged(tmp_path):
    folder = OutboxFolder(tmp_path / "data" / "outbox", sender=SENDER, now=lambda: NOW)
    with structlog.testing.capture_logs() as logs:
        answer = await folder.send(LETTER, no_matter)
    [path] = (tmp_path / "data" / "outbox").iterdir()
    assert answer == f"Written to {path}"
    assert logs == [{"event": "letter_written", "log_level": "info", "path": str(path)}]
    assert re.fullmatch(r"20260302T080000\.000000Z-[0-9a-f]{8}\.eml", path.name)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert (message["To"], message["Subject"]) == ("olga@home.example", LETTER.subject)
    # So that a developer can read it with nothing but a pager.
    assert "\r\n271828\r\n" in path.read_bytes().decode()
    await folder.close()


async def test_letters_in_the_folder_sort_by_time_and_never_overwrite_each_other(tmp_path):
    moments = iter([NOW, NOW, NOW + timedelta(milliseconds=1)])
    folder = OutboxFolder(tmp_path, sender=SENDER, now=lambda: next(moments))
    for name in ("a", "b", "c"):
        await folder.send(replace(LETTER, to_address=f"{name}@home.example"), no_matter)
    paths = sorted(tmp_path.iterdir())
    assert len(paths) == 3
    assert b"c@home.example" in paths[-1].read_bytes()


async def test_a_folder_that_cannot_be_written_makes_the_letter_wait(tmp_path):
    (tmp_path / "outbox").write_text("a file is in the way")
    folder = OutboxFolder(tmp_path / "outbox", sender=SENDER, now=lambda: NOW)
    answer, for_good = await refusal(folder)
    assert answer.startswith("The outbox folder cannot be written to:")
    assert not for_good
