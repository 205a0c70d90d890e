"""The journal from the command line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from models import LegalEntity
from models.row import folded
from resolvers import journals
from resolvers.viewer import Viewer
from vetdesk.database import connect, pending_migrations
from vetdesk.journals.printing import Way, printed
from vetdesk.settings import SettingsError

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path
    from typing import TextIO

    from vetdesk.settings import Settings


class NoJournal(Exception):
    """There is none of that; its words say what to type instead."""


async def write(
    settings: Settings, *, legal_entity: str | None, days: tuple[date, date], way: Way, file: Path | None
) -> None:
    """Write the journal into the file, whole or not at all, or to the output.

    Raises:
        NoJournal: no single legal entity is meant, or the file cannot be written.
        SettingsError: the database lacks tables of this version.
        DatabaseUnavailable: the database cannot be reached.
        InvalidInput: see `journals.journal`.
    """
    if await pending_migrations(settings.database_url):
        raise SettingsError("The database lacks tables of this version. Run `vetdesk migrate` first.")
    viewer = Viewer.system("journal from the command line")
    async with connect(settings.database_url):
        journal = await journals.journal(viewer, (await _meant(legal_entity)).id, *days)
        if file is None:
            sys.stdout.reconfigure(newline="", encoding="utf-8")  # type: ignore[union-attr]
            async for piece in printed(viewer, journal, way):
                sys.stdout.write(piece)
            return
        part = file.with_name(f"{file.name}.part")
        try:
            with part.open("w", encoding="utf-8", newline="") as out:
                await _pour(viewer, journal, way, out)
            part.replace(file)
        except OSError as trouble:
            raise NoJournal(f"{file} cannot be written: {trouble.strerror}.") from trouble


async def _pour(viewer: Viewer, journal: journals.Journal, way: Way, out: TextIO) -> None:
    async for piece in printed(viewer, journal, way):
        out.write(piece)


async def _meant(named: str | None) -> LegalEntity:
    """The legal entity whose name begins like that, or whose number prefix it is; without a word, the only one."""
    every = await LegalEntity.all().order_by("fold", "id")
    if not every:
        raise NoJournal("Nobody invoices here yet. Please have a manager set up who does, in the app.")
    found = every
    if named is not None:
        found = [each for each in every if named in (each.number_prefix, each.name)] or [
            each for each in every if each.fold.startswith(folded(named))
        ]
    if len(found) == 1:
        return found[0]
    known = "; ".join(f"{each.name} (numbers begin with {each.number_prefix or 'the year'})" for each in every)
    raise NoJournal(f"Whose journal? Please name one with --legal-entity, by its name or prefix: {known}.")
