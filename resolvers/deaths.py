"""Deaths: recording that a pet has died, seeing beforehand what that ends, and taking it back when it was a mistake."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tortoise.transactions import in_transaction

from models import Death, DeathEffect, EventKind, Pet, Right, sql
from models.death import StayedBecause
from models.refusal import InvalidInput, NoDeathRecorded, NotFound
from models.row import uuid7
from models.text import prose
from resolvers import access, ended, endings, events, pets, retries, vaccinations_due
from resolvers.access import Deed
from resolvers.changes import write
from resolvers.endings import Dying, Effect, Undoing
from resolvers.events import Happening
from resolvers.locks import hold, look

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resolvers.ended import Ended
    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer

# An owner needs the right to consent: whoever decides about the pet's treatment may say that its life has ended, and so
# end what others have planned for it. Whoever may only book, as somebody who brings it, can cancel a visit instead.
_RIGHT = Right.CONSENT


@dataclass(frozen=True, slots=True)
class Recorded:
    """A death that was recorded, or undone, and of which pet."""

    pet_id: UUID
    death_id: UUID


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the death of a pet. `recorded_by` is a name, null when nobody in particular recorded it."""

    died_on: date
    recorded_at: datetime
    recorded_by: str | None
    is_reported_by_owner: bool


# Reading


async def standing(viewer: Viewer, pet_ids: Sequence[UUID]) -> Mapping[UUID, Standing]:
    """The death of each of the pets that has died, with one statement; undone ones are none."""
    condition, values = access.sight(viewer, Death, "t")
    rows = await sql.fetch(
        "SELECT t.pet_id, t.died_on, t.recorded_at, t.is_reported_by_owner, "
        "COALESCE(s.display_name, c.display_name) AS recorded_by FROM death t "
        "LEFT JOIN account a ON a.id = t.recorded_by_account_id LEFT JOIN staff s ON s.id = a.staff_id "
        f"LEFT JOIN client c ON c.id = a.client_id WHERE t.undone_at IS NULL AND ({condition}) "
        f"AND t.pet_id IN ({sql.marks(len(pet_ids))})",
        (*values, *pet_ids),
    )
    return {
        sql.as_key(row["pet_id"]): Standing(
            sql.as_date(row["died_on"]) or date.min,
            sql.as_instant(row["recorded_at"]),
            row["recorded_by"],
            bool(row["is_reported_by_owner"]),
        )
        for row in rows
    }


async def preview(viewer: Viewer, pet_id: UUID | None, died_on: date, *, now: datetime) -> Ended:
    """What would be ended if the death were recorded now.

    Raises:
        NotFound, RightNeeded, PetHasDied, InvalidInput: as for recording it.
    """
    access.may(viewer, Deed.RECORD_DEATH)
    pet = await access.find_with_right(viewer, Pet, pet_id, _RIGHT, path="petId")
    _must_be_possible(pet, died_on, now)
    return await ended.told(viewer, await endings.preview(Dying(pet.id, died_on, now)))


async def what_ended(viewer: Viewer, death_id: UUID) -> Ended:
    """What the death ended."""
    return await ended.told(viewer, _by_kind(await _effects(death_id)))


async def what_came_back(viewer: Viewer, death_id: UUID) -> tuple[Ended, dict[StayedBecause, Ended]]:
    """What came back when the death was undone, and what stayed, by the reason."""
    effects, stayed = await _effects(death_id), _stayed(await Death.get(id=death_id))
    back = await ended.told(viewer, _by_kind([effect for effect in effects if effect.id not in stayed]))
    others = {
        reason: await ended.told(viewer, _by_kind([each for each in effects if stayed.get(each.id) is reason]))
        for reason in StayedBecause
        if reason in stayed.values()
    }
    return back, others


# Writing


async def record(viewer: Viewer, pet_id: UUID | None, died_on: date, *, key: str, now: datetime) -> Recorded:
    """Record that a pet has died: whatever was to come for it ends, as `endings` says, and nobody is written to.

    Raises:
        NotFound: the pet is not the viewer's to see.
        RightNeeded: an owner without the right to consent.
        PetHasDied: its death is recorded already.
        InvalidInput: the day lies in the future, or before the pet was born.
    """
    access.may(viewer, Deed.RECORD_DEATH)
    retry = retries.asked(viewer, Deed.RECORD_DEATH, key, {"pet": str(pet_id), "died_on": died_on}, now=now)
    death_id = uuid7()

    async def work() -> Outcome:
        found = await access.find_with_right(viewer, Pet, pet_id, _RIGHT, path="petId")
        _must_be_possible(found, died_on, now)
        async with in_transaction():
            await retry.keep(pet=found.id, death=death_id)
            # The pet first, as a booking does: one that comes later finds it dead, one that came earlier is seen here.
            pet = await hold(Pet, found.id)
            await access.find_with_right(viewer, Pet, found.id, _RIGHT, path="petId")
            _must_be_possible(pet, died_on, now)
            change = await write(pet, {"died_on": died_on})
            death = Death(
                id=death_id, pet_id=pet.id, died_on=died_on, is_reported_by_owner=viewer.is_owner,
                recorded_by_account_id=viewer.account_id, recorded_at=now,
            )  # fmt: skip
            await sql.insert([death])
            done = await endings.end(Dying(pet.id, died_on, now, viewer.staff_id))
            effects = [
                DeathEffect(
                    death_id=death_id, subject_table=table, subject_id=subject_id, before=json.dumps(before),
                    after=json.dumps(after),
                )
                for table, subject_id, before, after in done.effects
            ]  # fmt: skip
            await sql.insert(effects)
            after = {**change.after, "is_reported_by_owner": viewer.is_owner, "ended": _counted(done.effects)}
            died = Happening(EventKind.PET_DIED, pet.id, before=change.before, after=after)
            await events.record_all(viewer, [died, *done.happenings], now=now)
        return {"pet": str(found.id), "death": str(death_id)}

    outcome = await retries.once(retry, work)
    return _recorded(outcome if "death" in outcome else {**outcome, "death": str(await _kept_before(outcome))})


async def undo(viewer: Viewer, pet_id: UUID | None, because: str, *, key: str, now: datetime) -> Recorded:
    """Take back a death that was recorded by mistake: what it ended comes back, as far as the world still allows.

    Whoever has the time of an appointment now keeps it, and whatever somebody changed since stays as they left it.

    Raises:
        NotFound: the pet is not the viewer's to see.
        NoDeathRecorded: it lives.
        InvalidInput: no reason is given.
    """
    access.may(viewer, Deed.UNDO_DEATH)
    because = prose(because, path=("because",), longest=2000)
    if not because:
        raise InvalidInput("Please say why the death is undone.", path=("because",))
    retry = retries.asked(viewer, Deed.UNDO_DEATH, key, {"pet": str(pet_id), "because": because}, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, Pet, pet_id, path="petId")
        recorded = await look(Death, _STANDING, (found.id,))
        if not recorded:
            raise NoDeathRecorded(path=("petId",))
        death = recorded[0]
        undoing = Undoing(await _effects(death.id), now)
        async with in_transaction():
            await retry.keep(pet=found.id, death=death.id)
            await endings.hold_places(undoing)
            pet = await hold(Pet, found.id)
            if not await look(Death, f"{_STANDING} AND id = ?", (pet.id, death.id)):
                raise NoDeathRecorded(path=("petId",))
            change = await write(pet, {"died_on": None})
            happenings = await endings.undo(undoing)
            # The rules may have changed while it counted as dead.
            await vaccinations_due.work_out([pet.id], now=now)
            stayed = {str(key): reason.value for key, reason in undoing.stayed.items()}
            await sql.execute(
                "UPDATE death SET undone_at = ?, undone_because = ?, stayed = ? WHERE id = ?",
                (now, because, json.dumps(stayed), death.id),
            )
            after = {**change.after, "because": because, "stayed": len(stayed)}
            lives = Happening(EventKind.DEATH_UNDONE, pet.id, before=change.before, after=after)
            await events.record_all(viewer, [lives, *happenings], now=now)
        return {"pet": str(found.id), "death": str(death.id)}

    return _recorded(await retries.once(retry, work))


# What the deeds above share

_STANDING = "pet_id = ? AND undone_at IS NULL"


def _must_be_possible(pet: Pet, died_on: date, now: datetime) -> None:
    pet.must_be_alive()
    pets.must_have_come(died_on, now, path="diedOn")
    if pet.born_on is not None and died_on < pet.born_on:
        raise InvalidInput("That day comes before the pet was born.", path=("diedOn",))


def _recorded(outcome: Outcome) -> Recorded:
    return Recorded(sql.as_key(outcome["pet"]), sql.as_key(outcome["death"]))


async def _kept_before(outcome: Outcome) -> UUID:
    """The death that was recorded when the outcome named none yet: the first of the pet, as the migration wrote it down.

    Raises:
        NotFound: there is none any more.
    """
    known = await look(Death, "pet_id = ?", (sql.as_key(outcome["pet"]),))
    if not known:
        raise NotFound(path=("petId",))
    return known[0].id


async def _effects(death_id: UUID) -> list[Effect]:
    """What the death did, in the order of the keys of what it changed."""
    rows = sorted(await look(DeathEffect, "death_id = ?", (death_id,)), key=lambda row: row.subject_id)
    return [
        Effect(row.id, row.subject_table, row.subject_id, json.loads(row.before), json.loads(row.after)) for row in rows
    ]


def _stayed(death: Death) -> dict[UUID, StayedBecause]:
    return {UUID(key): StayedBecause(reason) for key, reason in json.loads(death.stayed).items()}


def _by_kind(effects: Sequence[Effect]) -> dict[Any, list[UUID]]:
    told_as, found = endings.told_as(), dict[Any, list[UUID]]()
    for effect in effects:
        if effect.table in told_as:
            found.setdefault(told_as[effect.table], []).append(effect.subject_id)
    return found


def _counted(effects: Sequence[tuple[str, UUID, Any, Any]]) -> dict[str, int]:
    tables = [table for table, *_ in effects]
    return {table: tables.count(table) for table in sorted(set(tables))}
