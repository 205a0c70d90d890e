"""Fifty owners want the same time, through two processes on real ports: who comes first has it, nobody has it twice."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import httpx

from models import Appointment, BusyTime, Event, Resource, Session
from models.period import on_the_wall
from tests.doors import Program, id_of
from tests.served import served
from tests.world import a_location, a_pet, a_practice, a_room, a_service, a_vet, an_owner

OWNERS = 50
BOOK = """mutation Book($input: BookAppointmentInput!) { bookAppointment(input: $input) { __typename
  ... on AppointmentBooked { appointment { id startsAt } }
  ... on SlotTaken { code alternatives { startsAt vets { id } } }
  ... on Refusal { message } } }"""


async def a_race(database, vets, rooms):
    """What each of fifty owners heard, how long the slowest waited, and what the two processes logged."""
    await a_practice()
    location = await a_location()
    for _ in range(vets):
        await a_vet()
    for _ in range(rooms):
        await a_room()
    service = await a_service()
    owners = [await an_owner() for _ in range(OWNERS)]
    pets = [await a_pet(owner) for owner in owners]
    program = Program()
    program.clock.now = datetime.now(UTC)
    await Session.all().update(expires_at=program.clock.now + timedelta(days=1))
    day = (program.clock.now + timedelta(days=7)).date()
    day -= timedelta(days=day.weekday())
    starts_at = on_the_wall(day + timedelta(days=7), 10 * 60, location.clock)
    tokens = [await program.token(owner.viewer) for owner in owners]
    async with served(database.url, processes=2, POOL_SIZE="10") as processes:
        addresses = [process.address for process in processes]
        limits = httpx.Limits(max_connections=OWNERS)
        async with httpx.AsyncClient(limits=limits, timeout=30) as client:

            async def book(number, moment=starts_at, key="race", owner=None):
                asked = {
                    "petId": id_of(pets[number]),
                    "serviceId": id_of(service),
                    "locationId": id_of(location),
                    "startsAt": moment if isinstance(moment, str) else moment.isoformat(),
                    "idempotencyKey": key,
                }
                started = time.perf_counter()
                response = await client.post(
                    f"{addresses[number % 2]}/owner/graphql",
                    json={"query": BOOK, "variables": {"input": asked}},
                    headers={"authorization": f"Bearer {tokens[number]}"},
                )
                took = time.perf_counter() - started
                assert response.status_code == 200, response.text
                return response.json()["data"]["bookAppointment"], took

            await asyncio.gather(*(client.get(f"{address}/healthz") for address in addresses))
            heard = await asyncio.gather(*(book(number) for number in range(OWNERS)))
            answers = [answer for answer, _ in heard]
            loser = next(n for n, answer in enumerate(answers) if answer["__typename"] == "SlotTaken")
            again, _ = await book(loser, answers[loser]["alternatives"][0]["startsAt"], key="again")
    slowest = max(took for _, took in heard)
    print(f"{database.dialect}: {OWNERS} owners, {vets} vets, {rooms} rooms: slowest answer {slowest:.2f} s")
    return starts_at, answers, again, [line for process in processes for line in process.lines]


async def nobody_is_booked_twice():
    for resource in Resource:
        busy = await BusyTime.filter(resource=resource).order_by("resource_id", "starts_at")
        for before, after in pairwise(busy):
            assert before.resource_id != after.resource_id or before.ends_at <= after.starts_at


def without_trouble(lines):
    text = "\n".join(lines)
    assert "database is locked" not in text
    assert "unexpected" not in text
    assert "deadlock" not in text


async def test_fifty_owners_race_for_one_vet(database, server_log):
    starts_at, answers, again, lines = await a_race(database, vets=1, rooms=1)
    assert Counter(answer["__typename"] for answer in answers) == {"AppointmentBooked": 1, "SlotTaken": 49}
    assert await Appointment.filter(starts_at=starts_at).count() == 1
    for answer in answers:
        if answer["__typename"] == "SlotTaken":
            assert len(answer["alternatives"]) == 5
            assert all(len(time["vets"]) == 1 for time in answer["alternatives"])
    assert again["__typename"] == "AppointmentBooked"
    await nobody_is_booked_twice()
    assert await Event.all().count() == 2
    without_trouble([*lines, server_log()])


async def test_fifty_owners_race_for_two_rooms(database, server_log):
    starts_at, answers, again, lines = await a_race(database, vets=10, rooms=2)
    assert Counter(answer["__typename"] for answer in answers) == {"AppointmentBooked": 2, "SlotTaken": 48}
    assert await Appointment.filter(starts_at=starts_at).count() == 2
    assert again["__typename"] == "AppointmentBooked"
    await nobody_is_booked_twice()
    without_trouble([*lines, server_log()])
