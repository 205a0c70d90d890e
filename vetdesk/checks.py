"""Checks: is everything in place that the program needs, and if not, how is it mended?"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.errors import MessageError
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import aiosmtplib
from rich.text import Text

from models import SigningKey, period, sql
from models.refusal import DatabaseUnavailable
from vetdesk import wiring
from vetdesk.database import address, connect, pending_migrations
from vetdesk.mail import Server, sender_address
from vetdesk.printing import can_print
from vetdesk.settings import Settings, SettingsError, load
from vetdesk.vault import SealBroken

if TYPE_CHECKING:
    from rich.console import Console

_FIRST_YEAR = 2026
"""No clock that is right shows an earlier one: the program is younger."""
_CLOCKS_APART = timedelta(seconds=5)
_OLDEST_SQLITE = (3, 35)  # the first with RETURNING
_MAIL_SECONDS = 10.0
_EVERYBODY_ELSE = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one thing: all is well, or there is a sentence that says how to mend it."""

    about: str
    what: str
    fix: str | None = None

    @property
    def is_well(self) -> bool:
        """Whether nothing needs mending."""
        return self.fix is None


Check = Callable[[Settings], Awaitable[Finding]]


async def all_is_well(out: Console) -> bool:
    """Look at everything and print what was found, one line each; whatever is wrong hides nothing else."""
    findings = []
    settings = None
    try:
        settings = load()
        findings.append(Finding("settings", f"read, for {settings.mode}"))
    except SettingsError as trouble:
        fix = f"{trouble} Mend the environment; until then the rest cannot be looked at."
        findings.append(Finding("settings", "cannot be used", fix))
    findings += [_zones(), _own_clock()]
    for finding in findings:
        _show(finding, out)
    for about, check in _CHECKS if settings else ():
        assert settings is not None  # noqa: S101 - mypy does not see it
        finding = await _looked(about, check, settings)
        findings.append(finding)
        _show(finding, out)
    return all(finding.is_well for finding in findings)


async def _looked(about: str, check: Check, settings: Settings) -> Finding:
    # Gathered, so that whatever goes wrong with one check comes back as a value.
    [found] = await asyncio.gather(check(settings), return_exceptions=True)
    if isinstance(found, Finding):
        return found
    if isinstance(found, Exception):
        return Finding(about, f"could not be looked at ({type(found).__name__})", str(found) or "Please report this.")
    raise found


def _show(finding: Finding, out: Console) -> None:
    drawn = out.is_terminal and out.encoding.lower().startswith("utf")
    well, ill = ("✓ ", "✗ ") if drawn else ("ok    ", "WRONG ")
    line = Text.assemble(
        (well, "green") if finding.is_well else (ill, "bold red"),
        (f"{finding.about}: ", "bold"),
        finding.what,
    )
    out.print(line, soft_wrap=True, highlight=False)
    if finding.fix is not None:
        out.print(Text(" " * len(ill) + finding.fix), soft_wrap=True, highlight=False)


# What needs no settings


def _zones() -> Finding:
    try:
        ZoneInfo("Europe/Berlin")
    except (ZoneInfoNotFoundError, OSError):
        return Finding(
            "time zones", "are missing", "Install the package tzdata: run `make run` again, or pip install it."
        )
    return Finding("time zones", "known")


def _own_clock() -> Finding:
    now = period.now()
    if now.year < _FIRST_YEAR:
        return Finding(
            "clock", f"shows {now:%Y-%m-%d %H:%M} UTC", "Set the clock of this machine, and let it be kept by NTP."
        )
    return Finding("clock", f"{now:%Y-%m-%d %H:%M} UTC")


# What the settings say


async def _secret(settings: Settings) -> Finding:
    try:
        settings.required_secret()
    except SettingsError as trouble:
        return Finding("secret", "there is none that can be used", str(trouble))
    if settings.secret is not None:
        return Finding("secret", "from VETDESK_SECRET")
    path = settings.secret_file
    if os.name == "posix" and path.stat().st_mode & _EVERYBODY_ELSE:
        return Finding("secret", f"others on this machine can read {path}", f"Run: chmod 600 {path}")
    return Finding("secret", f"from {path}")


async def _data_folder(settings: Settings) -> Finding:
    return _writable("data folder", settings.data_folder, "VETDESK_DATA_FOLDER")


async def _database(settings: Settings) -> Finding:
    where = address.parse(settings.database_url)
    if where.path is not None and not where.path.exists():
        return Finding("database", f"there is no file {where.path} yet", "Run `vetdesk migrate`; it makes the file.")
    try:
        async with connect(settings.database_url, pool_size=1):
            version = await _version()
            clock = asyncio.get_running_loop()
            asked_at = clock.time()
            await sql.fetch("SELECT 1 AS here")
            took = (clock.time() - asked_at) * 1000
    except DatabaseUnavailable as trouble:
        return Finding("database", f"cannot be used: {trouble}", _reach(where))
    if where.dialect == "sqlite" and sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        fix = f"Use a Python that comes with SQLite {'.'.join(map(str, _OLDEST_SQLITE))} or newer."
        return Finding("database", f"{version} is too old", fix)
    return Finding("database", f"{version}, answers in {took:.1f} ms")


async def _migrations(settings: Settings) -> Finding:
    try:
        pending = await pending_migrations(settings.database_url)
    except DatabaseUnavailable:
        return Finding("migrations", "cannot be looked at", "Mend the database first.")
    if pending:
        fix = "Make a backup, then run `vetdesk migrate`."
        return Finding("migrations", f"{len(pending)} to be run: {', '.join(pending)}", fix)
    return Finding("migrations", "all have been run")


async def _seal(settings: Settings) -> Finding:
    """Whether the secret is the one that the database was sealed with."""
    try:
        vault = wiring.vault(settings)
        if await pending_migrations(settings.database_url):
            return Finding("seal", "nothing is sealed yet")
        async with connect(settings.database_url, pool_size=1):
            key = await SigningKey.all().order_by("-signs_from").first()
    except (SettingsError, DatabaseUnavailable):
        return Finding("seal", "cannot be looked at", "Mend the secret and the database first.")
    if key is None:
        return Finding("seal", "nothing is sealed yet")
    try:
        vault.unseal(key.sealed_private)
    except SealBroken:
        fix = "Set VETDESK_SECRET to the one that this database was made with; it lies with your backups."
        return Finding("seal", "the secret does not fit the database", fix)
    return Finding("seal", "the secret fits the database")


async def _database_clock(settings: Settings) -> Finding:
    if address.parse(settings.database_url).dialect == "sqlite":
        return Finding("clock of the database", "is that of this machine")
    try:
        async with connect(settings.database_url, pool_size=1):
            before = period.now()
            theirs = sql.as_instant((await sql.fetch("SELECT clock_timestamp() AS now"))[0]["now"])
            after = period.now()
    except DatabaseUnavailable:
        return Finding("clock of the database", "cannot be looked at", "Mend the database first.")
    # Whatever lies between our two looks is no difference at all.
    apart = max(before - theirs, theirs - after, timedelta())
    if apart > _CLOCKS_APART:
        fix = "Let both machines keep their clocks by NTP: appointments and sign-ins depend on them."
        return Finding("clock of the database", f"differs from ours by {apart.total_seconds():.0f} seconds", fix)
    return Finding("clock of the database", "agrees with ours")


async def _mail(settings: Settings) -> Finding:
    try:
        sender = sender_address(settings.mail_from)
        if settings.smtp_url is None:
            return _outbox(settings)
        server = Server.at(settings.smtp_url.get_secret_value())
    except (SettingsError, MessageError) as trouble:
        return Finding("mail", "a setting cannot be used", str(trouble))
    refused = await _knock(server)
    if refused is not None:
        return refused
    if sender.domain.endswith(".example"):
        fix = "Set VETDESK_MAIL_FROM to an address of your practice, such as Our Practice <desk@practice.vet>."
        return Finding("mail", f"letters would come from {sender.addr_spec}, which is nobody's", fix)
    return Finding("mail", f"{server.host}:{server.port} would take letters from {sender.addr_spec}")


def _outbox(settings: Settings) -> Finding:
    finding = _writable("mail", settings.letters_folder, "VETDESK_OUTBOX_FOLDER")
    if not finding.is_well:
        return finding
    nobody = "" if settings.development else "; nobody gets them until VETDESK_SMTP_URL names a mail server"
    return Finding("mail", f"letters are written to {settings.letters_folder}{nobody}")


async def _knock(server: Server) -> Finding | None:
    """Greet the mail server and sign in, without sending anything; what is wrong, if anything is."""
    where = f"{server.host}:{server.port}"
    connection = server.connection(timeout=_MAIL_SECONDS)
    try:
        async with asyncio.timeout(_MAIL_SECONDS), connection:
            await connection.ehlo()
    except aiosmtplib.SMTPAuthenticationError as refused:
        fix = "Check the name and the password in VETDESK_SMTP_URL; write : / @ and % in them as %3A %2F %40 and %25."
        return Finding("mail", f"{where} does not let us in: {refused.code} {refused.message}", fix)
    except aiosmtplib.SMTPResponseException as refused:
        fix = "Ask whoever runs the mail server; these are its words."
        return Finding("mail", f"{where} refuses us: {refused.code} {refused.message}", fix)
    except (aiosmtplib.SMTPException, OSError) as trouble:
        fix = "Check host and port in VETDESK_SMTP_URL, whether it wants smtp:// or smtps://, and the firewall."
        return Finding("mail", f"{where} cannot be reached: {str(trouble) or 'no answer in time'}", fix)
    return None


async def _printing(settings: Settings) -> Finding:
    if not can_print():
        return Finding("printing", "nothing can be printed until vetdesk[pdf] is installed")
    if settings.public_url is None and not settings.development:
        fix = "Set VETDESK_PUBLIC_URL before a certificate is printed: the QR code on it says that address for good."
        return Finding(
            "printing", f"certificates would be verified at {settings.base_url}, which only we can reach", fix
        )
    return Finding("printing", f"on {settings.paper}; certificates are verified at {settings.base_url}")


# What the checks above share


def _writable(about: str, folder: Path, setting: str) -> Finding:
    """Whether a file can be written into the folder, or into the one it will be made in."""
    existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as trouble:
        fix = f"Let the program write there, or name another folder with {setting}."
        return Finding(about, f"{folder} cannot be written to: {trouble.strerror}", fix)
    return Finding(about, f"{folder} can be written to")


async def _version() -> str:
    if sql.is_postgres():
        return f"PostgreSQL {(await sql.fetch('SHOW server_version'))[0]['server_version']}"
    return f"SQLite {(await sql.fetch('SELECT sqlite_version() AS version'))[0]['version']}"


def _reach(where: address.Address) -> str:
    if where.path is not None:
        return (
            f"Check that {where.path} is the right file, that this user may write to it, and that the disk is not full."
        )
    return "Check that PostgreSQL runs, and host, port, name and password in VETDESK_DATABASE_URL."


_CHECKS: Sequence[tuple[str, Check]] = (
    ("secret", _secret),
    ("data folder", _data_folder),
    ("database", _database),
    ("migrations", _migrations),
    ("seal", _seal),
    ("clock of the database", _database_clock),
    ("mail", _mail),
    ("printing", _printing),
)
