"""Variables: what a request gives for the variables of an operation, as strict as graphql-core and quicker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    get_nullable_type,
    is_leaf_type,
)
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values
from graphql.pyutils import Undefined
from graphql.utilities import coerce_input_value

# An error would otherwise list 50 mistakes.
_MOST_ERRORS = 5


class Variables:
    """The variables of one operation; what each of them takes is found out once."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._definitions = operation.variable_definitions or ()
        self.names = frozenset(each.variable.name.value for each in self._definitions)
        self._signatures: list[Any] | None = [get_variable_signature(schema, each) for each in self._definitions]
        for definition, signature in zip(self._definitions, self._signatures, strict=True):
            if (
                isinstance(signature, GraphQLError)
                or definition.default_value
                or not is_leaf_type(get_nullable_type(signature.type))
            ):
                self._signatures = None
                return

    def given(self, raw: Mapping[str, Any]) -> VariableValues | Sequence[GraphQLError]:
        """The values of the variables, or what is wrong with what was given for them."""
        return self._plainly(raw) or get_variable_values(
            self._schema, self._definitions, dict(raw), max_errors=_MOST_ERRORS, hide_suggestions=True
        )

    def _plainly(self, raw: Mapping[str, Any]) -> VariableValues | None:
        """The values, where each variable is a leaf without a default; None where anything is amiss."""
        if self._signatures is None:
            return None
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for signature in self._signatures:
            name = signature.name
            if name not in raw:
                if isinstance(signature.type, GraphQLNonNull):
                    return None
                sources[name] = VariableValueSource(signature)
                continue
            coerced[name] = coerce_input_value(raw[name], signature.type)
            if coerced[name] is Undefined:
                return None
            sources[name] = VariableValueSource(signature, raw[name])
        return VariableValues(sources, coerced)
