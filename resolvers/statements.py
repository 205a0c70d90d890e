"""Statements: what a client was charged and credited, what she paid and got back, and what she owes after each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models import ClientAccount, LedgerEntry, Money, sql
from models.ledger import STATED
from resolvers import access

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

_STATED = ", ".join(f"'{kind}'" for kind in STATED)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which account of a client is stated, and from when until when.

    Without a legal entity or currency it is the account that was opened first of those that fit.
    """

    legal_entity_id: UUID | None = None
    currency: str | None = None
    since: date | None = None
    until: date | None = None


def of_client(viewer: Viewer, client_id: UUID | None, stretch: Stretch) -> Rows:
    """The entries of a statement, in the order in which they were posted."""
    which, values = "a.client_id = ?", list[Any]([client_id])
    for condition, value in (("a.legal_entity_id = ?", stretch.legal_entity_id), ("a.currency = ?", stretch.currency)):
        if value is not None:
            which, values = f"{which} AND {condition}", [*values, value]
    rows = access.rows(
        viewer,
        LedgerEntry,
        f"{{t}}.account_id = (SELECT a.id FROM client_account a WHERE {which} ORDER BY a.opened_at, a.id LIMIT 1) "  # noqa: S608 - our own names
        f"AND {{t}}.kind IN ({_STATED})",
        *values,
    )
    for condition, day in (("{t}.posted_on >= ?", stretch.since), ("{t}.posted_on <= ?", stretch.until)):
        rows = rows.narrowed(condition, day) if day is not None else rows
    return rows.sorted_by("number")


def mine(viewer: Viewer, stretch: Stretch) -> Rows:
    """The statement of the owner who asks."""
    return of_client(viewer, viewer.client_id, stretch)


@dataclass(frozen=True, slots=True)
class Balance:
    """What a client owes a legal entity in one currency; below 0 when it owes her."""

    legal_entity_id: UUID
    legal_entity: str
    balance: Money


async def balances(viewer: Viewer, client_ids: Sequence[UUID]) -> Mapping[UUID, list[Balance]]:
    """What each of these clients owes, by legal entity and currency, with one statement."""
    seen, values = access.sight(viewer, ClientAccount, "a")
    found = await sql.tuples(
        "SELECT a.client_id, e.id, e.name, a.currency, COALESCE((SELECT l.balance_minor FROM ledger_entry l "  # noqa: S608 - our own names
        "WHERE l.account_id = a.id ORDER BY l.number DESC LIMIT 1), 0) "
        "FROM client_account a JOIN legal_entity e ON e.id = a.legal_entity_id "
        f"WHERE a.client_id IN ({sql.marks(len(client_ids))}) AND ({seen}) ORDER BY e.fold, e.id, a.currency",
        (*client_ids, *values),
    )
    of: dict[UUID, list[Balance]] = {client: [] for client in client_ids}
    for client, entity, name, currency, minor in found:
        of[sql.as_key(client)].append(Balance(sql.as_key(entity), name, Money(int(minor), currency)))
    return of
