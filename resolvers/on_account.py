"""On account: what a client has with us, and no invoice took yet, pays invoices."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import Client, EventKind, sql
from models.period import today_in
from models.refusal import InvalidInput, NothingToPay
from resolvers import access, events, ledger, retries, tills
from resolvers.access import Deed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from resolvers.ledger import Left, Open, Posting
    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer


async def apply(
    viewer: Viewer,
    client_id: UUID | None,
    location_id: UUID | None,
    invoice_ids: Sequence[UUID | None] | None,
    *,
    key: str,
    now: datetime,
) -> UUID:
    """Pay invoices with what is on account, the oldest payment first; the key of the client.

    Those named are paid in their order, otherwise the oldest debt first. Only what belongs to whoever invoices for the
    location, in its currency, counts.

    Raises:
        NotFound: there is no such client, location or invoice.
        NoLegalEntity: nobody invoices for the location.
        InvalidInput, InvoiceNotIssued: see `tills.payable`.
        NothingToPay: nothing is on account, or nothing is open.
        PeriodClosed: the books of today are closed.
    """
    access.may(viewer, Deed.APPLY_CREDIT)
    asked = {"client": client_id, "location": location_id, "invoices": invoice_ids}
    retry = retries.asked(viewer, Deed.APPLY_CREDIT, key, asked, now=now)

    async def work() -> Outcome:
        place, entity_id = await tills.till(viewer, Deed.APPLY_CREDIT, location_id)
        client = await access.find(viewer, Client, client_id, path="clientId")
        if invoice_ids is not None and not invoice_ids:
            raise InvalidInput(
                "Please name the invoices, or say nothing of them to pay the oldest first.", path=("invoiceIds",)
            )
        entity_id = await tills.made_out_by(invoice_ids or (), place, entity_id)
        named = await tills.payable(viewer, invoice_ids or (), client.id, entity_id, place.currency, path="invoiceIds")
        today = today_in(place.clock, now)
        async with in_transaction():
            await retry.keep(client=client.id)
            held = await ledger.hold(client.id, entity_id, place.currency, now=now)
            debts = await ledger.owed(held.account)
            if invoice_ids is not None:
                of = {debt.invoice_id: debt for debt in debts}
                debts = [of[each] for each in invoice_ids if each in of]
            postings = _paid(await ledger.on_account(held.account), debts)
            if not postings:
                raise NothingToPay("Nothing is on account, or nothing is open. Please look again.")
            await held.post(postings, on=today, now=now)
            paid = [posting.invoice_id for posting in postings if posting.invoice_id is not None]
            await events.record_all(viewer, await tills.of_invoices(EventKind.INVOICE_PAID, paid, named), now=now)
        return {"client": str(client.id)}

    return sql.as_key((await retries.once(retry, work))["client"])


def _paid(payments: Sequence[Left], debts: Sequence[Open]) -> list[Posting]:
    """The postings by which these payments, one after the other, pay these invoices, one after the other."""
    postings: list[Posting] = []
    is_open = list(debts)
    for payment in payments:
        made = ledger.allocations(payment.payment_id, payment.minor, is_open)
        paid = {posting.invoice_id: posting.minor for posting in made}
        is_open = [replace(debt, minor=debt.minor - paid.get(debt.invoice_id, 0)) for debt in is_open]
        postings += made
    return postings
