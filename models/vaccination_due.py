"""Vaccinations due: the next dose of each pet against each disease, as it was last worked out."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields

from models.due_date import Law, Reason
from models.location import Location
from models.pet import Pet
from models.row import Instant, Row
from models.vaccination_protocol import VaccinationProtocol
from models.vaccine import Target


class VaccinationDue(Row):
    """When a pet's next dose against one disease is due, and why: one row a pet and target.

    It holds dates alone, so nothing in it is out of date at midnight: what the law makes of the pet today is told from
    `immune_from`, `immune_until` and `required_by` when somebody asks. It is worked out anew in the transaction of
    whatever it hangs on. `protocol` is null where only the product's label speaks; `location` is where its law is
    looked up and its day begins, null while the practice has none. From `lapses_on` on nothing is due any more.
    """

    pet: fields.ForeignKeyRelation[Pet] = fields.ForeignKeyField(
        "models.Pet", related_name="vaccinations_due", on_delete=fields.OnDelete.RESTRICT
    )
    pet_id: UUID
    target = fields.CharEnumField(Target, max_length=32)
    due_on = fields.DateField()
    earliest_on = fields.DateField()
    reason = fields.CharEnumField(Reason, max_length=32)
    sentence = fields.TextField()
    protocol: fields.ForeignKeyNullableRelation[VaccinationProtocol] = fields.ForeignKeyField(
        "models.VaccinationProtocol", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    protocol_id: UUID | None
    location: fields.ForeignKeyNullableRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    location_id: UUID | None
    lapses_on = fields.DateField(null=True)
    is_regulated = fields.BooleanField(default=False)
    immune_from = fields.DateField(null=True)
    immune_until = fields.DateField(null=True)
    required_by = fields.DateField(null=True)
    worked_out_at = Instant()

    class Meta:
        table = "vaccination_due"
        unique_together = (("pet_id", "target"),)
        indexes = (("due_on",),)

    @property
    def law(self) -> Law | None:
        """What the law makes of the doses; None where no law is known."""
        return Law(self.immune_from, self.immune_until, self.required_by) if self.is_regulated else None
