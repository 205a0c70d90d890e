"""The price list: services and products, what they cost where and since when, and how they are taxed."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.legal_entity import LegalEntity
from models.location import Location
from models.row import Instant, Row, Words
from models.service import Service
from models.vaccine import Vaccine


class TaxCategory(Row):
    """How something is taxed: at the standard rate, at a reduced one, or not at all."""

    name = fields.TextField()
    fold = fields.TextField()

    class Meta:
        table = "tax_category"


class TaxRate(Row):
    """The rate of a category for one legal entity from a day on, in thousandths of a percent: 19 % is 19000.

    `is_included` says whether prices have the tax in them. It is never changed: of two with the same first day the
    one that was added last counts.
    """

    category: fields.ForeignKeyRelation[TaxCategory] = fields.ForeignKeyField(
        "models.TaxCategory", related_name="rates", on_delete=fields.OnDelete.RESTRICT
    )
    category_id: UUID
    legal_entity: fields.ForeignKeyRelation[LegalEntity] = fields.ForeignKeyField(
        "models.LegalEntity", related_name="tax_rates", on_delete=fields.OnDelete.RESTRICT
    )
    legal_entity_id: UUID
    valid_from = fields.DateField()
    rate = fields.IntField()
    is_included = fields.BooleanField()
    added_at = Instant()

    class Meta:
        table = "tax_rate"
        indexes = (("category_id", "legal_entity_id", "valid_from"),)


class ItemKind(StrEnum):
    """What is sold: something done, or something handed over."""

    SERVICE = "SERVICE"
    PRODUCT = "PRODUCT"


class PriceListItem(Row):
    """Something that the practice charges for.

    A record's line is charged as the item of its service or vaccine, or the one whose name or other name
    (`also_called`, folded) is the name in the line. `unit` is what one of it is: `tablet`, `ml`, "" for a piece.
    `words` is what it is found by: those of its names and its code, a space before each.
    """

    kind = fields.CharEnumField(ItemKind, max_length=8)
    name = fields.TextField()
    fold = fields.TextField()
    code = fields.TextField(default="")
    unit = fields.TextField(default="")
    tax_category: fields.ForeignKeyRelation[TaxCategory] = fields.ForeignKeyField(
        "models.TaxCategory", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    tax_category_id: UUID
    service: fields.ForeignKeyNullableRelation[Service] = fields.ForeignKeyField(
        "models.Service", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    service_id: UUID | None
    vaccine: fields.ForeignKeyNullableRelation[Vaccine] = fields.ForeignKeyField(
        "models.Vaccine", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    vaccine_id: UUID | None
    also_called = Words(default=list)
    words = fields.TextField(default="")
    is_offered = fields.BooleanField(default=True)

    class Meta:
        table = "price_list_item"


class Price(Row):
    """What an item costs at a location from a day on, for one of its unit, in minor units.

    It is never changed: of two with the same first day the one that was added last counts.
    """

    item: fields.ForeignKeyRelation[PriceListItem] = fields.ForeignKeyField(
        "models.PriceListItem", related_name="prices", on_delete=fields.OnDelete.RESTRICT
    )
    item_id: UUID
    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name="prices", on_delete=fields.OnDelete.RESTRICT
    )
    location_id: UUID
    valid_from = fields.DateField()
    minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    added_at = Instant()

    class Meta:
        table = "price"
        indexes = (("item_id", "location_id", "valid_from"),)
