"""The contestants: real processes on real ports, one worker each, on the same terms."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.journeys import Journey
from bench.packages import Packages
from bench.rows import Practice
from bench.terms import POOL_SIZE, Terms
from tests.soak.servers import Server, free_port

PRODUCT, LIMIT, MERCURIUS, POSTGRAPHILE, STRAWBERRY = "product", "limit", "mercurius", "postgraphile", "strawberry"
NAMES = {
    PRODUCT: "product",
    LIMIT: "limit",
    MERCURIUS: "Mercurius",
    POSTGRAPHILE: "PostGraphile 5",
    STRAWBERRY: "Strawberry",
}
POSTGRAPHILE_NEEDS = 22
"""The oldest Node.js on which it runs."""
# V8 makes code faster in several steps, and takes some hundreds of answers for it.
_UNTIL_COMPILED = 4
# Sign-ins come as fast as they can here, and all from one address.
_UNCOUNTED = {"SIGN_IN_ATTEMPTS_PER_ACCOUNT": "1000000", "SIGN_IN_ATTEMPTS_PER_ORIGIN": "1000000"}


@dataclass(frozen=True, slots=True)
class Contestant:
    """Somebody who answers; without a `path` for GraphQL, by hand. `warms_up` is how many times as long as the others
    it is asked before it counts."""

    name: str
    server: Server
    path: str | None
    warms_up: int = 1

    def asked(self, journey: Journey) -> Iterator[bytes]:
        return journey.asked_by_hand() if self.path is None else journey.asked_by_graphql(self.path)


def the_product(url: str, folder: Path, *arguments: str) -> Server:
    """`vetdesk serve`, as a practice runs it."""
    return Server.vetdesk("product", url, folder, *arguments, POOL_SIZE=str(POOL_SIZE), **_UNCOUNTED)


def product_and_limit(url: str, folder: Path, practice: Practice) -> list[Contestant]:
    """The product without its worker, for letters are no part of an answer, and the limit."""
    return [
        Contestant(PRODUCT, the_product(url, folder, "--no-worker"), "/staff/graphql"),
        _peer(LIMIT, [sys.executable, "-m", "bench.limit"], url, folder, practice, path=None),
    ]


def peers(url: str, folder: Path, practice: Practice, packages: Packages | None) -> list[Contestant]:
    """The other servers of GraphQL; those on Node.js only with their packages."""
    stock = [_peer(STRAWBERRY, [sys.executable, "-m", "bench.peers.strawberry_stock"], url, folder, practice)]
    if packages is None:
        return stock
    node = ["env", "NODE_ENV=production", "GRAPHILE_ENV=production", str(packages.node)]
    on_node = [
        _peer(name, [*node, str(packages.folder / f"{name}.mjs")], url, folder, practice, warms_up=_UNTIL_COMPILED)
        for name in (MERCURIUS, POSTGRAPHILE)
        if name != POSTGRAPHILE or packages.is_at_least(POSTGRAPHILE_NEEDS)
    ]
    return [*on_node, *stock]


def _peer(
    name: str,
    command: list[str],
    url: str,
    folder: Path,
    practice: Practice,
    *,
    path: str | None = "/graphql",
    warms_up: int = 1,
) -> Contestant:
    port = free_port()
    terms = Terms(url, port, practice.jwks).write(folder / f"{name}.json")
    return Contestant(name, Server(name, [*command, str(terms)], folder, port), path, warms_up)
