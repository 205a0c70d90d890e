"""Variables and arguments: the quick way gives what graphql-core gives, errors included."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLError, OperationDefinitionNode, build_schema, parse
from graphql.execution.collect_fields import collect_fields
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values

from graph.reading.arguments import Arguments
from graph.variables import Variables

SCHEMA = build_schema("""
enum Species { CAT DOG }
input Weight { grams: Int!, label: String = "about" }
type Query {
  pets(first: Int = 20, species: Species, names: [String!], weight: Weight, at: ID!): Int
  pet(id: ID, first: Int! = 20): Int
}""")


def operation(document: str) -> OperationDefinitionNode:
    (found,) = parse(document, no_location=True).definitions
    assert isinstance(found, OperationDefinitionNode)
    return found


def told(found: Any) -> Any:
    """The values and what each was given as, or what is wrong with them."""
    if isinstance(found, VariableValues):
        # 1 and true are equal, and not the same.
        return {name: repr(value) for name, value in found.coerced.items()}, {
            name: repr(source.value) for name, source in found.sources.items()
        }
    return [error.message for error in found]


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"id": None},
        {"id": "7"},
        {"id": 7},
        {"id": "7", "first": None},
        {"id": "7", "first": 3},
        {"id": "7", "first": "3"},
        {"id": "7", "first": True},
        {"id": "7", "first": 2**31},
        {"id": "7", "species": "CAT"},
        {"id": "7", "species": "FISH"},
        {"id": "7", "first": [3]},
        {"id": "7", "undeclared": 1},
    ],
)
@pytest.mark.parametrize("more", ["", ", $names: [String!]", ", $weight: Weight", ", $size: Int = 5"])
def test_variables_are_what_graphql_core_makes_of_them(raw, more):
    asked = operation(f"query Q($id: ID!, $first: Int, $species: Species{more}) {{ __typename }}")
    variables = Variables(SCHEMA, asked)
    for given in (raw, {**raw, "names": ["Mia"], "weight": {"grams": 4}, "size": 6}, raw):
        plain = get_variable_values(SCHEMA, asked.variable_definitions or (), given, hide_suggestions=True)
        assert told(variables.given(given)) == told(plain)


def test_a_variable_that_is_null_is_told_from_one_that_is_absent():
    variables = Variables(SCHEMA, operation("query Q($first: Int) { __typename }"))
    assert told(variables.given({})) == ({}, {"first": "Undefined"})
    assert told(variables.given({"first": None})) == ({"first": "None"}, {"first": "None"})


def test_of_many_wrong_variables_only_some_are_told():
    names = [f"v{number}" for number in range(20)]
    declared = ", ".join(f"${name}: Int" for name in names)
    found = Variables(SCHEMA, operation(f"query Q({declared}) {{ __typename }}")).given(dict.fromkeys(names, "none"))
    assert len(told(found)) == 6  # the last one says that there are more


SEQUENCES: list[list[dict[str, Any]]] = [
    [{"n": 1}, {}, {"n": None}, {"n": 2}],
    [{}, {"n": 1}],
    [{"n": None}, {"n": 1}],
]


@pytest.mark.parametrize("order", SEQUENCES)
@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("Int", 'pets(at: "a")'),
        ("Int", 'pets(at: "a", first: 3)'),
        ("Int", 'pets(at: "a", first: null)'),
        ("Int", 'pets(at: "$n", first: $n)'),
        ("Int", 'pets(at: "a", weight: {grams: 5})'),
        ("Int", 'pets(at: "a", weight: {grams: $n}, first: $n)'),
        ("Int", "pet(first: $n)"),
        ("Int! = 4", "pet(first: $n)"),
        ("String", 'pets(at: "a", names: ["Mia", $n])'),
        ("String", 'pets(at: "a", names: $n)'),
        ("ID", "pets(at: $n)"),
        ("ID", 'pets(at: $n, species: DOG, names: ["Mia"])'),
        ("ID", "pet(id: $n)"),
    ],
)
def test_arguments_are_in_each_request_what_graphql_core_makes_of_them(kind, field, order):
    asked = operation(f"query Q($n: {kind}) {{ {field} }}")
    kept: Arguments | None = None
    for raw in order:
        given = {name: str(value) if kind[:3] != "Int" and value else value for name, value in raw.items()}
        variables = get_variable_values(SCHEMA, asked.variable_definitions or (), given)
        if not isinstance(variables, VariableValues):
            continue  # no such request comes as far as its arguments
        root = SCHEMA.query_type
        assert root is not None
        (details,) = collect_fields(
            SCHEMA, {}, variables, root, asked, hide_suggestions=True
        ).grouped_field_set.values()
        definition = root.fields[details[0].node.name.value]
        kept = kept or Arguments(definition, details[0])
        assert _tried(kept.given, variables) == _tried(_plainly, definition, details[0].node, variables)
    assert kept is not None


def _plainly(definition: Any, node: Any, variables: VariableValues) -> dict[str, Any]:
    return get_argument_values(definition, node, variables, hide_suggestions=True)


def _tried(work: Any, *given: Any) -> Any:
    try:
        return dict(work(*given))
    except GraphQLError as error:
        return error.message
