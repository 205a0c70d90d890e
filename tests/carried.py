"""Carried: a request brought to the app as a web server would bring it, and what is sent back.

`httpx` does the same by the way of a whole client: addresses are taken apart, cookies are looked for, and for each request
Python searches its folders for another event loop. That takes longer than many an answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Scope

_SERVER = ("vetdesk.example", None)
_CLIENT = ("127.0.0.1", 123)
_ALWAYS = {
    "host": "vetdesk.example",
    "accept-encoding": "gzip, deflate",
    "connection": "keep-alive",
    "user-agent": "vetdesk-tests",
}


@dataclass
class Sent:
    """What the app has sent."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


async def posted(app: ASGIApp, path: str, body: bytes, headers: Mapping[str, str]) -> Sent:
    """What comes of a POST request to that path; a failure of the app is one of the test."""
    sent, is_complete, is_asked = Sent(), asyncio.Event(), False
    carried = {**_ALWAYS, **headers, "content-length": str(len(body))}
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "headers": [(name.encode(), value.encode()) for name, value in carried.items()],
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "server": _SERVER,
        "client": _CLIENT,
        "root_path": "",
    }

    async def receive() -> Message:
        nonlocal is_asked
        if is_asked:
            await is_complete.wait()
            return {"type": "http.disconnect"}
        is_asked = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            sent.status = message["status"]
            sent.headers = _joined(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            sent.body += message.get("body", b"")
            if not message.get("more_body"):
                is_complete.set()

    await app(scope, receive, send)
    assert is_complete.is_set()
    return sent


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """What was sent under each name; what was sent twice, with a comma between."""
    joined: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode().lower(), value.decode()
        joined[key] = f"{joined[key]}, {text}" if key in joined else text
    return joined
