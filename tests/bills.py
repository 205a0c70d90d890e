"""Bills: a visit at which something was done, and drafts and invoices of it, made by the deeds themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models import Invoice, InvoiceLine, ItemKind, Note, PriceListItem, Procedure, Treatment, Visit
from models.row import uuid7
from resolvers.invoices import drafts, issuing, lines
from resolvers.invoices.drafts import NewInvoice
from resolvers.invoices.lines import NewLine
from resolvers.invoices.terms import Terms
from tests.world import NOW, Member, Owner, World, a_booking, a_note, a_visit, a_world
from tests.world.money import an_item, the_legal_entity


@dataclass(frozen=True, slots=True)
class Treated:
    """Rex was seen for a consultation (50.00), his teeth were cleaned (120.00) and he was given 0.8 ml (10.00 an ml)."""

    world: World
    visit: Visit
    note: Note
    consultation: PriceListItem
    cleaning: PriceListItem
    carprofen: PriceListItem
    procedure: Procedure
    treatment: Treatment

    @property
    def owner(self) -> Owner:
        return self.world.owner

    @property
    def desk(self) -> Member:
        return self.world.receptionist


async def treated(**more: Any) -> Treated:
    """A visit that has just ended, and a price list for all of it."""
    world = await a_world()
    await the_legal_entity()
    consultation = await an_item("Consultation", minor=5000, service_id=world.service.id)
    cleaning = await an_item("Dental cleaning", minor=12000)
    carprofen = await an_item("Carprofen", minor=1000, kind=ItemKind.PRODUCT, unit="ml")
    booking = await a_booking(world.pet)
    visit = await a_visit(world.pet, appointment_id=booking.id, **more)
    note = await a_note(visit)
    procedure = await a_procedure(note)
    treatment = await a_treatment(note)
    return Treated(world, visit, note, consultation, cleaning, carprofen, procedure, treatment)


async def a_procedure(note: Note, name: str = "Dental cleaning", **more: Any) -> Procedure:
    """Teeth that were cleaned."""
    return await Procedure.create(**_line(note), name=name, done_by_id=note.author_id, **more)


async def a_treatment(note: Note, name: str = "Carprofen", amount: str = "0.8 ml", **more: Any) -> Treatment:
    """A medicine that was given."""
    return await Treatment.create(**_line(note), name=name, amount=amount, given_by_id=note.author_id, **more)


def _line(note: Note) -> dict[str, Any]:
    return {"pet_id": note.pet_id, "note_id": note.id, "at": note.at, "recorded_at": note.at}


async def opened(one: Treated, *, now: datetime = NOW) -> Invoice:
    """The draft of the visit, opened by reception."""
    new = NewInvoice(one.owner.id, one.world.location.id, [one.visit.id])
    return await Invoice.get(id=await drafts.open(one.desk.viewer, new, key=str(uuid7()), now=now))


async def issued(one: Treated, *, now: datetime = NOW) -> Invoice:
    """The invoice of the visit over 178.00, issued by reception."""
    draft = await opened(one, now=now)
    return await issue(one, draft, now=now)


async def issue(one: Treated, draft: Invoice, *, because: str = "", now: datetime = NOW) -> Invoice:
    """The draft as it was issued to its named payer."""
    draft = await Invoice.get(id=draft.id)
    await issuing.issue(
        one.desk.viewer, draft.id, based_on=draft.version, differs_because=because, key=str(uuid7()), now=now
    )
    return await Invoice.get(id=draft.id)


async def lines_of(invoice: Invoice) -> list[InvoiceLine]:
    """The lines of an invoice in their order."""
    return await InvoiceLine.filter(invoice_id=invoice.id).order_by("position")


async def sums_of(invoice: Invoice) -> list[tuple[str, int, int, int]]:
    """What each line is called and costs: net, tax, gross."""
    return [(one.description, one.net_minor, one.tax_minor, one.gross_minor) for one in await lines_of(invoice)]


async def an_empty_draft(one: Treated) -> Invoice:
    """A draft without a line."""
    new = NewInvoice(one.owner.id, one.world.location.id)
    return await Invoice.get(id=await drafts.open(one.desk.viewer, new, key=str(uuid7()), now=NOW))


async def with_line(
    one: Treated,
    draft: Invoice,
    item: PriceListItem,
    *,
    minor: int | None = None,
    quantity: int = 1000,
    key: str = "k",
    **terms: Any,
) -> None:
    """The draft has a line of the item, at the price of the list or at another one."""
    price: dict[str, Any] = {} if minor is None else {"price": (minor, draft.currency), "price_because": "As agreed."}
    said = Terms(quantity=quantity, **price, **terms)
    await lines.add(one.world.manager.viewer, draft.id, NewLine(item_id=item.id, terms=said), key=key, now=NOW)
