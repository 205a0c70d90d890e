"""Drawn once: what chance selects of one contract is the same in every process, so the first one keeps it for the others."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path

import graphql
from graphql import FieldNode, GraphQLSchema, OperationDefinitionNode

_FOLDER = Path(__file__).resolve().parents[2] / ".pytest_cache" / "drawn"
_HERE = Path(__file__).with_name("documents.py")
_DRAWN_BY = ("hypothesis", "hypothesis-graphql", "graphql-core")


def drawn_once(
    what: tuple[str | int, ...], schema: GraphQLSchema, draw: Callable[[], list[FieldNode]]
) -> list[FieldNode]:
    """What was drawn of a root field, by this process or by another one of the same contract, tests and libraries."""
    name = hashlib.sha256(repr((_ground(schema), what)).encode()).hexdigest()
    kept = _FOLDER / f"{name}.graphql"
    if not kept.exists():
        _FOLDER.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_suffix(f".{os.getpid()}")
        unfinished.write_text("\0".join(graphql.print_ast(each) for each in draw()), encoding="utf-8")
        unfinished.replace(kept)
    # Read again even by who has drawn it, so that all have the same.
    return [_field(each) for each in kept.read_text(encoding="utf-8").split("\0")]


@cache
def _ground(schema: GraphQLSchema) -> str:
    """What has a say in what is drawn: when any of it changes, everything is drawn anew."""
    by = [f"{each} {version(each)}" for each in _DRAWN_BY]
    said = "\n".join([graphql.print_schema(schema), _HERE.read_text(encoding="utf-8"), *by])
    return hashlib.sha256(said.encode()).hexdigest()


def _field(text: str) -> FieldNode:
    document = graphql.parse(f"{{ {text} }}", no_location=True)
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    (field,) = operation.selection_set.selections
    assert isinstance(field, FieldNode)
    return field
