"""Ownerships: who owns which pet, since when, with which rights and which share of the bill."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields

from models.client import Client
from models.pet import Pet
from models.refusal import InvalidInput, LastPayer, SharesMustSumTo100
from models.row import Row

if TYPE_CHECKING:
    from collections.abc import Mapping

WHOLE_BILL = 100


class Right(StrEnum):
    """What an owner may do for a pet."""

    BOOK = "BOOK"
    PAY = "PAY"
    CONSENT = "CONSENT"
    VIEW = "VIEW"


class Ownership(Row):
    """A client joined to a pet from one date on: it is current while it has no `ends_on`.

    `share` is the percent of the pet's bills that this client pays.
    """

    pet: fields.ForeignKeyRelation[Pet] = fields.ForeignKeyField(
        "models.Pet", related_name="ownerships", on_delete=fields.OnDelete.RESTRICT
    )
    pet_id: UUID
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField(
        "models.Client", related_name="ownerships", on_delete=fields.OnDelete.RESTRICT
    )
    client_id: UUID
    starts_on = fields.DateField()
    ends_on = fields.DateField(null=True)
    may_book = fields.BooleanField()
    may_pay = fields.BooleanField()
    may_consent = fields.BooleanField()
    may_view = fields.BooleanField()
    share = fields.SmallIntField()

    class Meta:
        table = "ownership"
        indexes = (("client_id", "pet_id"), ("pet_id",))

    @property
    def rights(self) -> frozenset[Right]:
        """What this owner may do for the pet."""
        held = {
            Right.BOOK: self.may_book,
            Right.PAY: self.may_pay,
            Right.CONSENT: self.may_consent,
            Right.VIEW: self.may_view,
        }
        return frozenset(right for right, is_held in held.items() if is_held)

    def allow(self, rights: frozenset[Right]) -> None:
        """Set what this owner may do for the pet."""
        self.may_book = Right.BOOK in rights
        self.may_pay = Right.PAY in rights
        self.may_consent = Right.CONSENT in rights
        self.may_view = Right.VIEW in rights


def share_the_bill(current: list[Ownership], shares: Mapping[UUID, int], *, somebody_must_pay: bool) -> None:
    """Set the share of every current owner to what `shares` says by client; who is not named pays nothing.

    Raises:
        LastPayer: a living pet would be left without anybody who pays.
        SharesMustSumTo100: the shares of all payers do not add up to 100.
        InvalidInput: a share belongs to no current owner, or to one without the right to pay.
    """
    owners = {ownership.client_id: ownership for ownership in current}
    for client_id, share in shares.items():
        owner = owners.get(client_id)
        if owner is None or not 0 <= share <= WHOLE_BILL:
            raise InvalidInput("Each share is 0 to 100 percent and belongs to a current owner.", path=("shares",))
        if share and not owner.may_pay:
            raise InvalidInput("Only an owner with the right to pay can have a share.", path=("shares",))
    if not any(shares.values()):
        if somebody_must_pay:
            raise LastPayer(path=("shares",))
    elif sum(shares.values()) != WHOLE_BILL:
        raise SharesMustSumTo100(path=("shares",))
    for client_id, owner in owners.items():
        owner.share = shares.get(client_id, 0)
