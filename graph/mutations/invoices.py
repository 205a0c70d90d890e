"""Opening drafts, saying who pays them, issuing them, and writing them off."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.inputs import few, keys
from graph.types.invoice import Invoice
from graph.types.money import MoneyInput, minor_of
from models.refusal import (
    AlreadyBilled,
    EnteredInError,
    InvoiceChanged,
    InvoiceDiscarded,
    InvoiceIssued,
    InvoiceNotIssued,
    NoLegalEntity,
    NothingToPay,
    NothingWrittenOff,
    NotReconciled,
    PeriodClosed,
    SharesMustSumTo100,
    TooMuch,
)
from models.role import Role
from resolvers import invoices, write_offs
from resolvers.access import Deed
from resolvers.deeds import DEEDS
from resolvers.invoices import drafts, issuing
from resolvers.invoices.drafts import NewInvoice, Payer

_DESK = DEEDS[Deed.OPEN_INVOICE]
_NOW = "The invoice as it is now."


@deed_input(_DESK)
class OpenInvoiceInput:
    """A new draft."""

    client_id: strawberry.ID = said("Who is to pay; where several share the bill, who gets the odd cent.")
    location_id: strawberry.ID = said("Where; all of the visits were there.")
    visit_ids: list[strawberry.ID] = said(
        "For which visits, of one pet or of several, at most 20: what was done there and has a price stands on it at once."
        " Without any it begins empty."
    )
    idempotency_key: str = said(KEY)


@deed_input(_DESK)
class InvoicePayerInput:
    """Who pays which share."""

    client_id: strawberry.ID = said("Who.")
    percent: int = said("How many percent, 1 to 100.")


@deed_input(_DESK)
class SetInvoicePayersInput:
    """Who pays a draft."""

    invoice_id: strawberry.ID = said("Which draft.")
    payers: list[InvoicePayerInput] = said(
        "Who pays which share, 1 to 10 of them, each once; the shares add up to 100. The first is the named payer, who"
        " gets the odd cent."
    )
    idempotency_key: str = said(KEY)


@deed_input(_DESK)
class DiscardInvoiceInput:
    """A draft that is given up."""

    invoice_id: strawberry.ID = said("Which draft; what it billed may be billed by another one.")
    because: str = said("Why, 1 to 200 characters.")
    idempotency_key: str = said(KEY)


@deed_input(_DESK)
class IssueInvoiceInput:
    """A draft that is issued as it was seen."""

    invoice_id: strawberry.ID = said("Which draft; it has at least one line.")
    based_on: int = said("The `version` that was seen.")
    differs_because: str | None = said(
        "Why it is right that what was done and what is billed differ, at most 200 characters; needed when they do.",
        default=None,
    )
    idempotency_key: str = said(KEY)


@deed_input(Role.MANAGER)
class WriteOffInvoiceInput:
    """What nobody waits for any more."""

    invoice_id: strawberry.ID = said("Of which issued invoice.")
    amount: MoneyInput | None = said("How much; null for all that is open.", default=None)
    because: str = said("Why, 1 to 200 characters.")
    idempotency_key: str = said(KEY)


@deed_input(Role.MANAGER)
class UndoWriteOffInput:
    """What is waited for after all."""

    invoice_id: strawberry.ID = said("Of which invoice something is written off.")
    amount: MoneyInput | None = said("How much; null for all that is written off.", default=None)
    because: str = said("Why, 1 to 200 characters.")
    idempotency_key: str = said(KEY)


@payload(_DESK)
class InvoiceOpened:
    """There is a new draft."""

    invoice: Invoice = said(_NOW)


@payload(_DESK)
class InvoicePayersSet:
    """The draft is paid by these."""

    invoice: Invoice = said(_NOW)


@payload(_DESK)
class DraftDiscarded:
    """The draft is given up."""

    invoice: Invoice = said(_NOW)


@payload(_DESK)
class InvoicesIssued:
    """Each payer has an invoice of her own."""

    invoices: list[Invoice] = said("The invoices of the bill, the named payer's first.")


@payload(Role.MANAGER)
class InvoiceWrittenOff:
    """So much is not owed any more."""

    invoice: Invoice = said(_NOW)


@payload(Role.MANAGER)
class WriteOffUndone:
    """So much is owed again."""

    invoice: Invoice = said(_NOW)


@strawberry.type
class InvoiceMutations:
    """Opening drafts, saying who pays them, issuing them, and writing them off."""

    @mutation(Deed.OPEN_INVOICE, InvoiceOpened, NoLegalEntity, EnteredInError, AlreadyBilled)
    async def open_invoice(self, info: Info, input: OpenInvoiceInput) -> object:
        """Open a draft.

        When all pets of the visits have the same payers and the client is one of them, they share it as they share
        the pets' bills; else the client pays alone. `AlreadyBilled` when everything that was done is on an invoice; `InvalidInput` at
        `visitIds` when it comes to more than an amount can be.
        """
        viewer = info.context.viewer
        new = NewInvoice(
            client_id=key("Client", input.client_id),
            location_id=key("Location", input.location_id),
            visit_ids=keys("Visit", few(input.visit_ids, drafts.MOST_VISITS, "visitIds")),
        )
        made = await drafts.open(viewer, new, key=input.idempotency_key, now=info.context.now)
        return answered(InvoiceOpened, invoice=invoices.one(viewer, made))

    @mutation(Deed.SET_INVOICE_PAYERS, InvoicePayersSet, InvoiceIssued, InvoiceDiscarded, SharesMustSumTo100)
    async def set_invoice_payers(self, info: Info, input: SetInvoicePayersInput) -> object:
        """Say who pays which share of a draft."""
        viewer = info.context.viewer
        payers = [
            Payer(key("Client", one.client_id), one.percent) for one in few(input.payers, drafts.MOST_PAYERS, "payers")
        ]
        of = await drafts.set_payers(
            viewer, key("Invoice", input.invoice_id), payers, key=input.idempotency_key, now=info.context.now
        )
        return answered(InvoicePayersSet, invoice=invoices.one(viewer, of))

    @mutation(Deed.DISCARD_INVOICE, DraftDiscarded, InvoiceIssued, InvoiceDiscarded)
    async def discard_invoice(self, info: Info, input: DiscardInvoiceInput) -> object:
        """Give a draft up. It never had a number."""
        viewer = info.context.viewer
        of = await drafts.discard(
            viewer, key("Invoice", input.invoice_id), input.because, key=input.idempotency_key, now=info.context.now
        )
        return answered(DraftDiscarded, invoice=invoices.one(viewer, of))

    @mutation(
        Deed.ISSUE_INVOICE,
        InvoicesIssued,
        InvoiceIssued,
        InvoiceDiscarded,
        InvoiceChanged,
        NotReconciled,
        PeriodClosed,
    )
    async def issue_invoice(self, info: Info, input: IssueInvoiceInput) -> object:
        """Issue a draft: from then on it never changes, and only a credit note corrects it.

        Each payer gets an invoice over her share. Every line is divided by itself, and the parts add up to the last
        unit. An invoice over nothing can be issued, and is settled.
        """
        viewer = info.context.viewer
        bill = await issuing.issue(
            viewer,
            key("Invoice", input.invoice_id),
            based_on=input.based_on,
            differs_because=input.differs_because or "",
            key=input.idempotency_key,
            now=info.context.now,
        )
        return answered(InvoicesIssued, invoices=invoices.of_bill(viewer, bill))

    @mutation(Deed.WRITE_OFF_INVOICE, InvoiceWrittenOff, InvoiceNotIssued, NothingToPay, TooMuch, PeriodClosed)
    async def write_off_invoice(self, info: Info, input: WriteOffInvoiceInput) -> object:
        """Write off what is open of an invoice, or a part of it. The invoice stays as it is."""
        viewer = info.context.viewer
        of = await write_offs.write_off(
            viewer,
            key("Invoice", input.invoice_id),
            minor_of(input.amount, path=("amount",)),
            input.because,
            key=input.idempotency_key,
            now=info.context.now,
        )
        return answered(InvoiceWrittenOff, invoice=invoices.one(viewer, of))

    @mutation(Deed.UNDO_WRITE_OFF, WriteOffUndone, InvoiceNotIssued, NothingWrittenOff, TooMuch, PeriodClosed)
    async def undo_write_off(self, info: Info, input: UndoWriteOffInput) -> object:
        """Undo what was written off of an invoice, or a part of it: so much is open again, and due when it was.

        It is put back today: days that were closed since stay as they are.
        """
        viewer = info.context.viewer
        of = await write_offs.undo(
            viewer,
            key("Invoice", input.invoice_id),
            minor_of(input.amount, path=("amount",)),
            input.because,
            key=input.idempotency_key,
            now=info.context.now,
        )
        return answered(WriteOffUndone, invoice=invoices.one(viewer, of))
