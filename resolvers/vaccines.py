"""Vaccines: adding and amending the products that the practice gives, and reading them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import EventKind, Species, Target, Vaccine, sql
from models.refusal import InvalidInput
from models.row import folded, uuid7
from models.text import line, named
from resolvers import access, events, retries, vaccinations_due
from resolvers.access import Deed, Where
from resolvers.changes import UNSET, Unset, given, plain, write
from resolvers.events import Happening
from resolvers.locks import hold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

LONGEST_MONTHS = 120
"""The longest that a product lasts; the database repeats it."""
LONGEST_SEARCH = 100
_GIVEN = "id IN (SELECT d.pet_id FROM vaccination d WHERE d.vaccine_id = ? AND d.voided_at IS NULL)"


@dataclass(frozen=True, slots=True)
class NewVaccine:
    """A product that the practice gives from now on, or that pets were given elsewhere."""

    name: str
    species: Sequence[Species]
    targets: Sequence[Target]
    lasts_months: int
    maker: str = ""


@dataclass(frozen=True, slots=True)
class VaccineChanges:
    """What changes about a product; species and targets are replaced as a whole."""

    name: str | Unset = UNSET
    maker: str | Unset = UNSET
    species: Sequence[Species] | Unset = UNSET
    targets: Sequence[Target] | Unset = UNSET
    lasts_months: int | Unset = UNSET
    is_in_use: bool | Unset = UNSET


# Reading


def one(viewer: Viewer, vaccine_id: UUID | None) -> Rows:
    """The vaccine with this key."""
    return access.rows(viewer, Vaccine).only(vaccine_id)


def listed(viewer: Viewer) -> Rows:
    """Every vaccine, by name, those no longer in use too."""
    return access.rows(viewer, Vaccine).sorted_by("fold")


def searched(viewer: Viewer, text: str) -> Rows:
    """The vaccines whose name or maker holds every word of the text, by name."""
    words = folded(text).split()
    if not words or len(text) > LONGEST_SEARCH or "\x00" in text:
        return access.rows(viewer, Vaccine, access.NOTHING).sorted_by("fold")
    scope = " AND ".join(["{t}.fold LIKE ? ESCAPE '!'"] * len(words))
    return access.rows(viewer, Vaccine, scope, *map(_anywhere, words)).sorted_by("fold")


def _anywhere(word: str) -> str:
    for sign in "!%_":
        word = word.replace(sign, f"!{sign}")
    return f"%{word}%"


# Writing


async def add(viewer: Viewer, vaccine: NewVaccine, *, key: str, now: datetime) -> UUID:
    """Add a vaccine.

    Raises:
        InvalidInput: its name or maker makes no sense, it is for no species or against nothing, or lasts too long.
    """
    access.may(viewer, Deed.ADD_VACCINE, Where.EVERYWHERE)
    retry = retries.asked(viewer, Deed.ADD_VACCINE, key, plain(vaccine), now=now)
    vaccine_id = uuid7()

    async def work() -> Outcome:
        columns = _columns(given(vaccine))
        columns["fold"] = _fold(columns["name"], columns["maker"])
        async with in_transaction():
            await retry.keep(vaccine=vaccine_id)
            await sql.insert([Vaccine(id=vaccine_id, **columns)])
            await events.record(viewer, Happening(EventKind.VACCINE_ADDED, vaccine_id, after=columns), now=now)
        return {"vaccine": str(vaccine_id)}

    return sql.as_key((await retries.once(retry, work))["vaccine"])


async def amend(viewer: Viewer, vaccine_id: UUID | None, changes: VaccineChanges, *, key: str, now: datetime) -> UUID:
    """Change what is known of a vaccine; what is due for the pets that were given it is worked out anew.

    Raises:
        NotFound: there is no such vaccine.
        InvalidInput: as for adding.
    """
    access.may(viewer, Deed.AMEND_VACCINE, Where.EVERYWHERE)
    asked = {"vaccine": str(vaccine_id), "changes": plain(changes)}
    retry = retries.asked(viewer, Deed.AMEND_VACCINE, key, asked, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, Vaccine, vaccine_id, path="vaccineId")
        columns = _columns(given(changes))
        async with in_transaction():
            await retry.keep(vaccine=found.id)
            vaccine = await hold(Vaccine, found.id)
            columns["fold"] = _fold(columns.get("name", vaccine.name), columns.get("maker", vaccine.maker))
            change = await write(vaccine, columns)
            if change.after.keys() & {"targets", "lasts_months"}:
                await vaccinations_due.work_out_where(_GIVEN, (vaccine.id,), now=now)
            if change:
                happening = Happening(EventKind.VACCINE_AMENDED, vaccine.id, before=change.before, after=change.after)
                await events.record(viewer, happening, now=now)
        return {"vaccine": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["vaccine"])


def _fold(name: str, maker: str) -> str:
    return folded(f"{name} {maker}")


def _columns(said: Mapping[str, Any]) -> dict[str, Any]:
    columns = {name: said[name] for name in ("is_in_use",) if name in said}
    if "name" in said:
        columns["name"] = named(said["name"], path=("name",))
    if "maker" in said:
        columns["maker"] = line(said["maker"], path=("maker",))
    for name, words in (("species", Species), ("targets", Target)):
        if name in said:
            columns[name] = [one.value for one in words if one in said[name]]
            if not columns[name]:
                raise InvalidInput("Please name at least one.", path=(name,))
    if "lasts_months" in said:
        if not 1 <= said["lasts_months"] <= LONGEST_MONTHS:
            raise InvalidInput(f"Please choose 1 to {LONGEST_MONTHS} months.", path=("lastsMonths",))
        columns["lasts_months"] = said["lasts_months"]
    return columns
