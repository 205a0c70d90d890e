"""Statements on paper: what a client owed a legal entity, what changed it day by day, and what is due since when.

A paper goes by days: what was entered later for an earlier day stands on that day. So its balances are reckoned anew from
the entries, and not those that the entries had when they were written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from models import Client, ClientAccount, LegalEntity, Location, sql
from models.ledger import STATED, Book, left_in, owed_more, touch
from models.paper import MoneyFacts, Paper, SumLine, SumTable
from models.period import today_in
from models.refusal import InvalidInput, NotFound
from resolvers import access, wording
from resolvers.invoices import issuing
from resolvers.papers import sellers, sums

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from resolvers.statements import Stretch
    from resolvers.viewer import Viewer
    from resolvers.wording import Wording

MOST_DAYS = 366
_STATED = ", ".join(f"'{kind}'" for kind in STATED)


@dataclass(frozen=True, slots=True)
class Days:
    """From the first to the last day, both included."""

    first: date
    last: date

    def must_be_a_year_at_most(self) -> None:
        """Refuse what nobody reads.

        Raises:
            InvalidInput: the days are the wrong way round, or more than a year.
        """
        if self.last < self.first:
            raise InvalidInput("The last day comes before the first. Please turn them round.", path=("to",))
        if (self.last - self.first).days >= MOST_DAYS:
            raise InvalidInput(f"A statement has at most {MOST_DAYS} days. Please ask for several.", path=("to",))


async def account(viewer: Viewer, client_id: UUID | None, stretch: Stretch) -> ClientAccount:
    """The account of a client that is meant: without a legal entity or currency the one that was opened first.

    Raises:
        NotFound: there is no such account, or it is not the viewer's to see.
    """
    if client_id is None:
        raise NotFound(path=("clientId",))
    which, values = access.sight(viewer, ClientAccount, "a")
    given = {"client_id": client_id, "legal_entity_id": stretch.legal_entity_id, "currency": stretch.currency}
    named = {name: value for name, value in given.items() if value is not None}
    conditions = " AND ".join(f"a.{name} = ?" for name in named)
    found = await sql.fetch(
        f"SELECT a.* FROM client_account a WHERE {conditions} AND ({which}) ORDER BY a.opened_at, a.id LIMIT 1",  # noqa: S608 - our own names
        (*named.values(), *values),
    )
    if not found:
        raise NotFound(path=("clientId",))
    return sql.loaded(ClientAccount, found[0])


async def statement(account_id: UUID, days: Days, *, now: datetime) -> Paper:
    """The statement of an account over these days as it is now, in the language of its client.

    Raises:
        NotFound: there is no such account.
    """
    account = await ClientAccount.get_or_none(id=account_id)
    if account is None:
        raise NotFound
    client, place = await Client.get(id=account.client_id), await _place(account)
    names = issuing.names(await LegalEntity.get(id=account.legal_entity_id), place, client)
    words = wording.of(client.language, place.country)
    opening = await _balance(account, days.first - timedelta(days=1))
    entries, due = await _entries(account, days), await _due(account, days.last)
    closing = opening + sum(entry.change for entry in entries)
    first, last = words.day(days.first), words.day(days.last)
    facts = MoneyFacts(
        title=words.said("money", "statement"),
        addressee=[names.client, *sellers.address(names.client_address, words)],
        about=(
            (words.said("money", "period"), words.said("money", "from_to", first=first, last=last)),
            (words.said("money", "printed_on"), words.day(today_in(place.clock, now))),
        ),
        notices=[] if entries else [words.said("money", "no_entries")],
        tables=[
            _stated(opening, entries, closing, account.currency, days, words),
            *([_open(due, closing, account.currency, days, words)] if due else []),
        ],
        closing=[_owed(closing, account.currency, days, words)],
        seller=sellers.lines(names, words),
        seller_about=sellers.about(names, words),
    )
    return await sums.paper(facts, place, words, dated=now)


# Reading


@dataclass(frozen=True, slots=True)
class _Entry:
    """What changed the balance: `number` is that of its paper, `change` by how much more is owed, in minor units."""

    day: date
    kind: str
    number: str
    change: int


@dataclass(frozen=True, slots=True)
class _Due:
    """An invoice of which something was open, in minor units."""

    number: str
    due_on: date
    minor: int


async def _place(account: ClientAccount) -> Location:
    """Where something was last entered on it; while there is nothing, the first place of its legal entity."""
    found = await sql.tuples(
        "SELECT location_id FROM ledger_entry WHERE account_id = ? ORDER BY number DESC LIMIT 1", (account.id,)
    )
    if found:
        return await Location.get(id=sql.as_key(found[0][0]))
    places = await Location.all().order_by("fold", "id")
    return next((place for place in places if place.legal_entity_id == account.legal_entity_id), places[0])


async def _entries(account: ClientAccount, days: Days) -> list[_Entry]:
    """What changed the balance on these days, day by day."""
    found = await sql.tuples(
        "SELECT l.posted_on, l.kind, l.debit, l.credit, l.minor, COALESCE(n.number, p.number, i.number, '') "  # noqa: S608 - our own names
        "FROM ledger_entry l LEFT JOIN invoice i ON i.id = l.invoice_id LEFT JOIN payment p ON p.id = l.payment_id "
        "LEFT JOIN credit_note n ON n.id = l.credit_note_id "
        f"WHERE l.account_id = ? AND l.kind IN ({_STATED}) AND l.posted_on >= ? AND l.posted_on <= ? "
        "ORDER BY l.posted_on, l.number",
        (account.id, days.first, days.last),
    )
    return [
        _Entry(_day(day), kind, number, owed_more(Book(debit), Book(credit), int(minor)))
        for day, kind, debit, credit, minor, number in found
    ]


async def _balance(account: ClientAccount, on: date) -> int:
    """What was owed at the end of a day."""
    found = await sql.tuples(
        "SELECT debit, credit, SUM(minor) FROM ledger_entry WHERE account_id = ? AND posted_on <= ? GROUP BY debit, credit",
        (account.id, on),
    )
    return sum(owed_more(Book(debit), Book(credit), int(minor)) for debit, credit, minor in found)


async def _due(account: ClientAccount, on: date) -> list[_Due]:
    """The invoices of which something was open at the end of a day, what was due first first."""
    found = await sql.tuples(
        "SELECT i.number, i.due_on, l.minor FROM "  # noqa: S608 - our own names
        f"(SELECT invoice_id, {left_in(Book.RECEIVABLE)} AS minor FROM ledger_entry "
        f"WHERE account_id = ? AND posted_on <= ? AND {touch(Book.RECEIVABLE)} GROUP BY invoice_id) l "
        "JOIN invoice i ON i.id = l.invoice_id WHERE l.minor > 0 ORDER BY i.due_on, i.issued_at, i.id",
        (account.id, on),
    )
    return [_Due(number, _day(due_on), int(minor)) for number, due_on, minor in found]


def _day(found: object) -> date:
    day = sql.as_date(found)
    assert day is not None  # noqa: S101 - what is in the books has its day
    return day


# Telling


def _stated(
    opening: int, entries: Sequence[_Entry], closing: int, currency: str, days: Days, words: Wording
) -> SumTable:
    balances = accumulate((entry.change for entry in entries), initial=opening)
    next(balances)
    return SumTable(
        columns=[words.said("money", word) for word in ("entry", "day", "amount", "balance")],
        lines=[
            SumLine(
                what=words.said("money", "opening_balance"),
                cells=[words.day(days.first), "", words.money(opening, currency)],
            ),
            *(
                SumLine(
                    what=words.said("entry", entry.kind, number=entry.number),
                    cells=[words.day(entry.day), words.money(entry.change, currency), words.money(balance, currency)],
                )
                for entry, balance in zip(entries, balances, strict=True)
            ),
        ],
        totals=[
            (words.said("money", "closing_balance", day=words.day(days.last)), words.money(closing, currency)),
        ],
    )


def _open(due: Sequence[_Due], closing: int, currency: str, days: Days, words: Wording) -> SumTable:
    """What is open, invoice by invoice; what is on account for the client is what makes it another sum than the balance."""
    in_all = sum(each.minor for each in due)
    overdue = sum(each.minor for each in due if each.due_on < days.last)
    less = [
        (words.said("money", "less_on_account"), words.money(closing - in_all, currency)),
        (words.said("money", "balance"), words.money(closing, currency)),
    ]
    since = [
        words.said("money", "due_since" if each.due_on < days.last else "due_until", day=words.day(each.due_on))
        for each in due
    ]
    return SumTable(
        columns=[words.said("money", word) for word in ("open_invoice", "due", "open_amount")],
        lines=[
            SumLine(what=each.number, cells=[day, words.money(each.minor, currency)])
            for each, day in zip(due, since, strict=True)
        ],
        totals=[
            (words.said("money", "overdue", day=words.day(days.last)), words.money(overdue, currency)),
            (words.said("money", "open_in_all"), words.money(in_all, currency)),
            *(less if closing != in_all else []),
        ],
    )


def _owed(closing: int, currency: str, days: Days, words: Wording) -> str:
    word = "owed" if closing > 0 else "in_favour" if closing < 0 else "nothing_owed"
    return words.said("money", word, day=words.day(days.last), amount=words.money(abs(closing), currency))
