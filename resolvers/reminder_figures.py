"""Figures of reminding: of what was due, for how much an owner was told, a visit was booked, and it was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from models import Location, Reminder, ReminderState, sql
from models.refusal import InvalidInput
from models.span import months
from resolvers import access

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from resolvers.viewer import Viewer

MOST_MONTHS: Final = 36


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """What was due under a rule in a month, which is its first day; and of how much of it what has come.

    `reminded`: at least one letter was sent. `booked`: a visit was booked for it. `done`: it was done.
    """

    rule_id: UUID
    month: date
    due: int
    reminded: int
    booked: int
    done: int


async def figures(viewer: Viewer, first: date, last: date, location_id: UUID | None = None) -> Sequence[MonthFigures]:
    """Of every rule and month from that of the first day to that of the last in which something was due, by month.

    The month is that of the day on which it was due, or will be. What was withdrawn is not among it. Of one location, or
    of all.

    Raises:
        NotFound: there is no such location.
        InvalidInput: the last month comes before the first, or there are too many.
    """
    begins = _months(first, last)
    place: tuple[str, tuple[Any, ...]] = ("", ())
    if location_id is not None:
        place = (" AND r.location_id = ?", ((await access.find(viewer, Location, location_id, path="locationId")).id,))
    seen, values = access.sight(viewer, Reminder, "r")
    cases = " ".join(f"WHEN r.due_on < ? THEN {number}" for number in range(len(begins) - 1))
    found = await sql.tuples(
        "SELECT rule_id, month, COUNT(*), SUM(is_reminded), SUM(is_booked), SUM(is_done) FROM ("  # noqa: S608 - our own names
        f"SELECT r.rule_id, CASE {cases} END AS month, "
        "CASE WHEN EXISTS (SELECT 1 FROM reminder_notice n WHERE n.reminder_id = r.id AND n.outcome = 'SENT') "
        "THEN 1 ELSE 0 END AS is_reminded, "
        "CASE WHEN r.booked_at IS NULL THEN 0 ELSE 1 END AS is_booked, "
        "CASE WHEN r.done_on IS NULL THEN 0 ELSE 1 END AS is_done "
        f"FROM reminder r WHERE r.due_on >= ? AND r.due_on < ? AND r.state <> ?{place[0]} AND ({seen})"
        ") each_one GROUP BY rule_id, month ORDER BY month, rule_id",
        (*begins[1:], begins[0], begins[-1], ReminderState.WITHDRAWN.value, *place[1], *values),
    )
    return [
        MonthFigures(sql.as_key(rule), begins[month], int(due), int(reminded), int(booked), int(done))
        for rule, month, due, reminded, booked, done in found
    ]


def _months(first: date, last: date) -> list[date]:
    """The first day of each of the months, and of the one after them."""
    if max(first, last).year == date.max.year:
        raise InvalidInput("That is too far away. Please choose an earlier month.", path=("to",))
    begins = [first.replace(day=1)]
    while begins[-1] <= last and len(begins) <= MOST_MONTHS + 1:
        begins.append(months(1).after(begins[-1]))
    if len(begins) < 2:
        raise InvalidInput("The last month comes before the first. Please choose a later one.", path=("to",))
    if len(begins) > MOST_MONTHS + 1:
        raise InvalidInput(f"Please ask for at most {MOST_MONTHS} months at once.", path=("to",))
    return begins
