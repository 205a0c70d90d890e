"""Journals: every entry of the books of a legal entity, day by day, for the tax adviser. They come out the same each time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from models import LedgerEntry, LegalEntity, Money, sql
from models.refusal import InvalidInput
from resolvers import access, links

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    from resolvers.ports import DoorRules, Vault
    from resolvers.viewer import Viewer

MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Journal:
    """Which books: of the legal entity with that number prefix, from the first to the last day, both included."""

    legal_entity_id: UUID
    number_prefix: str
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """An amount that went out of one book (`credit`) into another (`debit`), and the papers that it belongs to.

    `number` counts the entries of the client's account; `tax_rate` is in thousandths of a percent.
    """

    day: date
    client_id: UUID
    number: int
    kind: str
    debit: str
    credit: str
    amount: Money
    tax_rate: int | None
    location_id: UUID
    invoice: str | None
    credit_note: str | None
    receipt: str | None
    because: str


async def journal(viewer: Viewer, legal_entity_id: UUID | None, first: date, last: date) -> Journal:
    """The journal of a legal entity over these days.

    Raises:
        NotFound: there is no such legal entity.
        InvalidInput: the days are the wrong way round, or more than a year.
    """
    entity = await access.find(viewer, LegalEntity, legal_entity_id, path="legalEntityId")
    if last < first:
        raise InvalidInput("The last day comes before the first. Please turn them round.", path=("to",))
    if (last - first).days >= MOST_DAYS:
        raise InvalidInput(f"A journal has at most {MOST_DAYS} days. Please ask for several.", path=("to",))
    return Journal(entity.id, entity.number_prefix, first, last)


async def days(viewer: Viewer, asked: Journal) -> AsyncIterator[tuple[date, list[JournalEntry]]]:
    """Each day on which something was posted, with its entries, in the order in which they were written."""
    seen, values = access.sight(viewer, LedgerEntry, "l")
    found = await sql.tuples(
        "SELECT DISTINCT l.posted_on FROM ledger_entry l "  # noqa: S608 - our own names
        f"WHERE l.legal_entity_id = ? AND l.posted_on >= ? AND l.posted_on <= ? AND ({seen}) ORDER BY l.posted_on",
        (asked.legal_entity_id, asked.first, asked.last, *values),
    )
    for (day,) in found:
        rows = await sql.tuples(
            "SELECT l.posted_on, l.client_id, l.number, l.kind, l.debit, l.credit, l.minor, l.currency, l.tax_rate, "  # noqa: S608 - our own names
            "l.location_id, i.number, n.number, p.number, l.because FROM ledger_entry l "
            "LEFT JOIN invoice i ON i.id = l.invoice_id LEFT JOIN refund r ON r.id = l.refund_id "
            "LEFT JOIN credit_note n ON n.id = COALESCE(l.credit_note_id, r.credit_note_id) "
            "LEFT JOIN payment p ON p.id = l.payment_id "
            f"WHERE l.legal_entity_id = ? AND l.posted_on = ? AND ({seen}) ORDER BY l.at, l.account_id, l.number",
            (asked.legal_entity_id, sql.as_date(day), *values),
        )
        entries = [_entry(row) for row in rows]
        yield entries[0].day, entries


def _entry(row: Sequence[object]) -> JournalEntry:
    day, client, number, kind, debit, credit, minor, currency, rate, place, invoice, note, receipt, because = row
    posted_on = sql.as_date(day)
    assert posted_on is not None  # noqa: S101 - every entry has its day
    return JournalEntry(
        day=posted_on,
        client_id=sql.as_key(client),
        number=int(str(number)),
        kind=str(kind),
        debit=str(debit),
        credit=str(credit),
        amount=Money(int(str(minor)), str(currency)),
        tax_rate=None if rate is None else int(str(rate)),
        location_id=sql.as_key(place),
        invoice=None if invoice is None else str(invoice),
        credit_note=None if note is None else str(note),
        receipt=None if receipt is None else str(receipt),
        because=str(because),
    )


# Links


def address(asked: Journal, way: str) -> str:
    """Where a journal is to be had, on the practice's own server; `way` is `csv` or `json`."""
    return f"/journals/{asked.legal_entity_id.hex}/{asked.first.isoformat()}/{asked.last.isoformat()}.{way}"


async def link(
    viewer: Viewer,
    legal_entity_id: UUID | None,
    first: date,
    last: date,
    way: str,
    *,
    vault: Vault,
    rules: DoorRules,
    public_url: str,
    now: datetime,
) -> tuple[str, datetime]:
    """An address at which whoever holds it has the journal, and until when.

    Raises:
        NotFound: there is no such legal entity.
        InvalidInput: see `journal`.
    """
    at = address(await journal(viewer, legal_entity_id, first, last), way)
    return links.sealed(f"{public_url}{at}", at, vault=vault, rules=rules, now=now)
