"""Issuing credit notes."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.inputs import few
from graph.types.credit_note import CreditNote
from graph.types.money import MoneyInput, minor_of
from models.invoice import MOST_LINES
from models.refusal import InvoiceNotIssued, PeriodClosed, TooMuch
from resolvers import credit_notes, invoices
from resolvers.access import Deed
from resolvers.credit_notes import Part
from resolvers.deeds import DEEDS

_DESK = DEEDS[Deed.ISSUE_CREDIT_NOTE]


@deed_input(_DESK)
class CreditNoteLineInput:
    """What is taken back of a line."""

    line_id: strawberry.ID = said("Which line of the invoice.")
    amount: MoneyInput | None = said(
        "How much, with tax, above 0; null for all that is left of it. The tax in it is that of the line's rate.",
        default=None,
    )


@deed_input(_DESK)
class IssueCreditNoteInput:
    """What is taken back of an invoice."""

    invoice_id: strawberry.ID = said("Of which issued invoice.")
    lines: list[CreditNoteLineInput] = said("What of which lines, at least one; each is named once.")
    because: str = said("Why, 1 to 200 characters; it stands on the paper.")
    idempotency_key: str = said(KEY)


@payload(_DESK)
class CreditNoteIssued:
    """There is a credit note with a number of its own."""

    credit_note: CreditNote = said("The credit note; its `invoice` says what is open now.")


@strawberry.type
class CreditNoteMutations:
    """Issuing credit notes."""

    @mutation(Deed.ISSUE_CREDIT_NOTE, CreditNoteIssued, InvoiceNotIssued, TooMuch, PeriodClosed)
    async def issue_credit_note(self, info: Info, input: IssueCreditNoteInput) -> object:
        """Take back an issued invoice, or parts of it.

        Where it was paid already, what is taken back is on account of the payment: refund it, or let it pay something
        else. A line that was wholly taken back lets go of what it billed, which can be billed anew.
        """
        viewer = info.context.viewer
        parts = [
            Part(key("InvoiceLine", one.line_id), minor_of(one.amount, path=("lines", str(place), "amount")))
            for place, one in enumerate(few(input.lines, MOST_LINES, "lines"))
        ]
        note = await credit_notes.issue(
            viewer,
            key("Invoice", input.invoice_id),
            parts,
            input.because,
            key=input.idempotency_key,
            now=info.context.now,
        )
        return answered(CreditNoteIssued, credit_note=invoices.credit_note(viewer, note))
