"""The oracle: what a client must hear, found out in the plainest way, apart from everything in `graph/reading`.

Every row is loaded as an instance of its model, graphql-core executes the printed view with one generic resolver, and
who sees what is a predicate of Python.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import Counter, defaultdict
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
from tests.oracle import bills, deaths, histories, kinds, lines, paid, prices, reminder_rules, reminders
from tests.oracle.kinds import KINDS, MANY, NARROWER, PAGES, SCHEMAS, VIA, Thing
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
        self._seen_by: dict[Any, dict[tuple[Any, ...], list[Any]]] = {}
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
        found = self._with(model, where) if where else self._seen[model]
        return [Thing(kind, row) for row in in_order(found, order)]

    def one(self, kind: str, key: Any) -> Thing | None:
        """The row with this key, seen or not; for what is as visible as the row it belongs to."""
        self.looked.add(KINDS[kind])
        row = self.records.one(KINDS[kind], key)
        return None if row is None else Thing(kind, row)

    def _with(self, model: Any, where: dict[str, Any]) -> list[Any]:
        """Those of which this is so; they are sorted by it once."""
        by = (model, *where)
        if by not in self._seen_by:
            sorted_by = self._seen_by[by] = defaultdict[tuple[Any, ...], list[Any]](list)
            for row in self._seen[model]:
                sorted_by[tuple(getattr(row, name) for name in where)].append(row)
        return self._seen_by[by].get(tuple(where.values()), [])

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
        if (kind, name) in _ASKED:
            return _ASKED[kind, name](self, row, **given)
        if (kind, name) in PAGES:
            found, points, by = PAGES[kind, name]
            return connection(self.all(found, f"-{by}", **{points: row.id}), (by, "id"), is_down=True, **given)
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
        is_joined = (kind, name) in self.not_carried or (kind, name) in kinds.JOINED
        return None if found and is_joined and not self._sight.sees(found.row) else found

    def appointments_of(self, pet: Any, when: str | None = None, **page: Any) -> Any:
        """Its appointments, of one side of now or of both."""
        things = self.all("Appointment", "-starts_at", pet_id=pet.id)
        if when:
            things = [each for each in things if (each.row.ends_at <= NOW) == (when == "PAST")]
        return connection(things, ("starts_at", "id"), is_down=True, **page)

    def plans_for(self, pet: Any, state: str | None = None, **page: Any) -> Any:
        """Its treatment plans that stand so."""
        things = self.all("TreatmentPlan", "-created_at", pet_id=pet.id)
        things = [each for each in things if state is None or each.row.state.value == state]
        return connection(things, ("created_at", "id"), is_down=True, **page)

    def row_behind(self, row: Any, kind: str) -> Any:
        """The row that this one points to, of that kind; there is one."""
        thing = self.one(kind, getattr(row, f"{kind.lower()}_id"))
        assert thing
        return thing.row

    def protocol_of(self, row: Any) -> Any:
        """The protocol by which a dose is due, or None."""
        thing = self.one("VaccinationProtocol", row.protocol_id)
        return thing and thing.row


@lru_cache(100)
def _parsed(text: str) -> graphql.DocumentNode:
    return graphql.parse(text, no_location=True)


def _address(_oracle: Oracle, row: Any) -> dict[str, Any]:
    return {"street": row.street, "postalCode": row.postal_code, "city": row.city, "country": row.country}


def _on_the_wall(oracle: Oracle, row: Any) -> str:
    return wall_time(row.starts_at, oracle.row_behind(row, "Location").zone)


def _rights(_oracle: Oracle, row: Any) -> list[str]:
    return [name for name in ("BOOK", "PAY", "CONSENT", "VIEW") if getattr(row, f"may_{name.lower()}")]


def _told_facts(value: Any, name: str = "") -> list[dict[str, str]]:
    if isinstance(value, dict):
        return [fact for key, each in value.items() for fact in _told_facts(each, f"{name}.{key}".strip("."))]
    return [{"name": name, "value": value}]


def _facts(_oracle: Oracle, row: Any) -> dict[str, Any]:
    parts = {name: name.split("_") for name in json.loads(row.facts)}
    camel = {name: first + "".join(word.capitalize() for word in rest) for name, (first, *rest) in parts.items()}
    return {camel[name]: value for name, value in json.loads(row.facts).items()}


def _legal_status(oracle: Oracle, row: Any) -> str:
    """By the words of the contract, and apart from the engine."""
    if not row.is_regulated:
        return "NOT_REGULATED"
    place = row.location_id and oracle.row_behind(row, "Location")
    try:
        today = NOW.astimezone(ZoneInfo(place.zone if place else "UTC")).date()
    except ZoneInfoNotFoundError:
        today = NOW.date()
    if row.immune_from is None:
        return "NOT_YET_REQUIRED" if row.required_by is not None and today <= row.required_by else "NEVER_VACCINATED"
    if today < row.immune_from:
        return "NOT_YET_IMMUNISED"
    return "EXPIRED" if today > row.immune_until else "CURRENT"


def _visit(oracle: Oracle, row: Any) -> Thing | None:
    return next(iter(oracle.all("Visit", appointment_id=row.id)), None)


def _reader(kind: str) -> Any:
    def name(oracle: Oracle, row: Any) -> str | None:
        account = oracle.one("Account", row.account_id)
        person = account and oracle.one(kind, getattr(account.row, f"{kind.lower()}_id"))
        return person.row.display_name if person else None

    return name


# What is asked with arguments of its own.
_ASKED: dict[tuple[str, str], Any] = {
    **lines.PAGES,
    **prices.ASKED,
    **bills.ASKED,
    ("Pet", "appointments"): Oracle.appointments_of,
    ("Pet", "reminders"): reminders.reminders_of,
    ("Pet", "treatmentPlans"): Oracle.plans_for,
    ("Pet", "vaccinations"): lambda oracle, row, **given: connection(
        oracle.all("Vaccination", "-given_on", pet_id=row.id), ("given_on", "id"), is_down=True, **given
    ),
    ("Pet", "importedLines"): lambda oracle, row, **given: connection(
        oracle.all("ImportedLine", "-at", pet_id=row.id), ("at", "id"), is_down=True, **given
    ),
    ("Pet", "history"): lambda oracle, row, **given: histories.history(
        oracle, histories.everything(oracle, pet_id=row.id), **given
    ),
}
_SPECIAL: dict[tuple[str, str], Any] = {
    **lines.SPECIAL,
    **prices.SPECIAL,
    **bills.SPECIAL,
    **paid.SPECIAL,
    **reminder_rules.SPECIAL,
    **reminders.SPECIAL,
    ("InvoicePayer", "percent"): lambda _oracle, row: row.share,
    ("LegalEntity", "address"): _address,
    ("Vaccination", "product"): lambda oracle, row: oracle.row_behind(row, "Vaccine").name,
    ("Vaccination", "maker"): lambda oracle, row: oracle.row_behind(row, "Vaccine").maker,
    ("Vaccination", "targets"): lambda oracle, row: oracle.row_behind(row, "Vaccine").targets,
    ("Vaccination", "wasExpired"): lambda _oracle, row: row.expires_on is not None and row.given_on > row.expires_on,
    ("VaccinationDue", "rule"): lambda oracle, row: getattr(oracle.protocol_of(row), "code", None),
    ("VaccinationDue", "ruleVersion"): lambda oracle, row: getattr(oracle.protocol_of(row), "version", None),
    ("VaccinationDue", "legalStatus"): _legal_status,
    ("Certificate", "facts"): _facts,
    ("RecordImport", "leftOut"): lambda _oracle, row: json.loads(row.left_out),
    ("ImportedLine", "facts"): lambda _oracle, row: _told_facts(json.loads(row.details)["said"]),
    ("Client", "address"): _address,
    ("Location", "address"): _address,
    ("Appointment", "at"): lambda _oracle, row: row.starts_at,
    ("Appointment", "zone"): lambda oracle, row: oracle.row_behind(row, "Location").zone,
    ("Appointment", "startsAtLocal"): _on_the_wall,
    ("Appointment", "visit"): _visit,
    ("RecordReading", "staffName"): _reader("Staff"),
    ("RecordReading", "clientName"): _reader("Client"),
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
