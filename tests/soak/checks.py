"""The checks: what must hold at any moment, however many deeds are under way."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from graph.ids import opened as opened_id
from models.appointment import BUSY, MOVABLE, NEXT, Status
from tests.databases import Database
from tests.soak import books
from tests.soak.books import Rows, moment
from tests.soak.line import Record

_STEPS = {
    "APPOINTMENT_CONFIRMED": Status.CONFIRMED,
    "APPOINTMENT_ARRIVED": Status.ARRIVED,
    "APPOINTMENT_STARTED": Status.IN_PROGRESS,
    "APPOINTMENT_COMPLETED": Status.COMPLETED,
    "APPOINTMENT_CANCELLED": Status.CANCELLED,
    "APPOINTMENT_NO_SHOW": Status.NO_SHOW,
}
_KEYS = {
    "bookAppointment": "APPOINTMENT_BOOKED",
    "rescheduleAppointment": "APPOINTMENT_MOVED",
    "confirmAppointment": "APPOINTMENT_CONFIRMED",
    "checkInAppointment": "APPOINTMENT_ARRIVED",
    "startAppointment": "APPOINTMENT_STARTED",
    "completeAppointment": "APPOINTMENT_COMPLETED",
    "cancelAppointment": "APPOINTMENT_CANCELLED",
    "markNoShowAppointment": "APPOINTMENT_NO_SHOW",
}
_LETTERS = ("APPOINTMENT_BOOKED", "APPOINTMENT_MOVED", "APPOINTMENT_CANCELLED")
_OVERLAPS = """
SELECT resource, resource_id, starts_at FROM (SELECT resource, resource_id, starts_at, MAX(ends_at) OVER (
  PARTITION BY resource_id ORDER BY starts_at, ends_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM busy_time WHERE is_exclusive) t WHERE starts_at < before
"""
_FITS = """SUM(CASE
  WHEN b.resource = 'PET' AND b.resource_id = a.pet_id AND b.starts_at = a.starts_at AND b.ends_at = a.ends_at THEN 1
  WHEN b.resource = 'VET' AND b.resource_id = a.vet_id AND b.starts_at <= a.starts_at AND b.ends_at >= a.ends_at THEN 10
  WHEN b.resource = 'ROOM' AND b.resource_id = a.room_id AND b.starts_at <= a.starts_at AND b.ends_at >= a.ends_at
    THEN 100 ELSE 1000 END)"""
_BUSY = ", ".join(f"'{status.value}'" for status in sorted(BUSY))
# One busy time for the pet, one for the vet and one for the room: 111; or none at all.
_WRONGLY_HELD = f"""
SELECT a.id, a.status, COUNT(b.id) FROM appointment a LEFT JOIN busy_time b ON b.appointment_id = a.id
GROUP BY a.id, a.status
HAVING COUNT(b.id) <> CASE WHEN a.status IN ({_BUSY}) THEN 3 ELSE 0 END OR (COUNT(b.id) > 0 AND {_FITS} <> 111)
"""


class Checks:
    """Looks at the books again and again; of the trail it remembers how far it has read."""

    def __init__(self, database: Database, record: Record) -> None:
        self._database, self._record = database, record
        self._known: dict[str, tuple[Status, datetime | None]] = {}
        self._happened: dict[str, int] = {}
        self._read_until = 0
        self._seeded = 0
        self.rows: dict[str, int] = {}

    async def begin(self) -> None:
        """Take in what is there before anything happens."""
        async with books.opened(self._database) as rows:
            for key, status, starts_at in await rows("SELECT id, status, starts_at FROM appointment"):
                self._known[key] = (Status(status), moment(starts_at))
        self._seeded = len(self._known)

    async def look(self) -> None:
        """Look once, at everything; whatever does not hold becomes a violation."""
        told, self._record.told = self._record.told, []
        async with books.opened(self._database) as rows:
            await self._busy_times(rows)
            await self._trail(rows)
            await self._appointments(rows)
            await self._keys(rows, told)
            await self._letters(rows)
            for table in ("appointment", "busy_time", "event", "message", "idempotency_key"):
                self.rows[table] = (await rows(f"SELECT COUNT(*) FROM {table}"))[0][0]

    async def letters_due(self) -> int:
        """How many letters should have gone out by now, and are in nobody's hands."""
        now = datetime.now(UTC)
        async with books.opened(self._database) as rows:
            waiting = await rows("SELECT not_before, locked_until FROM message WHERE state = 'WAITING'")
        return sum(
            _passed(not_before, now) and (locked_until is None or _passed(locked_until, now))
            for not_before, locked_until in waiting
        )

    async def letters_sent(self) -> set[str]:
        """The keys of the messages that the books say were sent."""
        async with books.opened(self._database) as rows:
            return {key for (key,) in await rows("SELECT id FROM message WHERE state = 'SENT'")}

    async def _busy_times(self, rows: Rows) -> None:
        for resource, key, starts_at in await rows(_OVERLAPS):
            self._violated(f"{resource} {key} is taken twice at {starts_at}")
        for key, status, held in await rows(_WRONGLY_HELD):
            self._violated(f"appointment {key} is {status} and holds {held} busy times, or not its own")
        ((strays,),) = await rows("SELECT COUNT(*) FROM busy_time WHERE appointment_id IS NULL")
        if strays:
            self._violated(f"{strays} busy times belong to nothing")

    async def _trail(self, rows: Rows) -> None:
        """Follow every appointment through its events, which are numbered without a gap in the order of commits."""
        news = await rows(
            f"SELECT number, kind, subject_id, new_starts_at FROM event WHERE number > {self._read_until} ORDER BY number"
        )
        for number, kind, subject, new_starts_at in news:
            if number != self._read_until + 1:
                self._violated(f"event {number} follows event {self._read_until}")
            self._read_until = number
            self._happened[kind] = self._happened.get(kind, 0) + 1
            self._follow(kind, subject, moment(new_starts_at))
        ((last,),) = await rows("SELECT last_number FROM event_counter")
        if last != self._read_until:
            self._violated(f"the counter stands at {last}, the last event is {self._read_until}")

    def _follow(self, kind: str, subject: str, new_starts_at: datetime | None) -> None:
        if kind == "APPOINTMENT_BOOKED":
            if subject in self._known:
                self._violated(f"appointment {subject} was booked twice")
            self._known[subject] = (Status.BOOKED, new_starts_at)
            return
        status, starts_at = self._known[subject]
        if kind == "APPOINTMENT_MOVED":
            if status not in MOVABLE:
                self._violated(f"appointment {subject} was moved while {status}")
            self._known[subject] = (Status.BOOKED if status is Status.CONFIRMED else status, new_starts_at)
        elif _STEPS[kind] in NEXT[status]:
            self._known[subject] = (_STEPS[kind], starts_at)
        else:
            self._violated(f"appointment {subject} went from {status} by {kind}")

    async def _appointments(self, rows: Rows) -> None:
        found = await rows("SELECT id, status, starts_at FROM appointment")
        for key, status, starts_at in found:
            if self._known.get(key) != (Status(status), moment(starts_at)):
                self._violated(f"appointment {key} is {status} at {starts_at}, its trail says {self._known.get(key)}")
        if len(found) != len(self._known):
            self._violated(f"there are {len(found)} appointments and {len(self._known)} trails")

    async def _keys(self, rows: Rows, told: list[tuple[str, str, str, str]]) -> None:
        kept: dict[tuple[str, str, str], list[Any]] = {}
        for scope, deed, key, outcome in await rows("SELECT scope, deed, key, outcome FROM idempotency_key"):
            kept.setdefault((scope, deed, key), []).append(json.loads(outcome)["appointment"])
        for name, outcomes in kept.items():
            if len(outcomes) != 1:
                self._violated(f"the key {name} has {len(outcomes)} outcomes")
        for account, deed, key, appointment in told:
            named = opened_id(appointment)
            if named is None or kept.get((account, deed, key)) != [str(named[1])]:
                self._violated(f"{deed} under {key}: somebody was told of {named}, which the books do not say")
        for deed, kind in _KEYS.items():
            deeds, events = sum(name[1] == deed for name in kept), self._happened.get(kind, 0)
            if deeds != events:
                self._violated(f"{deeds} outcomes of {deed} are kept, and {events} events of it")

    async def _letters(self, rows: Rows) -> None:
        written: dict[str, int] = dict(await rows("SELECT letter, COUNT(*) FROM message GROUP BY letter"))
        for letter in _LETTERS:
            if written.get(letter, 0) != self._happened.get(letter, 0):
                self._violated(f"{written.get(letter, 0)} letters {letter} for {self._happened.get(letter, 0)} events")
        for key, secret, state in await rows(
            "SELECT id, secret, state FROM message WHERE state IN ('FAILED', 'WITHHELD') AND reason = ''"
        ):
            self._violated(f"message {key} is {state} for no reason ({secret})")

    def _violated(self, sentence: str) -> None:
        self._record.violated(sentence)


def _passed(value: Any, now: datetime) -> bool:
    at = moment(value)
    return at is not None and at <= now
