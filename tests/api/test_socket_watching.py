"""Watching over a socket: every change is told until it is enough, and whoever does not read holds nobody up."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from graph.live import socket as sockets
from graph.live.asking import NOT_TOLD
from graph.live.desk import LiveLimits
from models import EventKind
from tests.api import small
from tests.api.watched import SECRET, WATCH, a_ward, codes, met, watches
from tests.held import a_held_socket

pytestmark = pytest.mark.anyio


# Watching


async def test_every_event_is_told_until_it_is_enough():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await watches(socket, ward)
        ward.happens(2)
        ward.happens(kind=EventKind.APPOINTMENT_CANCELLED)
        ward.happens(long=3)
        ward.happens(kind=EventKind.PET_REGISTERED)
        shown = [{"grams": 1, "note": ""}, {"grams": 2, "note": ""}, {"grams": 4, "note": "xxx"}]
        assert await socket.hears(3) == [{"type": "next", "payload": {"data": {"weights": each}}} for each in shown]
        await socket.say({"type": "complete", "id": "1"})
        await socket.is_heard()
        assert ward.listeners == 0
        ward.happens(3)
        await _settled()
        await socket.is_heard()
        assert len(socket.of("1")) == 3


async def test_an_event_that_cannot_be_shown_makes_everybody_load_again_and_leaves_no_hole():
    with capture_logs() as logs:
        async with a_ward() as ward, a_held_socket(ward.door) as socket, a_held_socket(ward.door) as other:
            for each in (socket, other):
                await each.init("vet")
                await watches(each, ward)
            ward.happens()
            ward.happens(kind=EventKind.APPOINTMENT_MOVED)
            ward.happens()
            heard = [await each.hears(2) for each in (socket, other)]
            assert ward.listeners == 0
    for shown, told in heard:
        assert shown["payload"] == {"data": {"weights": {"grams": 1, "note": ""}}}
        assert (told["type"], codes(told)) == ("error", ["RESYNC_REQUIRED"])
    assert [line["why"] for line in logs if line["event"] == "resync"] == ["a change could not be read"]
    assert SECRET not in str((heard, logs))


async def test_what_was_never_begun_can_be_completed():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.say({"type": "complete", "id": "early"})
        await socket.init("vet")
        await socket.say({"type": "complete", "id": "1"})
        await watches(socket, ward)
        await socket.say({"type": "complete", "id": "2"})
        ward.happens()
        await socket.hears(1)


async def test_a_query_is_stopped_when_nobody_waits_for_it_any_more():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await socket.ask("{ slow }")
        await socket.is_heard()
        await socket.say({"type": "complete", "id": "1"})
        await socket.is_heard()
        await _settled()
        assert met == {"begun": 1, "stopped": 1}
        assert socket.of("1") == []


async def test_what_cannot_be_stopped_says_nothing_under_an_id_that_is_another_operations_by_now():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await socket.ask("{ stubborn }")
        await socket.is_heard()
        await socket.say({"type": "complete", "id": "1"})
        await watches(socket, ward)
        await _settled()
        await socket.is_heard()
        assert met == {"begun": 1, "ended": 1}
        assert socket.of("1") == []
        ward.happens()
        assert [each["type"] for each in await socket.hears(1)] == ["next"]


async def test_whoever_goes_leaves_nothing_behind():
    async with a_ward() as ward:
        async with a_held_socket(ward.door) as socket:
            await socket.init("vet")
            await watches(socket, ward, "a")
            await socket.ask("{ slow }", "b")
            await socket.is_heard()
            await socket.goes()
            await socket.until(lambda: socket.is_served)
        assert met == {"begun": 1, "stopped": 1}
        ward.happens()


async def test_variables_that_are_not_declared_are_not_kept():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await socket.ask(WATCH, variables={"junk": [{}] * 100})
        await ward.is_watched()
        ((listener,),) = (group.listeners for group in ward.hub._groups.values())
        assert listener.watching.executor.variable_values.coerced == {}
        assert "junk" not in str(listener.key)


# Clients that do not read


async def test_a_client_that_does_not_read_is_told_to_load_anew_and_nothing_after_that():
    async with a_ward() as ward, a_held_socket(ward.door) as slow, a_held_socket(ward.door) as quick:
        await slow.init("vet")
        await quick.init("manager")
        await watches(slow, ward, "a")
        await watches(quick, ward, "a")
        slow.stops_reading()
        ward.happens(500)
        await quick.hears(500, "a")
        assert ward.listeners == 1
        slow.reads_on()
        # The one that was on its way when the client stopped, and no other.
        taken, told = await slow.hears(2, "a")
        assert taken["payload"]["data"]["weights"]["grams"] == 1
        assert (told["type"], codes(told)) == ("error", ["RESYNC_REQUIRED"])
        assert told["payload"][0]["message"] == NOT_TOLD
        ward.happens()
        await slow.is_heard()
        assert len(slow.of("a")) == 2
        await watches(slow, ward, "a")
        ward.happens()
        assert (await slow.hears(3, "a"))[2]["payload"]["data"]["weights"]["grams"] == 502


async def test_answers_that_are_long_wait_for_a_client_in_smaller_numbers():
    async with a_ward() as ward, a_held_socket(ward.door) as slow:
        await slow.init("vet")
        await watches(slow, ward, "a")
        slow.stops_reading()
        ward.happens(2, long=400_000)
        await ward.has_answered()
        assert ward.listeners == 1
        ward.happens(2, long=400_000)
        await ward.is_watched(by=0)
        slow.reads_on()
        assert (await slow.hears(2, "a"))[-1]["type"] == "error"


async def test_a_client_that_reads_late_but_in_time_is_told_everything():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await watches(socket, ward)
        socket.stops_reading()
        ward.happens(100)
        await _settled(2000)
        socket.reads_on()
        told = await socket.hears(100)
        assert [each["payload"]["data"]["weights"]["grams"] for each in told] == list(range(1, 101))


async def test_one_subscription_that_is_not_taken_does_not_cost_another_its_answers():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await watches(socket, ward, "a")
        socket.stops_reading()
        ward.happens(90)
        await _settled(2000)
        await socket.ask("subscription { weights { grams } }", "b")
        await ward.is_watched(2)
        ward.happens(50)
        await ward.is_watched(1)
        socket.reads_on()
        assert [each["payload"]["data"]["weights"]["grams"] for each in await socket.hears(50, "b")] == [
            *range(91, 141)
        ]
        assert [each["type"] for each in socket.of("a")] == ["next", "error"]


async def test_whoever_pings_without_listening_is_not_heard_any_more_until_they_do():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        socket.stops_reading()
        for number in range(2000):
            await socket.say({"type": "ping", "payload": {"number": number}})
        await _settled()
        waiting = socket.said.qsize()
        assert 2000 - sockets._MOST_REPLIES - 3 <= waiting < 2000
        socket.reads_on()
        await socket.until(lambda: len(socket.pongs) == 2000)
        assert [each["payload"]["number"] for each in socket.pongs] == list(range(2000))
        await socket.init("vet")


async def test_whoever_pings_without_listening_and_goes_is_forgotten():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        socket.stops_reading()
        for _ in range(2000):
            await socket.say({"type": "ping"})
        await _settled()
        assert not socket.is_served


async def test_whoever_pings_without_listening_cannot_stay_longer_than_anybody(monkeypatch):
    monkeypatch.setattr(sockets, "_FAREWELL_SECONDS", 0.01)
    with capture_logs() as logs:
        async with a_ward(live=LiveLimits(init_seconds=0.01)) as ward, a_held_socket(ward.door) as socket:
            socket.stops_reading()
            for _ in range(2000):
                await socket.say({"type": "ping"})
            await socket.until(lambda: socket.is_served)
            assert ward.connections.sockets == 0
    assert [(line["event"], line["code"]) for line in logs] == [("socket", 4408)]


async def test_nothing_is_said_to_whoever_is_being_closed():
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await watches(socket, ward)
        socket.stops_reading()
        ward.happens(20)
        await _settled(500)
        ward.tells_of(UUID(int=1), EventKind.STAFF_ROLES_SET)
        ward.happens(20)
        await _settled(500)
        socket.reads_on()
        assert (await socket.ends())[0] == 4403
        assert len(socket.of("1")) == 1


async def test_whoever_does_not_take_the_farewell_is_left(monkeypatch):
    monkeypatch.setattr(sockets, "_FAREWELL_SECONDS", 0.01)
    async with a_ward() as ward, a_held_socket(ward.door) as socket:
        await socket.init("vet")
        await watches(socket, ward)
        socket.stops_reading()
        ward.happens(5)
        await _settled(200)
        ward.tells_of(UUID(int=1), EventKind.STAFF_ROLES_SET)
        await socket.until(lambda: socket.is_served)
        assert socket.closed is None
        assert ward.connections.of(small.VET) == 0


async def _settled(times: int = 20) -> None:
    """Let everybody do what they can do without waiting."""
    for _ in range(times):
        await asyncio.sleep(0)
