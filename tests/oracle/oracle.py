"""The oracle: what a client must hear, found out in the plainest way, apart from everything in `graph/reading`.

Every row is loaded as an instance of its model, graphql-core executes the printed view with one generic resolver, and
who sees what is a predicate of Python.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from collections.abc import Collection
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import graphql
from graphql import GraphQLError

from models.refusal import Refusal
from resolvers.viewer import Audience, Viewer
from tests.oracle import deaths, kinds
from tests.oracle.kinds import KINDS, MANY, NARROWER, SCHEMAS, VIA, Thing
from tests.oracle.pages import connection, in_order
from tests.oracle.records import Records
from tests.oracle.roots import Roots
from tests.oracle.sight import Sight
from tests.world import NOW

Heard = tuple[Any, list[Any]]
"""The data of an answer, and for each of its errors the path and the code."""


class Oracle:
    """What one viewer hears of the rows there are.

    Of everything it was asked for since it was last told to forget, it knows which fields were `asked` of something
    that was there, which tables it `looked` into, and whether it `told` of any row at all.
    """

    def __init__(
        self,
        viewer: Viewer,
        records: Records,
        sight: type[Sight] = Sight,
        not_carried: Collection[tuple[str, str]] = (),
    ) -> None:
        self.viewer = viewer
        self.not_carried = not_carried
        self.records = records
        self.audience = Audience.STAFF if viewer.is_staff else Audience.OWNER
        self.schema = SCHEMAS[self.audience]
        self._sight = sight(viewer, records.rows)
        self._seen: dict[Any, list[Any]] = {}
        self._roots = Roots(self)
        self.forget()

    def forget(self) -> None:
        """Begin to count anew."""
        self.asked: Counter[tuple[str, str]] = Counter()
        self.looked: set[Any] = set()
        self.told = False

    def hears(self, document: str, variables: dict[str, Any] | None = None) -> Heard:
        """The data, and for each error its path and its code."""
        result = graphql.execute_sync(
            self.schema,
            _parsed(document),
            variable_values=variables,
            field_resolver=self._resolved,
            type_resolver=lambda value, _info, _type: value.kind,
        )
        told = [(error.path, _code(error)) for error in result.errors or ()]
        return result.data, sorted(told, key=repr)

    # What there is

    def all(self, kind: str, *order: str, **where: Any) -> list[Thing]:
        """Everything of a kind that the viewer sees and that is so, in this order."""
        model = KINDS[kind]
        self.looked.add(model)
        if model not in self._seen:
            self._seen[model] = [row for row in self.records.rows[model] if self._sight.sees(row)]
        found = [row for row in self._seen[model] if all(getattr(row, name) == value for name, value in where.items())]
        return [Thing(kind, row) for row in in_order(found, order)]

    def one(self, kind: str, key: Any) -> Thing | None:
        """The row with this key, seen or not; for what is as visible as the row it belongs to."""
        self.looked.add(KINDS[kind])
        row = self.records.one(KINDS[kind], key)
        return None if row is None else Thing(kind, row)

    # The resolver

    def _resolved(self, source: Any, info: graphql.GraphQLResolveInfo, **given: Any) -> Any:
        """What a field holds, as it is printed."""
        parent, name = info.parent_type.name, info.field_name
        self.asked[parent, name] += 1
        self.told = self.told or isinstance(source, Thing)
        roles = NARROWER.get((parent, name))
        if roles is not None and not self.viewer.roles & roles:
            raise GraphQLError("no", extensions={"code": "FORBIDDEN"})
        if source is None:
            value = self._roots.asked(name, given)
        elif isinstance(source, dict):
            value = source[name]
        else:
            value = self._of_row(source, name, given)
        return printed(value, graphql.get_named_type(info.return_type).name)

    def _of_row(self, source: Thing, name: str, given: dict[str, Any]) -> Any:
        kind, row = source.kind, source.row
        if (kind, name) in _SPECIAL:
            return _SPECIAL[kind, name](self, row)
        if (kind, name) == ("Pet", "appointments"):
            return self._appointments_of(row, **given)
        if name == "id":
            return id_of(kind, row.id)
        if (kind, name) in MANY:
            found, points, order, holds = MANY[kind, name]
            things = self.all(found, *order, **{points: row.id})
            return [thing for thing in things if holds is None or holds(thing.row)]
        if (kind, name) in VIA:
            join, points, found, to = VIA[kind, name]
            behind = [self.one(found, getattr(each.row, to)) for each in self.all(join, **{points: row.id})]
            return sorted((each for each in behind if each), key=lambda each: each.row.fold)
        column = kinds.COLUMNS.get(name) or snake(name)
        if f"{column}_id" in row._meta.fields_map:
            return self._behind(kind, name, getattr(row, f"{column}_id"))
        return getattr(row, column)

    def _behind(self, kind: str, name: str, key: Any) -> Thing | None:
        """The row at the other end of an edge: as visible as this one, unless the edge is one of those not carried."""
        found = None if key is None else self.one(kinds.ONE.get(name, f"{name[0].upper()}{name[1:]}"), key)
        return None if found and (kind, name) in self.not_carried and not self._sight.sees(found.row) else found

    def _appointments_of(self, pet: Any, when: str | None = None, **page: Any) -> Any:
        things = self.all("Appointment", "-starts_at", pet_id=pet.id)
        if when:
            things = [each for each in things if (each.row.ends_at <= NOW) == (when == "PAST")]
        return connection(things, ("starts_at", "id"), is_down=True, **page)

    def row_behind(self, row: Any, kind: str) -> Any:
        """The row that this one points to, of that kind; there is one."""
        thing = self.one(kind, getattr(row, f"{kind.lower()}_id"))
        assert thing
        return thing.row


@lru_cache(100)
def _parsed(text: str) -> graphql.DocumentNode:
    return graphql.parse(text, no_location=True)


def _address(_oracle: Oracle, row: Any) -> dict[str, Any]:
    return {"street": row.street, "postalCode": row.postal_code, "city": row.city, "country": row.country}


def _on_the_wall(oracle: Oracle, row: Any) -> str:
    return wall_time(row.starts_at, oracle.row_behind(row, "Location").zone)


def _rights(_oracle: Oracle, row: Any) -> list[str]:
    return [name for name in ("BOOK", "PAY", "CONSENT", "VIEW") if getattr(row, f"may_{name.lower()}")]


_SPECIAL: dict[tuple[str, str], Any] = {
    ("Client", "address"): _address,
    ("Location", "address"): _address,
    ("Appointment", "zone"): lambda oracle, row: oracle.row_behind(row, "Location").zone,
    ("Appointment", "startsAtLocal"): _on_the_wall,
    ("CoOwner", "displayName"): lambda oracle, row: oracle.row_behind(row, "Client").display_name,
    ("Staff", "hasLeft"): lambda _oracle, row: row.left_at is not None,
    ("Ownership", "rights"): _rights,
    ("Pet", "death"): deaths.known_of,
}


def wall_time(moment: datetime, zone: str) -> str:
    """The moment on the clock of a place."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def snake(name: str) -> str:
    """The name as Python writes it."""
    return re.sub(r"[A-Z]", lambda found: f"_{found[0].lower()}", name)


def id_of(kind: str, key: UUID) -> str:
    """The id under which clients know a row."""
    return base64.urlsafe_b64encode(f"{kind}:{key.hex}".encode()).decode().rstrip("=")


def opened(text: str) -> tuple[str, UUID] | None:
    """The kind and the key in an id; None when it is none."""
    try:
        kind, _, key = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)).decode().partition(":")
        return kind, UUID(hex=key)
    except (binascii.Error, ValueError):
        return None


def printed(value: Any, named: str) -> Any:
    """A value as its scalar prints it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") + "Z"
    if isinstance(value, date):
        return value.strftime("%Y-%m-%d")
    if named == "WallTime" and value is not None:
        return f"{value // 60:02}:{value % 60:02}"
    if isinstance(value, list):
        return [printed(each, named) for each in value]
    return value


def _code(error: GraphQLError) -> str:
    """The code under which the error is told; what the oracle itself cannot do is raised."""
    cause = error.original_error
    if isinstance(cause, Refusal):
        return cause.code
    if isinstance(cause, ZoneInfoNotFoundError) or str(cause).startswith("Cannot return null for non-nullable field"):
        return "INTERNAL"
    if not isinstance(cause, GraphQLError) or not cause.extensions:
        raise cause or error
    return str(cause.extensions["code"])
