"""Kinds of endings: what a death can do to the rows of a table, so that its undo finds what it has to restore."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from uuid import UUID

from models import sql
from models.death import EndingKind, StayedBecause
from resolvers.events import Happening
from resolvers.locks import hold_all, look

if TYPE_CHECKING:
    from models import EventKind
    from models.row import Row

R = TypeVar("R", bound="Row")

BECAUSE = "The pet has died."


@dataclass(frozen=True, slots=True)
class Dying:
    """A death that is recorded, or might be: of which pet, on which day, when it is recorded, and by whom of the staff."""

    pet_id: UUID
    died_on: date
    now: datetime
    staff_id: UUID | None = None

    @property
    def today(self) -> date:
        """The day on which it is recorded."""
        return self.now.astimezone(UTC).date()


@dataclass(frozen=True, slots=True)
class Effect:
    """One row that a death changed: what is in its columns before and after, as JSON has it."""

    id: UUID
    table: str
    subject_id: UUID
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(slots=True)
class Undoing:
    """A death that is being undone: what it did, when that is undone, and why some of it stays, by effect."""

    effects: Sequence[Effect]
    now: datetime
    stayed: dict[UUID, StayedBecause] = field(default_factory=dict)

    def of(self, table: str) -> list[Effect]:
        """The effects on that table."""
        return [effect for effect in self.effects if effect.table == table]

    def stays(self, table: str, subject_id: UUID) -> bool:
        """Whether that row stays as the death left it."""
        return any(
            effect.id in self.stayed
            for effect in self.effects
            if effect.table == table and effect.subject_id == subject_id
        )


@dataclass(slots=True)
class Done:
    """What an ending did: the effects it had, and what happened."""

    effects: list[tuple[str, UUID, dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)

    def note(self, table: str, subject_id: UUID, before: dict[str, Any], after: dict[str, Any]) -> None:
        """Take in what became of one row."""
        self.effects.append((table, subject_id, before, after))


class Ending(Protocol):
    """What a death does to the rows of a table, told beforehand, done, and undone: each in one way for all of them."""

    @property
    def sentence(self) -> str:
        """What it does, in words."""

    @property
    def kind(self) -> EndingKind:
        """As what those rows are told."""

    async def preview(self, dying: Dying) -> Sequence[Row]:
        """The rows that would be ended."""

    async def end(self, dying: Dying, done: Done) -> None:
        """End them, inside the transaction that holds the pet."""

    async def undo(self, undoing: Undoing) -> Sequence[Happening]:
        """Restore those that the world still allows, inside the transaction that holds the pet."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A death does nothing to these rows, and so does its undo."""

    sentence: str


@dataclass(frozen=True, slots=True)
class EndsWith:
    """These rows end, and come back, with those of another table, whose ending does it."""

    table: str
    sentence: str


def _of_the_pet(dying: Dying) -> Sequence[Any]:
    return (dying.pet_id,)


async def _nothing_more(_undoing: Undoing, _rows: Sequence[Any]) -> Mapping[UUID, StayedBecause]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Rows that are still to come or go on, and get other values in some columns.

    `living` is SQL, and `given` says what stands at its `?`: the key of the pet, unless more is asked. `becomes` says what
    is in the columns afterwards; what `erases` names is cleared as well, and kept nowhere. A row comes back when it stands
    exactly as the death left it, and `why_not` has nothing against it.
    """

    sentence: str
    kind: EndingKind
    model: type[Row]
    living: str
    becomes: Callable[[Dying], Mapping[str, Any]]
    given: Callable[[Dying], Sequence[Any]] = _of_the_pet
    erases: Sequence[str] = ()
    stopped: EventKind | None = None
    resumed: EventKind | None = None
    why_not: Callable[[Undoing, Sequence[Any]], Awaitable[Mapping[UUID, StayedBecause]]] = _nothing_more

    async def preview(self, dying: Dying) -> Sequence[Row]:
        """The rows that would be ended."""
        return await look(self.model, self.living, self.given(dying))

    async def end(self, dying: Dying, done: Done) -> None:
        """End them."""
        rows, becomes = await hold_all(self.model, self.living, self.given(dying)), self.becomes(dying)
        await write(self.model, [row.pk for row in rows], {**becomes, **dict.fromkeys(self.erases)})
        for row in rows:
            before, after = facts(row, becomes), plain(becomes)
            done.note(table_of(self.model), row.pk, before, after)
            if self.stopped is not None:
                done.happenings.append(Happening(self.stopped, row.pk, before=before, after=after))

    async def undo(self, undoing: Undoing) -> Sequence[Happening]:
        """Restore those that nobody has changed since."""
        standing = await still_standing(self.model, undoing)
        against = await self.why_not(undoing, [row for _, row in standing])
        undoing.stayed |= {effect.id: against[row.pk] for effect, row in standing if row.pk in against}
        back = [effect for effect, row in standing if row.pk not in against]
        await restore(self.model, back)
        if self.resumed is None:
            return []
        return [Happening(self.resumed, each.subject_id, before=each.after, after=each.before) for each in back]


# What endings share


def table_of(model: type[Row]) -> str:
    """The name of the table."""
    return model._meta.db_table


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as JSON has them."""
    return {name: _plain(value) for name, value in values.items()}


def facts(row: Row, names: Mapping[str, Any] | Sequence[str]) -> dict[str, Any]:
    """What is in those columns of the row, as JSON has it."""
    return {name: _plain(getattr(row, name)) for name in names}


async def still_standing(model: type[R], undoing: Undoing) -> list[tuple[Effect, R]]:
    """The rows that stand exactly as the death left them, held; of the others it is noted that they were changed."""
    effects = undoing.of(table_of(model))
    if not effects:
        return []
    ids = [effect.subject_id for effect in effects]
    rows = {row.pk: row for row in await hold_all(model, f"id IN ({sql.marks(len(ids))})", ids)}
    standing: list[tuple[Effect, R]] = []
    for effect in effects:
        row = rows.get(effect.subject_id)
        if row is not None and facts(row, effect.after) == effect.after:
            standing.append((effect, row))
        else:
            undoing.stayed[effect.id] = StayedBecause.CHANGED_SINCE
    return standing


async def restore(model: type[Row], effects: Sequence[Effect]) -> None:
    """Write what was before; one statement for all rows that get the same."""
    alike: dict[str, list[Effect]] = {}
    for effect in effects:
        alike.setdefault(json.dumps(effect.before, sort_keys=True), []).append(effect)
    for same in alike.values():
        await write(model, [effect.subject_id for effect in same], known(model, same[0].before))


def known(model: type[Row], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values that JSON had, as Python knows them."""
    return {name: model._meta.fields_map[name].to_python_value(value) for name, value in values.items()}


async def write(model: type[Row], ids: Sequence[UUID], values: Mapping[str, Any]) -> None:
    """Write the same values into those rows, with one statement."""
    if not ids:
        return
    columns = model._meta.fields_map
    said = ", ".join(f"{name} = ?" for name in values)
    given = [columns[name].to_db_value(value, model) for name, value in values.items()]
    await sql.execute(
        f"UPDATE {table_of(model)} SET {said} WHERE id IN ({sql.marks(len(ids))})",
        (*given, *ids),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, UUID | date | str) else value
