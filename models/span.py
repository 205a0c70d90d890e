"""Spans: lengths of calendar time, as guidelines say them."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Unit(StrEnum):
    """What a span is counted in."""

    DAYS = "D"
    WEEKS = "W"
    MONTHS = "M"
    YEARS = "Y"


_WORDS = {Unit.DAYS: "day", Unit.WEEKS: "week", Unit.MONTHS: "month", Unit.YEARS: "year"}


@dataclass(frozen=True, slots=True)
class Span:
    """So many days, weeks, months or years of the calendar; its text is ISO 8601: `P6W`, `P1Y`."""

    count: int
    unit: Unit

    @classmethod
    def read(cls, text: str) -> Span | None:
        """The span that was written; None for no text.

        Raises:
            ValueError: it is no such text, which no rule holds.
        """
        if not text:
            return None
        found = re.fullmatch(r"P([0-9]{1,4})([DWMY])", text)
        if found is None:
            raise ValueError(text)
        return cls(int(found[1]), Unit(found[2]))

    def __str__(self) -> str:
        return f"P{self.count}{self.unit}"

    @property
    def words(self) -> str:
        """The span as people say it: `6 weeks`, `1 year`."""
        return f"{self.count} {_WORDS[self.unit]}{'' if self.count == 1 else 's'}"

    def after(self, day: date) -> date:
        """The day that comes so long after `day`.

        Months and years keep the day of the month. Where a month has no such day, its last day counts: a year after
        29 February is 28 February.
        """
        if self.unit in (Unit.DAYS, Unit.WEEKS):
            return day + timedelta(days=self.count * (7 if self.unit is Unit.WEEKS else 1))
        months = day.year * 12 + day.month - 1 + self.count * (12 if self.unit is Unit.YEARS else 1)
        year, month = divmod(months, 12)
        return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months(count: int) -> Span:
    """So many months, said in years where they make whole ones."""
    return Span(count, Unit.MONTHS) if count % 12 else Span(count // 12, Unit.YEARS)
