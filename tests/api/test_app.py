"""What answers beside the two doors, and what every answer carries."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.responses import PlainTextResponse

from models.refusal import DatabaseUnavailable
from vetdesk.app import create_app

pytestmark = pytest.mark.anyio


class Door:
    """Answers with its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def __call__(self, scope, receive, send):
        await PlainTextResponse(self.name)(scope, receive, send)


@asynccontextmanager
async def lifespan(_app):
    yield


async def jwks():
    return {"keys": [{"kid": "1"}]}


async def fine():
    return None


async def behind():
    return "2 migrations are pending; run `vetdesk migrate`."


async def gone():
    raise DatabaseUnavailable("10.0.0.7")


async def stuck():
    await asyncio.sleep(60)


def practice(**more):
    given = {"staff": Door("staff"), "owner": Door("owner"), "jwks": jwks, "checks": {"database": fine}}
    return create_app(**{**given, "lifespan": lifespan, **more})


async def get(app, path, method="GET", **more):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://vet.example") as http:
        return await http.request(method, path, **more)


async def test_each_door_is_at_its_address():
    app = practice()

    assert (await get(app, "/staff/graphql", "POST")).text == "staff"
    assert (await get(app, "/owner/graphql", "POST")).text == "owner"
    assert (await get(app, "/graphql")).status_code == 404


async def test_a_process_that_is_alive_says_so_whatever_else_is_gone():
    assert (await get(practice(checks={"database": gone}), "/healthz")).text == "ok\n"


async def test_a_process_is_ready_when_every_check_is_content(monkeypatch):
    monkeypatch.setattr("vetdesk.app._CHECK_SECONDS", 0.05)
    ready = await get(practice(checks={"database": fine, "migrations": fine}), "/readyz")
    assert (ready.status_code, ready.json()) == (200, {"database": "ok", "migrations": "ok"})

    not_ready = await get(practice(checks={"database": gone, "migrations": behind, "mail": stuck}), "/readyz")
    assert not_ready.status_code == 503
    assert not_ready.json() == {
        "database": "The database cannot be reached.",
        "migrations": "2 migrations are pending; run `vetdesk migrate`.",
        "mail": "There was no answer within 0.05 seconds.",
    }


async def test_the_public_keys_may_be_kept_for_a_while():
    keys = await get(practice(), "/.well-known/jwks.json")
    assert keys.json() == {"keys": [{"kid": "1"}]}
    assert keys.headers["cache-control"] == "public, max-age=300"

    unreachable = await get(practice(jwks=gone), "/.well-known/jwks.json")
    assert (unreachable.status_code, unreachable.headers["retry-after"]) == (503, "1")


async def test_the_landing_page_loads_nothing_and_links_to_the_editor_in_development_only():
    page = await get(practice(), "/")
    assert page.status_code == 200
    assert "<svg" in page.text
    assert "://" not in page.text
    assert "script" not in page.text
    assert 'href="/owner/graphql"' not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")

    assert 'href="/owner/graphql"' in (await get(practice(development=True), "/")).text


async def test_every_answer_keeps_browsers_careful():
    app = practice()
    for path in ("/", "/healthz", "/nowhere", "/staff/graphql"):
        headers = (await get(app, path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["strict-transport-security"]
        assert "content-security-policy" in headers


async def test_only_the_web_pages_we_know_may_call_us():
    asking = {"origin": "https://portal.example", "access-control-request-method": "POST"}
    known = practice(cors_origins=["https://portal.example"])

    allowed = await get(known, "/owner/graphql", "OPTIONS", headers=asking)
    assert allowed.headers["access-control-allow-origin"] == "https://portal.example"
    refused = await get(known, "/owner/graphql", "OPTIONS", headers={**asking, "origin": "https://evil.example"})
    assert "access-control-allow-origin" not in refused.headers
    nobody = await get(practice(), "/owner/graphql", headers=asking)
    assert "access-control-allow-origin" not in nobody.headers
