"""The server audits of graphql-http 1.23.1 as a table, with the same ids and names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
NOTHING: Any = object()


@dataclass(frozen=True)
class Audit:
    """One request, and what the answer must be. Without `accept` or `content_type` the header is not sent at all."""

    id: str
    name: str
    body: Any = NOTHING
    raw: str | None = None
    address: dict[str, str] | None = None
    accept: str | None = None
    content_type: str | None = JSON
    status: tuple[int, int] = (200, 200)
    media: str | None = None
    without: tuple[str, ...] = ()


def _kind(value: Any) -> str:
    names = {dict: "object", int: "number", bool: "boolean", list: "array", str: "string"}
    return names[type(value)]


TYPENAME = {"query": "{ __typename }"}
NAMED = "query Type($name: String!) { __type(name: $name) { name } }"
UNKNOWN = {"query": "{ 8f31403dfe404bccbb0e835f2629c6a7 }"}
COERCE = {"query": "query CoerceFailure($id: ID!){ __typename }", "variables": {"id": None}}
BAD = (400, 400)
NO_TEXTS = ({"obj": "ect"}, 0, False, ["array"])
NO_MAPS = ("string", 0, False, ["array"])

AUDITS = [
    Audit("22EB", f"SHOULD accept {GRAPHQL} and match the content-type", TYPENAME, accept=GRAPHQL, media=GRAPHQL),
    Audit("4655", f"MUST accept {JSON} and match the content-type", TYPENAME, accept=JSON, media=JSON),
    Audit("47DE", f"SHOULD accept */* and use {JSON} for the content-type", TYPENAME, accept="*/*", media=JSON),
    Audit("80D8", f"SHOULD assume {JSON} content-type when accept is missing", TYPENAME, media=JSON),
    Audit("82A3", "MUST use utf-8 encoding when responding", TYPENAME),
    Audit(
        "BF61",
        "MUST accept utf-8 encoded request",
        {"query": '{ __type(name: "Run🏃Swim🏊") { name } }'},
        content_type=f"{JSON}; charset=utf-8",
    ),
    Audit("78D5", "MUST assume utf-8 in request if encoding is unspecified", TYPENAME),
    Audit("2C94", "MUST accept POST requests", TYPENAME),
    Audit("5A70", "MAY accept application/x-www-form-urlencoded formatted GET requests", address=TYPENAME),
    Audit(
        "9C48",
        "MAY NOT allow executing mutations on GET requests",
        address={"query": "mutation { __typename }"},
        accept=GRAPHQL,
        status=(400, 499),
    ),
    Audit(
        "9ABE",
        "SHOULD respond with 4xx status code if content-type is not supplied on POST requests",
        TYPENAME,
        content_type=None,
        status=(400, 499),
    ),
    Audit("03D4", f"MUST accept {JSON} POST requests", TYPENAME),
    Audit("A5BF", "MAY use 400 status code when request body is missing on POST", status=BAD),
    Audit(
        "423L",
        "MAY use 400 status code on missing {query} parameter",
        {"notquery": "{ __typename }"},
        accept=GRAPHQL,
        status=BAD,
    ),
    *(
        Audit(f"LKJ{n}", f"MAY use 400 status code on {_kind(x)} {{query}} parameter", {"query": x}, status=BAD)
        for n, x in enumerate(NO_TEXTS)
    ),
    Audit("34A2", f"SHOULD allow string {{query}} parameter when accepting {GRAPHQL}", TYPENAME, accept=GRAPHQL),
    Audit(
        "13EE",
        f"MUST allow string {{query}} parameter when accepting {JSON}",
        TYPENAME,
        accept=JSON,
        without=("errors",),
    ),
    *(
        Audit(
            f"6C0{n}",
            f"MAY use 400 status code on {_kind(x)} {{operationName}} parameter",
            {"operationName": x, **TYPENAME},
            status=BAD,
        )
        for n, x in enumerate(NO_TEXTS)
    ),
    Audit(
        "8161",
        f"SHOULD allow string {{operationName}} parameter when accepting {GRAPHQL}",
        {"operationName": "Query", "query": "query Query { __typename }"},
        accept=GRAPHQL,
    ),
    Audit(
        "B8B3",
        f"MUST allow string {{operationName}} parameter when accepting {JSON}",
        {"operationName": "Query", "query": "query Query { __typename }"},
        accept=JSON,
        without=("errors",),
    ),
    *(
        Audit(
            f"{id_}{n}",
            f"{must} allow null {{{parameter}}} parameter when accepting {media}",
            {**TYPENAME, parameter: None},
            accept=media,
            without=("errors",),
        )
        for n, parameter in enumerate(("variables", "operationName", "extensions"))
        for id_, must, media in (("94B", "SHOULD", GRAPHQL), ("022", "MUST", JSON))
    ),
    *(
        Audit(
            f"476{n}",
            f"MAY use 400 status code on {_kind(x)} {{variables}} parameter",
            {**TYPENAME, "variables": x},
            status=BAD,
        )
        for n, x in enumerate(NO_MAPS)
    ),
    Audit(
        "2EA1",
        f"SHOULD allow map {{variables}} parameter when accepting {GRAPHQL}",
        {"query": NAMED, "variables": {"name": "sometype"}},
        accept=GRAPHQL,
    ),
    Audit(
        "28B9",
        f"MUST allow map {{variables}} parameter when accepting {JSON}",
        {"query": NAMED, "variables": {"name": "sometype"}},
        accept=JSON,
        without=("errors",),
    ),
    *(
        Audit(
            id_,
            f"MAY allow URL-encoded JSON string {{variables}} parameter in GETs when accepting {media}",
            address={"query": NAMED, "variables": '{"name":"sometype"}'},
            accept=media,
            without=("errors",),
        )
        for id_, media in (("D6D5", GRAPHQL), ("6A70", JSON))
    ),
    *(
        Audit(
            f"58B{n}",
            f"MAY use 400 status code on {_kind(x)} {{extensions}} parameter",
            {**TYPENAME, "extensions": x},
            status=BAD,
        )
        for n, x in enumerate(NO_MAPS)
    ),
    Audit(
        "428F",
        f"SHOULD allow map {{extensions}} parameter when accepting {GRAPHQL}",
        {**TYPENAME, "extensions": {"some": "value"}},
        accept=GRAPHQL,
    ),
    Audit(
        "1B7A",
        f"MUST allow map {{extensions}} parameter when accepting {JSON}",
        {**TYPENAME, "extensions": {"some": "value"}},
        accept=JSON,
        without=("errors",),
    ),
    Audit(
        "B6DC",
        f"MAY use 2xx, 4xx, or 5xx status codes on JSON parsing failure when accepting {JSON}",
        raw='{ "not a JSON',
        accept=JSON,
        status=(200, 599),
    ),
    Audit(
        "BCF8",
        f"SHOULD use 400 status code on JSON parsing failure when accepting {JSON}",
        raw='{ "not a JSON',
        accept=JSON,
        status=BAD,
    ),
    Audit(
        "B7N8",
        f"SHOULD use 400 status code on JSON parsing failure when accepting {GRAPHQL}",
        raw='{ "not a JSON',
        accept=GRAPHQL,
        status=BAD,
    ),
    Audit(
        "8764",
        "MAY use 4xx or 5xx status codes if parameters are invalid",
        {"qeury": "{ __typename }"},
        status=(400, 599),
    ),
    Audit("3E3A", "MAY use 400 status code if parameters are invalid", {"qeury": "{ __typename }"}, status=BAD),
    Audit(
        "572B",
        f"SHOULD use 200 status code on document parsing failure when accepting {JSON}",
        {"query": "{"},
        accept=JSON,
    ),
    Audit(
        "FDE2", f"SHOULD use 200 status code on document validation failure when accepting {JSON}", UNKNOWN, accept=JSON
    ),
    Audit(
        "7B9B",
        f"SHOULD use a status code of 200 on variable coercion failure when accepting {JSON}",
        COERCE,
        accept=JSON,
    ),
    Audit(
        "865D",
        f"SHOULD use 4xx or 5xx status codes on document parsing failure when accepting {GRAPHQL}",
        {"query": "{"},
        accept=GRAPHQL,
        status=(400, 599),
    ),
    Audit(
        "556A",
        f"SHOULD use 400 status code on document parsing failure when accepting {GRAPHQL}",
        {"query": "{"},
        accept=GRAPHQL,
        status=BAD,
    ),
    Audit(
        "D586",
        f"SHOULD not contain the data entry on document parsing failure when accepting {GRAPHQL}",
        {"query": "{"},
        accept=GRAPHQL,
        status=(100, 599),
        without=("data",),
    ),
    Audit(
        "51FE",
        f"SHOULD use 4xx or 5xx status codes on document validation failure when accepting {GRAPHQL}",
        UNKNOWN,
        accept=GRAPHQL,
        status=(400, 599),
    ),
    Audit(
        "74FF",
        f"SHOULD use 400 status code on document validation failure when accepting {GRAPHQL}",
        UNKNOWN,
        accept=GRAPHQL,
        status=BAD,
    ),
    Audit(
        "5E5B",
        f"SHOULD not contain the data entry on document validation failure when accepting {GRAPHQL}",
        UNKNOWN,
        accept=GRAPHQL,
        status=(100, 599),
        without=("data",),
    ),
    Audit(
        "86EE",
        f"SHOULD use a status code of 400 on variable coercion failure when accepting {GRAPHQL}",
        COERCE,
        accept=GRAPHQL,
        status=BAD,
    ),
]
