"""Money: who invoices, the price list, and what a client was invoiced, paid and got back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from models import (
    ChargeSource,
    ClientAccount,
    CreditNote,
    CreditNoteLine,
    Dispute,
    DisputeState,
    DroppedCharge,
    EntryKind,
    Invoice,
    InvoiceLine,
    InvoicePayer,
    InvoiceState,
    InvoiceVisit,
    ItemKind,
    LedgerEntry,
    LegalEntity,
    Location,
    Payment,
    PaymentInvoice,
    PaymentMethod,
    PaymentState,
    Price,
    PriceListItem,
    ProposedCharge,
    ProviderNotice,
    Refund,
    RefundState,
    TaxCategory,
    TaxRate,
    Visit,
)
from models.invoice import Names
from models.money import ONE
from models.number_series import Series
from models.row import folded, uuid7
from models.words import search_words
from resolvers import ledger, numbers
from resolvers.ledger import Posting
from tests.world.people import Member, Owner
from tests.world.places import NOW, TODAY, the_location

STANDARD = 19_000


async def a_legal_entity(name: str = "High Street Vets Ltd", *, prefix: str = "", **more: Any) -> LegalEntity:
    """A company that invoices for every location that has nobody who does."""
    given: dict[str, Any] = {
        "street": "High Street 1",
        "postal_code": "10115",
        "city": "Berlin",
        "country": "DE",
        "tax_number": "DE123456789",
        "bank_details": "IBAN DE02 1203 0000 0000 2020 51",
    }
    entity = await LegalEntity.create(
        name=name, fold=folded(name), number_prefix=prefix, created_at=NOW, **given | more
    )
    await Location.filter(legal_entity_id=None).update(legal_entity_id=entity.id)
    return entity


async def the_legal_entity() -> LegalEntity:
    place = await the_location()
    if place.legal_entity_id is not None:
        return await LegalEntity.get(id=place.legal_entity_id)
    return await LegalEntity.all().order_by("id").first() or await a_legal_entity()


async def a_tax_category(
    name: str = "Standard", *, rate: int = STANDARD, is_included: bool = True, since: date = date(2020, 1, 1)
) -> TaxCategory:
    """A category taxed with 19 %, which is in the price."""
    category = await TaxCategory.create(name=name, fold=folded(name))
    await TaxRate.create(
        category_id=category.id,
        legal_entity_id=(await the_legal_entity()).id,
        valid_from=since,
        rate=rate,
        is_included=is_included,
        added_at=NOW,
    )
    return category


async def the_tax_category() -> TaxCategory:
    return await TaxCategory.all().order_by("id").first() or await a_tax_category()


async def an_item(
    name: str = "Consultation",
    *,
    minor: int | None = 5000,
    kind: ItemKind = ItemKind.SERVICE,
    since: date = date(2020, 1, 1),
    **more: Any,
) -> PriceListItem:
    """A service that costs 50.00 at the location since 2020, or that has no price."""
    category = await the_tax_category()
    words = search_words(name, more.get("code", ""), *more.get("also_called", ()))
    given: dict[str, Any] = {"kind": kind, "name": name, "fold": folded(name), "tax_category_id": category.id}
    given["words"] = f" {words}"
    item = await PriceListItem.create(**given | more)
    if minor is not None:
        place = await the_location()
        await Price.create(
            item_id=item.id, location_id=place.id, valid_from=since, minor=minor, currency=place.currency, added_at=NOW
        )
    return item


async def a_draft(owner: Owner, *, visit: Visit | None = None, gross: int | None = 5000, **more: Any) -> Invoice:
    """A draft with one line over 50.00, tax included, addressed to the owner."""
    entity, place = await the_legal_entity(), await the_location()
    own_key = uuid7()
    given: dict[str, Any] = {
        "bill_id": own_key,
        "location_id": place.id,
        "legal_entity_id": entity.id,
        "client_id": owner.id,
        "currency": place.currency,
        "opened_at": NOW,
    }
    invoice = await Invoice.create(id=own_key, **given | more)
    if visit is not None:
        await InvoiceVisit.create(invoice_id=invoice.id, visit_id=visit.id)
    if gross is not None:
        line = await a_line(invoice, unit_price_minor=gross, visit=visit)
        invoice.net_minor, invoice.tax_minor, invoice.gross_minor = line.net_minor, line.tax_minor, line.gross_minor
        await invoice.save()
    return invoice


async def a_line(
    invoice: Invoice, *, visit: Visit | None = None, unit_price_minor: int = 5000, **more: Any
) -> InvoiceLine:
    """A line of one consultation at its price, with 19 % tax in it."""
    item = await PriceListItem.all().order_by("id").first() or await an_item()
    given: dict[str, Any] = {
        "invoice_id": invoice.id,
        "position": await InvoiceLine.filter(invoice_id=invoice.id).count() + 1,
        "item_id": item.id,
        "pet_id": visit.pet_id if visit else None,
        "visit_id": visit.id if visit else None,
        "description": item.name,
        "provided_on": TODAY,
        "quantity_thousandths": ONE,
        "list_price_minor": unit_price_minor,
        "unit_price_minor": unit_price_minor,
        "tax_category_id": item.tax_category_id,
        "tax_rate": STANDARD,
        "tax_is_included": True,
    }
    line = InvoiceLine(**given | more)
    line.reckon()
    await line.save(force_create=True)
    return line


async def an_invoice(owner: Owner, *, visit: Visit | None = None, gross: int = 5000, **more: Any) -> Invoice:
    """An issued invoice over 50.00, due in two weeks, and its charge in the ledger."""
    invoice = await a_draft(owner, visit=visit, gross=gross)
    given: dict[str, Any] = {
        "state": InvoiceState.ISSUED,
        "number": f"{TODAY.year}-{await Invoice.all().count():05d}",
        "issued_at": NOW,
        "issued_on": TODAY,
        "due_on": TODAY + timedelta(days=14),
        "names": some_names(owner.client.display_name).written(),
    }
    await invoice.update_from_dict(given | more).save()
    tax = invoice.tax_minor
    await posted(
        invoice,
        _posting(EntryKind.CHARGE, invoice, invoice.gross_minor),
        _posting(EntryKind.CHARGE_TAX, invoice, tax, tax_rate=STANDARD),
    )
    return invoice


async def a_written_off_invoice(owner: Owner) -> Invoice:
    """An issued invoice of which all is written off."""
    invoice = await an_invoice(owner)
    await posted(invoice, _posting(EntryKind.WRITE_OFF, invoice, invoice.gross_minor, because="Moved away."))
    return invoice


def some_names(client: str) -> Names:
    return Names(
        seller="High Street Vets Ltd",
        seller_address=["High Street 1", "10115 Berlin"],
        tax_number="DE123456789",
        bank_details="IBAN DE02 1203 0000 0000 2020 51",
        location="High Street",
        client=client,
        client_address=["Elm Street 5", "10117 Berlin"],
        language="en",
    )


async def a_payment(
    invoice: Invoice,
    *,
    minor: int = 5000,
    method: PaymentMethod = PaymentMethod.CASH,
    by: Member | None = None,
    **more: Any,
) -> Payment:
    """Money of the invoice's client, which pays the invoice as far as it goes."""
    given: dict[str, Any] = {
        "location_id": invoice.location_id,
        "legal_entity_id": invoice.legal_entity_id,
        "client_id": invoice.client_id,
        "method": method,
        "state": PaymentState.SUCCEEDED,
        "minor": minor,
        "currency": invoice.currency,
        "number": None if "number" in more else await _a_number(Series.RECEIPT, invoice.legal_entity_id),
        "started_at": NOW,
        "received_on": TODAY,
        "settled_at": NOW,
        "taken_by_id": by.id if by else None,
    }
    payment = await Payment.create(**given | more)
    meant = min(minor, invoice.gross_minor)
    await PaymentInvoice.create(payment_id=payment.id, invoice_id=invoice.id, minor=meant)
    if payment.state is PaymentState.SUCCEEDED:
        open_of_it = (await ledger.open_of([invoice.id]))[invoice.id]
        of: dict[str, Any] = {"payment_id": payment.id}
        await posted(
            invoice,
            Posting(kind=EntryKind.PAYMENT, minor=minor, location_id=invoice.location_id, method=method, **of),
            _posting(EntryKind.ALLOCATION, invoice, min(minor, open_of_it), **of),
        )
    return payment


async def _a_number(series: Series, legal_entity_id: UUID) -> str:
    """The next one of the series, so that what is numbered later goes on from there."""
    return (await numbers.take(series, await LegalEntity.get(id=legal_entity_id), TODAY))[0]


def _posting(kind: EntryKind, invoice: Invoice, minor: int, **more: Any) -> Posting:
    return Posting(kind=kind, minor=minor, location_id=invoice.location_id, invoice_id=invoice.id, **more)


async def posted(invoice: Invoice, *postings: Posting) -> None:
    """These are in the ledger, on the account of the invoice's client."""
    held = await ledger.hold(invoice.client_id, invoice.legal_entity_id, invoice.currency, now=NOW)
    await held.post(postings, on=TODAY, now=NOW)


@dataclass(frozen=True, slots=True)
class Bookkeeping:
    """One row of everything about money."""

    entity: LegalEntity
    category: TaxCategory
    rate: TaxRate
    item: PriceListItem
    price: Price
    proposal: ProposedCharge
    dropped: DroppedCharge
    draft: Invoice
    draft_line: InvoiceLine
    payer: InvoicePayer
    invoice: Invoice
    line: InvoiceLine
    visit_row: InvoiceVisit
    credit_note: CreditNote
    credit_note_line: CreditNoteLine
    payment: Payment
    meant: PaymentInvoice
    refund: Refund
    dispute: Dispute
    notice: ProviderNotice
    account: ClientAccount
    entry: LedgerEntry


async def some_bookkeeping(owner: Owner, visit: Visit, *, ref: str = "1", **of_invoice: Any) -> Bookkeeping:
    """A draft, and an invoice over 50.00 that was paid by card, of which 10.00 was credited and given back."""
    item = await PriceListItem.all().order_by("id").first() or await an_item()
    invoice = await an_invoice(owner, visit=visit, **of_invoice)
    line = await InvoiceLine.get(invoice_id=invoice.id)
    draft = await a_draft(owner, visit=visit)
    payment = await a_payment(invoice, method=PaymentMethod.CARD, provider_ref=f"pay_{ref}")
    common: dict[str, Any] = {"location_id": invoice.location_id, "client_id": owner.id, "currency": invoice.currency}
    sums: dict[str, Any] = {"net_minor": 840, "tax_minor": 160, "gross_minor": 1000}
    note = await CreditNote.create(
        number=await _a_number(Series.CREDIT_NOTE, invoice.legal_entity_id),
        invoice_id=invoice.id,
        legal_entity_id=invoice.legal_entity_id,
        because="It was shorter.",
        names=invoice.names,
        issued_at=NOW,
        issued_on=TODAY,
        **common,
        **sums,
    )
    note_line = await CreditNoteLine.create(
        credit_note_id=note.id,
        invoice_line_id=line.id,
        position=1,
        description=line.description,
        tax_rate=STANDARD,
        **sums,
    )
    refund = await Refund.create(
        payment_id=payment.id,
        credit_note_id=note.id,
        method=PaymentMethod.CARD,
        state=RefundState.SUCCEEDED,
        minor=1000,
        because="It was shorter.",
        requested_at=NOW,
        settled_at=NOW,
        provider_ref=f"ref_{ref}",
        **common,
    )
    of: dict[str, Any] = {"payment_id": payment.id}
    back: dict[str, Any] = {**of, "refund_id": refund.id}
    place = invoice.location_id
    await posted(
        invoice,
        _posting(EntryKind.RELEASE, invoice, 1000, **of),
        _posting(EntryKind.CREDIT, invoice, 1000, credit_note_id=note.id),
        _posting(EntryKind.CREDIT_TAX, invoice, 160, credit_note_id=note.id, tax_rate=STANDARD),
        Posting(kind=EntryKind.REFUND, minor=1000, location_id=place, **back),
        Posting(kind=EntryKind.REFUND_PAID, minor=1000, location_id=place, method=PaymentMethod.CARD, **back),
    )
    dispute = await Dispute.create(
        payment_id=payment.id,
        provider_ref=f"dis_{ref}",
        state=DisputeState.OPEN,
        minor=4000,
        currency=invoice.currency,
        opened_at=NOW,
    )
    proposal = await ProposedCharge.create(
        visit_id=visit.id,
        item_id=item.id,
        quantity_thousandths=2 * ONE,
        comment="Two of them.",
        proposed_by_id=visit.vet_id,
        proposed_at=NOW,
    )
    dropped = await DroppedCharge.create(
        visit_id=visit.id,
        source=ChargeSource.PROPOSAL,
        source_id=proposal.id,
        because="On the house.",
        dropped_by_id=visit.vet_id,
        dropped_at=NOW,
    )
    account = await ClientAccount.get(client_id=owner.id)
    return Bookkeeping(
        entity=await LegalEntity.get(id=invoice.legal_entity_id),
        category=await TaxCategory.get(id=item.tax_category_id),
        rate=await TaxRate.filter(category_id=item.tax_category_id).order_by("id").first() or TaxRate(),
        item=item,
        price=await Price.filter(item_id=item.id).order_by("id").first() or Price(),
        proposal=proposal,
        dropped=dropped,
        draft=draft,
        draft_line=await InvoiceLine.get(invoice_id=draft.id),
        payer=await InvoicePayer.create(invoice_id=draft.id, client_id=owner.id, share=100),
        invoice=invoice,
        line=line,
        visit_row=await InvoiceVisit.get(invoice_id=invoice.id),
        credit_note=note,
        credit_note_line=note_line,
        payment=payment,
        meant=await PaymentInvoice.get(payment_id=payment.id),
        refund=refund,
        dispute=dispute,
        notice=await ProviderNotice.create(
            notice_ref=f"evt_{ref}", kind="payment.captured", subject_ref=f"pay_{ref}", sent_at=NOW, received_at=NOW
        ),
        account=account,
        entry=await LedgerEntry.get(account_id=account.id, number=1),
    )
