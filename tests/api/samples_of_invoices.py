"""Samples of charges, invoices and credit notes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models import InvoiceLine, ProposedCharge
from tests.api.samples import Sample
from tests.doors import id_of
from tests.world import NOW, World, a_visit
from tests.world.money import a_draft, a_written_off_invoice, an_invoice, an_item

FIFTY = {"amount": "50.00", "currency": "EUR"}


async def of_invoices(world: World, sample: Callable[..., Sample]) -> list[Sample]:
    """A sample of every mutation about charges, invoices and credit notes."""
    visit, item = await a_visit(world.pet), await an_item("Check-up")
    proposed = await _proposed(visit, item)
    drafts = [await a_draft(world.owner) for _ in range(6)]
    lines = [await InvoiceLine.get(invoice_id=draft.id) for draft in drafts]
    credited, written_off = await an_invoice(world.owner), await an_invoice(world.owner)
    given_up = await a_written_off_invoice(world.owner)
    taken = id_of(await InvoiceLine.get(invoice_id=credited.id))
    place, owner = id_of(world.location), id_of(world.owner.client)
    terms: dict[str, Any] = {
        "quantity": "2",
        "unitPrice": FIFTY,
        "priceBecause": "As agreed.",
        "discountPercent": "5",
        "discountBecause": "Regular.",
    }
    entries = {"LedgerEntry": 2}
    return [
        sample(
            "proposeCharge",
            "ChargeProposed { visit { id charges { name } } }",
            {"visitId": id_of(visit), "itemId": id_of(item), "quantity": "1.5", "comment": "To take along."},
            {"quantity": "2"},
            ProposedCharge=1,
        ),
        sample(
            "dropCharge",
            "ChargeDropped { visit { id } }",
            {"sourceId": id_of(proposed), "because": "On the house."},
            {"because": "A gift."},
            DroppedCharge=1,
        ),
        sample(
            "openInvoice",
            "InvoiceOpened { invoice { id state gross { amount } } }",
            {"clientId": owner, "locationId": place, "visitIds": []},
            {"visitIds": [id_of(visit)]},
            Invoice=1,
        ),
        sample(
            "addInvoiceLine",
            "InvoiceLineAdded { invoice { id version gross { amount } } }",
            {"invoiceId": id_of(drafts[0]), "itemId": id_of(item), "petId": id_of(world.pet), **terms},
            {"quantity": "3"},
            InvoiceLine=1,
        ),
        sample(
            "amendInvoiceLine",
            "InvoiceLineAmended { invoice { id version gross { amount } } }",
            {"lineId": id_of(lines[1]), **terms},
            {"quantity": "3"},
        ),
        sample(
            "removeInvoiceLine",
            "InvoiceLineRemoved { invoice { id version } }",
            {"lineId": id_of(lines[2])},
            {"lineId": id_of(lines[1])},
            InvoiceLine=-1,
        ),
        sample(
            "setInvoicePayers",
            "InvoicePayersSet { invoice { id client { id } } }",
            {"invoiceId": id_of(drafts[3]), "payers": [{"clientId": owner, "percent": 100}]},
            {"payers": [{"clientId": owner, "percent": 99}]},
        ),
        sample(
            "discardInvoice",
            "DraftDiscarded { invoice { id state } }",
            {"invoiceId": id_of(drafts[4]), "because": "Wrong client."},
            {"because": "Wrong pet."},
        ),
        sample(
            "issueInvoice",
            "InvoicesIssued { invoices { id state number } }",
            {"invoiceId": id_of(drafts[5]), "basedOn": 1, "differsBecause": "Agreed."},
            {"basedOn": 2},
            NumberSeries=1,
            **entries,
        ),
        sample(
            "issueCreditNote",
            "CreditNoteIssued { creditNote { id number gross { amount } } }",
            {
                "invoiceId": id_of(credited),
                "lines": [{"lineId": taken, "amount": {"amount": "10", "currency": "EUR"}}],
                "because": "It was shorter.",
            },
            {"because": "It was too long."},
            CreditNote=1,
            CreditNoteLine=1,
            LedgerEntry=2,
        ),
        sample(
            "writeOffInvoice",
            "InvoiceWrittenOff { invoice { id isSettled } }",
            {"invoiceId": id_of(written_off), "amount": FIFTY, "because": "Moved away."},
            {"because": "She has died."},
            LedgerEntry=1,
        ),
        sample(
            "undoWriteOff",
            "WriteOffUndone { invoice { id isSettled } }",
            {"invoiceId": id_of(given_up), "amount": FIFTY, "because": "She is back."},
            {"because": "She has paid."},
            LedgerEntry=1,
        ),
    ]


async def _proposed(visit: Any, item: Any) -> Any:
    return await ProposedCharge.create(
        visit_id=visit.id, item_id=item.id, quantity_thousandths=1000, proposed_by_id=visit.vet_id, proposed_at=NOW
    )
