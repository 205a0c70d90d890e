"""Values: how what a database gives becomes what a client reads, said once for each kind of column and each database."""

from __future__ import annotations

import binascii
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, TypeAlias

from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, GraphQLObjectType, is_leaf_type
from graphql.pyutils import Undefined
from tortoise import fields

from models import sql

_KEPT_IDS = 10_000
_KEPT_MOMENTS = 10_000
_LEAST, _MOST = -(2**31), 2**31 - 1

Convert: TypeAlias = Callable[[Any], Any]


class Flaw(Exception):
    """A value is not what its type promises; whoever answers carefully says so in its place."""


def flawed(_value: Any) -> Any:
    """Nothing.

    Raises:
        Flaw: always.
    """
    raise Flaw


def known(column: Any) -> Convert | None:
    """What makes a value of the column what Python knows; None when it is that already."""
    if isinstance(column, fields.UUIDField):
        return _maybe(sql.as_key)
    if isinstance(column, fields.DatetimeField):
        return None if sql.is_postgres() else _maybe(sql.as_instant)
    if isinstance(column, fields.DateField):
        return None if sql.is_postgres() else sql.as_date
    if isinstance(column, fields.BooleanField):
        return None if sql.is_postgres() else _maybe(bool)
    if type(column) in {fields.TextField, fields.CharField, fields.IntField, fields.SmallIntField, fields.BigIntField}:
        return None
    return column.to_python_value  # type: ignore[no-any-return]


def printed(column: Any, named: Any) -> tuple[str, Convert | None]:
    """A Python expression over `{v}`, a value of the column that is not null, as this leaf type prints it.

    In it, `{k}` stands for the function that comes with it. It is as strict as the type.
    """
    is_text, is_postgres = isinstance(column, fields.TextField | fields.CharField), sql.is_postgres()
    slow = _slow(column, named)
    if isinstance(named, GraphQLEnumType) and hasattr(column, "enum_type"):
        return "{k}({v})", _names(column, named).__getitem__
    match named.name:
        case "String" if is_text and known(column) is None:
            return "{v}", None
        case "Int" if isinstance(column, fields.IntField | fields.SmallIntField):
            return f"({{v}} if {_LEAST} <= {{v}} <= {_MOST} else {{k}}({{v}}))", slow
        case "Boolean" if isinstance(column, fields.BooleanField):
            return ("{v}" if is_postgres else "({v} != 0)"), None
        case "DateTime" if isinstance(column, fields.DatetimeField):
            if is_postgres:
                return "{v}", None  # the driver gives every moment in UTC, and `wire` prints it
            return "{k}({v})", _moments(named)
        case "Date" if isinstance(column, fields.DateField):
            return ("{v}", None) if is_postgres else ("({v} if len({v}) == 10 else {k}({v}))", slow)
    return "{k}({v})", slow


@cache
def ids(kind: str) -> Convert:
    """What makes a key, as it is read, the id under which clients know a row of this type."""

    @lru_cache(_KEPT_IDS)
    def made(key: str) -> str:
        plain = f"{kind}:{key.replace('-', '')}"
        # No text of letters, digits and a colon has a `+` or a `/` in its base 64.
        return binascii.b2a_base64(plain.encode(), newline=False).rstrip(b"=").decode()

    return made


@cache
def _moments(named: Any) -> Convert:
    """What prints a moment that is a text, for everybody who reads of it: a day sheet is asked for again and again."""
    print_it = _leaf(named)

    @lru_cache(_KEPT_MOMENTS)
    def made(text: str) -> Any:
        if text[19:] == "+00:00":
            return f"{text[:10]}T{text[11:19]}Z"
        return print_it(sql.as_instant(text))

    return made


def completed(wrapped: Any, inner: Callable[[GraphQLObjectType], Convert]) -> Convert:
    """What makes a Python value what a client reads, as strict as the type; `inner` does so for the type of an object.

    Raises (when called):
        Exception: the value is not what its type promises.
    """
    if isinstance(wrapped, GraphQLNonNull):
        return _strict(wrapped.of_type, inner)
    strict = _strict(wrapped, inner)
    return lambda value: None if value is None else strict(value)


def _strict(wrapped: Any, inner: Callable[[GraphQLObjectType], Convert]) -> Convert:
    if isinstance(wrapped, GraphQLList):
        item = completed(wrapped.of_type, inner)
        return lambda value: [item(each) for each in value]
    if isinstance(wrapped, GraphQLObjectType):
        made = inner(wrapped)
        return lambda value: flawed(value) if value is None else made(value)
    if not is_leaf_type(wrapped):
        raise TypeError(f"{wrapped} is a kind of type that reading does not know.")
    return _leaf(wrapped)


def _leaf(named: Any) -> Convert:
    serialize = named.coerce_output_value

    def made(value: Any) -> Any:
        if value is None:
            raise Flaw
        said = serialize(value)
        if said is None or said is Undefined:
            raise Flaw
        return said

    return made


def _slow(column: Any, named: Any) -> Convert:
    convert, print_it = known(column), _leaf(named)
    return print_it if convert is None else lambda value: print_it(convert(value))


def _names(column: Any, named: GraphQLEnumType) -> dict[Any, str]:
    """The names of an enum, by what stands in the column; what has none is looked for in vain."""
    names: dict[Any, str] = {}
    for member in column.enum_type:
        if any(member.value == each.value for each in named.values.values()):
            names[member.value] = named.coerce_output_value(member)
    return names


def _maybe(convert: Convert) -> Convert:
    return lambda value: None if value is None else convert(value)
