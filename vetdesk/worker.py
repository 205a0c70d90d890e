"""The worker: reminds, delivers letters when they are due, follows payments, locks records, and forgets what is not needed."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

import structlog

from models import period
from models.refusal import DatabaseUnavailable
from resolvers import card_payments, codes, messages, reminders, retries, sessions, throttles, visits
from resolvers.ports import Mail, PaymentGateway, Vault
from resolvers.viewer import Viewer
from vetdesk.bounces import MailboxUnavailable

TIDY_EVERY = timedelta(minutes=10)
LOCK_EVERY = timedelta(minutes=1)
KEEP_CODES = timedelta(days=1)
"""How long an expired sign-in code is kept: until no letter that holds it can still be waiting to be tried."""
KEEP_SESSIONS = timedelta(days=30)
"""How long a session is kept after its end, for whoever asks who was signed in."""
GRACE_SECONDS = 10.0
"""How long a letter in hand may still take when the worker is asked to stop."""

HANGING_EVERY = timedelta(minutes=5)
"""How often it is said in the log that payments hang."""

MAILBOX_EVERY = timedelta(minutes=1)
"""How often the mailbox is looked into to which letters come back."""

_LETTERS_AT_ONCE = 20
_GATHERING = timedelta(milliseconds=250)
_PETS_AT_ONCE = 200
_REMINDERS_AT_ONCE = 100

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Duties:
    """What the worker works with, and how often it looks."""

    mail: Mail
    vault: Vault
    public_url: str
    payments: PaymentGateway | None = None
    came_back: Callable[[], Awaitable[int]] | None = None
    """Deals with the letters that came back to a mailbox; how many there were."""
    letters_a_minute: int | None = None
    """The most letters a minute to one mail domain."""
    every: timedelta = timedelta(seconds=2)
    keep_outcomes: timedelta = timedelta(hours=24)
    now: Callable[[], datetime] = period.now


async def run(
    duties: Duties,
    *,
    stop: asyncio.Event,
    wake: asyncio.Event | None = None,
    told: asyncio.Event | None = None,
    done: asyncio.Event | None = None,
) -> None:
    """Work until `stop` is set.

    It looks at once for letters whenever `wake` is set, for payments whenever `told` is, and for what is due whenever
    `done` is.

    Whatever goes wrong is logged and tried again in the next round. When asked to stop, the letters in hand are
    finished if they can be within `GRACE_SECONDS`; one that cannot is tried again later, by whoever works then.
    """
    rounds = [
        asyncio.create_task(_rounds(duties, stop, wake)),
        # By themselves: a mail server that does not answer keeps nothing from being planned.
        asyncio.create_task(_reminder_rounds(duties, stop, done, wake)),
    ]
    if duties.payments is not None:
        # By themselves: a provider that does not answer keeps no letter waiting.
        rounds.append(asyncio.create_task(_payment_rounds(duties, duties.payments, stop, told)))
    if duties.came_back is not None:
        rounds.append(asyncio.create_task(_mailbox_rounds(duties.came_back, stop)))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((*rounds, stopped), return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait(rounds, timeout=GRACE_SECONDS)
    finally:
        for task in (stopped, *rounds):
            task.cancel()
        await asyncio.wait((*rounds, stopped))
    for task in rounds:
        if not task.cancelled():
            task.result()


async def deliver_all(duties: Duties, stop: asyncio.Event) -> messages.Delivered:
    """Deliver until nothing is due, or until asked to stop; what became of it all."""
    viewer = Viewer.system("worker")
    total = messages.Delivered()
    while not stop.is_set():
        delivered = await messages.deliver_due(
            viewer,
            mail=duties.mail,
            vault=duties.vault,
            public_url=duties.public_url,
            now=duties.now,
            most=_LETTERS_AT_ONCE,
            a_minute=duties.letters_a_minute,
        )
        for error in delivered.unexpected:
            _note("letter_failed_unexpectedly", error)
        if not delivered.total:
            break
        total = total + replace(delivered, unexpected=())
    if total.total:
        _log.info(
            "letters_delivered",
            sent=total.sent,
            withheld=total.withheld,
            failed=total.failed,
            postponed=total.postponed,
            doubtful=total.doubtful,
        )
    return total


async def remind(duties: Duties, stop: asyncio.Event, wake: asyncio.Event | None = None) -> None:
    """Plan until the end of the trail, and decide until nothing is due, or until asked to stop; letters then go at once."""
    viewer = Viewer.system("worker")
    planned = reminders.Planned(is_more=True)
    while planned.is_more and not stop.is_set():
        planned += await reminders.plan_due(viewer, now=duties.now(), most=_PETS_AT_ONCE)
    if planned.reminders:
        _log.info("reminders_planned", pets=planned.pets, changed=planned.reminders)
    decided = reminders.Decided(is_more=True)
    while decided.is_more and not stop.is_set():
        decided += await reminders.decide_due(viewer, now=duties.now(), most=_REMINDERS_AT_ONCE)
    if decided.reminders:
        _log.info("reminders_decided", reminders=decided.reminders, letters=decided.letters, withheld=decided.withheld)
    if decided.letters and wake is not None:
        wake.set()


async def follow_payments(duties: Duties, gateway: PaymentGateway) -> None:
    """Ask the provider about the payments and refunds that are due."""
    followed = await card_payments.follow_due(Viewer.system("worker"), gateway=gateway, now=duties.now)
    for error in followed.unexpected:
        _note("payment_failed_unexpectedly", error)
    if followed.asked:
        _log.info("payments_followed", asked=followed.asked, unanswered=followed.unanswered)


async def say_what_hangs(duties: Duties, said: datetime | None) -> datetime:
    """Log how many payments hang, if any do, unless that was done less than `HANGING_EVERY` ago; when it was."""
    now = duties.now()
    if said is not None and now - said < HANGING_EVERY:
        return said
    hanging = await card_payments.waiting(now=now)
    if any(hanging.values()):
        _log.warning("payments_hang", **{where.lower(): count for where, count in hanging.items()})
    return now


async def tidy_if_due(duties: Duties, tidied: datetime | None) -> datetime:
    """Tidy unless that was done less than `TIDY_EVERY` ago; when it was done last."""
    now = duties.now()
    if tidied is not None and now - tidied < TIDY_EVERY:
        return tidied
    await tidy(duties)
    return now


async def lock_if_due(duties: Duties, locked: datetime | None, stop: asyncio.Event) -> datetime:
    """Lock the records of visits whose time has come, unless that was done less than `LOCK_EVERY` ago; when it was."""
    now = duties.now()
    if locked is not None and now - locked < LOCK_EVERY:
        return locked
    viewer, total = Viewer.system("worker"), 0
    while not stop.is_set() and (count := await visits.lock_due(viewer, now=now)) > 0:
        total += count
    if total:
        _log.info("visits_locked", count=total)
    return now


async def tidy(duties: Duties) -> None:
    """Forget idempotency keys and sessions after their time, throttles that stand open, and codes long expired."""
    now = duties.now()
    await retries.forget_before(now - duties.keep_outcomes)
    await throttles.forget(now=now)
    await codes.forget_before(now - KEEP_CODES)
    await sessions.forget_before(now - KEEP_SESSIONS)


async def _rounds(duties: Duties, stop: asyncio.Event, wake: asyncio.Event | None) -> None:
    tidied: datetime | None = None
    locked: datetime | None = None
    while not stop.is_set():
        if wake is not None:
            # Before looking, so that whoever wakes us while we look makes us look again.
            wake.clear()
        rest = duties.every
        try:
            if (await deliver_all(duties, stop)).total:
                rest = await _until_a_turn(duties)
            tidied = await tidy_if_due(duties, tidied)
            locked = await lock_if_due(duties, locked, stop)
        except DatabaseUnavailable as error:
            _log.warning("worker_waits_for_the_database", reason=type(error).__name__)
        except Exception as error:  # noqa: BLE001  an outermost loop: noted, and on to the next round
            _note("worker_round_failed", error)
        await _rest(rest, stop, wake)


async def _reminder_rounds(
    duties: Duties, stop: asyncio.Event, done: asyncio.Event | None, wake: asyncio.Event | None
) -> None:
    while not stop.is_set():
        if done is not None:
            done.clear()
        try:
            await remind(duties, stop, wake)
        except DatabaseUnavailable as error:
            _log.warning("worker_waits_for_the_database", reason=type(error).__name__)
        except Exception as error:  # noqa: BLE001  an outermost loop: noted, and on to the next round
            _note("reminder_round_failed", error)
        await _rest(duties.every, stop, done)
        # What happens at about the same time is planned at once, and the deeds that do it are not disturbed.
        await _rest(_GATHERING, stop)


async def _payment_rounds(
    duties: Duties, gateway: PaymentGateway, stop: asyncio.Event, told: asyncio.Event | None
) -> None:
    said: datetime | None = None
    while not stop.is_set():
        if told is not None:
            told.clear()
        try:
            await follow_payments(duties, gateway)
            said = await say_what_hangs(duties, said)
        except DatabaseUnavailable as error:
            _log.warning("worker_waits_for_the_database", reason=type(error).__name__)
        except Exception as error:  # noqa: BLE001  an outermost loop: noted, and on to the next round
            _note("payment_round_failed", error)
        await _rest(duties.every, stop, told)


async def _mailbox_rounds(came_back: Callable[[], Awaitable[int]], stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            if count := await came_back():
                _log.info("bounces_read", count=count)
        except DatabaseUnavailable as error:
            _log.warning("worker_waits_for_the_database", reason=type(error).__name__)
        except MailboxUnavailable as error:
            _log.warning("mailbox_unavailable", reason=str(error))
        except Exception as error:  # noqa: BLE001  an outermost loop: noted, and on to the next round
            _note("mailbox_round_failed", error)
        await _rest(MAILBOX_EVERY, stop)


async def _until_a_turn(duties: Duties) -> timedelta:
    """How long to rest: until the next round, or until a domain may get the next of the letters that wait for it."""
    turn = await messages.next_turn(now=duties.now()) if duties.letters_a_minute else None
    return duties.every if turn is None else min(duties.every, max(turn - duties.now(), timedelta()))


async def _rest(lasts: timedelta, *alarms: asyncio.Event | None) -> None:
    waits = [asyncio.create_task(alarm.wait()) for alarm in alarms if alarm is not None]
    try:
        await asyncio.wait(waits, timeout=lasts.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def _note(event: str, error: Exception) -> None:
    """Log an error by what it is and where it arose; its own words may hold names, so they are left out."""
    where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    _log.error(event, id=uuid4().hex, error=type(error).__name__, where=where[-6:])
