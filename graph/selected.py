"""Selected: whether a client asked for something that is only worth its cost when it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.limits import root_fields

if TYPE_CHECKING:
    from graph.context import Info


def selects(info: Info, name: str) -> bool:
    """Whether this field of the answer is selected, directly or by a fragment; a skipped one counts as selected."""
    asked = info._raw_info  # noqa: SLF001 - Strawberry's own list of selections reads everything below it as well
    return any(field.name.value == name for node in asked.field_nodes for field in root_fields(node, asked.fragments))
