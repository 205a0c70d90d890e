"""Samples of card payments, at the bank of the program."""

from __future__ import annotations

from models import Payment
from resolvers import card_payments
from tests.api.samples import Sample
from tests.doors import Program, id_of
from tests.world import NOW, World
from tests.world.money import an_invoice


async def of_cards(program: Program, world: World) -> list[Sample]:
    """A sample of every mutation about card payments; each is about an invoice of its own."""
    viewer, once = world.owner.viewer, {"IdempotencyKey": 1}

    async def started() -> Payment:
        invoice = await an_invoice(world.owner)
        key = str(invoice.id)
        begun = await card_payments.start(viewer, [invoice.id], gateway=program.bank, key=key, now=NOW)
        return await Payment.get(id=begun.payment_id)

    confirmed, left, other = await started(), await started(), await started()
    program.bank.confirm(confirmed)
    payment = "payment { id state amount { amount currency } receiptNumber invoices { invoiceNumber } }"
    return [
        Sample(
            "startPayment",
            viewer,
            {"invoiceIds": [id_of(await an_invoice(world.owner))]},
            {"invoiceIds": None},
            f"PaymentStarted {{ {payment} clientSecret confirmUrl }}",
            {**once, "Payment": 1, "PaymentInvoice": 1, "Event": 2, "EventDetail": 2},
        ),
        Sample(
            "confirmPayment",
            viewer,
            {"paymentId": id_of(confirmed)},
            {"paymentId": id_of(other)},
            f"PaymentConfirmed {{ {payment} }}",
            {**once, "LedgerEntry": 2, "Event": 3, "EventDetail": 2},
        ),
        Sample(
            "cancelPayment",
            viewer,
            {"paymentId": id_of(left)},
            {"paymentId": id_of(other)},
            f"PaymentCancelled {{ {payment} }}",
            {**once, "Event": 1, "EventDetail": 1},
        ),
    ]
