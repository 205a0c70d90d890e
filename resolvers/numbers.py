"""Numbers: the next of a series, taken inside the transaction that uses it, so that none is missing and none is double."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import sql
from models.number_series import Series, series_name, written
from models.row import uuid7

if TYPE_CHECKING:
    from datetime import date

    from models import LegalEntity

_NEXT = (
    "INSERT INTO number_series (id, name, last_number) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE "
    "SET last_number = number_series.last_number + excluded.last_number RETURNING last_number"
)


async def following(name: str, *, count: int = 1) -> range:
    """The next numbers of that series: whoever else wants one waits until the transaction ends."""
    last = int((await sql.fetch(_NEXT, (uuid7(), name, count)))[0]["last_number"])
    return range(last - count + 1, last + 1)


async def take(series: Series, entity: LegalEntity, day: date, *, count: int = 1) -> list[str]:
    """The next numbers of a legal entity in the year of that day, as they stand on paper."""
    numbers = await following(series_name(series, entity.number_prefix, day.year), count=count)
    return [written(series, entity.number_prefix, day.year, number) for number in numbers]
