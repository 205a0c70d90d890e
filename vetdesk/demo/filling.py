"""Filling: putting the demo practice into the database of the settings, and showing how far it has come."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from models import Practice, period
from models.refusal import PracticeExists
from vetdesk import wiring
from vetdesk.database import at_once, connect, pending_migrations
from vetdesk.demo.building import FULL, Size, build
from vetdesk.demo.quiet import NoTokens
from vetdesk.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from vetdesk.settings import Settings

_NEW_OBJECTS = 50_000, 20, 50


async def fill(settings: Settings, out: Console, *, size: Size = FULL) -> None:
    """Make the demo practice up.

    Raises:
        SettingsError: the database lacks tables of this version, or there is no secret.
        PracticeExists: the database holds a practice already.
        DatabaseUnavailable: the database cannot be reached.
    """
    if await pending_migrations(settings.database_url):
        raise SettingsError("The database lacks tables of this version. Run `vetdesk migrate` first.")
    if not await fill_if_empty(settings, out, size=size):
        raise PracticeExists


async def fill_if_empty(settings: Settings, out: Console, *, size: Size = FULL) -> bool:
    """Make the demo practice up unless the database, which is migrated, holds a practice; whether it was made up.

    Raises:
        SettingsError: there is no secret.
        DatabaseUnavailable: the database cannot be reached.
    """
    async with connect(settings.database_url):
        if await Practice.exists():
            return False
        ports = replace(wiring.adapters(settings).ports, tokens=NoTokens())
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=out) as progress:
            task = progress.add_task("Making up a practice", total=None)

            def report(where: str, done: int, total: int) -> None:
                progress.update(task, description=f"Making up a practice: {where:<15}", completed=done, total=total)

            with at_once(), _few_collections():
                await build(ports, now=period.now(), report=report, size=size)
    return True


@contextmanager
def _few_collections() -> Iterator[None]:
    """Look for garbage seldom: what the practice is made of is not, and there is much of it."""
    often = gc.get_threshold()
    gc.set_threshold(*_NEW_OBJECTS)
    try:
        yield
    finally:
        gc.set_threshold(*often)
