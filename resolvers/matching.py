"""Matching: which item of the price list charges a line of a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeVar

from models import PriceListItem, sql
from models.row import folded

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable
    from typing import Any
    from uuid import UUID

K = TypeVar("K", bound="Hashable")
Line: TypeAlias = "tuple[K, UUID | None, UUID | None, str | None]"
"""A line under a key of the caller's: its service, its vaccine, and the name in it, as far as it has them."""


async def items_for(lines: Iterable[Line[K]]) -> dict[K, UUID]:
    """The key of the item that charges each line `(key, service_id, vaccine_id, name)`, by the caller's key.

    A line is charged as the offered item of its service; else as the one of its vaccine; else as the one with its name;
    else as one that is also called so. Names are compared folded. Of several the one that was added first is taken. A
    line that no offered item charges is left out. It asks one statement however many lines there are, and none without.
    """
    told = list(lines)
    if not told:
        return {}
    by = _sorted_out(await _offered(told))
    charged = {}
    for key, service_id, vaccine_id, name in told:
        called = folded(name or "")
        ways = (("service", service_id), ("vaccine", vaccine_id), ("name", called), ("other name", called))
        item_id = next((by[way] for way in ways if way in by), None)
        if item_id is not None:
            charged[key] = item_id
    return charged


async def _offered(lines: list[Line[Any]]) -> list[PriceListItem]:
    """The offered items that may charge one of these, in the order in which they were added."""
    parts, values = [], list[object]()
    for column, wanted in (
        ("service_id", {service_id for _, service_id, _, _ in lines if service_id}),
        ("vaccine_id", {vaccine_id for _, _, vaccine_id, _ in lines if vaccine_id}),
        ("fold", {folded(name) for _, _, _, name in lines if name}),
    ):
        if wanted:
            parts.append(f"{column} IN ({sql.marks(len(wanted))})")
            values += wanted
    if any(name for _, _, _, name in lines):
        parts.append("also_called <> '[]'")  # few have another name, and a list is not compared in SQL
    if not parts:
        return []
    found = await sql.fetch(
        f"SELECT * FROM price_list_item WHERE is_offered AND ({' OR '.join(parts)}) ORDER BY id",  # noqa: S608 - our own names
        values,
    )
    return [sql.loaded(PriceListItem, row) for row in found]


def _sorted_out(items: list[PriceListItem]) -> dict[tuple[str, object], UUID]:
    """By each way in which something is charged as one of the items, the first of them."""
    by: dict[tuple[str, object], UUID] = {}
    for item in items:
        for way in (("service", item.service_id), ("vaccine", item.vaccine_id), ("name", item.fold)):
            if way[1]:
                by.setdefault(way, item.id)
        for name in item.also_called:
            by.setdefault(("other name", folded(name)), item.id)
    return by
