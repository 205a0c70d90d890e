"""Card payments in tests: what an owner, her phone and the practice's machinery do, each in one line."""

from datetime import timedelta

from models import (
    Event,
    Payment,
    PaymentMethod,
    sql,
)
from resolvers import card_payments, ledger
from resolvers.viewer import Viewer
from tests.world import NOW
from tests.world.money import a_payment

SYSTEM = Viewer.system("worker")
DAY = timedelta(days=1)


async def started(owner, bank, *invoices, key="start", now=NOW):
    """The payment that the owner has started."""
    ids = [one.id for one in invoices] or None
    begun = await card_payments.start(owner.viewer, ids, gateway=bank, key=key, now=now)
    return await Payment.get(id=begun.payment_id)


async def confirmed(owner, bank, payment, *, key="confirm", now=NOW):
    """The payment, after the owner has confirmed it and her app has said so."""
    bank.confirm(payment)
    return await said(owner, bank, payment, key=key, now=now)


async def said(owner, bank, payment, *, key="confirm", now=NOW):
    await card_payments.confirm(owner.viewer, payment.id, gateway=bank, key=key, now=now)
    return await again(payment)


async def again(payment):
    return await Payment.get(id=payment.id)


async def paid_at_the_desk(invoice, minor):
    return await a_payment(invoice, minor=minor, method=PaymentMethod.CASH, number=f"DESK{await Payment.all().count()}")


async def open_of(invoice):
    return (await ledger.open_of([invoice.id]))[invoice.id]


async def followed(bank, clock):
    return await card_payments.follow_due(SYSTEM, gateway=bank, now=clock)


async def in_the_end(bank, clock):
    """Whatever there is to ask about is asked about until nothing is left to do, however long that takes."""
    for _ in range(60):
        await followed(bank, clock)
        due_at = await sql.tuples(
            "SELECT MIN(look_at) FROM (SELECT look_at FROM payment UNION ALL SELECT look_at FROM refund) l"
        )
        if due_at[0][0] is None:
            return
        clock.now = max(clock(), sql.as_instant(due_at[0][0]))
    raise AssertionError("there is still something to ask about")


async def kinds():
    return [one.kind for one in await Event.all().order_by("number")]
