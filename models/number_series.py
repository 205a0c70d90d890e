"""Number series: numbers that are given out one after the other, without a gap."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields

from models.row import Row


class Series(StrEnum):
    """What is numbered for each legal entity and year; the value stands in the number."""

    INVOICE = ""
    CREDIT_NOTE = "C"
    RECEIPT = "R"


class NumberSeries(Row):
    """A series, and its last number. Whoever takes the next one holds the row until the deed is done, or undone."""

    name = fields.CharField(max_length=32, unique=True)
    last_number = fields.BigIntField()

    class Meta:
        table = "number_series"


def series_name(series: Series, prefix: str, year: int) -> str:
    """What the series of a legal entity with that prefix is called in that year."""
    return f"{series.name} {prefix} {year}"


def written(series: Series, prefix: str, year: int, number: int) -> str:
    """The number as it stands on paper: `LDN2026-00042`, `LDNC2026-00007`."""
    return f"{prefix}{series}{year}-{number:05d}"
