"""Builders: Python written for one selection, which makes answers of rows with no step that the selection did not ask for.

For `{ pets { name species } }` it is

    def build(rows, below):
        return [{'name': c0, 'species': k0[c1]} for c0, c1 in rows]

A builder makes right answers or raises; it does not know in which place. Then `careful` does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from graphql import GraphQLNonNull, GraphQLObjectType, get_named_type

from graph.reading import values
from graph.reading.plan import Build
from graph.reading.sources import (
    Answered,
    Below,
    Call,
    Closed,
    Edges,
    Entry,
    Given,
    Id,
    Inner,
    Leaf,
    Made,
    Mixture,
    Nested,
    Node,
    Nodes,
    Pages,
    Part,
    Source,
    Told,
    Typename,
)

if TYPE_CHECKING:
    from graph.reading.plan import Level

Small = Callable[[GraphQLObjectType, Any], values.Convert]
"""What makes an object that is no row what its selection asks for."""


def of_list(made: Entry, level: Level, small: Small) -> Build:
    """`build(rows, below, told)`: the answers in a list, in the order of the rows."""
    writer = _Writer(level, small)
    return writer.function("rows, below, told=()", f"return [{writer.object(made)} for {writer.row()} in rows]")


def by_key(made: Entry, level: Level, small: Small, place: int) -> Build:
    """`build(rows, below)`: lists of answers, by what stands in that place of their rows."""
    writer = _Writer(level, small)
    return writer.function(
        "rows, below",
        "found = {}",
        f"for {writer.row()} in rows:",
        f"    made = {writer.object(made)}",
        f"    if c{place} in found:",
        f"        found[c{place}].append(made)",
        "    else:",
        f"        found[c{place}] = [made]",
        "return found",
    )


def of_page(made: Made, level: Level, small: Small, *, with_total: bool) -> Build:
    """`build(rows, below, total, has_next, has_previous, cursors)`: the answer that is a connection."""
    writer = _Writer(level, small, with_total=with_total)
    page = writer.object(made)
    return writer.function(
        "rows, below, total, has_next, has_previous, cursors",
        "start, end = (cursors[0], cursors[-1]) if cursors else (None, None)",
        f"return {page}",
    )


class _Writer:
    """Writes one function."""

    def __init__(self, level: Level, small: Small, *, with_total: bool = False) -> None:
        self._level = level
        self._small = small
        self._with_total = with_total
        self._constants: dict[str, Any] = {"nothing": [], "flawed": values.flawed}

    def function(self, parameters: str, *lines: str) -> Build:
        """The function of these lines."""
        source = "\n".join([f"def build({parameters}):", *(f"    {line}" for line in lines)])
        # Whatever a client says stands in it as the literal of a text; the rest is written here.
        exec(compile(source, "<reading>", "exec"), self._constants)  # noqa: S102
        built: Build = self._constants.pop("build")
        return built

    def row(self) -> str:
        """The names of what stands in a row."""
        names = [f"c{place}" for place in range(len(self._level.columns))]
        # A row of nothing holds a 1.
        return "".join(f"{name}, " for name in [*(names or ["_"]), *(["_"] if self._with_total else [])])

    def object(self, made: Entry) -> str:
        """An object, as an expression; one that is mixed with others has been made in the level of its kind."""
        if isinstance(made, Mixture):
            numbers = self._constant({kind: each.child for kind, each in made.each.items()})
            return f"below[{numbers}[c{made.kind}]][c{made.key}][0]"
        return "{" + ", ".join(f"{part.key!r}: {self._part(made, part)}" for part in made.parts) + "}"

    def _part(self, made: Made, part: Part) -> str:
        wrapped = part.definition.type
        match part.source:
            case Typename():
                return repr(made.of.name)
            case Closed():
                return "flawed(None)"
            case Leaf(place, column, is_certain):
                return self._leaf(wrapped, f"c{place}", column, is_certain=is_certain)
            case Id(place, kind):
                return f"{self._constant(values.ids(kind))}(c{place})"
            case Call():
                return self._call(part, part.source)
            case Inner(present, inner):
                return self._inner(wrapped, present, self.object(inner))
            case Below(child, parent, _):
                return f"below[{child}].get(c{parent}, nothing)"
            case Pages(child, parent, _):
                return f"below[{child}].get(c{parent}) or flawed(None)"
        return self._part_beside(part)

    def _part_beside(self, part: Part) -> str:
        """What no row holds."""
        match part.source:
            case Answered(child, parent):
                return f"{self._completed(part)}(below[{child}].get(c{parent}))"
            case Told(name):
                return f"{self._completed(part)}(told[{name!r}])"
        return self._part_of_page(part.source)

    def _part_of_page(self, source: Source) -> str:
        match source:
            case Given(name):
                return name
            case Nested(made):
                return self.object(made)
            case Nodes(made):
                return self._rows(made)
            case Edges(made):
                return self._edges(made)
        raise TypeError(f"{source} stands where it cannot be made.")

    def _leaf(self, wrapped: Any, name: str, column: Any, *, is_certain: bool) -> str:
        template, convert = values.printed(column, get_named_type(wrapped))
        kept = self._constant(convert) if convert is not None else ""
        said = template.replace("{v}", name).replace("{k}", kept)
        if is_certain:
            return said
        if isinstance(wrapped, GraphQLNonNull):
            return f"(flawed(None) if {name} is None else {said})"
        return said if said == name else f"(None if {name} is None else {said})"

    def _call(self, part: Part, call: Call) -> str:
        given = []
        for place, column in zip(call.places, call.columns, strict=True):
            convert = values.known(column)
            given.append(f"c{place}" if convert is None else f"{self._constant(convert)}(c{place})")
        return f"{self._completed(part)}({self._constant(call.function)}({', '.join(given)}))"

    def _completed(self, part: Part) -> str:
        return self._constant(values.completed(part.definition.type, lambda of: self._small(of, part.details)))

    def _inner(self, wrapped: Any, present: int | None, said: str) -> str:
        if present is None:
            return said
        absent = "flawed(None)" if isinstance(wrapped, GraphQLNonNull) else "None"
        return f"({absent} if c{present} is None else {said})"

    def _rows(self, made: Entry) -> str:
        return f"[{self.object(made)} for {self.row()} in rows]"

    def _edges(self, made: Made) -> str:
        """Each entry is made once for each way in which it is selected, and put beside its cursor."""
        nodes: list[str] = []
        said: list[str] = []
        for part in made.parts:
            if isinstance(part.source, Node):
                said.append(f"{part.key!r}: n{len(nodes)}")
                nodes.append(self._rows(part.source.made))
            else:
                said.append(f"{part.key!r}: {self._part(made, part)}")
        names = "".join(f", n{place}" for place in range(len(nodes)))
        rows = "".join(f", {each}" for each in nodes)
        return f"[{{{', '.join(said)}}} for cursor, _{names} in zip(cursors, rows{rows})]"

    def _constant(self, value: Any) -> str:
        name = f"k{len(self._constants)}"
        self._constants[name] = value
        return name
