"""Invoices: from a draft that people work on to a paper that never changes, and what is still to be paid of it."""

from resolvers.invoices.reads import credited, open_amounts, overdue, settled

__all__ = ["credited", "open_amounts", "overdue", "settled"]
