"""Mailings: what was sent to clients or could not be, and the addresses at which nothing arrives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import Message, UndeliverableAddress, sql
from resolvers import access

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from models import Letter, MessageState
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters are meant: those that stand so, are about this, and were written in this stretch of time."""

    states: Collection[MessageState] | None = None
    letter: Letter | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """A client who has an address."""

    client_id: UUID
    name: str


def one(viewer: Viewer, message_id: UUID | None) -> Rows:
    """The letter with this key."""
    return access.rows(viewer, Message).only(message_id)


def listed(viewer: Viewer, wanted: Wanted) -> Rows:
    """The letters that are meant, those that were written last first."""
    rows = access.rows(viewer, Message)
    if wanted.states is not None:
        states = sorted(set(wanted.states))
        rows = rows.narrowed(f"{{t}}.state IN ({sql.marks(len(states))})" if states else access.NOTHING, *states)
    if wanted.letter is not None:
        rows = rows.narrowed("{t}.letter = ?", wanted.letter)
    if wanted.since is not None:
        rows = rows.narrowed("{t}.created_at >= ?", wanted.since)
    if wanted.until is not None:
        rows = rows.narrowed("{t}.created_at < ?", wanted.until)
    return rows.sorted_by("-created_at")


def mine(viewer: Viewer) -> Rows:
    """The letters that were sent to the owner who asks, the latest first."""
    return access.rows(viewer, Message).sorted_by("-created_at")


def undeliverable(viewer: Viewer) -> Rows:
    """The addresses at which nothing arrives, those that were found last first."""
    return access.rows(viewer, UndeliverableAddress).sorted_by("-found_at")


async def holders(viewer: Viewer, address_ids: Sequence[UUID]) -> Mapping[UUID, list[Holder]]:
    """The clients who have each of these addresses now, by name."""
    condition, values = access.sight(viewer, UndeliverableAddress, "t")
    found = await sql.tuples(
        "SELECT DISTINCT t.id, c.id, c.display_name, c.fold FROM undeliverable_address t "  # noqa: S608 - only marks
        "JOIN client_email e ON e.fold = t.fold JOIN client c ON c.id = e.client_id "
        f"WHERE t.id IN ({sql.marks(len(address_ids))}) AND ({condition})",
        (*address_ids, *values),
    )
    held: dict[UUID, list[tuple[str, Holder]]] = {sql.as_key(key): [] for key in address_ids}
    for key, client, name, fold in found:
        held[sql.as_key(key)].append((fold, Holder(sql.as_key(client), name)))
    return {key: [each for _, each in sorted(known, key=_by_name)] for key, known in held.items()}


def _by_name(held: tuple[str, Holder]) -> tuple[str, UUID]:
    fold, holder = held
    return fold, holder.client_id
