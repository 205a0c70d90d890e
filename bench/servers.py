"""Servers: the product's and the limit's, real processes on real ports."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.soak.servers import Server, free_port

# Sign-ins come as fast as they can here, and all from one address.
_UNCOUNTED = {"SIGN_IN_ATTEMPTS_PER_ACCOUNT": "1000000", "SIGN_IN_ATTEMPTS_PER_ORIGIN": "1000000"}


def the_product(url: str, folder: Path, *arguments: str) -> Server:
    """`vetdesk serve`, as a practice runs it."""
    return Server.vetdesk("product", url, folder, *arguments, **_UNCOUNTED)


def the_limit(url: str, folder: Path) -> Server:
    port = free_port()
    return Server("limit", [sys.executable, "-m", "bench.limit", url, str(port)], folder, port)
