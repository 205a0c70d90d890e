"""Printing a journal: as CSV (RFC 4180) or as JSON, the same bytes each time for the same entries.

Days are ISO dates, amounts have the decimals of their currency, rates of tax are in percent. Ids are those of the API.
Names are left out: they change, and the numbers of the papers lead to them.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from graph.ids import global_id
from models import Money
from resolvers import journals

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from resolvers.journals import Journal, JournalEntry
    from resolvers.viewer import Viewer


class Way(StrEnum):
    """As what a journal is printed."""

    CSV = "csv"
    JSON = "json"


MEDIA_TYPE = {Way.CSV: "text/csv; charset=utf-8; header=present", Way.JSON: "application/json"}
COLUMNS = (
    "day",
    "client",
    "number",
    "kind",
    "debit",
    "credit",
    "amount",
    "currency",
    "tax_percent",
    "location",
    "invoice",
    "credit_note",
    "receipt",
    "because",
)


def printed(viewer: Viewer, journal: Journal, way: Way) -> AsyncIterator[str]:
    """The journal, piece by piece: no more than a day of it is held at once."""
    return _as_csv(viewer, journal) if way is Way.CSV else _as_json(viewer, journal)


async def _as_csv(viewer: Viewer, journal: Journal) -> AsyncIterator[str]:
    yield _lines([COLUMNS])
    async for _, entries in journals.days(viewer, journal):
        yield _lines([[_harmless(each) for each in _told(entry).values()] for entry in entries])


def _lines(rows: Sequence[Sequence[str | int | None]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _harmless(value: str | int | None) -> str | int | None:
    """A value that no spreadsheet takes for a formula: what looks like one gets an apostrophe before it."""
    is_formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if is_formula else value


async def _as_json(viewer: Viewer, journal: Journal) -> AsyncIterator[str]:
    head = {
        "numberPrefix": journal.number_prefix,
        "from": journal.first.isoformat(),
        "to": journal.last.isoformat(),
    }
    yield _json(head)[:-1] + ',"days":['
    before = "\n"
    async for day, entries in journals.days(viewer, journal):
        told = [_camel(_told(entry)) for entry in entries]
        yield before + _json({"day": day.isoformat(), "totals": _totals(entries), "entries": told})
        before = ",\n"
    yield "]}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _told(entry: JournalEntry) -> dict[str, str | int | None]:
    """An entry by the names of its columns, in their order."""
    told = (
        entry.day.isoformat(),
        global_id("Client", entry.client_id),
        entry.number,
        entry.kind,
        entry.debit,
        entry.credit,
        _amount(entry.amount),
        entry.amount.currency,
        None if entry.tax_rate is None else _percent(entry.tax_rate),
        global_id("Location", entry.location_id),
        entry.invoice,
        entry.credit_note,
        entry.receipt,
        entry.because,
    )
    return dict(zip(COLUMNS, told, strict=True))


def _camel(told: dict[str, str | int | None]) -> dict[str, str | int | None]:
    """The same, with names as JSON has them in our contract."""
    words = {name: name.split("_") for name in told}
    return {word[0] + "".join(each.title() for each in word[1:]): told[name] for name, word in words.items()}


def _totals(entries: Sequence[JournalEntry]) -> list[dict[str, str]]:
    """What went into each book that day and out of it; in each currency as much went in as out."""
    into: dict[tuple[str, str], int] = defaultdict(int)
    out: dict[tuple[str, str], int] = defaultdict(int)
    for entry in entries:
        into[entry.amount.currency, entry.debit] += entry.amount.minor
        out[entry.amount.currency, entry.credit] += entry.amount.minor
    return [
        {
            "currency": currency,
            "book": book,
            "debit": _amount(Money(into[currency, book], currency)),
            "credit": _amount(Money(out[currency, book], currency)),
        }
        for currency, book in sorted({*into, *out})
    ]


def _amount(amount: Money) -> str:
    return f"{amount.amount:f}"


def _percent(rate: int) -> str:
    """A rate in thousandths of a percent as percent, without needless zeros: `19`, `7.7`."""
    return f"{Decimal(rate).scaleb(-3).normalize():f}"
