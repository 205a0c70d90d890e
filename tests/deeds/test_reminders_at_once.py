"""Two workers at once, and one that dies: nobody is told twice, and nothing is forgotten."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from models import Message, Pet, Reminder, ReminderNotice, ReminderProgress, RuleKind, sql
from models.pet import DatePrecision
from resolvers import pets, reminders, vaccinations
from resolvers.pets import PetChanges
from resolvers.reminders import deciding, households, keeping, planning
from tests.doses import a_practice_in_new_york, give
from tests.racing import meanwhile
from tests.reminding import MACHINE, PLANNED, decided, kept, letters, notices, planned, stand
from tests.world import NOW, TODAY, a_consent, a_pet, a_rule, a_world, an_owner

pytestmark = pytest.mark.anyio

BORN: Any = {"born_on": TODAY.replace(year=2019), "born_precision": DatePrecision.DAY}
MANY = 30


@pytest.fixture
async def world(database):
    world = await a_world()
    await a_rule("Seven years", RuleKind.AGE, first_age_months=84, services=[world.service])
    return world


async def many_owners() -> None:
    """Each has two dogs that turn out to be seven today: the trail says so."""
    for number in range(MANY):
        owner = await an_owner(f"Owner No-{number}")
        await a_consent(owner)
        for name in ("Rex", "Mia"):
            await a_pet(owner, name=name, **BORN)
    await sql.execute("UPDATE event_counter SET last_number = 1 WHERE id = 1")
    await sql.execute(
        "INSERT INTO event (number, kind, at, subject_id, changed) SELECT 1, 'REMINDER_RULE_SWITCHED_ON', ?, id, '[]' "
        "FROM reminder_rule",
        (NOW,),
    )


async def each_was_told_once() -> None:
    assert await Reminder.all().count() == 2 * MANY
    assert await ReminderNotice.all().count() == 2 * MANY
    sent = await letters()
    assert len(sent) == MANY
    assert len({letter.to_address for letter in sent}) == MANY
    assert {await ReminderNotice.filter(message_id=letter.id).count() for letter in sent} == {2}


async def test_workers_side_by_side_tell_everybody_once(world, monkeypatch):
    monkeypatch.setattr(planning, "AT_ONCE", 7)
    monkeypatch.setattr(deciding, "AT_ONCE", 5)
    await many_owners()
    await asyncio.gather(*(decided(NOW) for _ in range(4)))
    await decided(NOW)
    await each_was_told_once()


async def test_a_shelter_is_decided_some_pets_at_a_time(world, monkeypatch):
    monkeypatch.setattr(households, "_MOST", 4)
    shelter = await an_owner("Shelter")
    pets = {(await a_pet(shelter, **BORN)).id for _ in range(9)}
    await reminders.work_out(pets, now=NOW)
    first = min(pets)
    around = await households.around([first], until=NOW)
    assert (len(around), first in around, around <= pets) == (4, True, True)
    monkeypatch.setattr(deciding, "AT_ONCE", 2)
    assert (await decided(NOW)).reminders == 9
    assert await ReminderNotice.all().count() == 9


WORKER = """
import asyncio, sys
from datetime import datetime
from resolvers import reminders
from resolvers.reminders import deciding, planning
from resolvers.viewer import Viewer
from vetdesk.database import connect

planning.AT_ONCE, deciding.AT_ONCE = 7, 5
now, machine = datetime.fromisoformat(sys.argv[2]), Viewer.system("tests")

async def work():
    async with connect(sys.argv[1]):
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        for work in (reminders.plan_due, reminders.decide_due):
            while (await work(machine, now=now)).is_more:
                pass

asyncio.run(work())
"""


async def test_two_processes_tell_everybody_once(world, database):
    await many_owners()
    told: Any = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE, "env": dict(os.environ)}
    workers = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, database.url, NOW.isoformat(), **told)
        for _ in range(2)
    ]
    try:
        for worker in workers:
            assert worker.stdout
            assert await asyncio.wait_for(worker.stdout.readline(), 30) == b"ready\n"
        for worker in workers:
            assert worker.stdin
            worker.stdin.write(b"\n")
        assert [await asyncio.wait_for(worker.wait(), 60) for worker in workers] == [0, 0]
    finally:
        for worker in workers:
            if worker.returncode is None:
                worker.kill()
                await worker.wait()
    await decided(NOW)
    await each_was_told_once()


@pytest.mark.only_on("postgres")
@pytest.mark.parametrize("work", [reminders.plan_due, reminders.decide_due])
async def test_the_second_worker_waits_for_the_first(world, work):
    await many_owners()
    await planned()
    await pets.amend(world.vet.viewer, world.pet.id, PetChanges(colour="red"), key="k", now=NOW)
    await meanwhile(planning.hold_progress, lambda: work(MACHINE, now=NOW))


@pytest.mark.parametrize("dies_in", ["write", "record"])
async def test_a_worker_that_dies_in_the_middle_leaves_nothing_half_done(world, monkeypatch, dies_in):
    await many_owners()

    async def dies(*_given, **_named):
        raise KeyboardInterrupt

    for work in (reminders.plan_due, reminders.decide_due):
        before = (await Reminder.all().count(), await ReminderNotice.all().count(), await Message.all().count())
        numbers = [row.last_number for row in await ReminderProgress.all()]
        with monkeypatch.context() as patched:
            patched.setattr(keeping.Changes if dies_in == "write" else keeping, dies_in, dies)
            with pytest.raises(KeyboardInterrupt):
                await work(MACHINE, now=NOW, most=10_000)
        after = (await Reminder.all().count(), await ReminderNotice.all().count(), await Message.all().count())
        assert after == before
        assert len(numbers) == 1
        await planned()
    await decided(NOW)
    await each_was_told_once()


async def test_whatever_happens_while_all_pets_are_gone_through_is_not_lost(world, monkeypatch):
    monkeypatch.setattr(planning, "AT_ONCE", 5)
    await many_owners()
    await reminders.plan_due(MACHINE, now=NOW, most=10)
    progress = await ReminderProgress.get()
    assert progress.gone_to is not None
    first = await Pet.all().order_by("id").first()
    assert first
    assert (first.id, await kept(first)) == (world.pet.id, [])
    # A pet that was passed already, by a deed; and another rule, for all of them.
    changed = PetChanges(**BORN)
    await pets.amend(world.vet.viewer, first.id, changed, key="k", now=NOW)
    await sql.execute("UPDATE event_counter SET last_number = last_number + 1 WHERE id = 1")
    await sql.execute(
        "INSERT INTO event (number, kind, at, subject_id, changed) SELECT c.last_number, 'LOCATION_AMENDED', ?, r.id, '[]' "
        "FROM reminder_rule r, event_counter c",
        (NOW,),
    )
    await planned()
    assert len(await kept(first)) == 1
    assert await Reminder.all().count() == 2 * MANY + 1
    progress = await ReminderProgress.get()
    assert (progress.gone_to, progress.goes_round_again) == (None, False)


async def test_a_deed_that_is_taken_back_leads_to_nothing(database):
    world = await a_practice_in_new_york()
    await a_rule()
    dose = await give(world)
    await planned()

    async def taken_back():
        async with in_transaction():
            await vaccinations.void(world.vet.viewer, dose.id, "A slip.", key="v", now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await taken_back()
    await planned()
    assert [state for _, _, state in await stand(world.pet)] == [PLANNED]


async def test_a_trail_of_which_nothing_concerns_reminders_is_passed_over_now_and_then(world):
    await planned()
    await sql.execute("UPDATE event_counter SET last_number = 5000 WHERE id = 1")
    await sql.execute(
        "INSERT INTO event (number, kind, at, subject_id, changed) SELECT 5000, 'STAFF_AMENDED', ?, id, '[]' "
        "FROM reminder_rule",
        (NOW,),
    )
    assert (await planned()).pets == 0
    assert (await ReminderProgress.get()).last_number == 5000


async def test_deciding_again_at_the_same_moment_decides_nothing(world):
    await many_owners()
    first = await decided(NOW)
    assert (first.reminders, first.letters) == (2 * MANY, MANY)
    again = await decided(NOW + timedelta(hours=1))
    assert (again.reminders, again.letters, again.withheld) == (0, 0, 0)
    assert len(await notices()) == 2 * MANY
    assert {row.last_step for row in await Reminder.all()} == {0}
