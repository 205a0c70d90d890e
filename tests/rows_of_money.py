"""Rows of money: who sees what was invoiced, paid and given back, and one row of each."""

from tortoise.models import Model

import models
from tests.world.money import some_bookkeeping

STAFF = ("RECEPTIONIST", "NURSE", "VET", "MANAGER")
OURS: dict[str, tuple[str, ...]] = {"ours": STAFF}
ADDRESSED: dict[str, tuple[str, ...]] = {
    "hers": (*STAFF, "OWNER"),
    "a former owner's": (*STAFF, "FORMER_OWNER"),
    "a stranger's": (*STAFF, "STRANGER"),
}
MONEY: dict[type[Model], dict[str, tuple[str, ...]]] = {
    models.LegalEntity: OURS,
    models.TaxCategory: OURS,
    models.TaxRate: OURS,
    models.PriceListItem: OURS,
    models.Price: OURS,
    models.ProposedCharge: OURS,
    models.DroppedCharge: OURS,
    models.InvoiceVisit: OURS,
    models.InvoicePayer: OURS,
    models.Dispute: OURS,
    models.Invoice: {**ADDRESSED, "a draft": STAFF},
    models.InvoiceLine: {**ADDRESSED, "of a draft": STAFF},
    models.CreditNote: ADDRESSED,
    models.CreditNoteLine: ADDRESSED,
    models.Payment: ADDRESSED,
    models.PaymentInvoice: ADDRESSED,
    models.Refund: ADDRESSED,
    models.ClientAccount: ADDRESSED,
    models.LedgerEntry: ADDRESSED,
}

# What the owner view shows of a row that is addressed to her; of everything else, nothing.
SHOWN_OF_MONEY: dict[type[Model], set[str]] = {
    models.Invoice: {"number"},
    models.InvoiceLine: {"description", "pet_name", "unit"},
    models.CreditNote: {"number", "because"},
    models.CreditNoteLine: {"description"},
    models.Payment: {"number", "reference", "declined_because"},
    models.PaymentInvoice: set(),
    models.Refund: {"because", "failed_because"},
    models.ClientAccount: set(),
    models.LedgerEntry: set(),
}


async def addressed_to(owner):
    """The keys of the rows of money that an owner may see, by their tables."""
    at = {"client_id": owner.id}
    issued = {each.id for each in await models.Invoice.filter(**at, state="ISSUED")}
    notes = {each.id for each in await models.CreditNote.filter(**at)}
    payments = {each.id for each in await models.Payment.filter(**at)}
    rows = {
        models.Invoice: issued,
        models.InvoiceLine: {each.id for each in await models.InvoiceLine.filter(invoice_id__in=issued)},
        models.CreditNote: notes,
        models.CreditNoteLine: {each.id for each in await models.CreditNoteLine.filter(credit_note_id__in=notes)},
        models.Payment: payments,
        models.PaymentInvoice: {each.id for each in await models.PaymentInvoice.filter(payment_id__in=payments)},
    }
    for model in (models.Refund, models.ClientAccount, models.LedgerEntry):
        rows[model] = {each.id for each in await model.filter(**at)}
    return rows


async def money_of(visit, strange_visit, owner, former, stranger):
    """What three people were invoiced, paid and got back."""
    each = {
        "hers": await some_bookkeeping(owner, visit, ref="hers"),
        "a former owner's": await some_bookkeeping(former, visit, ref="former"),
        "a stranger's": await some_bookkeeping(stranger, strange_visit, ref="strange"),
    }
    hers = each["hers"]

    def of(name):
        return {whose: getattr(books, name) for whose, books in each.items()}

    return {
        models.LegalEntity: {"ours": hers.entity},
        models.TaxCategory: {"ours": hers.category},
        models.TaxRate: {"ours": hers.rate},
        models.PriceListItem: {"ours": hers.item},
        models.Price: {"ours": hers.price},
        models.ProposedCharge: {"ours": hers.proposal},
        models.DroppedCharge: {"ours": hers.dropped},
        models.InvoiceVisit: {"ours": hers.visit_row},
        models.InvoicePayer: {"ours": hers.payer},
        models.Dispute: {"ours": hers.dispute},
        models.Invoice: {**of("invoice"), "a draft": hers.draft},
        models.InvoiceLine: {**of("line"), "of a draft": hers.draft_line},
        models.CreditNote: of("credit_note"),
        models.CreditNoteLine: of("credit_note_line"),
        models.Payment: of("payment"),
        models.PaymentInvoice: of("meant"),
        models.Refund: of("refund"),
        models.ClientAccount: of("account"),
        models.LedgerEntry: of("entry"),
    }
