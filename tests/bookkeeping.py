"""Two clients' books in which every kind of row about money stands, and entries that would follow in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from models import (
    ClientAccount,
    Dispute,
    DisputeState,
    EntryKind,
    Invoice,
    InvoiceLine,
    InvoicePayer,
    InvoiceState,
    Payment,
    PaymentMethod,
    PaymentState,
    Visit,
    sql,
)
from models.ledger import MOVES, owed_more
from models.row import uuid7
from resolvers.ledger import Posting
from tests.violating import a_row, insert
from tests.world import NOW, World, a_pet, a_visit, a_world, an_owner
from tests.world.at_once import made_at_once
from tests.world.money import Bookkeeping, a_draft, a_legal_entity, a_payment, an_invoice, posted, some_bookkeeping


@dataclass(frozen=True, slots=True)
class Two:
    """Olga's books and Paul's, with all that belongs to them. Olga has another invoice, paid in cash."""

    world: World
    visit: Visit
    hers: Bookkeeping
    his: Bookkeeping
    second: Invoice
    cash: Payment
    elsewhere: Any


@made_at_once
async def two_clients() -> Two:
    """Olga's card payment is disputed, Paul's dispute is lost; more was given up, cancelled and shared."""
    world = await a_world()
    paul = await an_owner("Paul Stone", phone="+4930111111")
    visit, pauls = await a_visit(world.pet), await a_visit(await a_pet(paul, name="Nelly"))
    hers, his = await some_bookkeeping(world.owner, visit), await some_bookkeeping(paul, pauls, ref="2")
    second = await an_invoice(world.owner)
    cash = await a_payment(second)
    await _taken_back(second)
    await a_payment(
        second, minor=1, state=PaymentState.CANCELLED, number=None, received_on=None, settled_at=None, provider_ref="no"
    )
    await a_draft(world.owner, state=InvoiceState.DRAFT)
    await _given_up(await a_draft(world.owner))
    await _shared(world, await a_draft(world.owner))
    await _disputed(hers, his)
    elsewhere = await a_legal_entity("Elsewhere Ltd", prefix="E")
    await sql.execute("INSERT INTO number_series (id, name, last_number) VALUES (?, 'INVOICE 2026', 7)", (uuid7(),))
    return Two(world, visit, replace(hers), his, second, cash, elsewhere)


async def _taken_back(invoice: Invoice) -> None:
    payment = await a_payment(invoice, minor=600)
    of: dict[str, Any] = {"location_id": invoice.location_id, "payment_id": payment.id, "method": payment.method}
    await posted(invoice, Posting(kind=EntryKind.PAYMENT_REVERSED, minor=600, because="Twice.", **of))


async def _given_up(draft: Invoice) -> None:
    draft.discard("Twice the same.", now=NOW)
    await draft.save()


async def _shared(world: World, draft: Invoice) -> None:
    await InvoicePayer.create(invoice_id=draft.id, client_id=world.owner.id, share=100)
    await issue(draft, "S-1")


async def issue(draft: Invoice, number: str) -> None:
    """Make it an issued one, with nothing in the ledger yet."""
    told: dict[str, Any] = {
        "state": InvoiceState.ISSUED, "number": number, "issued_at": NOW, "issued_on": NOW.date(),
        "due_on": NOW.date(), "names": "{}",
    }  # fmt: skip
    await draft.update_from_dict(told).save()


async def _disputed(hers: Bookkeeping, his: Bookkeeping) -> None:
    place = hers.invoice.location_id
    of: dict[str, Any] = {"location_id": place, "payment_id": his.payment.id}
    dispute: dict[str, Any] = {**of, "dispute_id": his.dispute.id}
    await posted(
        hers.invoice,
        Posting(
            kind=EntryKind.DISPUTE, minor=4000, location_id=place, payment_id=hers.payment.id,
            dispute_id=hers.dispute.id,
        ),
    )  # fmt: skip
    await posted(
        his.invoice,
        Posting(kind=EntryKind.DISPUTE, minor=4000, **dispute),
        Posting(kind=EntryKind.RELEASE, minor=3000, invoice_id=his.invoice.id, **of),
        Posting(kind=EntryKind.DISPUTE_LOST, minor=3000, **dispute),
        Posting(kind=EntryKind.DISPUTE_UNCOVERED, minor=1000, **dispute),
        Posting(kind=EntryKind.RELEASE, minor=400, invoice_id=his.invoice.id, **of),
        Posting(kind=EntryKind.DISPUTE_COVERED, minor=300, **dispute),
    )
    await Dispute.filter(id=his.dispute.id).update(state=DisputeState.LOST, settled_at=NOW)


async def entry(account: ClientAccount, kind: EntryKind, minor: int, **more: Any) -> dict[str, Any]:
    """The row that would be the next of the account."""
    last = await a_row("ledger_entry", f"account_id = '{account.id}' AND number = {await _last(account)}")
    method = more.pop("method", PaymentMethod.CARD)
    debit, credit = (book or method.value for book in MOVES[kind])
    said = {
        "id": uuid7(), "number": last["number"] + 1, "kind": kind.value, "debit": str(debit), "credit": str(credit),
        "minor": minor, "balance_minor": last["balance_minor"] + owed_more(debit, credit, minor), "tax_rate": None,
        "invoice_id": None, "credit_note_id": None, "payment_id": None, "refund_id": None, "dispute_id": None,
    }  # fmt: skip
    return last | said | more


async def _last(account: ClientAccount) -> int:
    found = await sql.tuples("SELECT MAX(number) FROM ledger_entry WHERE account_id = ?", (account.id,))
    return int(found[0][0])


async def next_entry(account: ClientAccount, kind: EntryKind, minor: int, **more: Any) -> None:
    """Write it."""
    await insert("ledger_entry", await entry(account, kind, minor, **more))


async def line_of(invoice: Invoice) -> InvoiceLine:
    return await InvoiceLine.get(invoice_id=invoice.id)
