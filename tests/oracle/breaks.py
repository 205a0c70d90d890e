"""Breaks: every way to take a piece out of what decides which rows somebody sees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

import models
from graph.queries import practice
from graph.reading.shape import READS, Many, One
from graph.schema import schema
from resolvers import access, accounts
from resolvers.access import ALL, NOTHING, ROWS
from resolvers.viewer import Audience

_CONDITION = r"(?:NOT )?[\w{}.]+(?: (?:=|<>) [\w{}.']+| IS(?: NOT)? NULL| (?:NOT )?IN \([^)]*\))?"


@dataclass(frozen=True)
class Break:
    """Something taken out: what it is called, whom and which table it is about, and how it is done."""

    name: str
    audience: Audience | None
    model: Any
    do: Callable[[pytest.MonkeyPatch], None]


def of_rules() -> Iterator[Break]:
    """Every part of every rule turned into everything and into nothing, and without each of its conditions."""
    for model, rule in ROWS.items():
        for part in ("staff", "owner", "reception", "manager"):
            audience = Audience.OWNER if part == "owner" else Audience.STAFF
            text = getattr(rule, part)
            if text != NOTHING:
                for name, broken in {"nothing": NOTHING, "everything": ALL, **without_each(text)}.items():
                    if broken != text:
                        yield Break(f"{model.__name__} {part}: {name}", audience, model, _rule(model, part, broken))


def _rule(model: Any, part: str, text: str) -> Callable[[pytest.MonkeyPatch], None]:
    def do(patch: pytest.MonkeyPatch) -> None:
        patch.setitem(ROWS, model, replace(ROWS[model], **{part: text}))

    return do


def without_each(text: str) -> dict[str, str]:
    """The rule without each of the conditions that are joined in it, by what is left out."""
    found = [*re.finditer(rf"({_CONDITION}) AND ", text), *re.finditer(rf" AND ({_CONDITION})(?=\)*$)", text)]
    return {f"without {each[1]}": text[: each.start()] + text[each.end() :] for each in found}


def of_edges() -> Iterator[Break]:
    """Every list below a row without each condition of its own."""
    for of, name, field in edges():
        edge = field.metadata[READS]
        if isinstance(edge, Many) and edge.narrow is not None:
            for place in range(_conditions(edge)):
                yield Break(f"{of}.{name}: without condition {place}", None, edge.model, _narrow(field, edge, place))


def edges() -> Iterator[tuple[str, str, Any]]:
    """Every field of a type that leads to other rows: its type, its name, and where it is written what it reads."""
    for of, kind in schema._schema.type_map.items():
        for name, field in getattr(kind, "fields", {}).items():
            definition = field.extensions.get("strawberry-definition")
            if isinstance((getattr(definition, "metadata", None) or {}).get(READS), One | Many):
                yield of, name, definition


def _conditions(edge: Many) -> int:
    return 2 if edge.model.__name__ == "Session" else 1


def not_carried(field: Any) -> Callable[[pytest.MonkeyPatch], None]:
    """The edge to one row, joined with the rule of that row instead of being as visible as the one it starts from."""
    edge = replace(field.metadata[READS], is_carried=False)
    return lambda patch: patch.setattr(field, "metadata", {**field.metadata, READS: edge})


def _narrow(field: Any, edge: Many, place: int) -> Callable[[pytest.MonkeyPatch], None]:
    def narrow(context: Any, given: Any) -> tuple[str, tuple[Any, ...]]:
        assert edge.narrow
        text, values = edge.narrow(context, given)
        left, kept = list(values), list[tuple[str, list[Any]]]()
        for part in text.split(" AND ") if text else ():
            kept.append((part, [left.pop(0) for _ in range(part.count("?"))]))
        kept = kept[:place] + kept[place + 1 :]
        return " AND ".join(part for part, _ in kept), tuple(each for _, its in kept for each in its)

    return lambda patch: patch.setattr(field, "metadata", {**field.metadata, READS: replace(edge, narrow=narrow)})


def of_joins() -> Iterator[Break]:
    """What belongs to a row that is seen, joined with a rule of its own: what owners cannot book by themselves."""
    field = next(field for of, name, field in edges() if (of, name) == ("Appointment", "service"))
    yield Break("Appointment.service: not carried", Audience.OWNER, models.Appointment, not_carried(field))


def of_gates() -> Iterator[Break]:
    """What is kept for those who go through the same gates, given to those who do not."""

    def do(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(access, "key", lambda _viewer: ())

    yield Break("access.key: the same for everybody", Audience.STAFF, models.Staff, do)


def open_the_roots(patch: pytest.MonkeyPatch, broken: Break) -> None:
    """Let the roots that lead to accounts name no account: whichever the rule lets through."""

    def own(viewer: Any) -> Any:
        return access.rows(viewer, broken.model)

    def unlinked(viewer: Any) -> Any:
        return own(viewer).sorted_by("created_at")

    patch.setattr(accounts, "own", own)
    patch.setattr(accounts, "unlinked", unlinked)
    patch.setattr(practice, "_OF_ACCOUNTS", {"Account": own, "UnlinkedAccount": unlinked})
