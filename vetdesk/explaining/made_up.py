"""Made up: values for the variables that a document needs and nobody has given, so that it can be explained."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    get_nullable_type,
    is_required_input_field,
    type_from_ast,
    visit,
)

from graph.ids import global_id
from graph.reading.shape import SHAPES
from models import period
from models.row import uuid7

_KINDS = {"Vet": "Staff"}


async def made_up(
    schema: GraphQLSchema, tree: DocumentNode, operation: OperationDefinitionNode, given: Mapping[str, Any]
) -> dict[str, Any]:
    """A value for every variable that must be given and is not: of ids, that of some row, where there is one."""
    wanted = {
        node.variable.name.value: found
        for node in operation.variable_definitions or ()
        for found in (type_from_ast(schema, node.type),)
        if node.variable.name.value not in given and node.default_value is None and isinstance(found, GraphQLNonNull)
    }
    if not wanted:
        return {}
    uses = _Uses()
    visit(tree, uses)
    return {name: await _value(found, uses.found.get(name, "")) for name, found in wanted.items()}


class _Uses(Visitor):
    """Finds for what each variable is used: `location` where it is `locationId`, `pet` where it is the `id` of a pet."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        for argument in node.arguments or ():
            self._note(node, argument)

    def _note(self, node: FieldNode, argument: ArgumentNode) -> None:
        if isinstance(argument.value, VariableNode):
            name = argument.name.value
            about = node.name.value if name == "id" else name.removesuffix("Id")
            self.found.setdefault(argument.value.name.value, about)


async def _value(wrapped: Any, about: str) -> Any:
    of: Any = get_nullable_type(wrapped)
    if isinstance(of, GraphQLList):
        return []
    if isinstance(of, GraphQLEnumType):
        return next(iter(of.values))
    if isinstance(of, GraphQLInputObjectType):
        return {
            name: await _value(field.type, name.removesuffix("Id"))
            for name, field in of.fields.items()
            if is_required_input_field(field)
        }
    return await _id(about) if of.name == "ID" else _plain(of.name, about)


async def _id(about: str) -> str:
    kind = f"{about[:1].upper()}{about[1:]}"
    kind = _KINDS.get(kind, kind)
    models = {made.__name__: model for made, model in SHAPES.items()}
    if kind not in models:
        return global_id("Nothing", uuid7())
    row: Any = await models[kind].all().order_by("id").first()
    return global_id(kind, row.id if row else uuid7())


def _plain(name: str, about: str) -> Any:
    now = period.now().replace(microsecond=0)
    match name:
        case "Int" | "Float":
            return 1
        case "Boolean":
            return True
        case "Date":
            return now.date().isoformat()
        case "DateTime":  # so that a period does not end before it starts
            return (now + timedelta(days=1) if "before" in about.lower() else now).isoformat()
        case "LocalDateTime":
            return now.isoformat()[:16]
        case "WallTime":
            return "09:00"
    return "made up"
