"""Arguments: what a client gives to an edge; known at once when it names no variable, else anew in each request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, GraphQLField, print_ast
from graphql.execution.values import get_argument_values

if TYPE_CHECKING:
    from graphql.execution.values import VariableValues


@dataclass(frozen=True, slots=True, eq=False)
class Arguments:
    """The arguments of one field of a document; `always` is what they are when no variable decides."""

    definition: GraphQLField
    details: Any
    always: dict[str, Any] | None

    def given(self, variables: VariableValues) -> dict[str, Any]:
        """What is given with these variables.

        Raises:
            GraphQLError: an argument is not what it must be.
        """
        return _given(self.definition, self.details, variables) if self.always is None else self.always


def arguments(definition: GraphQLField, details: Any, variables: VariableValues) -> Arguments:
    """The arguments of a field."""
    # A `$` in a text is mistaken for a variable, which does no harm.
    always = None
    if not any("$" in print_ast(each.value) for each in details.node.arguments or ()):
        try:
            always = _given(definition, details, variables)
        except GraphQLError:  # said when the field is answered, in its place
            always = None
    return Arguments(definition, details, always)


def _given(definition: GraphQLField, details: Any, variables: VariableValues) -> dict[str, Any]:
    if not definition.args:
        return {}
    return get_argument_values(
        definition, details.node, variables, details.fragment_variable_values, hide_suggestions=True
    )
