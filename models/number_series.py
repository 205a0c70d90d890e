"""Number series: numbers that are given out one after the other, without a gap."""

from __future__ import annotations

from tortoise import fields

from models.row import Row


class NumberSeries(Row):
    """A series, and its last number. Whoever takes the next one holds the row until the deed is done, or undone."""

    name = fields.CharField(max_length=32, unique=True)
    last_number = fields.BigIntField()

    class Meta:
        table = "number_series"
