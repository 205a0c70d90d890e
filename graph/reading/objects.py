"""Objects: what a resolver answers that is no row but may hold some, such as a free time and the vets who are free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType, get_nullable_type, is_composite_type, is_leaf_type
from graphql.pyutils import Path

from graph.reading import values
from graph.reading.careful import ToldInPlace
from graph.roles import gate, refuse_unless_allowed

if TYPE_CHECKING:
    from graph.reading.executor import ReadingExecutor
    from models.role import Role


@dataclass(frozen=True, slots=True)
class _Part:
    """One field of an object, under the key that the client wants; `convert` prints it when it is a leaf."""

    key: str
    name: str
    details: Any
    wrapped: Any
    roles: frozenset[Role] | None
    convert: values.Convert | None


class Objects:
    """Completes the answers of one request."""

    def __init__(self, executor: ReadingExecutor) -> None:
        self._executor = executor
        self._known: dict[tuple[str, int], tuple[_Part, ...]] = {}

    async def completed(self, wrapped: Any, details: Any, path: Path, value: Any) -> Any:
        """The answer that a value is.

        Raises:
            Exception: it is not what its type promises, or what it holds cannot be read.
        """
        if self._executor.is_read(value):
            return await self._executor.read(wrapped, details, path, value)
        if isinstance(wrapped, GraphQLNonNull):
            answer = await self.completed(wrapped.of_type, details, path, value)
            if answer is None:
                raise TypeError(f"Cannot return null for the non-nullable field {details[0].node.name.value}.")
            return answer
        if value is None:
            return None
        if isinstance(wrapped, GraphQLList):
            return await self._list(wrapped.of_type, details, path, value)
        if is_composite_type(wrapped):
            # Of the members of an interface or a union, a value is of the type that it is made of.
            name = wrapped.name if isinstance(wrapped, GraphQLObjectType) else value.__strawberry_definition__.name
            return await self._object(self._executor.schema.type_map[name], details, path, value)
        return _leaf(wrapped)(value)

    async def _list(self, item: Any, details: Any, path: Path, value: Any) -> list[Any]:
        answers: list[Any] = []
        for number, each in enumerate(value):
            at = path.add_key(number, None)
            answers.append(None)
            with ToldInPlace(self._executor, item, details, at):
                answers[number] = await self.completed(item, details, at, each)
        return answers

    async def _object(self, of: Any, details: Any, path: Path, value: Any) -> dict[str, Any]:
        self._executor.note_fallback(of)
        answer: dict[str, Any] = {}
        for part in self._parts(of, details):
            at = Path(path, part.key, of.name)
            answer[part.key] = None
            with ToldInPlace(self._executor, part.wrapped, part.details, at):
                if part.roles is not None:
                    refuse_unless_allowed(self._executor.context_value.viewer, part.roles)
                held = getattr(value, part.name) if part.name else of.name
                if part.convert is not None:
                    answer[part.key] = said = part.convert(held)
                    if isinstance(said, str):
                        self._executor.context_value.room.take_characters(len(said))
                else:
                    answer[part.key] = await self.completed(part.wrapped, part.details, at, held)
        return answer

    def _parts(self, of: GraphQLObjectType, details: Any) -> tuple[_Part, ...]:
        known = (of.name, id(details))
        if known not in self._known:
            selected = self._executor.selected(of, details)
            self._known[known] = tuple(self._part(of, key, each) for key, each in selected)
        return self._known[known]

    def _part(self, of: GraphQLObjectType, key: str, details: Any) -> _Part:
        name = details[0].node.name.value
        definition = self._executor.schema.get_field(of, name)
        assert definition is not None  # noqa: S101 - the document was checked against this very schema
        wrapped = definition.type
        if name == "__typename":
            return _Part(key, "", details, wrapped, None, _leaf(wrapped))
        convert = _leaf(wrapped) if is_leaf_type(get_nullable_type(wrapped)) else None
        strawberrys = definition.extensions["strawberry-definition"]
        if strawberrys.base_resolver is not None:
            raise TypeError(f"{of}.{name} has a resolver, which reading does not call.")
        return _Part(key, strawberrys.python_name, details, wrapped, gate(definition), convert)


def _leaf(wrapped: Any) -> values.Convert:
    return values.completed(wrapped, _unknown)


def _unknown(of: GraphQLObjectType) -> values.Convert:
    raise TypeError(f"{of} is no leaf.")
