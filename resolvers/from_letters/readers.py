"""Readers: who holds a letter, how the practice is reached, and how often a link may be tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import sql
from resolvers import throttles
from resolvers.letter_links import LinkEnded
from resolvers.letters.facts import one_line
from resolvers.viewer import Viewer

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from resolvers.ports import DoorRules, Vault

THROUGH = "letter link"
"""What stands in the trail beside a deed that was done from a letter."""
_MOST_PHONES = 3


@dataclass(frozen=True, slots=True)
class Reader:
    """The client to whom a letter went, who may do what she may when she is signed in."""

    viewer: Viewer
    client_id: UUID
    language: str


@dataclass(frozen=True, slots=True)
class House:
    """The practice, for whoever has to call it: its name, its language, and places with their phones."""

    name: str
    language: str
    phones: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Tries:
    """Counts how often links are tried, by network and by link."""

    vault: Vault
    rules: DoorRules

    async def count_broken(self, origin: str, *, now: datetime) -> None:
        """Count a link that is not ours.

        Raises:
            TooManyAttempts: too many came from this network.
        """
        await throttles.count_origin(
            "letter link", origin, self.rules.letter_links_per_origin, vault=self.vault, now=now
        )

    async def count(self, token: str, *, now: datetime) -> None:
        """Count one use of a link of ours.

        Raises:
            TooManyAttempts: it is used too often.
        """
        await throttles.count("letter link", token, self.rules.uses_per_letter_link, vault=self.vault, now=now)


async def reader(client_id: UUID) -> Reader:
    """Who it is.

    Raises:
        LinkEnded: she is no client any more, or another one now.
    """
    rows = await sql.fetch("SELECT language, is_registered_online FROM client WHERE id = ?", (client_id,))
    if not rows:
        raise LinkEnded
    viewer = Viewer(client_id=client_id, is_linked=not rows[0]["is_registered_online"], through=THROUGH)
    return Reader(viewer, client_id, rows[0]["language"])


async def house() -> House:
    """The practice, with the first places that have a phone."""
    rows = await sql.fetch(
        "SELECT own.name AS practice, own.language, l.name, l.phone FROM practice own "
        "LEFT JOIN location l ON l.phone <> '' AND l.closed_on IS NULL "
        "WHERE own.is_the_only_one ORDER BY l.name, l.id LIMIT ?",
        (_MOST_PHONES,),
    )
    phones = tuple((one_line(row["name"]), one_line(row["phone"])) for row in rows if row["phone"])
    return House(one_line(rows[0]["practice"]), rows[0]["language"], phones) if rows else House("Vetdesk", "en", ())
