"""Samples of money over the desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.api.samples import Sample
from tests.doors import id_of
from tests.world import World, an_owner
from tests.world.money import a_payment, an_invoice, some_bookkeeping
from tests.world.records import a_visit


async def of_the_desk(world: World, sample: Callable[..., Sample]) -> list[Sample]:
    """A sample of every mutation about money over the desk; each is somebody else's money."""
    place = id_of(world.location)
    pays, has, gets = [await an_owner(name) for name in ("Paula Pays", "Hanna Has", "Greta Gets")]
    twice = await a_payment(await an_invoice(await an_owner("Tom Twice"), number="D-6"), minor=6000)
    owed, waiting = await an_invoice(pays, number="D-1"), await an_invoice(has, gross=800, number="D-2")
    await a_payment(await an_invoice(has, number="D-3"), minor=6000)
    books = await some_bookkeeping(gets, await a_visit(world.pet), ref="desk", number="D-5")
    overpaid = await a_payment(await an_invoice(gets, number="D-4"), minor=6000)
    credit = sample(
        "applyCredit",
        "CreditApplied { client { id balances { legalEntityName balance { amount } } } }",
        {"clientId": id_of(has.client), "locationId": place, "invoiceIds": [id_of(waiting)]},
        {"invoiceIds": None},
    )
    return [
        replace(credit, writes={"Event": 1, "IdempotencyKey": 1, "LedgerEntry": 1}),
        sample(
            "takePayment",
            "PaymentTaken { payment { id receiptNumber onAccount { amount currency } invoices { invoiceNumber } } }",
            {
                "clientId": id_of(pays.client),
                "locationId": place,
                "method": "BANK",
                "amount": {"amount": "70.00", "currency": "EUR"},
                "invoices": [{"invoiceId": id_of(owed), "amount": {"amount": 50, "currency": "EUR"}}],
                "receivedOn": "2026-03-01",
                "reference": "Thank you",
            },
            {"method": "CASH"},
            Event=2,
            Payment=1,
            PaymentInvoice=1,
            LedgerEntry=2,
        ),
        sample(
            "refundPayment",
            "PaymentRefunded { refund { id state amount { amount } payment { refunded { amount } } } }",
            {
                "paymentId": id_of(overpaid),
                "amount": {"amount": "7.00", "currency": "EUR"},
                "because": "Too much.",
                "creditNoteId": id_of(books.credit_note),
            },
            {"because": "It was."},
            Refund=1,
            LedgerEntry=2,
        ),
        sample(
            "reversePayment",
            "PaymentReversed { payment { id receiptNumber isReversed reversedBecause onAccount { amount } } }",
            {"paymentId": id_of(twice), "because": "Entered twice."},
            {"because": "Another's money."},
            Event=2,
            LedgerEntry=2,
        ),
        sample(
            "closePeriod",
            "PeriodIsClosed { legalEntity { id closedThrough } }",
            {"legalEntityId": id_of(books.entity), "through": "2026-02-28"},
            {"through": "2026-02-27"},
        ),
    ]
