"""Arguments: what a client gives to a field; known at once when it names no variable, else anew in each request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLField, GraphQLNonNull, VariableNode, print_ast
from graphql.execution.values import get_argument_values

if TYPE_CHECKING:
    from graphql.execution.values import VariableValues


class Arguments:
    """The arguments of one field of a document."""

    def __init__(self, definition: GraphQLField, details: Any) -> None:
        self._definition = definition
        self._details = details
        # An argument that is a variable and nothing else, with that variable's name, and whether it must not be null.
        self._named: list[tuple[str, str, bool]] = []
        self._is_simple = True
        for each in details.node.arguments or ():
            name = each.name.value
            if isinstance(each.value, VariableNode):
                is_strict = isinstance(definition.args[name].type, GraphQLNonNull)
                self._named.append((name, each.value.name.value, is_strict))
            elif "$" in print_ast(each.value):  # or in a text, which does no harm
                self._is_simple = False
        # What the others are, which is the same in every request; known after the first.
        self._others: dict[str, Any] | None = None

    def given(self, variables: VariableValues) -> dict[str, Any]:
        """What is given with these variables; nobody changes it.

        Raises:
            GraphQLError: an argument is not what it must be.
        """
        if self._others is None:
            return self._first(variables)
        if not self._named:
            return self._others
        coerced, found = variables.coerced, dict(self._others)
        for name, variable, is_strict in self._named:
            if variable not in coerced or (is_strict and coerced[variable] is None):
                return self._carefully(variables)
            found[name] = coerced[variable]
        return found

    def _first(self, variables: VariableValues) -> dict[str, Any]:
        found = self._carefully(variables)
        if self._is_simple:
            varies = {name for name, _, _ in self._named}
            self._others = {name: value for name, value in found.items() if name not in varies}
        return found

    def _carefully(self, variables: VariableValues) -> dict[str, Any]:
        details = self._details
        return get_argument_values(
            self._definition, details.node, variables, details.fragment_variable_values, hide_suggestions=True
        )
