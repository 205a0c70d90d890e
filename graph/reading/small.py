"""Small: objects that are no rows but what a plain function gives, such as an address or an amount of money."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from graphql import GraphQLObjectType

from graph.reading import values
from graph.roles import gate, opens

if TYPE_CHECKING:
    from graph.reading.executor import ReadingExecutor
    from resolvers.viewer import Viewer


class Small:
    """Plans small objects; guarded as soon as a gate in one of them does not open for the viewer."""

    def __init__(self, executor: ReadingExecutor, viewer: Viewer) -> None:
        self._executor = executor
        self._viewer = viewer
        self.is_guarded = False

    def made(self, of: GraphQLObjectType, details: Any) -> values.Convert:
        """What makes of such an object, whose fields are its attributes, what its selection asks for."""
        parts: list[tuple[str, str, values.Convert]] = []
        for key, selected in self._executor.selected(of, details):
            name = selected[0].node.name.value
            if name == "__typename":
                parts.append((key, "__class__", _always(of.name)))
                continue
            definition = of.fields[name]
            strawberrys = definition.extensions["strawberry-definition"]
            roles = gate(definition)
            if roles is not None and not opens(self._viewer, roles):
                self.is_guarded = True
            if strawberrys.base_resolver is not None:
                raise TypeError(f"{of}.{name} has a resolver, which reading does not call.")
            convert = values.completed(definition.type, partial(self.made, details=selected))
            parts.append((key, strawberrys.python_name, convert))
        return lambda value: {key: convert(getattr(value, name)) for key, name, convert in parts}


def _always(said: str) -> values.Convert:
    return lambda _value: said
