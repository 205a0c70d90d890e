"""Lines: what everything that is written down in the record of a pet has in common, and marking it as an error."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tortoise.transactions import in_transaction

from models import (
    Allergy,
    Diagnosis,
    EventKind,
    HistoryKind,
    Note,
    Pet,
    Prescription,
    Procedure,
    Staff,
    Treatment,
    Visit,
    Vital,
    sql,
)
from models.refusal import InvalidInput, NotFound, Refusal
from models.row import uuid7
from models.text import named
from resolvers import access, events, retries
from resolvers.access import Deed
from resolvers.changes import plain
from resolvers.events import Happening
from resolvers.locks import hold

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime
    from uuid import UUID

    from models import Problem
    from models.recorded import Recorded
    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

LINES: Final[tuple[type[Recorded], ...]] = (Vital, Diagnosis, Procedure, Treatment, Prescription, Allergy)
"""Every kind of line there is."""
_SLOW_CLOCK = timedelta(minutes=5)
"""By how much the clock of a tablet may be ahead."""

T = TypeVar("T", bound="Recorded | Problem")


@dataclass(frozen=True, slots=True)
class Line:
    """Where a line stands: in the record of a pet, in one of its notes or alone. `at` is when it happened; now if null."""

    pet_id: UUID | None
    note_id: UUID | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line is about to be written, held until the transaction ends, and what all lines have in common."""

    pet: Pet
    visit: Visit | None
    at: datetime
    columns: Mapping[str, Any]


# Reading


def one(viewer: Viewer, model: type[Recorded], line_id: UUID | None) -> Rows:
    """The line with this key."""
    return access.rows(viewer, model).only(line_id)


# Writing


async def write_down(
    viewer: Viewer,
    deed: Deed,
    line: Line,
    said: Any,
    made: Callable[[Place], Awaitable[Recorded]],
    *,
    kind: EventKind,
    key: str,
    now: datetime,
    also: Mapping[str, Any] | None = None,
) -> UUID:
    """Write a line into the record of a pet: what was `said`, which `made` turns into a row; its key.

    Whoever writes into the record of a pet holds the pet first, then the visit and the note, one after the other.
    `also` is told to the event beside the row.

    Raises:
        NotFound: the pet or the note is not there.
        InvalidInput: the note belongs to another pet, or it has not happened yet.
        AlreadySigned, RecordLocked, EnteredInError: the note takes nothing any more.
        Refusal: whatever `made` refuses.
    """
    access.may(viewer, deed)
    asked = {"line": plain(line), "said": plain(said)}
    retry = retries.asked(viewer, deed, key, asked, now=now)
    line_id = uuid7()

    async def work() -> Outcome:
        at = _happened(line.at, now)
        pet = await access.find(viewer, Pet, line.pet_id, path="petId")
        note = await access.find(viewer, Note, line.note_id, path="noteId") if line.note_id else None
        async with in_transaction():
            await retry.keep(line=line_id)
            pet = await hold(Pet, pet.id)
            visit, draft = await _held(viewer, deed, pet, note)
            columns = {
                "id": line_id,
                "pet_id": pet.id,
                "note_id": line.note_id,
                "at": at,
                "recorded_at": now,
                "recorded_by_id": viewer.staff_id,
            }
            row = await made(Place(pet, visit, at, columns))
            await sql.insert([row])
            await _has_another_line(draft)
            after = {**_told(row), **(also or {})}
            happening = Happening(kind, line_id, visit.location_id if visit else None, after=after)
            await events.record(viewer, happening, now=now)
        return {"line": str(line_id)}

    return sql.as_key((await retries.once(retry, work))["line"])


async def change(
    viewer: Viewer,
    deed: Deed,
    model: type[T],
    row_id: UUID | None,
    said: Mapping[str, Any],
    work_on: Callable[[T, Pet], Awaitable[Happening]],
    *,
    path: str,
    key: str,
    now: datetime,
    kind: HistoryKind | None = None,
) -> UUID:
    """Change what may still be changed of something in the record of a pet, with the pet and its note held; its key.

    `kind` says what it is, where fewer may do this to something of that kind.

    Raises:
        NotFound: it is not there.
        Refusal: whatever `work_on` refuses.
    """
    access.may(viewer, deed, kind=kind)
    retry = retries.asked(viewer, deed, key, {"row": str(row_id), **said}, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, model, row_id, path=path)
        location_id = await _where(viewer, deed, getattr(found, "note_id", None), kind)
        async with in_transaction():
            await retry.keep(row=found.id)
            pet = await hold(Pet, found.pet_id)
            note_id = getattr(found, "note_id", None)
            note = await hold(Note, note_id) if note_id else None
            happening = await work_on(await hold(model, found.id), pet)
            await _has_another_line(note)
            await events.record(viewer, replace(happening, location_id=location_id), now=now)
        return {"row": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["row"])


async def mark_entered_in_error(
    viewer: Viewer, model: type[Recorded] | None, line_id: UUID | None, because: str, *, key: str, now: datetime
) -> UUID:
    """Mark a line as entered in error, also in a signed note or a locked visit: it is all that can be done to it there.

    Raises:
        NotFound: there is no such line.
        Forbidden: it is a prescription, and the viewer is no vet.
        EnteredInError: it is marked already.
        InvalidInput: no reason is given.
    """
    access.may(viewer, Deed.MARK_ENTERED_IN_ERROR)
    if model is None:
        raise NotFound(path=("lineId",))
    kind = model.__name__

    async def mark(row: Any, _pet: Pet) -> Happening:
        reason = named(because, path=("because",), longest=1000)
        row.was_an_error(reason, by=viewer.staff_id, now=now)
        await row.save(update_fields=["errored_at", "errored_by_id", "errored_because"])
        return Happening(EventKind.LINE_ENTERED_IN_ERROR, row.id, after={"line": kind, "errored_because": reason})

    deed, said = Deed.MARK_ENTERED_IN_ERROR, {"kind": kind, "because": because}
    of_kind = HistoryKind(kind.upper())
    return await change(viewer, deed, model, line_id, said, mark, path="lineId", key=key, now=now, kind=of_kind)


def acting(viewer: Viewer) -> UUID:
    """Whoever of the staff does it: such a thing has a name under it.

    Raises:
        InvalidInput: nobody of the staff asks.
    """
    if viewer.staff_id is None:
        raise InvalidInput("This is done by somebody of the staff. Please say who did it.")
    return viewer.staff_id


async def by(viewer: Viewer, staff_id: UUID | None, *, path: str) -> UUID:
    """Who did it: somebody named, or whoever asks.

    Raises:
        NotFound: there is no such person.
        InvalidInput: nobody is named, and nobody of the staff asks.
    """
    return acting(viewer) if staff_id is None else (await access.find(viewer, Staff, staff_id, path=path)).id


# What the deeds above share


def _happened(at: datetime | None, now: datetime) -> datetime:
    if at is not None and at > now + _SLOW_CLOCK:
        raise InvalidInput("That moment has not come yet. Please check the date and the time.", path=("at",))
    if at is not None and at.year < 1970:
        raise InvalidInput("Please check the year.", path=("at",))
    return min(at, now) if at else now


async def _held(viewer: Viewer, deed: Deed, pet: Pet, note: Note | None) -> tuple[Visit | None, Note | None]:
    """The note that takes one line more, and its visit; none when the line stands alone."""
    if note is None:
        return None, None
    if note.pet_id != pet.id:
        raise InvalidInput("That note is about another pet. Please open the record of this one.", path=("noteId",))
    visit = await hold(Visit, note.visit_id)
    access.may(viewer, deed, visit.location_id)
    try:
        visit.must_be_open()
        draft = await hold(Note, note.id)
        draft.must_be_a_draft()
    except Refusal as refusal:
        refusal.path = ("noteId",)
        raise
    return visit, draft


async def _has_another_line(note: Note | None) -> None:
    """Let whoever has read the note before, and is about to sign it, find out."""
    if note is not None and note.has_another_line():
        await note.save(update_fields=["version"])


async def _where(viewer: Viewer, deed: Deed, note_id: UUID | None, kind: HistoryKind | None) -> UUID | None:
    """The location of the visit to which a line belongs, where the viewer must be allowed to do this."""
    if note_id is None:
        return None
    found = await sql.tuples(
        "SELECT v.location_id FROM note n JOIN visit v ON v.id = n.visit_id WHERE n.id = ?", (note_id,)
    )
    location_id = sql.as_key(found[0][0])
    access.may(viewer, deed, location_id, kind=kind)
    return location_id


_LEFT_OUT = {"id", "words", "recorded_at", "recorded_by_id"}


def _told(row: Recorded) -> dict[str, Any]:
    """What the event tells of a new line: its columns that say something."""
    meta = row._meta  # noqa: SLF001 - Tortoise says it nowhere else
    said = {name: getattr(row, name) for name in meta.fields_db_projection if name not in _LEFT_OUT}
    return {name: value for name, value in said.items() if value not in (None, "")}
