"""Cost: what an operation may make the server do at most, told from the document and its page sizes before it runs.

An object costs 1, a leaf nothing, a field with `metadata={"cost": n}` costs n. A list costs what is inside it times its
size: the `first` or `last` that the client asks of the list or of the connection around it (the larger of both, and the
largest page at most, since no more is ever answered), else the default of that argument, else `metadata={"size": n}` of
the list, else 20. Introspection has a price of its own (`graph.introspection`).
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
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)

PAGE_SIZES = ("first", "last")
USUAL_SIZE = 20
# Fragments that fan out reach numbers that no JSON holds; above this nobody needs to know how much it is.
_BEYOND_ALL = 10**9


@dataclass(frozen=True, slots=True)
class Asked:
    """The largest of the page sizes that a client asks for, and `most` at most; `otherwise` when none is asked for.

    `variables` are those that name a size, each with what it is when it is absent.
    """

    numbers: tuple[int, ...]
    variables: tuple[tuple[str, int | None], ...]
    otherwise: int
    most: int

    def size(self, variables: Mapping[str, Any]) -> int:
        """How large the page is with these variables."""
        named = (_number(variables.get(name, default)) for name, default in self.variables)
        given = [*self.numbers, *(number for number in named if number is not None)]
        return min(max(given, default=self.otherwise), self.most)


Size: TypeAlias = int | Asked


@dataclass(frozen=True, slots=True, eq=False)
class Weight:
    """A field's part in the cost: `size` times (its own cost and that of the fields inside)."""

    own: int
    size: Size
    inside: tuple[Weight, ...]


def weighed(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    *,
    most: int,
    prices: Mapping[str, int],
) -> tuple[Weight, ...]:
    """The weights of a valid operation, no page larger than `most`; what several fragments share is weighed once.

    `prices` are those of fields that have a fixed one, with all that is inside them.
    """
    root = schema.get_root_type(operation.operation)
    return _Scales(schema, operation, fragments, most, prices).inside((operation.selection_set,), root, None)


def fixed(weights: tuple[Weight, ...]) -> int | None:
    """What the operation costs whatever its variables are; None when they have a say in it."""
    waiting, seen = list(weights), set[int]()
    while waiting:
        weight = waiting.pop()
        if isinstance(weight.size, Asked) and weight.size.variables:
            return None
        if id(weight) not in seen:
            seen.add(id(weight))
            waiting += weight.inside
    return cost(weights, {})


def cost(weights: tuple[Weight, ...], variables: Mapping[str, Any]) -> int:
    """What the operation costs with these variables; a thousand million stands for that or more."""
    known: dict[int, int] = {}

    def of(weight: Weight) -> int:
        if id(weight) not in known:
            inside = weight.own + sum(map(of, weight.inside))
            size = weight.size.size(variables) if isinstance(weight.size, Asked) else weight.size
            known[id(weight)] = min(max(size, 0) * inside, _BEYOND_ALL)
        return known[id(weight)]

    return min(sum(map(of, weights)), _BEYOND_ALL)


def _number(given: Any) -> int | None:
    """The number that GraphQL will read in the value of a variable, to which 100.0 is 100; None when it is none."""
    if isinstance(given, bool):
        return None
    return int(given) if isinstance(given, int) or (isinstance(given, float) and given.is_integer()) else None


class _Scales:
    """Weighs one operation.

    The same selections under the same type and page are weighed once: fragments that fan out cost no time.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        most: int,
        prices: Mapping[str, int],
    ) -> None:
        self._schema = schema
        self._most = most
        self._prices = prices
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
                    weight
                    for owner, node in self._fields(selection_set, parent, set())
                    if (weight := self._weight(owner, node, page)) is not None
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

    def _weight(self, owner: GraphQLNamedType | None, node: FieldNode, page: Size | None) -> Weight | None:
        if node.name.value in self._prices:
            return Weight(self._prices[node.name.value], 1, ())
        field = self._schema.get_field(owner, node.name.value) if is_composite_type(owner) else None
        if field is None:
            return None
        metadata = getattr(field.extensions.get("strawberry-definition"), "metadata", None) or {}
        own = metadata.get("cost", 1 if node.selection_set else 0)
        asked = self._asked(field, node)
        if asked is not None:
            page = asked
        is_list = is_list_type(get_nullable_type(field.type))
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
        values = [argument.value for argument in node.arguments or () if argument.name.value in paged]
        names = [value.name.value for value in values if isinstance(value, VariableNode)]
        return Asked(
            tuple(int(value.value) for value in values if isinstance(value, IntValueNode)),
            tuple((name, self._defaults.get(name)) for name in names),
            usual,
            self._most,
        )
