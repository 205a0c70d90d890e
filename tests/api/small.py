"""A door to a small schema: everything the real endpoints have, around types that a test makes up."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx

from graph.context import Admitted, TokenExpired, TokenInvalid
from graph.endpoint import Endpoint
from graph.limits import Limits
from graph.live.connections import Connections
from graph.live.desk import Desk, LiveLimits
from graph.live.hub import Hub
from graph.operations import Operations
from graph.views import view_of
from models.refusal import DatabaseUnavailable
from models.role import Role
from resolvers.viewer import Audience, Viewer

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
VET = Viewer(staff_id=UUID(int=1), account_id=UUID(int=11), everywhere=frozenset({Role.VET}))
MANAGER = Viewer(staff_id=UUID(int=2), account_id=UUID(int=12), everywhere=frozenset({Role.MANAGER}))
OWNER = Viewer(client_id=UUID(int=3), account_id=UUID(int=13))
NOBODY_YET = Viewer(staff_id=UUID(int=4), account_id=UUID(int=14))

TOKENS = {
    (Audience.STAFF, "vet"): VET,
    (Audience.STAFF, "manager"): MANAGER,
    (Audience.STAFF, "without-roles"): NOBODY_YET,
    (Audience.OWNER, "owner"): OWNER,
}


async def authenticate(token: str, audience: Audience) -> Admitted:
    if token == "expired":
        raise TokenExpired
    if token == "while-the-database-is-gone":
        raise DatabaseUnavailable
    if token == "broken":
        raise ValueError("Key (email)=(ada@example.org) already exists")
    if (audience, token) not in TOKENS:
        raise TokenInvalid
    return Admitted(TOKENS[audience, token], 600.0)


@contextmanager
def seven_statements():
    yield SimpleNamespace(count=7)


class Resting:
    """A feed that hears nothing."""

    position = 0

    async def caught_up(self) -> bool:
        return False

    def begin_listening(self) -> None: ...

    def end_listening(self) -> None: ...


def endpoint(schema: Any, audience: Audience = Audience.STAFF, **more: Any) -> Endpoint:
    of_doors = {name: more.pop(name) for name in ("origins", "ide") if name in more}
    of_desks: dict[str, Any] = {
        "authenticate": authenticate,
        "limits": more.pop("live", LiveLimits()),
        "count_statements": seven_statements,
    }
    of_desks |= {name: more.pop(name) for name in ("authenticate", "count_statements") if name in more}
    given = {"ports": None, "limits": Limits(), "clock": lambda: NOON, "introspection": True}
    operations = Operations(view_of(schema, audience), audience, **{**given, **more})
    hub, connections = Hub(Resting(), deadline_seconds=15.0), Connections(Resting())
    return Endpoint(Desk(operations, hub, connections, **of_desks), **of_doors)


class Client:
    """Somebody who sends GraphQL to an app; `token` signs her in."""

    def __init__(self, app: Any, token: str | None = None) -> None:
        self.app = app
        self.headers = {"accept": "application/graphql-response+json"}
        if token:
            self.headers["authorization"] = f"Bearer {token}"

    async def send(self, method: str = "POST", **request: Any) -> httpx.Response:
        headers = {**self.headers, **request.pop("headers", {})}
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://vet.example") as http:
            return await http.request(method, "/graphql", headers=headers, **request)

    async def ask(self, query: str, **more: Any) -> httpx.Response:
        return await self.send(json={"query": query, **more})


def codes(answer: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in answer.json().get("errors", [])]


def message(answer: httpx.Response) -> Any:
    return answer.json()["errors"][0]["message"]
