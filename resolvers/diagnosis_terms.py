"""Diagnosis terms: the practice's own list, which it begins with and amends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import DiagnosisTerm, EventKind, sql
from models.common_terms import COMMON_TERMS
from models.refusal import InvalidInput
from models.row import folded, uuid7
from models.text import line, named
from models.words import words_of
from resolvers import access, events, retries, teams
from resolvers.access import NOTHING, Deed
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

LONGEST_CODE = 32
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class NewTerm:
    """A term that the practice uses from now on."""

    name: str
    local_code: str
    venom_code: str | None = None
    snomed_code: str | None = None


@dataclass(frozen=True, slots=True)
class TermChanges:
    """What changes about a term; its local code stays, for problems name it."""

    name: str | Unset = UNSET
    venom_code: str | Unset | None = UNSET
    snomed_code: str | Unset | None = UNSET
    is_in_use: bool | Unset = UNSET


# Reading


def one(viewer: Viewer, term_id: UUID | None) -> Rows:
    """The term with this key."""
    return access.rows(viewer, DiagnosisTerm).only(term_id)


def listed(viewer: Viewer) -> Rows:
    """Every term by name, those no longer in use too."""
    return access.rows(viewer, DiagnosisTerm).sorted_by("fold")


def searched(viewer: Viewer, text: str) -> Rows:
    """The terms in use, by name, in which each word of the text is found, or of which it is the local code."""
    words = words_of(text)[:MOST_WORDS]
    if not words:
        return access.rows(viewer, DiagnosisTerm, NOTHING).sorted_by("fold")
    scope = " AND ".join(["{t}.is_in_use", *["({t}.fold LIKE ? OR {t}.local_code = ?)"] * len(words)])
    values = [value for word in words for value in (f"%{word}%", word.upper())]
    return access.rows(viewer, DiagnosisTerm, scope, *values).sorted_by("fold")


# Writing


async def ship() -> None:
    """Put the common terms into the list of a practice that has just been opened, inside of that deed."""
    await sql.insert([DiagnosisTerm(name=name, fold=folded(name), local_code=code) for code, name in COMMON_TERMS])


async def add(viewer: Viewer, term: NewTerm, *, key: str, now: datetime) -> UUID:
    """Add a term.

    Raises:
        InvalidInput: the name or a code makes no sense, or another term has that local code.
    """
    access.may(viewer, Deed.ADD_DIAGNOSIS_TERM)
    retry = retries.asked(viewer, Deed.ADD_DIAGNOSIS_TERM, key, plain(term), now=now)
    term_id = uuid7()

    async def work() -> Outcome:
        columns = {**_columns(given(term)), "local_code": _local_code(term.local_code)}
        async with in_transaction():
            await retry.keep(term=term_id)
            # One after the other, so that two do not take one code.
            await teams.hold()
            if await DiagnosisTerm.exists(local_code=columns["local_code"]):
                raise InvalidInput("Another term has this code. Please choose another one.", path=("localCode",))
            await sql.insert([DiagnosisTerm(id=term_id, **columns)])
            await events.record(viewer, Happening(EventKind.DIAGNOSIS_TERM_ADDED, term_id, after=columns), now=now)
        return {"term": str(term_id)}

    return sql.as_key((await retries.once(retry, work))["term"])


async def amend(viewer: Viewer, term_id: UUID | None, changes: TermChanges, *, key: str, now: datetime) -> UUID:
    """Change a term. What was diagnosed by it keeps the words that it had then.

    Raises:
        NotFound: there is no such term.
        InvalidInput: as for adding.
    """
    access.may(viewer, Deed.AMEND_DIAGNOSIS_TERM)
    asked = {"term": str(term_id), "changes": plain(changes)}
    retry = retries.asked(viewer, Deed.AMEND_DIAGNOSIS_TERM, key, asked, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, DiagnosisTerm, term_id, path="termId")
        columns = _columns(given(changes))
        async with in_transaction():
            await retry.keep(term=found.id)
            change = await write(await hold(DiagnosisTerm, found.id), columns)
            if change:
                happening = Happening(
                    EventKind.DIAGNOSIS_TERM_AMENDED, found.id, before=change.before, after=change.after
                )
                await events.record(viewer, happening, now=now)
        return {"term": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["term"])


def _columns(said: Mapping[str, Any]) -> dict[str, Any]:
    columns = {name: said[name] for name in ("is_in_use",) if name in said}
    if "name" in said:
        columns["name"] = named(said["name"], path=("name",))
        columns["fold"] = folded(columns["name"])
    for name, path in (("venom_code", "venomCode"), ("snomed_code", "snomedCode")):
        if name in said:
            columns[name] = line(said[name] or "", path=(path,), longest=LONGEST_CODE) or None
    return columns


def _local_code(text: str) -> str:
    code = text.strip().upper()
    if not re.fullmatch(rf"[A-Z0-9]{{1,{LONGEST_CODE}}}", code, re.ASCII):
        raise InvalidInput("A code has 1 to 32 letters from A to Z and digits.", path=("localCode",))
    return code
