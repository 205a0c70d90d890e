"""`python -m bench.limit TERMS`: serve the limit, with the settings that the product serves with."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bench.door import VIEWER, Door, NotAdmitted, Rows
from bench.limit import billing, booking, desk, free_times, histories, reads, signing_in
from bench.limit.database import Database, opened
from bench.terms import Terms

Answers = Callable[[Database, Any, dict[str, Any]], Awaitable[dict[str, Any]]]
ANSWERS: dict[str, Answers] = {
    "/day": reads.day,
    "/pet": reads.pet,
    "/history": histories.history,
    "/clients": reads.clients,
    "/free-times": free_times.free_times,
    "/book": booking.book,
    "/issue": billing.issue,
    "/pay": billing.pay,
    "/statement": desk.statement,
    "/sign-in": signing_in.sign_in,
}
_FOR_STRANGERS = {"/sign-in"}


def app(terms: Terms) -> Starlette:
    """Each journey at an address of its own."""
    kept: list[Database] = []

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with opened(terms.url, pool_size=terms.pool_size) as database:
            kept.append(database)
            yield

    async def roles(session: UUID, account: UUID) -> Rows:
        return await kept[0].ask(VIEWER, (session, account))

    door = Door(terms, roles)

    def at(path: str, answers: Answers) -> Route:
        async def endpoint(request: Request) -> Response:
            viewer = None
            if path not in _FOR_STRANGERS:
                try:
                    viewer = await door.viewer(request.headers.get("authorization"))
                except NotAdmitted:
                    return Response(status_code=401)
            asked = orjson.loads(await request.body())
            data = await answers(kept[0], viewer, asked)
            return Response(orjson.dumps({"data": data}, option=orjson.OPT_UTC_Z), media_type="application/json")

        return Route(path, endpoint, methods=["POST"])

    async def ready(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    routes = [at(path, answers) for path, answers in ANSWERS.items()]
    return Starlette(routes=[*routes, Route("/readyz", ready)], lifespan=lifespan)


def main(terms: str) -> None:
    given = Terms.read(terms)
    uvicorn.run(
        app(given),
        host="127.0.0.1",
        port=given.port,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        proxy_headers=False,
        lifespan="on",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
