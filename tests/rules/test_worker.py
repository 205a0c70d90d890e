"""The worker delivers what is due, forgets what is old, and is stopped by nothing but being asked to."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import structlog

from models import IdempotencyKey, Letter, Message, Pet, RuleKind, SignInCode, Throttle, Visit, sql
from models.pet import DatePrecision
from models.refusal import DatabaseUnavailable
from resolvers import messages, pets, reminders, visits
from resolvers.messages import Delivered, Recipient
from resolvers.pets import PetChanges
from resolvers.ports import MailRefused
from tests.postbox import Clock, PaperVault, PostBox
from tests.world import AN_HOUR, NOW, TODAY, a_consent, a_rule, a_visit, a_world
from vetdesk import worker
from vetdesk.worker import Duties

pytestmark = pytest.mark.anyio

LONG = timedelta(hours=1)


@pytest.fixture
def box():
    return PostBox()


@pytest.fixture
def clock():
    return Clock(NOW)


def the_duties(box, clock, **more):
    return Duties(mail=box, vault=PaperVault(), public_url="https://vet.example", every=LONG, now=clock, **more)


async def letters_to(*names, now=NOW):
    seal = PaperVault().seal
    await sql.insert(
        [
            messages.waiting(
                Letter.SIGN_IN_CODE, Recipient(f"{name}@home.example", "en"), now=now, secret=seal("271828")
            )
            for name in names
        ]
    )


class Bell:
    """Rings for each letter."""

    def __init__(self, box):
        self._rung = asyncio.Semaphore(0)
        box.meanwhile = self._ring

    async def _ring(self):
        self._rung.release()

    async def heard(self, times=1):
        for _ in range(times):
            await asyncio.wait_for(self._rung.acquire(), 10)


@asynccontextmanager
async def working(duties, wake=None):
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(duties, stop=stop, wake=wake))
    try:
        yield task
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


async def test_what_is_due_is_delivered_until_nothing_is_left(database, box, clock):
    await letters_to(*range(45))
    bell = Bell(box)
    with structlog.testing.capture_logs() as logs:
        async with working(the_duties(box, clock)):
            await bell.heard(45)
    assert len(set(box.addresses)) == 45
    assert logs == [
        {
            "event": "letters_delivered",
            "log_level": "info",
            "sent": 45,
            "withheld": 0,
            "failed": 0,
            "postponed": 0,
            "doubtful": 0,
        }
    ]


async def test_a_letter_written_in_the_same_process_goes_at_once(database, box, clock):
    bell, wake = Bell(box), asyncio.Event()
    async with working(the_duties(box, clock), wake):
        for name in ("anna", "bert"):
            await letters_to(name)
            wake.set()
            await bell.heard()
    assert box.addresses == ["anna@home.example", "bert@home.example"]


async def test_it_looks_again_after_its_time(database, box, clock):
    bell = Bell(box)
    async with working(replace(the_duties(box, clock), every=timedelta(0))):
        await letters_to("anna")
        await bell.heard()


async def test_two_workers_deliver_each_letter_once(database, clock):
    await letters_to(*range(40))
    boxes = [PostBox(), PostBox()]
    sent = asyncio.Semaphore(0)

    async def ring():
        sent.release()
        await asyncio.sleep(0)

    for box in boxes:
        box.meanwhile = ring
    async with working(the_duties(boxes[0], clock)), working(the_duties(boxes[1], clock)):
        for _ in range(40):
            await asyncio.wait_for(sent.acquire(), 10)
    addresses = [address for box in boxes for address in box.addresses]
    assert len(addresses) == len(set(addresses)) == 40
    assert all(box.letters for box in boxes)


async def test_an_unexpected_error_is_logged_without_its_words_and_the_others_go_out(database, box, clock):
    await letters_to("anna", "bert")
    box.trouble["anna@home.example"] = ZeroDivisionError("anna@home.example has a secret")
    with structlog.testing.capture_logs() as logs:
        assert await worker.deliver_all(the_duties(box, clock), asyncio.Event()) == Delivered(sent=1, postponed=1)
    assert box.addresses == ["bert@home.example"]
    [error] = [line for line in logs if line["log_level"] == "error"]
    assert (error["event"], error["error"], len(error["id"])) == (
        "letter_failed_unexpectedly",
        "ZeroDivisionError",
        32,
    )
    assert "postbox.py" in error["where"][-1]
    assert "anna" not in str(logs)


async def test_mail_that_is_down_makes_letters_wait_and_nothing_else(database, box, clock):
    await letters_to("anna")
    box.trouble["anna@home.example"] = MailRefused("[Errno 111] Connection refused", for_good=False)
    duties = the_duties(box, clock)
    assert await worker.deliver_all(duties, asyncio.Event()) == Delivered(postponed=1)
    assert await worker.deliver_all(duties, asyncio.Event()) == Delivered()
    box.trouble.clear()
    clock.forward(timedelta(minutes=1))
    assert await worker.deliver_all(duties, asyncio.Event()) == Delivered(sent=1)


@pytest.mark.parametrize(
    ("error", "event", "level"),
    [
        (ZeroDivisionError("olga@home.example"), "worker_round_failed", "error"),
        (DatabaseUnavailable("the server at 10.0.0.1 is gone"), "worker_waits_for_the_database", "warning"),
    ],
)
async def test_a_round_that_fails_is_followed_by_another(database, box, clock, error, event, level):
    bell, wake = Bell(box), asyncio.Event()
    failed = asyncio.Event()

    class Broken(Clock):
        def __call__(self):
            if not failed.is_set():
                failed.set()
                raise error
            return super().__call__()

    with structlog.testing.capture_logs() as logs:
        async with working(the_duties(box, Broken(NOW)), wake):
            await asyncio.wait_for(failed.wait(), 10)
            await letters_to("anna")
            wake.set()
            await bell.heard()
    assert [(line["event"], line["log_level"]) for line in logs][:1] == [(event, level)]
    assert "olga" not in str(logs)
    assert box.addresses == ["anna@home.example"]


async def test_old_keys_throttles_and_codes_are_forgotten(database, box, clock):
    for hours in (23, 25):
        await IdempotencyKey.create(
            scope="olga",
            deed="register",
            key=str(hours),
            input_hash="0",
            outcome="{}",
            created_at=NOW - hours * AN_HOUR,
        )
        await SignInCode.create(
            email="olga@home.example",
            email_fold="olga@home.example",
            created_at=NOW - 30 * AN_HOUR,
            expires_at=NOW - hours * AN_HOUR,
        )
    await Throttle.create(key="open", ahead_until=NOW.timestamp() - 1)
    await Throttle.create(key="closed", ahead_until=NOW.timestamp() + 1)
    await worker.tidy(the_duties(box, clock))
    assert [row.key for row in await IdempotencyKey.all()] == ["23"]
    assert [row.expires_at for row in await SignInCode.all()] == [NOW - 23 * AN_HOUR]
    assert [row.key for row in await Throttle.all()] == ["closed"]


async def test_it_tidies_at_its_start_and_every_ten_minutes(database, box, clock):
    duties, tidied = the_duties(box, clock), None
    left = []
    for minutes in (0, 9, 1, 9, 1):
        clock.forward(timedelta(minutes=minutes))
        await Throttle.create(key=str(clock()), ahead_until=NOW.timestamp() - 1)
        tidied = await worker.tidy_if_due(duties, tidied)
        left.append(await Throttle.all().count())
    assert left == [0, 1, 0, 1, 0]


async def test_a_worker_tidies_at_its_start(database, box, clock):
    await Throttle.create(key="open", ahead_until=NOW.timestamp() - 1)
    await letters_to("anna")
    bell = Bell(box)
    async with working(the_duties(box, clock)):
        await bell.heard()
    assert await Throttle.all().count() == 0


async def test_asked_to_stop_it_finishes_the_letter_in_hand(database, box, clock):
    await letters_to("anna")
    started, may_go_on = asyncio.Event(), asyncio.Event()

    async def slowly():
        started.set()
        await may_go_on.wait()

    box.meanwhile = slowly
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(the_duties(box, clock), stop=stop))
    await started.wait()
    stop.set()
    await asyncio.sleep(0)
    may_go_on.set()
    await asyncio.wait_for(task, 10)
    assert box.addresses == ["anna@home.example"]
    assert (await Message.get()).sent_at == NOW


async def test_asked_to_stop_it_does_not_wait_for_ever(database, box, clock, monkeypatch):
    monkeypatch.setattr(worker, "GRACE_SECONDS", 0.01)
    await letters_to("anna")
    started = asyncio.Event()

    async def for_ever():
        started.set()
        await asyncio.Event().wait()

    box.meanwhile = for_ever
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(the_duties(box, clock), stop=stop))
    await started.wait()
    stop.set()
    await asyncio.wait_for(task, 10)
    # Whoever works next sends it, once the claim has run out.
    box.meanwhile = None
    clock.forward(messages.LEASE)
    assert await worker.deliver_all(the_duties(box, clock), asyncio.Event()) == Delivered(sent=1)


async def test_a_cancelled_worker_leaves_nothing_running(database, box, clock):
    before = asyncio.all_tasks()
    task = asyncio.create_task(worker.run(the_duties(box, clock), stop=asyncio.Event(), wake=asyncio.Event()))
    await letters_to("anna")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


async def test_records_lock_by_themselves_and_are_looked_for_once_a_minute(database, box, clock):
    world = await a_world()
    duties, locked, counts = the_duties(box, clock), None, []
    for seconds in (0, 30, 30):
        clock.forward(timedelta(seconds=seconds))
        await a_visit(world.pet, at=NOW - timedelta(days=2))
        locked = await worker.lock_if_due(duties, locked, asyncio.Event())
        counts.append(await Visit.filter(locked_at__not_isnull=True).count())
    assert counts == [1, 1, 3]


async def test_a_worker_locks_records_in_its_rounds(database, box, clock, monkeypatch):
    world = await a_world()
    await a_visit(world.pet, at=NOW - timedelta(days=2))
    lock_due, looked = visits.lock_due, asyncio.Event()

    async def noted(*given, **named):
        if not (count := await lock_due(*given, **named)):
            looked.set()
        return count

    monkeypatch.setattr(visits, "lock_due", noted)
    async with working(the_duties(box, clock)):
        await asyncio.wait_for(looked.wait(), 10)
    assert (await Visit.get()).locked_at == NOW


async def test_what_is_due_is_planned_decided_and_then_delivered(database, box, clock):
    """Her dog turns out to be seven today: the worker follows the trail, and wakes whoever sends."""
    world = await a_world()
    await a_rule("Seven years", RuleKind.AGE, first_age_months=84, services=[world.service])
    await a_consent(world.owner)
    born = PetChanges(born_on=TODAY.replace(year=2019), born_precision=DatePrecision.DAY)
    await pets.amend(world.vet.viewer, world.pet.id, born, key="k", now=NOW)
    wake = asyncio.Event()
    with structlog.testing.capture_logs() as logs:
        await worker.remind(the_duties(box, clock), asyncio.Event(), wake)
    assert logs == [
        {"event": "reminders_planned", "log_level": "info", "pets": 1, "changed": 1},
        {"event": "reminders_decided", "log_level": "info", "reminders": 1, "letters": 1, "withheld": 0},
    ]
    assert wake.is_set()
    assert (await Message.get()).to_address == "olga.berg@home.example"
    with structlog.testing.capture_logs() as again:
        await worker.remind(the_duties(box, clock), asyncio.Event(), wake)
    assert again == []


async def test_a_mail_server_that_does_not_answer_keeps_nothing_from_being_planned(database, box, clock, monkeypatch):
    await letters_to("anna")
    hangs, planned = asyncio.Event(), asyncio.Event()

    async def for_ever():
        hangs.set()
        await asyncio.Event().wait()

    async def noted(*_given, **_named):
        await hangs.wait()
        planned.set()
        return reminders.Planned()

    box.meanwhile = for_ever
    monkeypatch.setattr(reminders, "plan_due", noted)
    monkeypatch.setattr(worker, "GRACE_SECONDS", 0.01)
    async with working(the_duties(box, clock)):
        await asyncio.wait_for(planned.wait(), 10)
    assert await Pet.all().count() == 0
