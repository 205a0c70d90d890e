"""Links to journals."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import strawberry

from graph.roles import allow
from graph.types.enums import described
from models.role import Role


class JournalFormat(StrEnum):
    """As what a journal comes."""

    CSV = "CSV"
    JSON = "JSON"


described(
    JournalFormat,
    "As what a journal comes.",
    {
        JournalFormat.CSV: "A table as in RFC 4180, in UTF-8: one line an entry, a head line with the names of the columns.",
        JournalFormat.JSON: "JSON: the days, each with its entries and its totals.",
    },
    roles=[Role.MANAGER],
)


@strawberry.type(directives=[allow(Role.MANAGER)], description="Where a journal can be had.")
class JournalLink:
    """Where a journal can be had."""

    url: str = strawberry.field(
        description="The journal: a GET without any token answers it until `endsAt`, so pass it on to nobody who should "
        "not know the books. Days are `2026-03-02`, amounts have the decimals of their currency, rates are in percent. "
        "Each entry went out of the account in `credit` into the one in `debit`. What is closed comes out the same, byte "
        "by byte, each time."
    )
    ends_at: datetime = strawberry.field(description="Until when `url` is good: some minutes. Then ask for a new one.")
