"""Certificates: the paper that says that a pet was vaccinated, and what it said on the day it was signed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields

from models.client import Client
from models.location import Location
from models.pet import Pet
from models.refusal import AlreadyVoided
from models.row import Instant, Row, no_instant_yet
from models.staff import Staff
from models.vaccination import Vaccination

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """Everything that stands on a vaccination certificate, frozen on the day of issue.

    All of it is text, ready to print: "" where nothing is known, days as ISO dates ("2026-11-22"). The lists are
    lists of lines or of words, never empty texts. `duration` says how long the product is licensed to last, in words
    ("3 years"); `signature` is the line under which the vet signs. `language` is the tag of the language of all this: those
    of the first version were in English, as it is written in Britain.
    Source: NASPHV Form 51 names the owner, the animal, the product, its lot, the next due date, the vet and the licence.
    """

    number: str
    issued_on: str
    owner: str
    owner_address: list[str]
    owner_phone: str
    animal: str
    microchip: str
    species: str
    breed: str
    sex: str
    age: str
    born_on: str
    colours: list[str]
    tag: str
    targets: list[str]
    product: str
    maker: str
    lot: str
    expires_on: str
    given_on: str
    body_site: str
    next_due_on: str
    duration: str
    vet: str
    licence_number: str
    signature: str
    practice: str
    location: str
    location_address: list[str]
    location_phone: str
    location_email: str = ""
    language: str = "en-GB"

    @classmethod
    def read(cls, text: str) -> CertificateFacts:
        """The facts that were written."""
        return cls(**json.loads(text))

    def written(self) -> str:
        """The facts as text, the same text each time."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


class Certificate(Row):
    """A certificate of one vaccination. It is never changed: a wrong one is voided, and another replaces it.

    `number` comes from a series without gaps. `facts` is what stands on it, as JSON (`CertificateFacts`). Whoever
    knows its `token`, which is printed on it, may ask whether it stands. The token is kept as it is, since the paper
    must be printed with it again and a row tells nothing more than the paper does. `client` is the owner it names, with her address: so of the
    owners it is hers alone to see, and nobody's any more when the pet is another's.
    """

    number = fields.BigIntField(unique=True)
    vaccination: fields.ForeignKeyRelation[Vaccination] = fields.ForeignKeyField(
        "models.Vaccination", related_name="certificates", on_delete=fields.OnDelete.RESTRICT
    )
    vaccination_id: UUID
    pet: fields.ForeignKeyRelation[Pet] = fields.ForeignKeyField(
        "models.Pet", related_name="certificates", on_delete=fields.OnDelete.RESTRICT
    )
    pet_id: UUID
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "models.Client", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    client_id: UUID
    vet: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    vet_id: UUID
    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    location_id: UUID
    issued_at = Instant()
    issued_on = fields.DateField()
    facts = fields.TextField()
    token = fields.CharField(max_length=64, unique=True)
    voided_at = no_instant_yet()
    voided_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    voided_by_id: UUID | None
    voided_because = fields.TextField(default="")
    replaced_by: fields.ForeignKeyNullableRelation[Certificate] = fields.ForeignKeyField(
        "models.Certificate", related_name=False, on_delete=fields.OnDelete.RESTRICT, null=True
    )
    replaced_by_id: UUID | None

    class Meta:
        table = "certificate"
        indexes = (("pet_id",), ("vaccination_id",))

    def void(self, because: str, *, by: UUID | None, now: datetime) -> None:
        """Say that it does not stand.

        Raises:
            AlreadyVoided: it was voided before.
        """
        if self.voided_at is not None:
            raise AlreadyVoided(path=("certificateId",))
        self.voided_at, self.voided_by_id, self.voided_because = now, by, because
