"""Invoices: from a draft that people work on to a paper that never changes, and what is still to be paid of it.

reads           which invoices there are, and what is open of them
drafts          a bill is opened, divided among payers, or given up
lines           what is on it; `terms` are quantity, price and discount, `priced_lines` how they are measured by the list
issuing         it becomes a paper for each payer, with a number
held            what all deeds to an invoice have in common
"""

from resolvers.invoices.reads import (
    Wanted,
    credit_note,
    credited,
    listed,
    mine,
    mine_open,
    of_bill,
    one,
    open_amounts,
    overdue,
    settled,
)

__all__ = [
    "Wanted",
    "credit_note",
    "credited",
    "listed",
    "mine",
    "mine_open",
    "of_bill",
    "one",
    "open_amounts",
    "overdue",
    "settled",
]
