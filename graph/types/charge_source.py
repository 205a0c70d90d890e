"""Where charges come from, and how quantities and rates are said."""

from __future__ import annotations

from decimal import Decimal
from typing import overload
from uuid import UUID

import strawberry

from graph.ids import global_id, opened
from graph.roles import STAFF
from graph.types.enums import described
from models import ChargeSource
from models.charge import quantity_of
from models.money import ONE, WHOLE

__all__ = ["ChargeSource", "maybe_source_id", "percent", "pieces", "source_id", "source_of", "thousandths"]

described(
    ChargeSource,
    "Where a charge comes from.",
    {
        ChargeSource.APPOINTMENT: "The service of the visit's appointment.",
        ChargeSource.PROCEDURE: "A procedure.",
        ChargeSource.TREATMENT: "A medicine, fluid or dressing that was given.",
        ChargeSource.PRESCRIPTION: "A prescription that was handed out.",
        ChargeSource.REPEAT: "A repeat of a prescription.",
        ChargeSource.VACCINATION: "A vaccination.",
        ChargeSource.PROPOSAL: "Somebody proposed it; no line of the record tells of it.",
    },
    roles=STAFF,
)

SOURCES = {
    ChargeSource.APPOINTMENT: "Appointment",
    ChargeSource.PROCEDURE: "Procedure",
    ChargeSource.TREATMENT: "Treatment",
    ChargeSource.PRESCRIPTION: "Prescription",
    ChargeSource.REPEAT: "PrescriptionRepeat",
    ChargeSource.VACCINATION: "Vaccination",
    ChargeSource.PROPOSAL: "ProposedCharge",
}
"""Of which type each source of a charge is."""


@overload
def percent(rate: int) -> Decimal: ...


@overload
def percent(rate: int | None) -> Decimal | None: ...


def percent(rate: int | None) -> Decimal | None:
    """A rate in thousandths of a percent, as percent; null where there is none."""
    return None if rate is None else Decimal(rate) * 100 / WHOLE


def pieces(thousandths: int) -> Decimal:
    """A quantity in thousandths, as a number of pieces."""
    return Decimal(thousandths) / ONE


def thousandths(quantity: Decimal) -> int:
    """A quantity in thousandths of one.

    Raises:
        InvalidInput: it is not above 0, more than a million, or has more than 3 decimals.
    """
    return quantity_of(quantity * ONE if quantity.is_finite() else 0)


def source_id(source: str, key: UUID) -> strawberry.ID:
    """The id of what a charge comes from."""
    return strawberry.ID(global_id(SOURCES[ChargeSource(source)], key))


def maybe_source_id(source: str | None, key: UUID | None) -> strawberry.ID | None:
    """The same where there is a source."""
    return None if source is None or key is None else source_id(source, key)


def source_of(text: strawberry.ID) -> tuple[ChargeSource, UUID]:
    """What a charge comes from, by its id; something that nothing is for one that names no source."""
    found = opened(text)
    sources = {kind: source for source, kind in SOURCES.items()}
    if found is None or found[0] not in sources:
        return ChargeSource.PROPOSAL, UUID(int=0)
    return sources[found[0]], found[1]
