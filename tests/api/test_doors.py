"""The doors: tokens, and requests that make no sense."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import strawberry
from structlog.testing import capture_logs

from graph.context import Info
from graph.roles import ANYONE, EVERYBODY, STAFF, allow, field
from resolvers.viewer import Audience
from tests.api.small import NOON, Client, codes, endpoint, message

pytestmark = pytest.mark.anyio

FOR_ALL = [allow(ANYONE, EVERYBODY)]


@strawberry.input(directives=FOR_ALL)
class Booking:
    times: list[int]
    note: str = ""


@strawberry.type
class Query:
    @field(ANYONE, EVERYBODY)
    def hours(self) -> str | None:
        return "8 to 18"

    @field(EVERYBODY)
    def me(self, info: Info) -> str | None:
        return f"{info.context.viewer.account_id} {info.context.now == NOON} {info.context.origin}"

    @field(ANYONE, EVERYBODY)
    def echo(self, text: str) -> str | None:
        return text

    @field(ANYONE, EVERYBODY)
    def twice(self, number: int = 2) -> int | None:
        return number * 2


@strawberry.type
class Mutation:
    @field(ANYONE, STAFF, metadata={"alone": True, "token": "ignored"})
    def sign_in(self, info: Info) -> str | None:
        return str(info.context.viewer.is_signed_in)

    @field(ANYONE, EVERYBODY)
    def book(self, input: Booking) -> str | None:
        return "booked"


@strawberry.type
class Subscription:
    @strawberry.subscription(directives=FOR_ALL)  # type: ignore[untyped-decorator]
    async def changes(self) -> AsyncIterator[int | None]:
        yield 1


SCHEMA = strawberry.Schema(Query, Mutation, Subscription)


@pytest.fixture(scope="module")
def app():
    return endpoint(SCHEMA)


@pytest.fixture(scope="module")
def client(app):
    return Client(app, "vet")


# Tokens


async def test_a_good_token_is_a_viewer_and_the_moment_stands_still(client):
    answer = await client.ask("{ me }")

    assert answer.json()["data"] == {"me": "00000000-0000-0000-0000-00000000000b True 127.0.0.1"}


async def test_without_a_token_what_needs_somebody_says_so_and_the_rest_is_answered(app):
    answer = await Client(app).ask("{ hours me }")

    assert answer.status_code == 200
    assert answer.json()["data"] == {"hours": "8 to 18", "me": None}
    assert codes(answer) == ["SIGNED_OUT"]


@pytest.mark.parametrize(
    ("token", "code"), [("expired", "TOKEN_EXPIRED"), ("forged", "TOKEN_INVALID"), ("owner", "TOKEN_INVALID")]
)
@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_a_token_that_is_not_good_here_is_refused_whatever_is_asked(app, token, code, accept):
    with capture_logs() as logs:
        answer = await Client(app, token).send(json={"query": "{ hours }"}, headers={"accept": accept})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert answer.headers["content-type"].startswith(accept)
    assert codes(answer) == [code]
    assert "data" not in answer.json()
    assert [entry["event"] for entry in logs] == ["request"]


async def test_signing_in_ignores_any_token(app):
    for token in ("expired", "forged", "vet"):
        answer = await Client(app, token).ask("mutation { __typename signIn }")
        assert answer.json()["data"] == {"__typename": "Mutation", "signIn": "False"}


async def test_signing_in_beside_something_else_does_not_ignore_the_token(app):
    answer = await Client(app, "expired").ask("mutation { signIn book(input: {times: []}) }")

    assert (answer.status_code, codes(answer)) == (401, ["TOKEN_EXPIRED"])


async def test_only_a_bearer_header_carries_a_token(app):
    for headers in ({"authorization": "Basic vet"}, {"cookie": "authorization=vet"}, {"authorization": "Bearer "}):
        answer = await Client(app).send(json={"query": "{ me }"}, headers=headers)
        assert codes(answer) == ["SIGNED_OUT"]


# Requests that make no sense


async def test_an_operation_that_is_not_there_is_named(client):
    for accept in ("application/json", "application/graphql-response+json"):
        body = {"query": "query A { hours } query B { hours }", "operationName": "C"}
        answer = await client.send(json=body, headers={"accept": accept})
        assert (answer.status_code, codes(answer)) == (400, ["BAD_INPUT"])
        assert message(answer) == 'There is no operation named "C" in this document.'


async def test_which_of_several_operations_must_be_said(client):
    query = "query A { a: hours } query B { b: hours }"

    unclear = await client.ask(query)
    assert unclear.status_code == 400
    assert "operationName" in message(unclear)
    assert (await client.ask(query, operationName="B")).json()["data"] == {"b": "8 to 18"}
    nothing = await client.ask("fragment A on Query { hours }")
    assert nothing.status_code == 400


async def test_a_wrong_variable_is_named_with_its_place(client):
    query = "mutation ($input: Booking!) { book(input: $input) }"

    answer = await client.ask(query, variables={"input": {"times": [1, "two"]}})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"] == {"code": "BAD_INPUT", "variable": "input", "path": ["times", 1]}
    assert "Int cannot represent non-integer value: 'two'" in message(answer)


async def test_a_null_that_only_shows_while_running_is_the_clients_mistake(client):
    with capture_logs() as logs:
        answer = await client.ask("query ($n: Int = 1) { twice(number: $n) }", variables={"n": None})

    assert codes(answer) == ["BAD_INPUT"]
    assert answer.json()["data"] == {"twice": None}
    assert [entry["event"] for entry in logs] == ["request"]


async def test_a_syntax_error_points_at_its_place(client):
    answer = await client.ask("{ hours ")

    assert codes(answer) == ["BAD_INPUT"]
    assert answer.json()["errors"][0]["locations"] == [{"line": 1, "column": 9}]


@pytest.mark.parametrize(
    ("request_", "status", "words"),
    [
        ({"content": b"\xff\xfe", "headers": {"content-type": "application/json"}}, 400, "JSON"),
        ({"content": b'{"query": "\\ud800"}', "headers": {"content-type": "application/json"}}, 400, "JSON"),
        ({"content": b"[" * 50_000, "headers": {"content-type": "application/json"}}, 400, "JSON"),
        ({"json": [{"query": "{ hours }"}]}, 400, "Several operations"),
        ({"json": "{ hours }"}, 400, "JSON object"),
        ({"content": b"{ hours }", "headers": {"content-type": "application/graphql"}}, 415, "Content-Type"),
        ({"data": {"query": "{ hours }"}}, 415, "Content-Type"),
        ({"files": {"operations": b"{}"}}, 415, "Content-Type"),
        ({"json": {"query": "{ hours }"}, "headers": {"accept": "text/html"}}, 406, "accept"),
        ({"json": {"query": "{ hours }"}, "headers": {"accept": "application/json;q=0"}}, 406, "accept"),
        ({"method": "PUT", "json": {"query": "{ hours }"}}, 405, "POST"),
        ({"method": "GET"}, 400, "`query`"),
        ({"method": "GET", "params": {"query": "mutation { signIn }"}}, 405, "POST"),
        ({"method": "GET", "params": {"query": "{ hours }", "variables": "[1"}}, 400, "JSON"),
        ({"json": {"query": "subscription { changes }"}}, 400, "Subscriptions"),
    ],
)
async def test_a_request_that_is_not_graphql_over_http_is_told_what_is_wrong(client, request_, status, words):
    answer = await client.send(**request_)

    assert answer.status_code == status
    assert codes(answer) == ["BAD_INPUT"]
    assert words in message(answer)


async def test_deeply_nested_variables_are_refused_cleanly(client):
    nested = "[" * 900 + "]" * 900
    body = f'{{"query": "mutation ($input: Booking!) {{ book(input: $input) }}", "variables": {{"input": {nested}}}}}'

    answer = await client.send(content=body, headers={"content-type": "application/json"})

    assert (answer.status_code, codes(answer)) == (400, ["BAD_INPUT"])


async def test_emoji_pass_and_nul_is_refused_with_its_place(client):
    query = "query ($text: String!) { echo(text: $text) }"

    assert (await client.ask(query, variables={"text": "Bello 🐕‍🦺 \x7f"})).json()["data"] == {
        "echo": "Bello 🐕‍🦺 \x7f"
    }
    refused = await client.ask(query, variables={"text": "Bel\0lo"})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["extensions"] == {"code": "BAD_INPUT", "path": ["variables", "text"]}
    for literal in ('"Bel\\u0000lo"', '"Bel\\u{0}lo"'):
        in_the_document = await client.ask(f"{{ echo(text: {literal}) }}")
        assert (in_the_document.status_code, codes(in_the_document)) == (400, ["BAD_INPUT"])
    assert (await client.ask('{ echo(text: "\\\\u0000") }')).json()["data"] == {"echo": "\\u0000"}


async def test_a_websocket_opened_by_a_page_of_somebody_else_is_refused_before_it_opens(app):
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(event):
        sent.append(event["type"])

    headers = [(b"origin", b"https://evil.example"), (b"host", b"vet.example")]
    await app({"type": "websocket", "path": "/graphql", "headers": headers, "subprotocols": []}, receive, send)

    assert sent == ["websocket.close"]


# The editor


async def test_graphiql_is_there_in_development_only(app):
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    developing = Client(endpoint(SCHEMA, Audience.OWNER, ide=True))

    page = await developing.send("GET", headers=browser)
    assert page.status_code == 200
    assert "GraphiQL" in page.text
    assert "unpkg.com" in page.headers["content-security-policy"]
    shut = await Client(app).send("GET", headers=browser)
    assert shut.status_code == 400
    assert shut.headers["content-type"].startswith("application/json")


async def test_who_goes_away_leaves_no_error(app):
    sent = []

    async def receive():
        return {"type": "http.disconnect"}

    async def send(event):
        sent.append(event)

    request = httpx.Request("POST", "http://vet.example/graphql")
    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": request.method, "path": "/graphql", "query_string": b"", "headers": headers}
    with capture_logs() as logs:
        await app(scope, receive, send)

    assert sent == []
    assert logs == []
