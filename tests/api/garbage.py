"""Garbage: for an input of the contract, everything that could be sent in place of each of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    is_required_input_field,
)

from graph.ids import global_id, opened

KEYS = ("", "x" * 65, "🐕" * 64)
UNKNOWN = UUID("018f0000-0000-7000-8000-00000000dead")
READABLE: dict[str, list[Any]] = {
    "String": [
        "",
        "🐕‍🦺 Zoë 👩‍⚕️",
        "\u202egnorw\u202c \u200f\u2066",
        "bell\x07",
        "\ufeff\uffff\U000e0001",
        "'; DROP TABLE pet; --",
        "100%_\\",
        "x" * 5000,
        "ß" * 201,
        "a@b.example",
    ],
    "ID": [
        "",
        "💥",
        "x" * 5000,
        "UGV0OsO8",
        7,
        global_id("Practice", UNKNOWN),
    ],
    "Int": [-1, 0, 101, 2**31 - 1, -(2**31)],
    "Boolean": [True, False],
    "DateTime": [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:15:00+00:15",
        "9999-12-31T23:45:00Z",
        "9999-12-31T23:59:59.999999999Z",
        "2026-03-29T02:30:00+01:00",
    ],
    "Date": ["0001-01-01", "1969-12-31", "9999-12-31", "2024-02-29"],
    "WallTime": ["00:00", "23:59", "24:00"],
    "Decimal": [0, -1, 12.5, "12.50", "0.00000001", "999999999999999999", "-0"],
    "Amount": [0, -1, 12.5, "12.50", "0.00000001", "999999999999999999", "-0"],
}
UNREADABLE: dict[str, list[Any]] = {
    "String": [7, 1.5, True, ["x"], {"x": 1}],
    "ID": [1.5, True, ["x"], {"x": 1}],
    "Int": [2**31, -(2**31) - 1, 2**53, 1.5, "1", True],
    "Boolean": ["true", 1, []],
    "DateTime": [
        "2026-03-04T09:00:00",
        "2026-03-04",
        "2026-03-04T24:00:00Z",
        "2016-12-31T23:59:60Z",
        "2026-02-30T09:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "2026-03-04T09:00:00+99:99",
        "٢٠٢٦-03-04T09:00:00Z",
        "2026-W10-3T09:00:00Z",
        "tomorrow",
        1_772_600_000,
    ],
    "Date": ["2026-02-29", "2026-3-4", "0000-01-01", "10000-01-01", "2026-03-04T00:00:00Z", "٢٠٢٦-03-04", 20260304],
    "WallTime": ["24:01", "8:30", "08:60", "99:00", "-1:00", "08:30:00", "٠٨:30", 510],
    "Decimal": ["12,5", "1e3", "", " 1", "٣", "NaN", 1e30, True, ["1"]],
    "Amount": ["12,5", "1e3", "", " 1", "٣", "NaN", 1e30, True, ["1"], "12 EUR"],
}


def readable(of: Any, good: Any) -> Iterator[Any]:
    """What the contract can read in place of `good`, changed in one part each time."""
    if isinstance(of, GraphQLNonNull):
        yield from readable(of.of_type, good)
    elif isinstance(of, GraphQLList):
        yield from ([], [*good, *good], good * 300)
        for one in good[:1]:
            yield from ([other] for other in readable(of.of_type, one))
    elif isinstance(of, GraphQLInputObjectType):
        yield from _readable_parts(of, good)
    elif isinstance(of, GraphQLEnumType):
        yield from of.values
    else:
        assert isinstance(of, GraphQLNamedType)
        yield from READABLE[of.name]
        if of.name == "ID" and good is not None:
            known = opened(good)
            assert known
            yield global_id(known[0], UNKNOWN)


def _readable_parts(of: GraphQLInputObjectType, good: dict[str, Any]) -> Iterator[Any]:
    for name, part in of.fields.items():
        if not is_required_input_field(part):
            yield {key: value for key, value in good.items() if key != name}
        if not isinstance(part.type, GraphQLNonNull):
            yield {**good, name: None}
        if name == "idempotencyKey":
            yield from ({**good, name: other} for other in KEYS)
        elif name in good:
            yield from ({**good, name: other} for other in readable(part.type, good[name]))


def unreadable(of: Any, good: Any) -> Iterator[Any]:
    """What the contract cannot read in place of `good`, wrong in one part each time."""
    if isinstance(of, GraphQLNonNull):
        yield None
        yield from unreadable(of.of_type, good)
    elif isinstance(of, GraphQLList):
        yield [*good, None]
        for one in good[:1]:
            yield from ([other] for other in unreadable(of.of_type, one) if other is not None)
    elif isinstance(of, GraphQLInputObjectType):
        yield from ("x", 7, [7], {**good, "surprise": 1})
        for name, part in of.fields.items():
            if is_required_input_field(part):
                yield {key: value for key, value in good.items() if key != name}
            if name in good:
                yield from ({**good, name: other} for other in unreadable(part.type, good[name]))
    elif isinstance(of, GraphQLEnumType):
        yield from ("NONSENSE", next(iter(of.values)).lower(), "", 1, True)
    else:
        assert isinstance(of, GraphQLNamedType)
        yield from UNREADABLE[of.name]
