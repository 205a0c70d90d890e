"""The wire: GraphQL over HTTP, as its specification and the graphql-http audits have it.

A request becomes a `Question` or is refused; an answer goes out in the media type the client accepts. A client that
accepts only `application/json` hears 200 for a document that is wrong, as such clients always have; one that accepts
`application/graphql-response+json` hears 400.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from graph.limits import bad_input, exceeded

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"

# No input of ours is half as deep. Whatever walks the values below may count on it.
_DEEPEST = 64

_LONGEST_LENGTH = 15  # in digits: what is longer is too long whatever its end is
_KEPT_HEADERS = 64  # every program that asks says the same in each of its requests

# What a request error costs a client that knows GraphQL's own media type; 400 where nothing else is said.
_STATUS = {"UNAVAILABLE": 503, "INTERNAL": 500, "TIMEOUT": 504}


@dataclass(frozen=True, slots=True)
class Question:
    """What a well-formed request asks."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None
    extensions: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a body, a status, and headers beside those every answer has."""

    body: Mapping[str, Any]
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)


class NotAnswered(Exception):
    """The request is refused before it is run, with this status whatever the client accepts."""

    def __init__(self, error: GraphQLError, status: int, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.status = status
        self.headers = dict(headers or {})


async def asked(request: Request, *, max_body_bytes: int) -> Question:
    """The question in a request.

    Raises:
        NotAnswered: the request is not GraphQL over HTTP, or too large.
    """
    return question(_from_address(request) if request.method == "GET" else await _from_body(request, max_body_bytes))


def question(parameters: Mapping[str, Any]) -> Question:
    """The question that these parameters make up.

    Raises:
        NotAnswered: one of them is not what it must be.
    """
    query = parameters.get("query")
    if query is None:
        raise NotAnswered(bad_input("There is no `query` in this request."), 400)
    if not isinstance(query, str):
        raise _malformed("query", "a text")
    operation_name = parameters.get("operationName")
    if not isinstance(operation_name, str | None):
        raise _malformed("operationName", "a text or null")
    variables = parameters.get("variables")
    if not isinstance(variables, dict | None):
        raise _malformed("variables", "an object or null")
    extensions = parameters.get("extensions")
    if not isinstance(extensions, dict | None):
        raise _malformed("extensions", "an object or null")
    return Question(query, variables or {}, operation_name or None, extensions)


def bearer(request: Request) -> str | None:
    """The token of a request, from its Authorization header and nowhere else; None without one."""
    return token_of(request.headers.get("authorization", ""))


def token_of(authorization: str) -> str | None:
    """The token in the value of an Authorization header; None when it holds none."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


@lru_cache(_KEPT_HEADERS)
def accepted(header: str | None) -> str | None:
    """The media type to answer in; None when the client accepts neither."""
    if not header:
        return JSON
    wishes: list[tuple[float, int, str]] = []
    for place, wish in enumerate(header.split(",")):
        name, *parameters = (part.strip().lower() for part in wish.split(";"))
        media = GRAPHQL if name == GRAPHQL else JSON if name in {JSON, "*/*", "application/*"} else None
        quality = _quality(parameters)
        if media and quality > 0:
            wishes.append((-quality, place, media))
    return min(wishes)[2] if wishes else None


@lru_cache(_KEPT_HEADERS)
def accepts(header: str | None, media: str) -> bool:
    """Whether a client names this media type, and does not say that it does not want it."""
    wishes = (wish.strip().lower().partition(";") for wish in (header or "").split(","))
    return any(name.strip() == media and _quality(rest.split(";")) > 0 for name, _, rest in wishes)


def printed(body: Any) -> bytes:
    """An answer as JSON; a moment that reading has left as it is, in UTC, as the scalar DateTime prints it."""
    return orjson.dumps(body, option=orjson.OPT_UTC_Z)


class Printed(Response):
    """An answer whose body and headers are bytes already."""

    def __init__(self, body: bytes, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        # Not super().__init__: it would look through the headers for what stands in them.
        self.body, self.status_code, self.raw_headers = body, status, headers
        self.background = None


def encoded(answer: Answer, media: str, request_id: str) -> Response:
    """The answer as bytes."""
    body = printed(answer.body)
    headers = [
        (b"content-type", f"{media}; charset=utf-8".encode()),
        (b"content-length", str(len(body)).encode()),
        (b"x-request-id", request_id.encode()),
        (b"cache-control", b"no-store"),
        (b"vary", b"Accept, Authorization"),
        *[(name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers.items()],
    ]
    return Printed(body, answer.status, headers)


def status_of(errors: Sequence[Mapping[str, Any]], media: str) -> int:
    """The status of an answer that holds no data because of these errors."""
    code = errors[0].get("extensions", {}).get("code") if errors else None
    return _STATUS.get(str(code), 400) if media == GRAPHQL else 200


def _from_address(request: Request) -> dict[str, Any]:
    parameters: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if parameters.get(name):
            parameters[name] = decoded(parameters[name].encode("utf-8", "surrogatepass"))
    return parameters


async def _from_body(request: Request, allowed: int) -> dict[str, Any]:
    if not _is_json(request.headers.get("content-type", "")):
        raise NotAnswered(bad_input(f"Please send the request as `Content-Type: {JSON}`."), 415)
    parameters = decoded(await _body(request, allowed))
    if isinstance(parameters, list):
        raise NotAnswered(bad_input("Several operations in one request are not taken. Please send each alone."), 400)
    if not isinstance(parameters, dict):
        raise NotAnswered(bad_input("The body of this request must be a JSON object."), 400)
    return parameters


async def _body(request: Request, allowed: int) -> bytes:
    """The body, of which no more is read than is allowed, whatever its header says."""
    length = request.headers.get("content-length", "")
    announced = int(length[:_LONGEST_LENGTH]) if length.isascii() and length.isdigit() else 0
    body = bytearray()
    if announced <= allowed:
        while True:
            message = await request.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            body += message.get("body", b"")
            if len(body) > allowed:
                break
            if not message.get("more_body", False):
                return bytes(body)
    sentence = f"This request is too large; at most {allowed} bytes are taken."
    error = exceeded("bodyBytes", sentence, requested=max(announced, len(body)), allowed=allowed)
    raise NotAnswered(error, 413, {"Connection": "close"})


def decoded(text: bytes | str) -> Any:
    """What the JSON says.

    Raises:
        NotAnswered: it cannot be read, is nested too deep, or holds a character that cannot be kept.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as mistake:
        raise NotAnswered(bad_input("This request cannot be read as JSON in UTF-8."), 400) from mistake
    _refuse_nesting(value)
    # JSON can spell a NUL in this way only.
    spelled = b"\\u0000" if isinstance(text, bytes) else "\\u0000"
    path = _place_of_nul(value) if spelled in text else None  # type: ignore[operator]
    if path is not None:
        sentence = "A text in this request holds a NUL character, which cannot be kept. Please leave it out."
        raise NotAnswered(bad_input(sentence, path=path), 400)
    return value


def _refuse_nesting(value: Any) -> None:
    """Nothing is nested without end.

    Raises:
        NotAnswered: it is nested more than 64 levels deep.
    """
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(_DEEPEST + 1):
        inside = (each.values() if isinstance(each, dict) else each for each in level)
        level = [each for values in inside for each in values if isinstance(each, dict | list)]
        if not level:
            return
    raise NotAnswered(bad_input(f"The values of this request are nested more than {_DEEPEST} levels deep."), 400)


def _place_of_nul(value: Any) -> list[str | int] | None:
    """Where a text holds a NUL character, which no database can keep, so none gets in; None when none does."""
    if isinstance(value, str):
        return [] if "\0" in value else None
    if not isinstance(value, dict | list):
        return None
    for step, each in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(step, str) and "\0" in step:
            return []
        path = _place_of_nul(each)
        if path is not None:
            return [step, *path]
    return None


def _malformed(name: str, kind: str) -> NotAnswered:
    return NotAnswered(bad_input(f"The `{name}` of this request must be {kind}."), 400)


@lru_cache(_KEPT_HEADERS)
def _is_json(content_type: str) -> bool:
    name, *parameters = (part.strip().lower() for part in content_type.split(";"))
    return name == JSON and _is_utf8(parameters)


def _is_utf8(parameters: Sequence[str]) -> bool:
    given = [value.strip('" ') for name, _, value in (each.partition("=") for each in parameters) if name == "charset"]
    return all(value in {"utf-8", "utf8"} for value in given)


def _quality(parameters: Sequence[str]) -> float:
    if not _is_utf8(parameters):
        return 0.0
    for name, _, value in (each.partition("=") for each in parameters):
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
