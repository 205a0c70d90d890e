"""What lies on the disk is for the practice's own program alone."""

from __future__ import annotations

import stat

from vetdesk.database import migrate


async def test_nobody_else_on_the_machine_reads_the_records(tmp_path):
    folder = tmp_path / "data"
    await migrate(f"sqlite:///{folder}/practice.sqlite3")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert (folder / "practice.sqlite3").stat().st_size > 0
