"""The server audits of graphql-http 1.23.1, one test each, with the same ids. `make audit` runs the originals."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.api.audits import AUDITS, NOTHING, Audit
from tests.doors import Program
from tests.world import an_owner
from vetdesk.database import connect

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class App:
    """Where the audits knock, and as whom."""

    asgi: Any
    url: str
    headers: dict[str, str] = dataclasses.field(default_factory=dict)


@pytest.fixture(scope="module")
async def app(anyio_backend, databases):
    """The real owner endpoint, signed in; one for all the audits, since none of them changes anything."""
    async with databases.migrated() as made, connect(made.url):
        owner, program = await an_owner(), Program()
        token = await program.token(owner.viewer)
        yield App(program.asgi, "http://vet.example/owner/graphql", {"authorization": f"Bearer {token}"})


def test_all_the_audits_are_here():
    assert len({audit.id for audit in AUDITS}) == len(AUDITS) == 61


@pytest.mark.parametrize("audit", AUDITS, ids=lambda audit: audit.id)
async def test_the_server_passes_the_audit(app, audit):
    answer = await _sent(app, audit)

    low, high = audit.status
    assert low <= answer.status_code <= high, audit.name
    answer.content.decode("utf-8")
    if audit.media:
        assert audit.media in answer.headers["content-type"], audit.name
    if audit.without:
        body = answer.json()
        assert isinstance(body, dict)
        assert body.keys() & {"data", "errors"}, audit.name
        assert not body.keys() & set(audit.without), audit.name


async def _sent(app: App, audit: Audit) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app.asgi)) as http:
        if audit.address is not None:
            request = http.build_request("GET", app.url, params=audit.address)
        elif audit.body is NOTHING:
            request = http.build_request("POST", app.url, content=audit.raw)
        else:
            request = http.build_request("POST", app.url, json=audit.body)
        request.headers.pop("accept", None)
        request.headers.pop("content-type", None)
        if audit.accept:
            request.headers["accept"] = audit.accept
        if audit.content_type and audit.address is None:
            request.headers["content-type"] = audit.content_type
        request.headers.update(app.headers)
        return await http.send(request)
