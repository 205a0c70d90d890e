"""Fallbacks: fields of rows that graphql-core has resolved one by one, which is for reading alone. There should be none.

The resolvers of such fields are never called by reading, so that counting in them costs it nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, default_field_resolver

from graph.reading.shape import shapes


class Fallbacks:
    """Counts them, from the moment that a view is watched."""

    def __init__(self) -> None:
        self.count = 0

    def watch(self, view: GraphQLSchema) -> None:
        """Count in this view, whose types are its own."""
        rows = set(shapes())
        for of in view.type_map.values():
            shown = getattr(of.extensions.get("strawberry-definition"), "origin", None)
            if isinstance(of, GraphQLObjectType) and shown in rows:
                for field in of.fields.values():
                    field.resolve = self._counted(field.resolve or default_field_resolver)

    def _counted(self, resolve: Callable[..., Any]) -> Callable[..., Any]:
        def resolved(source: Any, info: Any, **given: Any) -> Any:
            self.count += 1
            return resolve(source, info, **given)

        return resolved
