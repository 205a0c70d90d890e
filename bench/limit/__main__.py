"""`python -m bench.limit URL PORT`: serve the limit, with the settings that the product serves with."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bench.limit import deeds, free_times, reads
from bench.limit.database import Database, opened

POOL_SIZE = 10
Answers = Callable[[Database, dict[str, Any]], Awaitable[dict[str, Any]]]
ANSWERS: dict[str, Answers] = {
    "/day": reads.day,
    "/pet": reads.pet,
    "/clients": reads.clients,
    "/free-times": free_times.free_times,
    "/book": deeds.book,
    "/sign-in": deeds.sign_in,
}


def app(url: str) -> Starlette:
    """Each journey at an address of its own."""
    kept: list[Database] = []

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with opened(url, pool_size=POOL_SIZE) as database:
            kept.append(database)
            yield

    def at(path: str, answers: Answers) -> Route:
        async def endpoint(request: Request) -> Response:
            asked = orjson.loads(await request.body())
            return Response(orjson.dumps({"data": await answers(kept[0], asked)}), media_type="application/json")

        return Route(path, endpoint, methods=["POST"])

    async def ready(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    routes = [at(path, answers) for path, answers in ANSWERS.items()]
    return Starlette(routes=[*routes, Route("/readyz", ready)], lifespan=lifespan)


def main(url: str, port: str) -> None:
    uvicorn.run(
        app(url),
        host="127.0.0.1",
        port=int(port),
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        proxy_headers=False,
        lifespan="on",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
