"""Bills: drafts that are issued with whatever lines they have."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from models import EntryKind, Invoice, InvoiceLine, InvoiceState
from resolvers.ledger import Posting
from tests.world import NOW, TODAY, Owner
from tests.world.money import posted, some_names


async def issued(draft: Invoice, owner: Owner, *, language: str = "en", **more: Any) -> Invoice:
    """The draft as it is issued, with the sums of its lines."""
    lines = await InvoiceLine.filter(invoice_id=draft.id)
    sums = {name: sum(getattr(line, name) for line in lines) for name in ("net_minor", "tax_minor", "gross_minor")}
    names = some_names(owner.client.display_name).written().replace('"language": "en"', f'"language": "{language}"')
    given: dict[str, Any] = {
        "state": InvoiceState.ISSUED,
        "number": f"LDN2026-{await Invoice.all().count():05d}",
        "issued_at": NOW,
        "issued_on": TODAY,
        "due_on": TODAY + timedelta(days=14),
        "names": names,
    }
    await draft.update_from_dict({**sums, **given, **more}).save()
    charge = Posting(kind=EntryKind.CHARGE, minor=draft.gross_minor, location_id=draft.location_id, invoice_id=draft.id)
    await posted(draft, charge)
    return draft
