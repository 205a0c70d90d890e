"""The trail: what happened, read in the order in which it was committed, and the places in it that clients keep."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models import EventKind, sql
from models.period import Period
from models.refusal import InvalidInput, ResyncRequired

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime, timedelta
    from uuid import UUID

    from resolvers.ports import Vault

MOST_RESUMED = 10_000
"""How many events somebody may have missed and still go on: whoever missed more is quicker to load everything again."""

_LONGEST_CURSOR = 100
_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the trail, right after the event with this number.

    `identity` tells that event from every other one that could have had the number. So it needs no witness outside the
    database to notice that an older backup was restored: there the number belongs to another event, or to none.
    """

    number: int
    identity: str


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of the trail, without who did it; of a kind that only a newer version knows, `kind` is None."""

    place: Place
    kind: EventKind | None
    at: datetime
    subject_id: UUID
    location_id: UUID | None
    old: Period | None
    new: Period | None

    @property
    def number(self) -> int:
        """Its number: events are committed in this order."""
        return self.place.number


_KINDS = {kind.value: kind for kind in EventKind}
_WHAT = "c.stream_id, e.number, e.kind, e.at, e.subject_id"
_COLUMNS = f"{_WHAT}, e.location_id, e.old_starts_at, e.old_ends_at, e.new_starts_at, e.new_ends_at"


async def since(
    number: int,
    *,
    most: int,
    until: int | None = None,
    kinds: Collection[EventKind] = (),
    location_id: UUID | None = None,
) -> list[Happened]:
    """The first `most` events after that number, in order; of these kinds and at this location, where that is said."""
    scope = "e.number > ?"
    asked: list[Any] = [number]
    if until is not None:
        scope += " AND e.number <= ?"
        asked.append(until)
    if location_id is not None:
        scope += " AND e.location_id = ?"
        asked.append(location_id)
    if kinds:
        scope += f" AND e.kind IN ({sql.marks(len(kinds))})"
        asked += sorted(kind.value for kind in kinds)
    rows = await sql.fetch(
        f"SELECT {_COLUMNS} FROM event e CROSS JOIN event_counter c WHERE {scope} ORDER BY e.number LIMIT ?",
        (*asked, most),
    )
    return [_happened(row) for row in rows]


async def latest() -> Place:
    """Where the trail stands now."""
    return _place(
        (
            await sql.fetch(
                f"SELECT {_WHAT} FROM event_counter c LEFT JOIN event e ON e.number = c.last_number WHERE c.id = 1"
            )
        )[0]
    )


def cursor(place: Place, vault: Vault) -> str:
    """The place as clients keep it: opaque, and good for nobody who did not get it from us."""
    plain = f"{place.number}.{_signature(place, vault)}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


async def resumed(text: str, *, vault: Vault, keep: timedelta, now: datetime) -> int:
    """The number after which somebody with this cursor goes on.

    Raises:
        InvalidInput: that is no cursor.
        ResyncRequired: something older than `keep` has been missed, or too much, or its event is not (or no longer) ours.
    """
    number, signature = _opened(text)
    rows = await sql.fetch(
        f"SELECT {_WHAT}, c.last_number, missed.at AS missed_at FROM event_counter c "
        "LEFT JOIN event e ON e.number = ? LEFT JOIN event missed ON missed.number = ? WHERE c.id = 1",
        (number, number + 1),
    )
    place = _place(rows[0])
    if place.number != number or _signature(place, vault) != signature:
        raise ResyncRequired(path=("after",))
    if rows[0]["last_number"] - number > MOST_RESUMED:
        raise ResyncRequired(path=("after",))
    # Not the age of its own event: where nothing has happened since, there is nothing to load again.
    missed_at = rows[0]["missed_at"]
    if missed_at is not None and sql.as_instant(missed_at) < now - keep:
        raise ResyncRequired(path=("after",))
    return number


def _opened(text: str) -> tuple[int, str]:
    try:
        if len(text) > _LONGEST_CURSOR:
            raise ValueError("too long")
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
        number, signature = plain.split(".")
        if not (number.isdigit() and len(number) <= 18 and len(signature) == _DIGITS):
            raise ValueError("not ours")
    except ValueError as error:
        raise InvalidInput(
            "This is not a cursor of ours. Please leave it out, or load everything again.", path=("after",)
        ) from error
    return int(number), signature


def _signature(place: Place, vault: Vault) -> str:
    return vault.digest("cursor", place.identity)[:_DIGITS]


def _place(row: Mapping[str, Any]) -> Place:
    stream = sql.as_key(row["stream_id"])
    if row["number"] is None:
        return Place(0, f"{stream}/0")
    at = sql.as_instant(row["at"]).isoformat()
    return Place(row["number"], f"{stream}/{row['number']}/{row['kind']}/{at}/{sql.as_key(row['subject_id'])}")


def _happened(row: Mapping[str, Any]) -> Happened:
    return Happened(
        place=_place(row),
        kind=_KINDS.get(row["kind"]),
        at=sql.as_instant(row["at"]),
        subject_id=sql.as_key(row["subject_id"]),
        location_id=row["location_id"] and sql.as_key(row["location_id"]),
        old=_period(row["old_starts_at"], row["old_ends_at"]),
        new=_period(row["new_starts_at"], row["new_ends_at"]),
    )


def _period(starts_at: Any, ends_at: Any) -> Period | None:
    return None if starts_at is None else Period(sql.as_instant(starts_at), sql.as_instant(ends_at))
