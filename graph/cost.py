"""Cost: what an operation may make the server do at most, told from the document and its page sizes before it runs.

An object costs 1, a leaf nothing, a field with `metadata={"cost": n}` costs n. A list costs what is inside it times its
size: the `first` or `last` that the client asks of the list or of the connection around it, else the default of that
argument, else `metadata={"size": n}` of the list, else 20.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_list_type,
)

from graph.limits import INTROSPECTION

PAGE_SIZES = ("first", "last")
USUAL_SIZE = 20
# Fragments that fan out reach numbers that no JSON holds; above this nobody needs to know how much it is.
_BEYOND_ALL = 10**9


@dataclass(frozen=True, slots=True)
class Asked:
    """A page size that a variable names; `otherwise` when the variable is absent or no number."""

    variable: str
    otherwise: int


Size: TypeAlias = int | Asked


@dataclass(frozen=True, slots=True, eq=False)
class Weight:
    """A field's part in the cost: `size` times (its own cost and that of the fields inside)."""

    own: int
    size: Size
    inside: tuple[Weight, ...]


def weighed(
    schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> tuple[Weight, ...]:
    """The weights of a valid operation; what several fragments share is weighed once."""
    root = schema.get_root_type(operation.operation)
    return _Scales(schema, operation, fragments).inside((operation.selection_set,), root, None)


def cost(weights: tuple[Weight, ...], variables: Mapping[str, Any]) -> int:
    """What the operation costs with these variables; a thousand million stands for that or more."""
    known: dict[int, int] = {}

    def of(weight: Weight) -> int:
        if id(weight) not in known:
            inside = weight.own + sum(map(of, weight.inside))
            known[id(weight)] = min(_number(weight.size, variables) * inside, _BEYOND_ALL)
        return known[id(weight)]

    return min(sum(map(of, weights)), _BEYOND_ALL)


def _number(size: Size, variables: Mapping[str, Any]) -> int:
    if isinstance(size, int):
        return max(size, 0)
    given = variables.get(size.variable)
    return max(given, 0) if isinstance(given, int) and not isinstance(given, bool) else size.otherwise


class _Scales:
    """Weighs one operation.

    The same selections under the same type and page are weighed once: fragments that fan out cost no time.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._defaults = {
            definition.variable.name.value: int(definition.default_value.value)
            for definition in operation.variable_definitions or ()
            if isinstance(definition.default_value, IntValueNode)
        }
        self._known: dict[tuple[int, str, Size | None], tuple[Weight, ...]] = {}

    def inside(
        self, selection_sets: Iterable[SelectionSetNode], parent: GraphQLNamedType | None, page: Size | None
    ) -> tuple[Weight, ...]:
        weights: list[Weight] = []
        for selection_set in selection_sets:
            key = (id(selection_set), parent.name if parent else "", page)
            if key not in self._known:
                self._known[key] = tuple(
                    self._weight(field, node, page)
                    for owner, node in self._fields(selection_set, parent, set())
                    if (field := self._definition(owner, node)) is not None
                )
            weights += self._known[key]
        return tuple(weights)

    def _fields(
        self, selection_set: SelectionSetNode, parent: GraphQLNamedType | None, seen: set[str]
    ) -> Iterator[tuple[GraphQLNamedType | None, FieldNode]]:
        for selection in selection_set.selections:
            if isinstance(selection, FieldNode):
                yield parent, selection
            elif isinstance(selection, InlineFragmentNode):
                narrowed = selection.type_condition
                owner = self._schema.type_map.get(narrowed.name.value) if narrowed else parent
                yield from self._fields(selection.selection_set, owner, seen)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in seen:
                seen.add(selection.name.value)
                fragment = self._fragments[selection.name.value]
                owner = self._schema.type_map.get(fragment.type_condition.name.value)
                yield from self._fields(fragment.selection_set, owner, seen)

    def _definition(self, owner: GraphQLNamedType | None, node: FieldNode) -> GraphQLField | None:
        if node.name.value in INTROSPECTION or not is_composite_type(owner):
            return None
        return self._schema.get_field(owner, node.name.value)

    def _weight(self, field: GraphQLField, node: FieldNode, page: Size | None) -> Weight:
        metadata = getattr(field.extensions.get("strawberry-definition"), "metadata", None) or {}
        own = metadata.get("cost", 1 if node.selection_set else 0)
        asked = self._asked(field, node)
        if asked is not None:
            page = asked
        nullable = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
        is_list = is_list_type(nullable)
        size: Size = (page if page is not None else metadata.get("size", USUAL_SIZE)) if is_list else 1
        inner = node.selection_set
        # A page is spent on the first list inside the connection; leaves and lists below have sizes of their own.
        below = self.inside((inner,), get_named_type(field.type), None if is_list else page) if inner else ()
        return Weight(own, size, below)

    def _asked(self, field: GraphQLField, node: FieldNode) -> Size | None:
        """The page size asked of a field that has pages; None for a field that has none."""
        paged = [name for name in PAGE_SIZES if name in field.args]
        if not paged:
            return None
        usual = next((value for name in paged if isinstance(value := field.args[name].default_value, int)), USUAL_SIZE)
        for argument in node.arguments or ():
            if argument.name.value in paged:
                if isinstance(argument.value, IntValueNode):
                    return int(argument.value.value)
                if isinstance(argument.value, VariableNode):
                    name = argument.value.name.value
                    return Asked(name, self._defaults.get(name, usual))
        return usual
