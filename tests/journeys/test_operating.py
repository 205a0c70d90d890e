"""Operating a practice: migrating, inviting and trying it out, on a real database."""

from __future__ import annotations

import asyncio
import io
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from rich.console import Console

from models import Message, Practice, Staff
from models.refusal import DatabaseUnavailable, PracticeExists
from resolvers.viewer import Audience
from tests.callers import at, code_in, letter_to
from tests.doors import SECRET, Program
from tests.served import ROOT
from tests.typed import environment, typed_plainly
from vetdesk.database import connect, pending_migrations
from vetdesk.demo.building import Size, build
from vetdesk.demo.filling import fill
from vetdesk.demo.quiet import NoTokens
from vetdesk.inviting import invite_manager
from vetdesk.serving import work
from vetdesk.settings import Settings, SettingsError


async def test_two_machines_migrate_at_once_and_one_of_them_does_it(empty_database):
    settings = Settings(database_url=empty_database.url, secret=SecretStr(SECRET))
    with pytest.raises((SettingsError, DatabaseUnavailable), match="`vetdesk migrate`"):
        await work(settings)
    said = await asyncio.gather(*(typed_plainly("migrate", DATABASE_URL=settings.database_url) for _ in range(2)))
    assert [(one.code, one.err) for one in said] == [(0, "")] * 2
    did, waited = sorted(one.out for one in said)
    assert waited == "Nothing to do: every migration has been run.\n"
    assert did.splitlines()[0] == "  done: 0001_initial"
    assert await pending_migrations(settings.database_url) == []


async def test_a_manager_who_is_invited_again_finds_one_practice_and_no_demo_in_it(migrated_database):
    settings, said = Settings(database_url=migrated_database.url, secret=SecretStr(SECRET)), io.StringIO()
    out, names = Console(file=said, width=40), ("Nadia", "Haddad")
    for practice in ("High Street Vets", "Low Street Vets"):
        await invite_manager(settings, out, email="nadia@vets.example", names=names, practice=practice, language="en")
    tokens = re.findall(r"^  invitation token: (\S+)$", said.getvalue(), re.MULTILINE)
    assert len(set(tokens)) == 2
    with pytest.raises(PracticeExists):
        await fill(settings, out)
    async with connect(settings.database_url):
        assert (await Practice.get()).name == "High Street Vets"
        assert (await Staff.get()).display_name == "Nadia Haddad"
        assert await Message.all().count() == 2


@asynccontextmanager
async def developed(folder: Path, **settings: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """What `make run` starts, and what it says once it can be used."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "vetdesk",
        "develop",
        cwd=ROOT,
        env=environment(SECRET=None, MODE="development", PORT="0", DATA_FOLDER=str(folder), **settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        told = await asyncio.wait_for(process.stdout.readuntil(b"}\n\n"), 60)
        yield process, told.decode()
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_whoever_tries_it_out_is_told_everything_needed_to_get_in(database, tmp_path):
    now = datetime.now(UTC)
    ports = replace(Program().adapters.ports, tokens=NoTokens())
    await build(ports, now=now, report=lambda *_: None, size=Size(clients=8, pets=10, fortnight=6, past_year=6))
    data = tmp_path / "a folder of its own, with a name that does not fit on a line [1]" / "data"
    async with developed(data, DATABASE_URL=database.url, WORKER_EVERY_SECONDS="0.1") as (process, told):
        doors = dict(re.findall(r"^  (staff|owners) +(http://\S+)/(?:staff|owner)/graphql$", told, re.MULTILINE))
        members = re.findall(r"^  (\w+) +(\S+@\S+) +password: (.+)$", told, re.MULTILINE)
        ((owner, letters),) = re.findall(r"^  owner +(\S+@\S+) +the code lies in a letter in (.+)$", told, re.MULTILINE)
        sign_in, query = re.findall(r"^  (mutation .+|\{ .+)$", told, re.MULTILINE)
        assert doors["staff"] == doors["owners"]
        assert [role for role, _, _ in members] == ["manager", "receptionist", "nurse", "vet"]
        async with at(doors["staff"]) as program:
            answer = (await program.ask(Audience.STAFF, sign_in)).data["signIn"]
            asked = await program.ask(Audience.STAFF, query, token=answer["accessToken"])
            assert len(asked.data["locations"]) == 2
            assert asked.data["services"]
            for role, email, password in members:
                person = program.person(Audience.STAFF)
                assert await person.sign_in("signIn", email=email, password=password) == "SignedIn"
                viewer = (await person.ask("{ viewer { roles } }"))["viewer"]
                assert role.upper() in viewer["roles"]
            olivia = program.person(Audience.OWNER)
            await olivia.do("requestSignInCode", email=owner)
            # She is reminded of care as well.
            code = code_in(await letter_to(owner, Path(letters), about="code"))
            assert await olivia.sign_in("signInWithCode", email=owner, code=code) == "SignedIn"
            assert (await olivia.ask("{ myPets { name } }"))["myPets"]
            editor = await program.client.get("/staff/graphql", headers={"accept": "text/html"})
            assert (editor.status_code, "graphiql" in editor.text.lower()) == (200, True)
        assert Path(letters) == data / "outbox"
        assert (data / "secret").stat().st_mode & 0o777 == 0o600

        process.send_signal(signal.SIGINT)
        out, err = await asyncio.wait_for(process.communicate(), 20)
        assert (process.returncode, out) == (130, b"")
        assert b"Traceback" not in err
