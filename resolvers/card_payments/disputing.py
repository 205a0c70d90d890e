"""Disputing: what a card holder's bank takes back, for now or for good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import Dispute, DisputeState, EntryKind, EventKind, Payment, sql
from models.money import from_each
from models.row import uuid7
from resolvers import events, ledger, releases, tills
from resolvers.card_payments import steps
from resolvers.events import Happening
from resolvers.ledger import Posting
from resolvers.locks import hold, hold_all
from resolvers.ports import GatewayUnavailable, OnlineDisputeState

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from resolvers.ports import OnlineDispute, PaymentGateway
    from resolvers.viewer import Viewer


async def follow(viewer: Viewer, payment: Payment, *, gateway: PaymentGateway, now: datetime) -> None:
    """Bring every dispute about a payment to what the provider says.

    Raises:
        GatewayUnavailable: there was no clear answer, or one that cannot be of this payment.
    """
    for online in await gateway.disputes(str(payment.provider_ref)):
        if online.currency != payment.currency or not 0 < online.minor <= payment.minor:
            raise GatewayUnavailable(f"It tells of a dispute about {online.minor} {online.currency}.")
        await _opened(viewer, payment, online, now=now)
        if online.state is not OnlineDisputeState.OPEN:
            await _settled(viewer, payment, online, now=now)


async def covering(payment: Payment, minor: int) -> list[Posting]:
    """The postings by which so much that is on account of a payment covers what lost disputes about it had left.

    The bank has that money already: it must not be spent again.
    """
    found = await sql.tuples(
        "SELECT dispute_id, SUM(CASE WHEN kind = 'DISPUTE_UNCOVERED' THEN minor ELSE -minor END) FROM ledger_entry "
        "WHERE payment_id = ? AND kind IN ('DISPUTE_UNCOVERED', 'DISPUTE_COVERED') GROUP BY dispute_id "
        "ORDER BY MIN(number)",
        (payment.id,),
    )
    uncovered = [(sql.as_key(dispute), int(left)) for dispute, left in found]
    return [
        _posting(EntryKind.DISPUTE_COVERED, dispute, payment, covered)
        for dispute, covered in from_each(minor, uncovered)
    ]


async def _opened(viewer: Viewer, payment: Payment, online: OnlineDispute, *, now: datetime) -> None:
    async with in_transaction():
        held = await ledger.hold(payment.client_id, payment.legal_entity_id, payment.currency, now=now)
        await hold(Payment, payment.id)
        if await Dispute.filter(provider_ref=online.ref).exists():
            return
        dispute = Dispute(
            id=uuid7(),
            payment_id=payment.id,
            provider_ref=online.ref,
            state=DisputeState.OPEN,
            minor=online.minor,
            currency=online.currency,
            opened_at=now,
        )
        await sql.insert([dispute])
        on = await steps.open_day(held.entity, payment.location_id, now)
        await held.post([_posting(EntryKind.DISPUTE, dispute.id, payment, dispute.minor)], on=on, now=now)
        after: dict[str, Any] = {"dispute": str(dispute.id), "minor": dispute.minor}
        happening = Happening(EventKind.DISPUTE_OPENED, payment.id, payment.location_id, after=after)
        await events.record(viewer, happening, now=now)


async def _settled(viewer: Viewer, payment: Payment, online: OnlineDispute, *, now: datetime) -> None:
    async with in_transaction():
        held = await ledger.hold(payment.client_id, payment.legal_entity_id, payment.currency, now=now)
        await hold(Payment, payment.id)
        (dispute,) = await hold_all(Dispute, "provider_ref = ?", (online.ref,))
        if dispute.state is not DisputeState.OPEN:
            return
        dispute.settle(DisputeState(online.state.value), now=now)
        await dispute.save(update_fields=["state", "settled_at"])
        postings = (
            [_posting(EntryKind.DISPUTE_WON, dispute.id, payment, dispute.minor)]
            if online.state is OnlineDisputeState.WON
            else await _lost(dispute, payment)
        )
        on = await steps.open_day(held.entity, payment.location_id, now)
        await held.post(postings, on=on, now=now)
        reopened = [one.invoice_id for one in postings if one.invoice_id is not None]
        after: dict[str, Any] = {"dispute": str(dispute.id), "state": dispute.state.value}
        happening = Happening(EventKind.DISPUTE_SETTLED, payment.id, payment.location_id, after=after)
        again = await tills.of_invoices(EventKind.INVOICE_REOPENED, reopened, {})
        await events.record_all(viewer, [happening, *again], now=now)


async def _lost(dispute: Dispute, payment: Payment) -> list[Posting]:
    """What a lost dispute takes: first what is on account, then what the payment has paid, which is owed again.

    What was given back before, or is on its way back, cannot be taken from there: it is written off.
    """
    spare = (await ledger.on_account_of([payment.id]))[payment.id]
    released = await releases.of_payment(payment.id, dispute.minor - min(spare, dispute.minor))
    covered = min(dispute.minor, spare + sum(one.minor for one in released))
    return [
        *released,
        _posting(EntryKind.DISPUTE_LOST, dispute.id, payment, covered),
        _posting(EntryKind.DISPUTE_UNCOVERED, dispute.id, payment, dispute.minor - covered),
    ]


def _posting(kind: EntryKind, dispute_id: UUID, payment: Payment, minor: int) -> Posting:
    return Posting(
        kind=kind, minor=minor, location_id=payment.location_id, payment_id=payment.id, dispute_id=dispute_id
    )
