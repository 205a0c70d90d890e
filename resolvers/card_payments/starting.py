"""Starting a card payment: what it is meant for is kept, and then the provider is asked to wait for the owner."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import (
    Client,
    ClientAccount,
    EventKind,
    Invoice,
    Payment,
    PaymentInvoice,
    PaymentMethod,
    PaymentState,
    sql,
)
from models.refusal import InvalidInput, NothingToPay, PaymentNotPossible, PaymentsUnavailable
from models.row import uuid7
from resolvers import access, events, ledger, retries, tills
from resolvers.access import Deed
from resolvers.card_payments import following, steps
from resolvers.events import Happening
from resolvers.locks import hold
from resolvers.ports import GatewayUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from resolvers.ledger import Open
    from resolvers.ports import PaymentGateway
    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer

MOST_WAITING = 10
"""So many payments of a client may wait at once: each is asked about at the provider until it has settled."""
_NOT_TOGETHER = (
    "These invoices are of several companies or in several currencies. "
    "Please pay those of each company and currency by themselves."
)
_TOO_MANY = (
    f"{MOST_WAITING} payments by card are begun and not finished. Please finish one of them, or cancel those that are "
    "not needed."
)


@dataclass(frozen=True, slots=True)
class Started:
    """A payment, and what the app confirms it with; nothing of both once there is nothing to confirm any more."""

    payment_id: UUID
    client_secret: str | None = None
    confirm_url: str | None = None


async def start(
    viewer: Viewer,
    invoice_ids: Sequence[UUID | None] | None,
    *,
    gateway: PaymentGateway | None,
    key: str,
    now: datetime,
) -> Started:
    """Start to pay these invoices by card, or all that are open: each with what is open of it now.

    The secret is read anew from the provider each time, and kept nowhere.

    Raises:
        NotFound: an invoice is not the viewer's to see.
        InvalidInput: too many invoices, or of several legal entities or currencies, or the amount cannot be charged.
        NothingToPay: nothing is open of them, or it is being paid already.
        PaymentNotPossible: too many payments of the client wait already.
        PaymentsUnavailable: the provider does not answer, or there is none; the same request goes on where it was.
    """
    access.may(viewer, Deed.START_PAYMENT)
    wanted = sorted(str(one) for one in set(invoice_ids)) if invoice_ids is not None else None
    retry = retries.asked(viewer, Deed.START_PAYMENT, key, {"invoices": wanted}, now=now)
    if gateway is None:
        raise PaymentsUnavailable
    if wanted is not None and not 1 <= len(wanted) <= tills.MOST_INVOICES:
        raise InvalidInput(f"Please name 1 to {tills.MOST_INVOICES} invoices, or none for all.", path=("invoiceIds",))
    payment_id = uuid7()

    async def work() -> Outcome:
        account, chosen = await _account(viewer, invoice_ids)
        async with in_transaction():
            await retry.keep(payment=payment_id)
            await _must_not_wait_for_too_many(account.client_id)
            held = await ledger.hold(account.client_id, account.legal_entity_id, account.currency, now=now)
            debts = await _still_open(held, chosen)
            await _keep(viewer, payment_id, account, debts, now=now)
        return {"payment": str(payment_id)}

    kept = sql.as_key((await retries.once(retry, work))["payment"])
    return await _with_the_provider(viewer, kept, gateway=gateway, now=now)


async def _account(viewer: Viewer, invoice_ids: Sequence[UUID | None] | None) -> tuple[ClientAccount, set[UUID] | None]:
    """The account on which the invoices are owed, and which they are; None is every one of it."""
    if invoice_ids is not None:
        invoices = await access.find_all(viewer, Invoice, invoice_ids, path="invoiceIds")
        sides = {(one.client_id, one.legal_entity_id, one.currency) for one in invoices}
        if len(sides) > 1:
            raise InvalidInput(_NOT_TOGETHER, path=("invoiceIds",))
        client_id, entity_id, currency = sides.pop()
        account = await ClientAccount.filter(client_id=client_id, legal_entity_id=entity_id, currency=currency).first()
        if account is None:
            raise NothingToPay(path=("invoiceIds",))
        return account, {one.id for one in invoices}
    accounts = await ClientAccount.filter(client_id=viewer.client_id).order_by("id")
    owing = [one for one in accounts if await ledger.owed(one)]
    if not owing:
        raise NothingToPay(path=("invoiceIds",))
    if len(owing) > 1:
        raise InvalidInput(_NOT_TOGETHER, path=("invoiceIds",))
    return owing[0], None


async def _must_not_wait_for_too_many(client_id: UUID) -> None:
    """Refuse one more payment than may wait; the client is held, because she may pay on several accounts at once."""
    await hold(Client, client_id, path=("invoiceIds",))
    waiting = await Payment.filter(
        client_id=client_id, state__in=[PaymentState.STARTING, PaymentState.STARTED, PaymentState.CAPTURING]
    ).count()
    if waiting >= MOST_WAITING:
        raise PaymentNotPossible(_TOO_MANY, path=("invoiceIds",))


async def _still_open(held: ledger.Held, chosen: set[UUID] | None) -> list[Open]:
    """What is open of the chosen invoices, the oldest first, but for what another payment is just taking."""
    debts = [one for one in await ledger.owed(held.account) if chosen is None or one.invoice_id in chosen]
    taken = await steps.being_taken([one.invoice_id for one in debts])
    debts = [replace(one, minor=one.minor - taken.get(one.invoice_id, 0)) for one in debts]
    debts = [one for one in debts if one.minor > 0]
    if not debts:
        raise NothingToPay(path=("invoiceIds",))
    return debts


async def _keep(
    viewer: Viewer, payment_id: UUID, account: ClientAccount, debts: Sequence[Open], *, now: datetime
) -> None:
    minor = sum(one.minor for one in debts)
    payment = Payment(
        id=payment_id,
        location_id=debts[0].location_id,
        legal_entity_id=account.legal_entity_id,
        client_id=account.client_id,
        method=PaymentMethod.CARD,
        state=PaymentState.STARTING,
        minor=minor,
        currency=account.currency,
        started_at=now,
        look_at=now + steps.SOON,
    )
    await sql.insert([payment])
    await sql.insert(
        [PaymentInvoice(id=uuid7(), payment_id=payment_id, invoice_id=one.invoice_id, minor=one.minor) for one in debts]
    )
    after: dict[str, Any] = {
        "minor": minor,
        "currency": account.currency,
        "invoices": [str(one.invoice_id) for one in debts],
    }
    happening = Happening(EventKind.PAYMENT_STARTED, payment_id, debts[0].location_id, after=after)
    await events.record(viewer, happening, now=now)


async def _with_the_provider(viewer: Viewer, payment_id: UUID, *, gateway: PaymentGateway, now: datetime) -> Started:
    try:
        payment, online = await following.begun(viewer, payment_id, gateway=gateway, now=now)
        if online is None and payment.state is PaymentState.STARTED and payment.provider_ref is not None:
            online = await gateway.look_up(payment.provider_ref)
    except GatewayUnavailable:
        raise PaymentsUnavailable from None
    if payment.state is PaymentState.CANCELLED and payment.provider_ref is None:
        raise InvalidInput(payment.cancelled_because, path=("invoiceIds",))
    if online is None or payment.state is not PaymentState.STARTED:
        return Started(payment_id)
    return Started(payment_id, online.client_secret, online.confirm_url)
