"""What was done at visits, as the record holds it: one way to ask for all of it, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models import ChargeSource, sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any
    from uuid import UUID

_NO_KEY = "CAST(NULL AS uuid)"
_STANDS = "{scope} AND v.errored_at IS NULL"
_NOTE = "JOIN note n ON n.id = x.note_id JOIN visit v ON v.id = n.visit_id"


async def at_visits(visit_ids: Iterable[UUID]) -> Sequence[Mapping[str, Any]]:
    """Everything that was done at these visits and stands, in its order, with the place, the pet and who bills it."""
    wanted = list(set(visit_ids))
    if not wanted:
        return []
    scope = f"v.id IN ({sql.marks(len(wanted))})"
    parts = " UNION ALL ".join(part.replace("{scope}", scope) for part in _PARTS.values())
    return await sql.fetch(
        "SELECT done.*, v.pet_id, v.at AS visit_at, pet.name AS pet_name, v.location_id, place.zone, place.currency, "  # noqa: S608 - our own names
        "place.legal_entity_id, held.invoice_id AS held_by, dropped.because AS dropped_because "
        f"FROM ({parts}) done JOIN visit v ON v.id = done.visit_id JOIN pet ON pet.id = v.pet_id "
        "JOIN location place ON place.id = v.location_id "
        "LEFT JOIN invoice_line held ON held.source_id = done.source_id AND held.holds_source "
        "LEFT JOIN dropped_charge dropped ON dropped.source_id = done.source_id "
        "ORDER BY v.at, v.id, done.position, done.at, done.source_id",
        wanted * len(_PARTS),
    )


async def visit_of(source: ChargeSource, source_id: UUID) -> UUID | None:
    """The visit at which that was done; None when nothing of the kind stands."""
    part = _PARTS[source].replace("{scope}", "x.id = ?")
    found = await sql.tuples(f"SELECT visit_id FROM ({part}) done", (source_id,))  # noqa: S608 - our own names
    return sql.as_key(found[0][0]) if found else None


# What stands in the record of visits, kind by kind. `position` keeps what was planned before what was done.


def _part(
    position: int,
    source: ChargeSource,
    joined: str,
    *,
    name: str,
    at: str,
    amount: str = "''",
    service: str = _NO_KEY,
    vaccine: str = _NO_KEY,
    item: str = _NO_KEY,
    quantity: str = "0",
    stands: str = "x.errored_at IS NULL",
) -> str:
    return (
        f"SELECT v.id AS visit_id, {position} AS position, '{source}' AS source, x.id AS source_id, {name} AS name, "  # noqa: S608 - our own names
        f"{amount} AS amount, {service} AS service_id, {vaccine} AS vaccine_id, {item} AS item_id, "
        f"{quantity} AS quantity, {at} AS at FROM {joined} WHERE {_STANDS} AND {stands}"
    )


_PARTS: Final = {
    ChargeSource.APPOINTMENT: _part(
        0,
        ChargeSource.APPOINTMENT,
        "visit v JOIN appointment x ON x.id = v.appointment_id JOIN service s ON s.id = x.service_id",
        name="s.name",
        at="v.at",
        service="x.service_id",
        stands="1 = 1",
    ),
    ChargeSource.PROCEDURE: _part(
        1, ChargeSource.PROCEDURE, f"procedure x {_NOTE}", name="x.name", at="x.at", service="x.service_id"
    ),
    ChargeSource.TREATMENT: _part(
        2, ChargeSource.TREATMENT, f"treatment x {_NOTE}", name="x.name", at="x.at", amount="x.amount"
    ),
    ChargeSource.PRESCRIPTION: _part(
        3, ChargeSource.PRESCRIPTION, f"prescription x {_NOTE}", name="x.medicine", at="x.at", amount="x.quantity"
    ),
    ChargeSource.REPEAT: _part(
        4,
        ChargeSource.REPEAT,
        "prescription_repeat x JOIN prescription p ON p.id = x.prescription_id "
        "JOIN note n ON n.id = p.note_id JOIN visit v ON v.id = n.visit_id",
        name="p.medicine",
        at="x.given_at",
        amount="p.quantity",
        stands="p.errored_at IS NULL",
    ),
    ChargeSource.VACCINATION: _part(
        5,
        ChargeSource.VACCINATION,
        "vaccination x JOIN vaccine c ON c.id = x.vaccine_id JOIN visit v ON v.id = x.visit_id",
        name="c.name",
        at="x.at",
        vaccine="x.vaccine_id",
        stands="x.voided_at IS NULL AND x.source = 'RECORDED'",
    ),
    ChargeSource.PROPOSAL: _part(
        6,
        ChargeSource.PROPOSAL,
        "proposed_charge x JOIN price_list_item i ON i.id = x.item_id JOIN visit v ON v.id = x.visit_id",
        name="i.name",
        at="x.proposed_at",
        item="x.item_id",
        quantity="x.quantity_thousandths",
        stands="1 = 1",
    ),
}
