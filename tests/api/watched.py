"""A ward to watch: a small schema with a subscription, whose events a test makes up."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import strawberry

from graph.context import Admitted
from graph.endpoint import Endpoint
from graph.live.connections import Connections
from graph.live.hub import Hub
from graph.live.watch import Watch
from graph.roles import ANYONE, EVERYBODY, STAFF, allow, field, subscription
from models import EventKind
from models.refusal import DatabaseUnavailable, InvalidInput
from models.role import Role
from resolvers.trail import Happened, Place
from resolvers.viewer import Audience
from tests.api import small
from tests.held import HeldSocket

SECRET = "ada@example.org"
WATCH = "subscription { weights { grams note } }"
SLOW_SCALES = "subscription { slowScales { grams } }"
"""A subscription that is not begun before it may."""
EXPIRED = (4403, "Your access has expired. Please refresh it and connect again.")
"""With what a socket is closed whose token has expired."""
MASK = "Something went wrong on our side. Please try again; if it stays, tell us this number: "
"""What is said of an error that nobody expected, before its number."""

met: Counter[str] = Counter()
"""How often a slow resolver was begun, ended by itself and was stopped, since the test began."""
finish: dict[str, asyncio.Event] = {}
"""What a slow resolver, or a slow scale, waits for."""


@strawberry.type(directives=[allow(STAFF)])
class Weight:
    """What a patient weighs."""

    grams: int
    note: str | None = None


@strawberry.type
class Query:
    @field(ANYONE, EVERYBODY)
    def hours(self) -> str | None:
        return "8 to 18"

    @field(STAFF)
    def echo(self, text: str) -> str | None:
        return text

    @field(STAFF)
    def weighings(self, first: int = 10) -> list[Weight] | None:
        return [Weight(grams=each) for each in range(first)]

    @field(ANYONE, EVERYBODY)
    async def slow(self) -> str | None:
        met["begun"] += 1
        try:
            await finish["slow"].wait()
            met["ended"] += 1
        except asyncio.CancelledError:
            met["stopped"] += 1
            raise
        return "late"

    @field(STAFF)
    async def stubborn(self) -> str | None:
        met["begun"] += 1
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        met["ended"] += 1
        return "late"

    @field(Role.MANAGER)
    def salaries(self) -> str | None:
        return "enough"

    @field(STAFF)
    def broken(self) -> str | None:
        raise ValueError(f"Key (email)=({SECRET}) already exists")


@strawberry.type
class Mutation:
    @field(STAFF)
    def weigh(self, grams: int) -> Weight | None:
        return Weight(grams=grams)


async def _shown(_viewer: Any, happened: Happened) -> Weight | None:
    """The number of the event is the weight; an odd one cannot be read, or shows nothing."""
    await asyncio.sleep(0)  # as a read of rows would wait
    if happened.kind is EventKind.APPOINTMENT_CANCELLED:
        return None
    if happened.kind is EventKind.APPOINTMENT_MOVED:
        raise ValueError(f"Key (email)=({SECRET}) already exists")
    return Weight(grams=happened.number, note="x" * happened.subject_id.int)


_KINDS = frozenset({EventKind.APPOINTMENT_BOOKED, EventKind.APPOINTMENT_MOVED, EventKind.APPOINTMENT_CANCELLED})


@strawberry.type
class Subscription:
    @subscription(STAFF)
    async def weights(self, at_least: int = 0) -> AsyncIterator[Weight | None]:
        return Watch(kinds=_KINDS, shown=_shown)  # type: ignore[return-value]

    @subscription(Role.MANAGER)
    async def wages(self) -> AsyncIterator[Weight | None]:
        return Watch(kinds=_KINDS, shown=_shown)  # type: ignore[return-value]

    @subscription(STAFF)
    async def broken_scales(self) -> AsyncIterator[Weight | None]:
        raise ValueError(f"Key (email)=({SECRET}) already exists")

    @subscription(STAFF)
    async def lost_scales(self) -> AsyncIterator[Weight | None]:
        raise DatabaseUnavailable("connection to 10.0.0.7 refused")

    @subscription(STAFF)
    async def slow_scales(self) -> AsyncIterator[Weight | None]:
        met["begun"] += 1
        await finish["slow"].wait()
        return Watch(kinds=_KINDS, shown=_shown)  # type: ignore[return-value]

    @subscription(STAFF)
    async def refused_scales(self) -> AsyncIterator[Weight | None]:
        raise InvalidInput("There are no such scales.", path=("at",))


SCHEMA = strawberry.Schema(Query, Mutation, Subscription)


class Ward:
    """A door to the small schema, and the events of its trail."""

    def __init__(self, door: Endpoint) -> None:
        self.door = door
        self.number = 0

    @property
    def hub(self) -> Hub:
        return self.door._desk.hub

    @property
    def connections(self) -> Connections:
        return self.door._desk.connections

    @property
    def listeners(self) -> int:
        return sum(len(group.listeners) for group in self.hub._groups.values())

    async def is_watched(self, by: int = 1) -> None:
        """Wait until that many listen."""
        async with asyncio.timeout(5):
            while self.listeners != by:  # noqa: ASYNC110  the hub has no event to set
                await asyncio.sleep(0)

    async def is_asked(self) -> None:
        """Wait until a slow resolver, or a slow scale, is at work."""
        async with asyncio.timeout(5):
            while not met["begun"]:  # noqa: ASYNC110  it only counts
                await asyncio.sleep(0)

    async def has_answered(self) -> None:
        """Wait until whatever has happened was answered."""
        async with asyncio.timeout(5):
            hub = self.hub
            while hub._incoming or hub._in_hand or any(each.working for each in hub._groups.values()):  # noqa: ASYNC110
                await asyncio.sleep(0)

    def happens(self, times: int = 1, kind: EventKind = EventKind.APPOINTMENT_BOOKED, *, long: int = 0) -> None:
        """Something happens, that many times; what it shows is that long."""
        numbers = range(self.number + 1, self.number + times + 1)
        self.number += times
        subject = UUID(int=long)
        self._heard([Happened(Place(number, "-"), kind, small.NOON, subject, None, None, None) for number in numbers])

    def tells_of(self, viewer_is: UUID, kind: EventKind) -> None:
        """Something happens to a session, a member of the staff or an account."""
        self.number += 1
        self._heard([Happened(Place(self.number, "-"), kind, small.NOON, viewer_is, None, None, None)])

    def _heard(self, happened: list[Happened]) -> None:
        self.connections.heard(happened)
        self.hub.heard(happened)


@asynccontextmanager
async def a_ward(audience: Audience = Audience.STAFF, **more: Any) -> AsyncIterator[Ward]:
    """A door, and a hub at work."""
    met.clear()
    finish["slow"] = asyncio.Event()
    others = asyncio.all_tasks()
    ward = Ward(small.endpoint(SCHEMA, audience, **more))
    working = asyncio.create_task(ward.hub.run())
    try:
        yield ward
        await ward.is_watched(by=0)
        assert ward.connections._viewers == {}
        assert not ward.connections._accounts
        assert ward.connections.sockets == 0
        assert asyncio.all_tasks() - others == {working}
    finally:
        working.cancel()
        await asyncio.wait([working])


def lasting(seconds: float) -> Any:
    """Lets in whoever the small door lets in, for that long."""

    async def authenticate(token: str, audience: Audience) -> Admitted:
        return Admitted((await small.authenticate(token, audience)).viewer, seconds)

    return authenticate


def codes(message: dict[str, Any]) -> list[str]:
    """The codes of the errors in a message."""
    found = message["payload"]
    return [each["extensions"]["code"] for each in (found["errors"] if isinstance(found, dict) else found)]


async def watches(socket: HeldSocket, ward: Ward, id: str = "1") -> None:
    """Watch, and wait until the hub knows of it."""
    before = ward.listeners
    await socket.ask(WATCH, id)
    await ward.is_watched(before + 1)
