"""Charges: what was done and may be billed, where it comes from, and what somebody decided about it."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from tortoise import fields

from models.money import ONE
from models.price_list import PriceListItem
from models.refusal import InvalidInput
from models.row import Instant, Row
from models.staff import Staff
from models.visit import Visit

MOST_THOUSANDTHS: Final = 1_000_000 * ONE
"""A million pieces: nobody bills more of one thing at once."""


def quantity_of(thousandths: int | Decimal) -> int:
    """So many thousandths of one, as a quantity is kept.

    Raises:
        InvalidInput: that is not above 0, more than a million, or has more than 3 decimals.
    """
    if not 0 < thousandths <= MOST_THOUSANDTHS or thousandths != int(thousandths):
        raise InvalidInput(
            "Please give a quantity above 0, of at most a million, with at most 3 decimals.", path=("quantity",)
        )
    return int(thousandths)


class ChargeSource(StrEnum):
    """Where a charge comes from: a line of the record, the service of the visit's appointment, or a proposal."""

    APPOINTMENT = "APPOINTMENT"
    PROCEDURE = "PROCEDURE"
    TREATMENT = "TREATMENT"
    PRESCRIPTION = "PRESCRIPTION"
    REPEAT = "REPEAT"
    VACCINATION = "VACCINATION"
    PROPOSAL = "PROPOSAL"


class ProposedCharge(Row):
    """Something that whoever treats a pet wants billed and that no line of the record tells.

    Its quantity is in thousandths of one.
    """

    visit: fields.ForeignKeyRelation[Visit] = fields.ForeignKeyField(
        "models.Visit", related_name="proposed_charges", on_delete=fields.OnDelete.RESTRICT
    )
    visit_id: UUID
    item: fields.ForeignKeyRelation[PriceListItem] = fields.ForeignKeyField(
        "models.PriceListItem", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    item_id: UUID
    quantity_thousandths = fields.BigIntField()
    comment = fields.TextField(default="")
    proposed_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    proposed_by_id: UUID
    proposed_at = Instant()

    class Meta:
        table = "proposed_charge"
        indexes = (("visit_id",),)


class DroppedCharge(Row):
    """The decision not to bill something: by whom and why. It stands until the charge is taken after all."""

    visit: fields.ForeignKeyRelation[Visit] = fields.ForeignKeyField(
        "models.Visit", related_name="dropped_charges", on_delete=fields.OnDelete.RESTRICT
    )
    visit_id: UUID
    source = fields.CharEnumField(ChargeSource, max_length=16)
    source_id = fields.UUIDField(unique=True)
    because = fields.TextField()
    dropped_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    dropped_by_id: UUID
    dropped_at = Instant()

    class Meta:
        table = "dropped_charge"
        indexes = (("visit_id",),)
