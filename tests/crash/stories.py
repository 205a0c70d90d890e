"""The stories: an owner pays by card, reception gives money back, and issues an invoice. Each can be told again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import httpx

from models import Invoice, Money, Payment, PaymentState, sql
from models.refusal import NothingToPay
from resolvers import card_payments, refunds
from resolvers.invoices import issuing
from resolvers.ports import PaymentGateway
from resolvers.refunds import NewRefund
from resolvers.viewer import Viewer
from tests.world import NOW
from vetdesk.payments.sandbox.cards import Card

SYSTEM = Viewer.system("worker")


@dataclass(frozen=True)
class Told:
    """A story: where, who, what it is about, and the key under which everything of it is asked."""

    story: str
    database: str
    provider: str
    key: str
    owner: Viewer
    reception: Viewer
    subject: UUID
    name: str


Step = Callable[[str], None]
Story = Callable[[Told, PaymentGateway, Step], Awaitable[None]]


async def pay(told: Told, gateway: PaymentGateway, step: Step) -> None:
    """An owner pays an invoice in two steps; whoever comes back after it was given up begins anew."""
    attempt = 0
    while True:
        key = f"{told.name}-{attempt}"
        try:
            begun = await card_payments.start(told.owner, [told.subject], gateway=gateway, key=key, now=NOW)
        except NothingToPay:
            return
        payment = await Payment.get(id=begun.payment_id)
        if payment.state is not PaymentState.CANCELLED:
            break
        attempt += 1
    step("the phone has the secret")
    if begun.client_secret is not None:
        async with httpx.AsyncClient() as phone:
            given = {"client_secret": begun.client_secret, "card": Card.SUCCEEDS.value}
            await phone.post(f"{told.provider}/v1/payments/{payment.provider_ref}/confirm", json=given)
    step("the owner has confirmed")
    await card_payments.confirm(told.owner, payment.id, gateway=gateway, key=key, now=NOW)
    step("the phone knows")


async def give_back(told: Told, gateway: PaymentGateway, step: Step) -> None:
    """Reception gives 10.00 of a payment back, and the worker tells the provider."""
    new = NewRefund(told.subject, Money(1000, "EUR"), "It was shorter.")
    await refunds.refund(told.reception, new, key=told.name, now=NOW)
    step("it is asked for")
    await card_payments.follow_due(SYSTEM, gateway=gateway, now=lambda: NOW)
    step("the worker has had its turn")


async def issue(told: Told, gateway: PaymentGateway, step: Step) -> None:
    """Reception issues a draft."""
    draft = await Invoice.get(id=told.subject)
    await issuing.issue(told.reception, draft.id, based_on=draft.version, key=told.name, now=NOW)
    step("it is issued")


async def wait(told: Told, gateway: PaymentGateway, step: Step) -> None:
    """Nobody comes back: only the worker goes on, for as long as there is something to ask about."""
    now = NOW
    for _ in range(100):
        await card_payments.follow_due(SYSTEM, gateway=gateway, now=partial(_the_same, now))
        due = await _due()
        if due is None:
            return
        now = max(now + timedelta(seconds=1), due)
    raise AssertionError("something is never settled")


def _the_same(moment: datetime) -> datetime:
    return moment


async def _due() -> datetime | None:
    found = await sql.tuples(
        "SELECT MIN(look_at) FROM (SELECT look_at FROM payment UNION ALL SELECT look_at FROM refund) l"
    )
    return None if found[0][0] is None else sql.as_instant(found[0][0])


STORIES: dict[str, Story] = {"pay": pay, "give back": give_back, "issue": issue, "wait": wait}
