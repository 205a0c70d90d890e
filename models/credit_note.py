"""Credit notes: the only way in which an issued invoice is corrected."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields

from models.client import Client
from models.invoice import Invoice, InvoiceLine
from models.legal_entity import LegalEntity
from models.location import Location
from models.row import Instant, Row
from models.staff import Staff


class CreditNote(Row):
    """What is taken back of an invoice, in minor units, with a number of its own. It never changes.

    `names` is who credits whom, as it stood then (see `models.invoice.Names`).
    """

    number = fields.CharField(max_length=32, unique=True)
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "models.Invoice", related_name="credit_notes", on_delete=fields.OnDelete.RESTRICT
    )
    invoice_id: UUID
    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    location_id: UUID
    legal_entity: fields.ForeignKeyRelation[LegalEntity] = fields.ForeignKeyField(
        "models.LegalEntity", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    legal_entity_id: UUID
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "models.Client", related_name="credit_notes", on_delete=fields.OnDelete.RESTRICT
    )
    client_id: UUID
    currency = fields.CharField(max_length=3)
    because = fields.TextField()
    net_minor = fields.BigIntField()
    tax_minor = fields.BigIntField()
    gross_minor = fields.BigIntField()
    names = fields.TextField()
    issued_at = Instant()
    issued_on = fields.DateField()
    issued_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    issued_by_id: UUID | None

    class Meta:
        table = "credit_note"
        indexes = (("invoice_id",), ("client_id", "issued_at"))


class CreditNoteLine(Row):
    """What is taken back of one line of the invoice. It never changes."""

    credit_note: fields.ForeignKeyRelation[CreditNote] = fields.ForeignKeyField(
        "models.CreditNote", related_name="lines", on_delete=fields.OnDelete.RESTRICT
    )
    credit_note_id: UUID
    invoice_line: fields.ForeignKeyRelation[InvoiceLine] = fields.ForeignKeyField(
        "models.InvoiceLine", related_name="credits", on_delete=fields.OnDelete.RESTRICT
    )
    invoice_line_id: UUID
    position = fields.SmallIntField()
    description = fields.TextField()
    tax_rate = fields.IntField()
    net_minor = fields.BigIntField()
    tax_minor = fields.BigIntField()
    gross_minor = fields.BigIntField()

    class Meta:
        table = "credit_note_line"
        unique_together = (("credit_note_id", "position"),)
        indexes = (("invoice_line_id",),)
