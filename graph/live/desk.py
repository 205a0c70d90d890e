"""The desk: what every connection of one view works with, and how one is let in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from graph.context import Admitted, TokenInvalid
from graph.limits import exceeded
from graph.operations import NotRun
from resolvers.viewer import Audience

if TYPE_CHECKING:
    from graph.live.connections import Connection, Connections
    from graph.live.hub import Hub
    from graph.operations import Operations

Authenticate = Callable[[str, Audience], Awaitable[Admitted]]


class Statements(Protocol):
    """How many SQL statements a stretch of work has sent so far."""

    @property
    def count(self) -> int:
        """How many."""


@dataclass(frozen=True, slots=True)
class LiveLimits:
    """How many may listen, how often, and how far back they may go on from.

    `max_sockets` counts the sockets of this process at all its doors, `max_strangers_per_origin` those from one network
    address that have not said yet who they are, `max_connections_per_account` sockets and streams of one account here. `init_seconds` is how long a socket may stay silent before it says who it is. `resume` is how
    old a cursor may be.
    """

    max_sockets: int = 5_000
    max_strangers_per_origin: int = 1_000
    max_connections_per_account: int = 20
    max_operations_per_socket: int = 20
    init_seconds: float = 10.0
    resume: timedelta = timedelta(hours=72)


class Desk:
    """Lets everybody in at one door.

    `authenticate` turns a token into its viewer, or raises TokenInvalid, TokenExpired or DatabaseUnavailable.
    `count_statements` opens a stretch in which SQL statements are counted.
    """

    def __init__(
        self,
        operations: Operations,
        hub: Hub,
        connections: Connections,
        *,
        authenticate: Authenticate,
        limits: LiveLimits,
        count_statements: Callable[[], AbstractContextManager[Statements]],
    ) -> None:
        self.operations = operations
        self.hub = hub
        self.connections = connections
        self.limits = limits
        self.count_statements = count_statements
        self.authenticate = authenticate

    async def let_in(self, token: str, connection: Connection) -> Admitted:
        """Let a connection in with this token; from then on it is ended when its viewer changes.

        Raises:
            TokenInvalid, TokenExpired: nobody is let in with it.
            NotRun: the account has too many connections open.
            DatabaseUnavailable: it cannot be known who that is.
        """
        admitted = await self.authenticate(token, self.operations.audience)
        if not admitted.viewer.is_signed_in:
            raise TokenInvalid
        allowed = self.limits.max_connections_per_account
        if self.connections.of(admitted.viewer) >= allowed:
            sentence = f"You have {allowed} connections open, which is the most there may be. Please close one."
            raise NotRun([exceeded("connections", sentence, requested=allowed + 1, allowed=allowed)])
        try:
            while True:
                self.connections.add(connection, admitted.viewer)
                # Whatever changed before the connection was known here is seen by looking once more.
                again = await self.authenticate(token, self.operations.audience)
                if again.viewer == admitted.viewer:
                    return admitted
                admitted = again
        except BaseException:
            self.connections.remove(connection)
            raise
