"""Lived: the year itself, with workers that come several times a day, twice at once, and are cut off in the middle."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models import sql
from resolvers import messages, reminders
from resolvers.ports import Envelope, Vault
from resolvers.viewer import Viewer
from tests.year.expected import Expected, Told, Withheld
from tests.year.facts import CLOSES, OPENS, PLACE
from tests.year.living import Living
from tests.year.street import FIRST_DAY

WORKER = Viewer.system("worker")
LOOKS = (time(4), time(6, 10), time(7, 5), time(10, 30), time(13), time(18, 45), time(22))
"""When a worker looks, in UTC: by night, in the morning, after what happened that day, in the evening."""


class Cut(BaseException):
    """The worker was cut off."""


@dataclass
class Post:
    """A mail server that takes everything, and counts."""

    taken: Counter[str] = field(default_factory=Counter)

    async def send(self, letter: Envelope, handing_over: Callable[[], Awaitable[None]]) -> str:
        """Take a letter."""
        await handing_over()
        self.taken[letter.message_id] += 1
        return "250 OK"

    async def close(self) -> None:
        """Nothing is held."""


@dataclass
class Year:
    """What came of it: what should have been sent, what was, and everything that must never happen and did."""

    street: Living
    expected: Expected
    post: Post = field(default_factory=Post)
    cuts: int = 0
    troubles: list[str] = field(default_factory=list)


async def lived(
    animals: int,
    days: int,
    *,
    seed: int,
    vault: Vault,
    cut_every: int = 5,
    looks: Sequence[time] = LOOKS,
    told: Callable[[int], None] = lambda _day: None,
) -> Year:
    """Live so many days; every `cut_every`th time that a worker looks it is cut off first, and comes again."""
    street = await Living.built(animals, seed)
    year = Year(street, Expected(street.animals))
    for number in range(days):
        day = FIRST_DAY + timedelta(days=number)
        for at in looks:
            now = datetime.combine(day, at, UTC)
            if at == time(10, 30):
                await street.lives(day)
            if not street.chance.randrange(cut_every):
                await _cut_off(year, now, after=street.chance.randrange(1, 20))
            await asyncio.gather(_works(year, vault, now), _works(year, vault, now))
            year.expected.looks(now)
        told(number)
    await _held_against(year)
    return year


async def _works(year: Year, vault: Vault, now: datetime) -> None:
    while (await reminders.plan_due(WORKER, now=now)).is_more:
        pass
    while (await reminders.decide_due(WORKER, now=now)).is_more:
        pass
    while True:
        delivered = await messages.deliver_due(
            WORKER, mail=year.post, vault=vault, public_url="https://vetdesk.example", now=lambda: now
        )
        if delivered.unexpected:
            raise delivered.unexpected[0]
        if not delivered.total:
            return


async def _cut_off(year: Year, now: datetime, *, after: int) -> None:
    """A worker that plans and decides, and is gone after so many statements."""
    left, execute, fetch = after, sql.execute, sql.fetch

    def counted(ask):
        async def asked(*given, **more):
            nonlocal left
            left -= 1
            if left < 0:
                raise Cut
            return await ask(*given, **more)

        return asked

    sql.execute, sql.fetch = counted(execute), counted(fetch)
    try:
        await reminders.plan_due(WORKER, now=now)
        await reminders.decide_due(WORKER, now=now)
    except Cut:
        year.cuts += 1
    finally:
        sql.execute, sql.fetch = execute, fetch


# Holding one against the other

_SENT = (
    "SELECT m.id, m.sent_at, m.to_address, m.language, p.name AS pet, r.subject, u.name AS rule, n.step, c.zone, "
    "p.died_on FROM reminder_notice n JOIN message m ON m.id = n.message_id JOIN reminder r ON r.id = n.reminder_id "
    "JOIN reminder_rule u ON u.id = r.rule_id JOIN pet p ON p.id = r.pet_id JOIN client c ON c.id = m.client_id "
    "WHERE n.outcome = 'SENT' ORDER BY m.sent_at, m.id"
)
_WITHHELD = (
    "SELECT n.reason, n.client_id AS person, p.name AS pet, u.name AS rule, r.subject, n.step FROM reminder_notice n "
    "JOIN reminder r ON r.id = n.reminder_id JOIN reminder_rule u ON u.id = r.rule_id JOIN pet p ON p.id = r.pet_id "
    "WHERE n.message_id IS NULL AND n.reason <> 'TOO_LATE'"
)


async def _held_against(year: Year) -> None:
    rows = await sql.fetch(_SENT)
    found, letters = Counter[Told](), dict[str, set[Told]]()
    for row in rows:
        at = sql.as_instant(row["sent_at"])
        told = Told(at, row["to_address"].lower(), row["pet"], row["rule"], row["subject"], row["step"])
        # Of a couple with one mailbox each is told, and it is one letter.
        letters.setdefault(str(row["id"]), set()).add(told)
        local = at.astimezone(ZoneInfo(row["zone"]) if row["zone"] else PLACE)
        if not OPENS <= local.hour < CLOSES:
            year.troubles.append(f"In quiet hours: {told}")
    for items in letters.values():
        found.update(items)
    expected = Counter[Told]()
    for letter in year.expected.sent:
        expected.update(set(letter))
    year.troubles += [f"Not told: {one}" for one in (expected - found)]
    year.troubles += [f"Told, and should not: {one}" for one in (found - expected)]
    year.troubles += [f"Sent {count} times: {key}" for key, count in year.post.taken.items() if count != 1]
    in_letters = Counter(frozenset(items) for items in letters.values())
    wanted = Counter(frozenset(letter) for letter in year.expected.sent)
    if not year.troubles and in_letters != wanted:
        year.troubles.append(f"Put into other letters: {sum((wanted - in_letters).values())}")
    withheld = Counter(
        Withheld(row["reason"], str(row["person"]), row["pet"], row["rule"], row["subject"], row["step"])
        for row in await sql.fetch(_WITHHELD)
    )
    year.troubles += [f"Not withheld: {one}" for one in (year.expected.withheld - withheld)]
    year.troubles += [f"Withheld, and should not be: {one}" for one in (withheld - year.expected.withheld)]
