"""Legal entities: who invoices, with a tax number and numbers of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields

from models.refusal import PeriodClosed
from models.row import Instant, Row

if TYPE_CHECKING:
    from datetime import date

    from models.refusal import Path


class LegalEntity(Row):
    """A company or a person that invoices for one or more locations.

    `number_prefix` begins every number that it gives out, and never changes. Invoices are due `due_days` after their
    day. Nothing is posted on `closed_through` or before it any more.
    """

    name = fields.TextField()
    fold = fields.TextField()
    number_prefix = fields.CharField(max_length=8, unique=True)
    street = fields.TextField(default="")
    postal_code = fields.TextField(default="")
    city = fields.TextField(default="")
    country = fields.CharField(max_length=2, default="")
    tax_number = fields.TextField(default="")
    bank_details = fields.TextField(default="")
    due_days = fields.SmallIntField(default=14)
    closed_through = fields.DateField(null=True)
    created_at = Instant()

    class Meta:
        table = "legal_entity"

    def must_be_open_on(self, day: date, *, path: Path = ()) -> None:
        """Refuse to post on a day whose books are closed.

        Raises:
            PeriodClosed: the day is on or before the last closed one.
        """
        if self.closed_through is not None and day <= self.closed_through:
            raise PeriodClosed(self.closed_through, path=path)
