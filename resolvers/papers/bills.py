"""Bills on paper: invoices and credit notes, as they were issued. What became of them since is not on them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from models import CreditNote, CreditNoteLine, Invoice, InvoiceLine, InvoiceState, Location
from models.invoice import Amounts, Names
from models.money import ONE
from models.ownership import WHOLE_BILL
from models.paper import MoneyFacts, Paper, SumLine, SumTable
from resolvers import wording
from resolvers.papers import sellers, sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from uuid import UUID

    from resolvers.wording import Wording


def is_issued(invoice: Invoice) -> bool:
    """Whether somebody was asked to pay it."""
    return invoice.state is InvoiceState.ISSUED


async def invoice(invoice_id: UUID) -> Paper | None:
    """The invoice, in the language that its client spoke on the day of issue. None of what nobody was asked to pay."""
    found = await Invoice.get_or_none(id=invoice_id)
    if found is None or not is_issued(found) or found.issued_at is None:
        return None
    names, place = Names.read(found.names), await Location.get(id=found.location_id)
    words, number = wording.of(names.language, place.country), found.number or ""
    lines = await InvoiceLine.filter(invoice_id=found.id).order_by("position")
    facts = MoneyFacts(
        title=words.said("money", "invoice_title", number=number),
        addressee=[names.client, *sellers.address(names.client_address, words)],
        about=(
            (words.said("money", "issued_on"), _day(found.issued_on, words)),
            (words.said("money", "due_on"), _day(found.due_on, words)),
            (words.said("money", "place"), names.location),
            (words.said("money", "share"), _share(found, words)),
        ),
        notices=_of_a_share(found, words),
        tables=(_invoiced(found, lines, words), _taxes(_by_rate(lines), found.currency, words)),
        closing=[*_prices_in_words(lines, words), *_please_pay(found, words)],
        seller=sellers.lines(names, words),
        seller_about=sellers.about(names, words),
    )
    return await sums.paper(facts, place, words, dated=found.issued_at)


async def credit_note(credit_note_id: UUID) -> Paper | None:
    """The credit note, in the language of the invoice that it corrects. None when there is no such credit note."""
    found = await CreditNote.get_or_none(id=credit_note_id)
    if found is None:
        return None
    names, place = Names.read(found.names), await Location.get(id=found.location_id)
    of = await Invoice.get(id=found.invoice_id)
    words, number = wording.of(names.language, place.country), of.number or ""
    lines = await CreditNoteLine.filter(credit_note_id=found.id).order_by("position")
    invoiced = {line.id: line for line in await InvoiceLine.filter(id__in=[line.invoice_line_id for line in lines])}
    issued_on = _day(of.issued_on, words)
    facts = MoneyFacts(
        title=words.said("money", "credit_note_title", number=found.number),
        addressee=[names.client, *sellers.address(names.client_address, words)],
        about=(
            (words.said("money", "issued_on"), _day(found.issued_on, words)),
            (words.said("money", "place"), names.location),
        ),
        notices=(
            words.said("money", "corrects", number=number, day=issued_on),
            words.said("money", "because", reason=found.because),
        ),
        tables=(
            SumTable(
                columns=[words.said("money", word) for word in ("item", "tax_rate", "net", "tax", "gross")],
                lines=[
                    SumLine(
                        what=line.description,
                        note=_for(invoiced[line.invoice_line_id], words),
                        cells=[words.percent(line.tax_rate), *_amounts(line, found.currency, words)],
                    )
                    for line in lines
                ],
                totals=_totals(found, words, "credited"),
            ),
            _taxes(_by_rate(lines), found.currency, words),
        ),
        closing=(),
        seller=sellers.lines(names, words),
        seller_about=sellers.tax_number(names, words),
    )
    return await sums.paper(facts, place, words, dated=found.issued_at)


# The lines of an invoice


def _invoiced(invoice: Invoice, lines: Sequence[InvoiceLine], words: Wording) -> SumTable:
    """What is to be paid, line by line; without a column of discounts where there is none."""
    is_discounted = any(line.discount_rate for line in lines)
    names = ["item", "quantity", "unit_price", *(["discount"] if is_discounted else []), "tax_rate", "amount"]
    with_tax, mixed = not _is_all_without(lines), _is_mixed(lines)
    told = []
    for line in lines:
        price = words.money(line.unit_price_minor, invoice.currency)
        discount = words.percent(line.discount_rate) if line.discount_rate else ""
        told.append(
            SumLine(
                what=line.description,
                note=_for(line, words),
                cells=[
                    f"{words.pieces(line.quantity_thousandths)} {line.unit}".strip(),
                    f"{price} *" if mixed and line.tax_rate and not line.tax_is_included else price,
                    *([discount] if is_discounted else []),
                    words.percent(line.tax_rate),
                    words.money(line.gross_minor if with_tax else line.net_minor, invoice.currency),
                ],
            )
        )
    columns = [words.said("money", name) for name in names]
    return SumTable(columns=columns, lines=told, totals=_totals(invoice, words, "total"))


def _for(line: InvoiceLine, words: Wording) -> str:
    """For which pet it was, and when."""
    return " · ".join(part for part in (line.pet_name, words.day(line.provided_on)) if part)


def _is_all_without(lines: Iterable[InvoiceLine]) -> bool:
    taxed = [line for line in lines if line.tax_rate]
    return bool(taxed) and not any(line.tax_is_included for line in taxed)


def _is_mixed(lines: Iterable[InvoiceLine]) -> bool:
    return len({line.tax_is_included for line in lines if line.tax_rate}) > 1


def _prices_in_words(lines: Sequence[InvoiceLine], words: Wording) -> list[str]:
    """Whether the tax is in what the lines say; nothing where there is none."""
    if not any(line.tax_rate for line in lines):
        return []
    word = "prices_of_both_kinds" if _is_mixed(lines) else "prices_with_tax"
    return [words.said("money", "prices_without_tax" if _is_all_without(lines) else word)]


def _please_pay(invoice: Invoice, words: Wording) -> list[str]:
    if invoice.gross_minor <= 0:
        return []
    amount = words.money(invoice.gross_minor, invoice.currency)
    return [words.said("money", "pay", amount=amount, day=_day(invoice.due_on, words), number=invoice.number or "")]


def _share(invoice: Invoice, words: Wording) -> str:
    """The share of the bill, "" where it is all of it."""
    return "" if invoice.share == WHOLE_BILL else words.percent(invoice.share * ONE)


def _of_a_share(invoice: Invoice, words: Wording) -> list[str]:
    share = _share(invoice, words)
    return [words.said("money", "share_in_words", share=share)] if share else []


# Sums


def _by_rate(lines: Iterable[InvoiceLine | CreditNoteLine]) -> dict[int, Amounts]:
    """The sums of the lines by their rate of tax, the lowest first."""
    sums: dict[int, Amounts] = defaultdict(lambda: Amounts(0, 0, 0))
    for line in lines:
        before = sums[line.tax_rate]
        sums[line.tax_rate] = Amounts(
            before.net + line.net_minor, before.tax + line.tax_minor, before.gross + line.gross_minor
        )
    return dict(sorted(sums.items()))


def _taxes(sums: dict[int, Amounts], currency: str, words: Wording) -> SumTable:
    return SumTable(
        columns=[words.said("money", word) for word in ("tax_rate", "net", "tax", "gross")],
        lines=[
            SumLine(
                what=words.percent(rate), cells=[words.money(minor, currency) for minor in (of.net, of.tax, of.gross)]
            )
            for rate, of in sums.items()
        ],
    )


def _amounts(of: CreditNoteLine, currency: str, words: Wording) -> list[str]:
    return [words.money(minor, currency) for minor in (of.net_minor, of.tax_minor, of.gross_minor)]


def _totals(of: Invoice | CreditNote, words: Wording, total: str) -> list[tuple[str, str]]:
    parts = (("total_net", of.net_minor), ("total_tax", of.tax_minor), (total, of.gross_minor))
    return [(words.said("money", word), words.money(minor, of.currency)) for word, minor in parts]


def _day(day: date | None, words: Wording) -> str:
    return words.day(day) if day else ""
