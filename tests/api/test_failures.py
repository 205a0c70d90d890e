"""Failures on our side: what a client hears, and what the log says."""

from __future__ import annotations

from typing import Any

import pytest
import strawberry
from structlog.testing import capture_logs

from graph.roles import ANYONE, EVERYBODY, field
from models.refusal import DatabaseUnavailable, InvalidInput
from tests.api.small import Client, codes, endpoint, message

pytestmark = pytest.mark.anyio

SECRET = "ada@example.org"


@strawberry.type
class Query:
    @field(ANYONE, EVERYBODY)
    def hours(self) -> str | None:
        return "8 to 18"

    @field(ANYONE, EVERYBODY)
    def echo(self, text: str) -> str | None:
        return text

    @field(ANYONE, EVERYBODY)
    def twice(self, number: int = 2) -> int | None:
        return number * 2

    @field(ANYONE, EVERYBODY)
    async def broken(self, times: int = 1) -> list[str] | None:
        raise ValueError(f"Key (email)=({SECRET}) already exists")

    @field(ANYONE, EVERYBODY)
    def misspelled(self) -> str | None:
        nothing: Any = None
        return str(nothing.title())

    @field(ANYONE, EVERYBODY)
    def unreachable(self) -> str | None:
        raise DatabaseUnavailable("connection to 10.0.0.7 refused")

    @field(ANYONE, EVERYBODY)
    def refused(self) -> str | None:
        raise InvalidInput("The end lies before the start.", path=("to",))


SCHEMA = strawberry.Schema(Query)


@pytest.fixture(scope="module")
def app():
    return endpoint(SCHEMA)


@pytest.fixture(scope="module")
def client(app):
    return Client(app, "vet")


async def test_the_unexpected_is_masked_and_the_log_has_its_number(client):
    with capture_logs() as logs:
        answer = await client.ask("{ hours broken }")

    number = answer.headers["x-request-id"]
    assert answer.status_code == 200
    assert answer.json()["data"] == {"hours": "8 to 18", "broken": None}
    assert answer.json()["errors"][0]["extensions"] == {"code": "INTERNAL", "id": number}
    assert message(answer).endswith(f"tell us this number: {number}")
    told, line = logs
    assert (told["log_level"], told["id"], told["error"], told["field"]) == ("error", number, "ValueError", "broken")
    assert "test_failures.py" in told["trace"]
    assert "in broken" in told["trace"]
    assert line["request_id"] == number
    assert SECRET not in answer.text
    assert SECRET not in str(logs)


async def test_a_slip_in_our_code_is_logged_in_its_own_words(client):
    with capture_logs() as logs:
        await client.ask("{ misspelled }")

    assert "AttributeError: 'NoneType' object has no attribute 'title'" in logs[0]["trace"]


async def test_one_failure_in_many_places_is_logged_three_times_and_counted(client):
    with capture_logs() as logs:
        answer = await client.ask("{ " + " ".join(f"a{n}: broken" for n in range(10)) + " }")

    assert codes(answer) == ["INTERNAL"] * 10
    assert [entry.get("and_more") for entry in logs] == [None, None, None, 7, None]


async def test_a_database_that_is_gone_asks_for_another_try(client):
    with capture_logs() as logs:
        answer = await client.ask("{ hours unreachable }")

    assert answer.json()["data"] == {"hours": "8 to 18", "unreachable": None}
    assert codes(answer) == ["UNAVAILABLE"]
    assert "try again in a moment" in message(answer)
    assert "10.0.0.7" not in answer.text
    assert [entry["log_level"] for entry in logs] == ["warning", "info"]


async def test_a_database_that_is_gone_while_we_look_who_it_is(app):
    answer = await Client(app, "while-the-database-is-gone").ask("{ hours }")

    assert (answer.status_code, codes(answer), answer.headers["retry-after"]) == (503, ["UNAVAILABLE"], "1")


async def test_a_failure_outside_the_document_is_masked_too(app):
    with capture_logs() as logs:
        answer = await Client(app, "broken").ask("{ hours }")

    assert (answer.status_code, codes(answer)) == (500, ["INTERNAL"])
    assert logs[0]["id"] == answer.headers["x-request-id"]
    assert SECRET not in answer.text + str(logs)


async def test_a_refusal_that_escapes_speaks_for_itself(client):
    answer = await client.ask("{ refused }")

    assert message(answer) == "The end lies before the start."
    assert answer.json()["errors"][0]["extensions"] == {"code": "INVALID_INPUT", "path": ["to"]}


# The log


async def test_a_request_leaves_one_line_without_anything_of_anybody(client):
    with capture_logs() as logs:
        body = {"query": "query Echo($text: String!) { echo(text: $text) }", "variables": {"text": SECRET}}
        answer = await client.send(json=body)

    (line,) = logs
    assert line.pop("duration_ms") >= 0
    assert line == {
        "event": "request",
        "log_level": "info",
        "request_id": answer.headers["x-request-id"],
        "view": "staff",
        "operation": "Echo",
        "kind": "query",
        "status": 200,
        "statements": 7,
    }
    assert answer.headers["cache-control"] == "no-store"


async def test_a_clients_slip_is_no_error_of_ours(client):
    for query in ("{ hours ", "{ nothing }", "query ($n: Int!) { twice(number: $n) }"):
        with capture_logs() as logs:
            await client.ask(query)
        assert [entry["log_level"] for entry in logs] == ["info"]
