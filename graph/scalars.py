"""Scalars: how moments, days and times of day are said."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from models.period import MINUTES_A_DAY

WallTime = NewType("WallTime", int)
"""A time of day on the wall, in minutes since midnight."""

LocalDateTime = NewType("LocalDateTime", str)
"""A date and time on the wall of a place."""

Amount = NewType("Amount", Decimal)
"""An amount of money in major units, with as many decimals as its currency has."""

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,18}(\.\d{1,18})?", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d)", re.ASCII)


def _printed(moment: datetime) -> str:
    text = moment.astimezone(UTC).isoformat()
    return text.replace("+00:00", "Z")


def _moment(value: Any) -> datetime:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise GraphQLError(
            "A DateTime is written like 2026-03-02T09:30:00Z or 2026-03-02T10:30:00+01:00, with its offset."
        )
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise GraphQLError("There is no such moment. Please check the date, the time and the offset.") from error


def _day(value: Any) -> date:
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            return date.fromisoformat(value)
    except ValueError as error:
        raise GraphQLError("There is no such day.") from error
    raise GraphQLError("A Date is written like 2026-03-02.")


def _minutes(value: Any) -> WallTime:
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    minutes = int(match[1]) * 60 + int(match[2]) if match and int(match[2]) < 60 else -1
    if not 0 <= minutes <= MINUTES_A_DAY:
        raise GraphQLError("A WallTime is written like 08:30, from 00:00 to 24:00.")
    return WallTime(minutes)


def _exact(value: Any) -> Decimal:
    # A number with a point has come through a float, whose shortest text is what the client wrote.
    text = value if isinstance(value, str) else "" if isinstance(value, bool) else str(value)
    if not _DECIMAL.fullmatch(text):
        raise GraphQLError("A Decimal is written like 12.5, as a number or as text, without an exponent.")
    return Decimal(text)


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment, in RFC 3339 with an offset; answers are in UTC: `2026-03-02T09:30:00Z`.",
        serialize=_printed,
        parse_value=_moment,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A day of the calendar: `2026-03-02`.",
        serialize=date.isoformat,
        parse_value=_day,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact number: `12.5`, or as text `"12.50"`, which keeps its zeros. Without an exponent.',
        serialize=float,
        parse_value=_exact,
    ),
    Amount: strawberry.scalar(
        name="Amount",
        description='An amount of money, exact: answered as text with all its decimals, `"12.50"`, and taken as text or number.',
        serialize=lambda amount: f"{amount:f}",
        parse_value=_exact,
    ),
    WallTime: strawberry.scalar(
        name="WallTime",
        description="A time of day on the wall of a place: `08:30`. `24:00` is the end of the day.",
        serialize=lambda minutes: f"{minutes // 60:02d}:{minutes % 60:02d}",
        parse_value=_minutes,
    ),
    LocalDateTime: strawberry.scalar(
        name="LocalDateTime",
        description="A date and time as the clock on the wall of a place shows it, without offset: `2026-03-02T10:30`.",
        serialize=str,
        parse_value=str,
    ),
}
