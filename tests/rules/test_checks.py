"""`vetdesk check` looks at everything, and says how to mend what is wrong."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

import pytest
import time_machine
from rich.console import Console

from models import SigningKey, period
from tests.postmaster import Postmaster, a_server
from vetdesk import checks
from vetdesk.checks import all_is_well
from vetdesk.database import connect
from vetdesk.printing import chosen
from vetdesk.vault import SecretVault

SECRET = "a secret of thirty-two characters"
EVERYTHING = [
    "settings",
    "time zones",
    "clock",
    "secret",
    "data folder",
    "database",
    "migrations",
    "seal",
    "clock of the database",
    "mail",
    "printing",
]


@pytest.fixture
def setting(monkeypatch, tmp_path):
    """Sets a setting; there is a secret, and everything lies in a folder of its own."""
    for name in [name for name in os.environ if name.startswith("VETDESK_")]:
        monkeypatch.delenv(name)

    def change(name, value):
        monkeypatch.setenv(f"VETDESK_{name}", value)

    change("SECRET", SECRET)
    change("PUBLIC_URL", "https://vet.example")
    change("DATA_FOLDER", str(tmp_path / "data"))
    change("DATABASE_URL", f"sqlite:///{tmp_path / 'none.sqlite3'}")
    return change


async def found():
    """The verdict, and by what was looked at whether it is well, and the words."""
    said = io.StringIO()
    verdict = await all_is_well(Console(file=said, width=500))
    lines = said.getvalue().splitlines()
    words: dict[str, tuple[bool, list[str]]] = {}
    about = ""
    for line in lines:
        mark, _, rest = line.partition(" ")
        if mark in ("ok", "WRONG"):
            about, _, what = rest.strip().partition(": ")
            words[about] = (mark == "ok", [what])
        else:
            words[about][1].append(line.strip())
    return verdict, {about: (is_well, *what) for about, (is_well, what) in words.items()}


async def a_key(secret):
    now = datetime(2026, 3, 2, tzinfo=UTC)
    sealed = SecretVault(secret).seal("a private key")
    await SigningKey.create(
        kid="2026-03-02", public_jwk="{}", sealed_private=sealed, signs_from=now, retires_at=now + timedelta(days=56)
    )


async def test_when_all_is_well_each_thing_has_one_line(migrated_database, setting):
    async with connect(migrated_database.url):
        await a_key(SECRET)
    setting("DATABASE_URL", migrated_database.url)
    verdict, said = await found()
    assert verdict, said
    assert list(said) == EVERYTHING
    assert {len(words) for words in said.values()} == {2}
    version = {"sqlite": "SQLite 3.", "postgres": "PostgreSQL "}[migrated_database.dialect]
    assert said["database"][1].startswith(version)
    assert said["seal"] == (True, "the secret fits the database")


async def test_migrations_that_wait_are_named(empty_database, setting):
    setting("DATABASE_URL", empty_database.url)
    if empty_database.dialect == "sqlite":
        async with connect(empty_database.url):
            pass  # the file is there, and empty
    verdict, said = await found()
    assert not verdict
    is_well, what, fix = said["migrations"]
    assert (is_well, fix) == (False, "Make a backup, then run `vetdesk migrate`.")
    assert "0001_initial" in what
    assert said["database"][0]
    assert said["seal"] == (True, "nothing is sealed yet")


async def test_certificates_must_not_be_printed_with_an_address_that_only_we_can_reach(setting, monkeypatch):
    assert (await found())[1]["printing"] == (True, "on a4; certificates are verified at https://vet.example")
    monkeypatch.delenv("VETDESK_PUBLIC_URL")
    is_well, what, fix = (await found())[1]["printing"]
    assert (is_well, what) == (
        False,
        "certificates would be verified at http://127.0.0.1:8000, which only we can reach",
    )
    assert fix.startswith("Set VETDESK_PUBLIC_URL before a certificate is printed")
    monkeypatch.setattr(chosen, "find_spec", lambda name: None)
    assert (await found())[1]["printing"] == (True, "nothing can be printed until vetdesk[pdf] is installed")


async def test_another_secret_than_the_databases_is_noticed(migrated_database, setting):
    async with connect(migrated_database.url):
        await a_key("another secret of thirty-two characters")
    setting("DATABASE_URL", migrated_database.url)
    verdict, said = await found()
    assert not verdict
    assert said["seal"][:2] == (False, "the secret does not fit the database")
    assert [about for about, (is_well, *_) in said.items() if not is_well] == ["seal"]


async def test_clocks_that_differ_are_noticed(migrated_database, setting, monkeypatch):
    setting("DATABASE_URL", migrated_database.url)
    ahead = period.now() + timedelta(minutes=5)
    monkeypatch.setattr(period, "now", lambda: ahead)
    verdict, said = await found()
    if migrated_database.dialect == "sqlite":
        assert (verdict, said["clock of the database"]) == (True, (True, "is that of this machine"))
        return
    assert not verdict
    assert said["clock of the database"][0] is False
    assert "differs from ours by" in said["clock of the database"][1]


async def test_a_database_that_is_not_there_hides_nothing_else(setting, tmp_path):
    verdict, said = await found()
    assert not verdict
    assert list(said) == EVERYTHING
    assert said["database"][2] == "Run `vetdesk migrate`; it makes the file."
    assert not (tmp_path / "none.sqlite3").exists()
    wrong = [about for about, (is_well, *_) in said.items() if not is_well]
    assert wrong == ["database", "migrations", "seal"]
    setting("DATABASE_URL", "postgres://somebody@127.0.0.1:1/nothing")
    verdict, said = await found()
    assert said["database"][2].startswith("Check that PostgreSQL runs")
    assert said["mail"][0]


async def test_settings_that_cannot_be_read_leave_the_rest_for_later(setting):
    setting("PROT", "8001")
    verdict, said = await found()
    assert not verdict
    assert list(said) == ["settings", "time zones", "clock"]
    assert "Did you mean VETDESK_PORT?" in said["settings"][2]


async def test_a_secret_that_others_can_read_is_noticed(setting, monkeypatch, tmp_path):
    monkeypatch.delenv("VETDESK_SECRET")
    _, said = await found()
    assert said["secret"][:2] == (False, "there is none that can be used")
    file = tmp_path / "data" / "secret"
    file.parent.mkdir()
    file.write_text(SECRET)
    file.chmod(0o644)
    _, said = await found()
    assert said["secret"] == (False, f"others on this machine can read {file}", f"Run: chmod 600 {file}")
    file.chmod(0o600)
    _, said = await found()
    assert said["secret"] == (True, f"from {file}")


async def test_a_folder_that_cannot_be_written_to_is_noticed(setting, tmp_path):
    (tmp_path / "file").write_text("no folder")
    setting("OUTBOX_FOLDER", str(tmp_path / "file" / "outbox"))
    _, said = await found()
    is_well, _, fix = said["mail"]
    assert (is_well, fix) == (False, "Let the program write there, or name another folder with VETDESK_OUTBOX_FOLDER.")
    assert said["data folder"][0]
    assert not (tmp_path / "data").exists()


async def test_without_a_mail_server_a_practice_is_told_that_nobody_gets_letters(setting):
    _, said = await found()
    assert said["mail"][0]
    assert "nobody gets them until VETDESK_SMTP_URL names a mail server" in said["mail"][1]
    setting("MODE", "development")
    _, said = await found()
    assert "nobody" not in said["mail"][1]


async def test_the_mail_server_is_greeted_and_sent_nothing(setting):
    postmaster = Postmaster()
    setting("MAIL_FROM", "Praxis <praxis@vet.test>")
    async with a_server(postmaster, auth_require_tls=False) as port:
        setting("SMTP_URL", f"smtp://desk:p%40ss@127.0.0.1:{port}?starttls=false")
        _, said = await found()
        assert said["mail"] == (True, f"127.0.0.1:{port} would take letters from praxis@vet.test")
        postmaster.allows_login = False
        _, said = await found()
        assert said["mail"][0] is False
        assert "does not let us in: 535" in said["mail"][1]
        assert "p@ss" not in str(said)
    assert set(postmaster.logins) == {(b"desk", b"p@ss")}
    assert not postmaster.letters
    _, said = await found()
    assert (said["mail"][0], "cannot be reached" in said["mail"][1]) == (False, True)


async def test_letters_from_nobodys_address_are_noticed(setting):
    async with a_server(Postmaster()) as port:
        setting("SMTP_URL", f"smtp://127.0.0.1:{port}")
        _, said = await found()
    assert said["mail"][:2] == (False, "letters would come from practice@vetdesk.example, which is nobody's")


async def test_a_clock_of_another_age_is_noticed(setting):
    with time_machine.travel(datetime(2020, 1, 1, 12, 0, tzinfo=UTC), tick=True):
        verdict, said = await found()
    assert not verdict
    assert said["clock"][:2] == (False, "shows 2020-01-01 12:00 UTC")


async def test_missing_zones_are_noticed(setting, monkeypatch):
    def missing(name):
        raise ZoneInfoNotFoundError(name)

    monkeypatch.setattr(checks, "ZoneInfo", missing)
    _, said = await found()
    assert said["time zones"][:2] == (False, "are missing")


async def test_a_check_that_breaks_is_itself_a_finding(setting, monkeypatch):
    async def broken(_settings):
        raise RuntimeError("a surprise")

    monkeypatch.setattr(checks, "_CHECKS", (("secret", broken), *checks._CHECKS[1:]))
    verdict, said = await found()
    assert not verdict
    assert said["secret"] == (False, "could not be looked at (RuntimeError)", "a surprise")
    assert list(said) == EVERYTHING


async def test_on_a_terminal_the_marks_are_drawn(setting):
    said = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    await all_is_well(Console(file=said, force_terminal=True, width=200))
    said.seek(0)
    text = said.read()
    assert "✓" in text
    assert "✗" in text
