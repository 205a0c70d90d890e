"""Legal entities: adding and amending who invoices, and reading them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import EventKind, LegalEntity, sql
from models.contact import Address
from models.number_series import Series
from models.refusal import InvalidInput
from models.row import folded, uuid7
from models.text import line, named, prose
from resolvers import access, events, retries, teams
from resolvers.access import Deed, Where
from resolvers.changes import UNSET, Unset, given, plain, write
from resolvers.events import Happening
from resolvers.locks import hold

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

NOT_KNOWN = Address()
MOST_DUE_DAYS = 365
"""The latest that an invoice is due after its day; the database repeats it."""
LONGEST_TAX_NUMBER, LONGEST_BANK_DETAILS = 50, 500


@dataclass(frozen=True, slots=True)
class NewLegalEntity:
    """Somebody who invoices from now on; its numbers begin with a prefix that no other has, and that never changes."""

    name: str
    number_prefix: str = ""
    address: Address = NOT_KNOWN
    tax_number: str = ""
    bank_details: str = ""
    due_days: int = 14


@dataclass(frozen=True, slots=True)
class LegalEntityChanges:
    """What changes about who invoices; the address is replaced as a whole."""

    name: str | Unset = UNSET
    address: Address | Unset = UNSET
    tax_number: str | Unset = UNSET
    bank_details: str | Unset = UNSET
    due_days: int | Unset = UNSET


# Reading


def one(viewer: Viewer, legal_entity_id: UUID | None) -> Rows:
    """The legal entity with this key."""
    return access.rows(viewer, LegalEntity).only(legal_entity_id)


def listed(viewer: Viewer) -> Rows:
    """Everybody who invoices, by name."""
    return access.rows(viewer, LegalEntity).sorted_by("fold")


async def usual() -> UUID | None:
    """The key of whoever invoices where nobody else was named: the one that was added first; None while there is none."""
    found = await sql.tuples("SELECT id FROM legal_entity ORDER BY created_at, id LIMIT 1")
    return sql.as_key(found[0][0]) if found else None


# Writing


async def begin(name: str, *, now: datetime) -> None:
    """The practice invoices under its own name from its first day on, inside of the deed that opens it."""
    await sql.insert([LegalEntity(name=name, fold=folded(name), number_prefix="", created_at=now)])


async def add(viewer: Viewer, entity: NewLegalEntity, *, key: str, now: datetime) -> UUID:
    """Add somebody who invoices.

    Raises:
        InvalidInput: its name, prefix, address, tax number, bank details or due days make no sense, or another one has
            the prefix, or one that cannot be told from it.
    """
    access.may(viewer, Deed.ADD_LEGAL_ENTITY, Where.EVERYWHERE)
    retry = retries.asked(viewer, Deed.ADD_LEGAL_ENTITY, key, plain(entity), now=now)
    entity_id = uuid7()

    async def work() -> Outcome:
        columns = {**_columns(given(entity)), "number_prefix": _prefix(entity.number_prefix)}
        async with in_transaction():
            await retry.keep(legal_entity=entity_id)
            # One after the other, so that two do not take one prefix.
            await teams.hold()
            await _must_tell_apart(columns["number_prefix"])
            await sql.insert([LegalEntity(id=entity_id, created_at=now, **columns)])
            await events.record(viewer, Happening(EventKind.LEGAL_ENTITY_ADDED, entity_id, after=columns), now=now)
        return {"legal_entity": str(entity_id)}

    return sql.as_key((await retries.once(retry, work))["legal_entity"])


async def amend(
    viewer: Viewer, legal_entity_id: UUID | None, changes: LegalEntityChanges, *, key: str, now: datetime
) -> UUID:
    """Change what is known of who invoices. Invoices that are issued keep the names that they were issued with.

    Raises:
        NotFound: there is no such legal entity.
        InvalidInput: as for adding.
    """
    access.may(viewer, Deed.AMEND_LEGAL_ENTITY, Where.EVERYWHERE)
    asked = {"legal_entity": str(legal_entity_id), "changes": plain(changes)}
    retry = retries.asked(viewer, Deed.AMEND_LEGAL_ENTITY, key, asked, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, LegalEntity, legal_entity_id, path="legalEntityId")
        columns = _columns(given(changes))
        async with in_transaction():
            await retry.keep(legal_entity=found.id)
            change = await write(await hold(LegalEntity, found.id), columns)
            if change:
                happening = Happening(
                    EventKind.LEGAL_ENTITY_AMENDED, found.id, before=change.before, after=change.after
                )
                await events.record(viewer, happening, now=now)
        return {"legal_entity": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["legal_entity"])


def _columns(said: Mapping[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if "name" in said:
        columns["name"] = named(said["name"], path=("name",))
        columns["fold"] = folded(columns["name"])
    if "address" in said:
        columns |= plain(said["address"].checked(path=("address",)))
    if "tax_number" in said:
        columns["tax_number"] = line(said["tax_number"], path=("taxNumber",), longest=LONGEST_TAX_NUMBER)
    if "bank_details" in said:
        columns["bank_details"] = prose(said["bank_details"], path=("bankDetails",), longest=LONGEST_BANK_DETAILS)
    if "due_days" in said:
        if not 0 <= said["due_days"] <= MOST_DUE_DAYS:
            raise InvalidInput(f"Please choose 0 to {MOST_DUE_DAYS} days.", path=("dueDays",))
        columns["due_days"] = said["due_days"]
    return columns


async def _must_tell_apart(prefix: str) -> None:
    """Refuse a prefix with which two papers could have one number: a credit note of QUAY and an invoice of QUAYC, say.

    Raises:
        InvalidInput: another legal entity has that prefix, or one that differs from it by the letter of a series.
    """
    for other in await LegalEntity.all():
        if {prefix + series for series in Series} & {other.number_prefix + series for series in Series}:
            raise InvalidInput(
                f"Numbers could be taken for those of {other.name}. Please choose another prefix.",
                path=("numberPrefix",),
            )


def _prefix(text: str) -> str:
    if not re.fullmatch(r"[A-Z0-9]{0,8}", text, re.ASCII):
        raise InvalidInput("A prefix has at most 8 capital letters from A to Z and digits.", path=("numberPrefix",))
    return text
