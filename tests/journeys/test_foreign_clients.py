"""A client library that is not ours: it speaks the protocol as published, and is cut off in the middle."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from gql import Client, gql
from gql.transport.exceptions import TransportConnectionFailed
from gql.transport.websockets import WebsocketsTransport

from models import Session
from models.period import on_the_wall
from resolvers.viewer import Audience
from tests.callers import at
from tests.doors import Program, id_of
from tests.served import served
from tests.world import a_world

DAY = "query Day($location: ID!, $on: Date!) { day(locationId: $location, on: $on) { cursor } }"
WATCH = """subscription Watch($location: ID!, $on: Date!, $after: String) {
  scheduleChanged(locationId: $location, from: $on, to: $on, after: $after) {
    cursor kind appointment { status pet { name } } } }"""
BOOKED = "... on AppointmentBooked { appointment { id } }"
_SOON = 10


@asynccontextmanager
async def watching(address: str, token: str, variables: dict[str, Any]) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """The changes, as the library hands them over."""
    transport = WebsocketsTransport(
        url=f"{address.replace('http', 'ws', 1)}/staff/graphql",
        init_payload={"Authorization": f"Bearer {token}"},
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
    )
    async with Client(transport=transport) as session:
        asked = gql(WATCH)
        asked.variable_values = variables
        changes = session.subscribe(asked)
        try:
            yield (each["scheduleChanged"] async for each in changes)
        finally:
            await changes.aclose()


async def _next(changes: AsyncIterator[dict[str, Any]]) -> dict[str, Any]:
    return await asyncio.wait_for(anext(changes), _SOON)


async def test_a_gql_client_that_is_cut_off_goes_on_at_another_process_without_a_gap(database):
    world, program = await a_world(), Program()
    program.clock.now = datetime.now(UTC)
    await Session.all().update(expires_at=program.clock.now + timedelta(days=1))
    today = program.clock.now.date()
    moment = on_the_wall(today + timedelta(days=14 - today.weekday()), 10 * 60, world.location.clock)
    seen = {"location": id_of(world.location), "on": moment.date().isoformat()}
    token = await program.token(world.receptionist.viewer)
    visit = {"petId": id_of(world.pet), "serviceId": id_of(world.service), "locationId": id_of(world.location)}
    async with served(database.url, processes=2) as (here, there), at(there.address) as other:
        olga = other.person(Audience.OWNER, await program.token(world.owner.viewer))
        cursor = (await other.person(Audience.STAFF, token).ask(DAY, **seen))["day"]["cursor"]
        async with watching(here.address, token, {**seen, "after": cursor}) as changes:
            booked = await olga.do("bookAppointment", BOOKED, **visit, startsAt=moment.isoformat())
            first = await _next(changes)
            await asyncio.to_thread(here.stop, signal.SIGKILL)
            with pytest.raises(TransportConnectionFailed):
                await _next(changes)
        named = {"appointmentId": booked["appointment"]["id"]}
        await olga.do("confirmAppointment", **named)
        await olga.do("rescheduleAppointment", **named, startsAt=(moment + timedelta(hours=1)).isoformat())
        async with watching(there.address, token, {**seen, "after": first["cursor"]}) as changes:
            missed = [await _next(changes), await _next(changes)]
            await olga.do("cancelAppointment", **named)
            last = await _next(changes)
    name = {"name": world.pet.name}
    assert [(each["kind"], each["appointment"]) for each in (first, *missed, last)] == [
        ("BOOKED", {"status": "BOOKED", "pet": name}),
        # What was missed is shown as it is by now.
        ("CONFIRMED", {"status": "BOOKED", "pet": name}),
        ("MOVED", {"status": "BOOKED", "pet": name}),
        ("CANCELLED", {"status": "CANCELLED", "pet": name}),
    ]
