"""The oracle: what a client must hear, found out in the plainest way, apart from everything in `graph/reading`.

Every row is loaded as an instance of its model, graphql-core executes the printed view with one generic resolver, and
who sees what is a predicate of Python.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, date, datetime
from operator import attrgetter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import graphql
from graphql import GraphQLError

import models
from graph.reading.pages import cursor
from graph.schema import schema
from graph.views import view_of
from models.role import Role
from resolvers.viewer import Audience, Viewer
from tests.world import NOW

KINDS = {
    "Appointment": models.Appointment,
    "Account": models.Account,
    "UnlinkedAccount": models.Account,
    "Client": models.Client,
    "CoOwner": models.Ownership,
    "Email": models.ClientEmail,
    "HeldRole": models.StaffRole,
    "HoursException": models.HoursException,
    "Location": models.Location,
    "OpeningHours": models.OpeningHours,
    "Ownership": models.Ownership,
    "Pet": models.Pet,
    "Phone": models.ClientPhone,
    "Practice": models.Practice,
    "Room": models.Room,
    "Service": models.Service,
    "Session": models.Session,
    "Staff": models.Staff,
    "WorkingHours": models.WorkingHours,
    "ServiceStaff": models.ServiceStaff,
    "ServiceRoom": models.ServiceRoom,
}
ONE = {"vet": "Staff"}
# The rows of which a list is made: their kind, what points here, their order, and what else must hold of them.
MANY: dict[tuple[str, str], tuple[str, str, tuple[str, ...], Any]] = {
    ("Account", "sessions"): (
        "Session",
        "account_id",
        ("-created_at",),
        lambda each: each.revoked_at is None and each.expires_at > NOW,
    ),
    ("Client", "emails"): ("Email", "client_id", ("position",), None),
    ("Client", "phones"): ("Phone", "client_id", ("position",), None),
    ("Client", "ownerships"): ("Ownership", "client_id", (), lambda each: each.ends_on is None),
    ("Location", "openingHours"): ("OpeningHours", "location_id", ("weekday", "from_minute"), None),
    ("Location", "rooms"): ("Room", "location_id", ("fold",), None),
    ("Location", "exceptions"): ("HoursException", "location_id", ("starts_at",), None),
    ("Pet", "owners"): ("Ownership", "pet_id", ("-share",), lambda each: each.ends_on is None),
    ("Pet", "coOwners"): ("CoOwner", "pet_id", (), lambda each: each.ends_on is None),
    ("Staff", "roles"): ("HeldRole", "staff_id", (), None),
    ("Staff", "workingHours"): ("WorkingHours", "staff_id", ("weekday", "from_minute"), None),
    ("Staff", "exceptions"): ("HoursException", "staff_id", ("starts_at",), None),
}
# What stands behind a row of a join table, and is sorted by its name.
VIA = {
    ("Staff", "services"): ("ServiceStaff", "staff_id", "Service", "service_id"),
    ("Service", "staff"): ("ServiceStaff", "service_id", "Staff", "staff_id"),
    ("Service", "rooms"): ("ServiceRoom", "service_id", "Room", "room_id"),
}
COLUMNS = {"from": "from_minute", "until": "until_minute"}


@dataclass(frozen=True)
class Thing:
    """A row, shown as this type."""

    kind: str
    row: Any


class Oracle:
    """What one viewer hears of the rows there are."""

    def __init__(self, viewer: Viewer, rows: dict[type, list[Any]]) -> None:
        self.viewer = viewer
        self.rows = rows
        self.audience = Audience.STAFF if viewer.is_staff else Audience.OWNER
        self.schema = SCHEMAS[self.audience]

    @classmethod
    async def of(cls, viewer: Viewer) -> Oracle:
        """The oracle of this viewer, with every row there is now."""
        return cls(viewer, {model: await model.all() for model in dict.fromkeys(KINDS.values())})

    def hears(self, document: str, variables: dict[str, Any] | None = None) -> tuple[Any, list[Any]]:
        """The data, and for each error its path and its code."""
        result = graphql.execute_sync(
            self.schema,
            graphql.parse(document),
            variable_values=variables,
            field_resolver=self.resolved,
            type_resolver=lambda value, _info, _type: value.kind,
        )
        for error in result.errors or ():
            if not isinstance(error.original_error, GraphQLError | ZoneInfoNotFoundError):
                raise error.original_error or error
        told = [(error.path, (error.extensions or {}).get("code", "INTERNAL")) for error in result.errors or ()]
        return result.data, sorted(told, key=repr)

    # Who sees what

    def sees(self, row: Any) -> bool:
        """Whether the viewer may see a row."""
        if isinstance(row, models.Account) and row.id == self.viewer.account_id:
            return True
        if isinstance(row, models.Session):
            return bool(row.account_id == self.viewer.account_id)
        return self.sees_as_staff(row) if self.viewer.is_staff else self.sees_as_owner(row)

    def sees_as_staff(self, row: Any) -> bool:
        if isinstance(row, models.Account):
            is_front_desk = bool(self.viewer.roles & {Role.RECEPTIONIST, Role.MANAGER})
            return is_front_desk and row.audience == "owner" and not row.is_linked
        return bool(self.viewer.roles)

    def sees_as_owner(self, row: Any) -> bool:
        match row:
            case models.Practice() | models.Location() | models.OpeningHours() | models.Staff():
                return True
            case models.Service():
                return row.is_offered and row.is_bookable_online
            case models.Client():
                return bool(row.id == self.viewer.client_id)
            case models.ClientEmail() | models.ClientPhone():
                return bool(row.client_id == self.viewer.client_id)
            case models.Pet():
                return self.owns(row.id)
            case models.Ownership():
                return row.ends_on is None and self.owns(row.pet_id)
            case models.Appointment():
                return self.owns(row.pet_id)
        return False

    def owns(self, pet_id: Any) -> bool:
        """Whether she may see the pet as one of its owners of today."""
        return any(
            each.pet_id == pet_id and each.client_id == self.viewer.client_id and each.ends_on is None and each.may_view
            for each in self.rows[models.Ownership]
        )

    def all(self, kind: str, *order: str, **where: Any) -> list[Thing]:
        """Everything of a kind that the viewer sees and that is so, in this order."""
        found = [
            row
            for row in self.rows[KINDS[kind]]
            if self.sees(row) and all(getattr(row, name) == value for name, value in where.items())
        ]
        return [Thing(kind, row) for row in in_order(found, order)]

    def one(self, kind: str, key: Any) -> Thing | None:
        """The row with this key, seen or not; for what is as visible as the row it belongs to."""
        return next((Thing(kind, row) for row in self.rows[KINDS[kind]] if row.id == key), None)

    # The resolver

    def resolved(self, source: Any, info: graphql.GraphQLResolveInfo, **given: Any) -> Any:
        """What a field holds, as it is printed."""
        parent, name = info.parent_type.name, info.field_name
        roles = NARROWER.get((parent, name))
        if roles is not None and not self.viewer.roles & roles:
            raise GraphQLError("no", extensions={"code": "FORBIDDEN"})
        if source is None:
            value = getattr(self, f"ask_{name}")(**given)
        elif isinstance(source, dict):
            value = source[name]
        else:
            value = self.of_row(source, name, given)
        return printed(value, graphql.get_named_type(info.return_type).name)

    def of_row(self, source: Thing, name: str, given: dict[str, Any]) -> Any:
        kind, row = source.kind, source.row
        if name == "id":
            return base64.urlsafe_b64encode(f"{kind}:{row.id.hex}".encode()).decode().rstrip("=")
        if (kind, name) == ("Pet", "appointments"):
            return self.appointments_of(row, **given)
        if (kind, name) in MANY:
            found, points, order, holds = MANY[kind, name]
            things = self.all(found, *order, **{points: row.id})
            return [thing for thing in things if holds is None or holds(thing.row)]
        if (kind, name) in VIA:
            join, points, found, to = VIA[kind, name]
            behind = [self.one(found, getattr(each.row, to)) for each in self.all(join, **{points: row.id})]
            return sorted((each for each in behind if each), key=lambda each: each.row.fold)
        special = getattr(self, f"{kind}_{name}", None)
        if special is not None:
            return special(row)
        column = COLUMNS.get(name) or "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
        if f"{column}_id" in row._meta.fields_map:
            key = getattr(row, f"{column}_id")
            return None if key is None else self.one(ONE.get(name, f"{name[0].upper()}{name[1:]}"), key)
        if name == "address" and kind in {"Client", "Location"}:
            return {"street": row.street, "postalCode": row.postal_code, "city": row.city, "country": row.country}
        return getattr(row, column)

    def Appointment_zone(self, row: Any) -> Any:  # noqa: N802 - named for the field
        return self.one("Location", row.location_id).row.zone  # type: ignore[union-attr]

    def Appointment_startsAtLocal(self, row: Any) -> Any:  # noqa: N802
        return row.starts_at.astimezone(ZoneInfo(self.Appointment_zone(row))).strftime("%Y-%m-%dT%H:%M")

    def CoOwner_displayName(self, row: Any) -> Any:  # noqa: N802
        return self.one("Client", row.client_id).row.display_name  # type: ignore[union-attr]

    def Staff_hasLeft(self, row: Any) -> Any:  # noqa: N802
        return row.left_at is not None

    def Ownership_rights(self, row: Any) -> Any:  # noqa: N802
        return [name for name in ("BOOK", "PAY", "CONSENT", "VIEW") if getattr(row, f"may_{name.lower()}")]

    def appointments_of(self, pet: Any, when: str | None = None, **page: Any) -> Any:
        things = self.all("Appointment", "-starts_at", pet_id=pet.id)
        if when:
            things = [each for each in things if (each.row.ends_at <= NOW) == (when == "PAST")]
        return connection(things, ("starts_at", "id"), **page)

    # The roots

    def ask_practice(self) -> Any:
        return next(iter(self.all("Practice")), None)

    def ask_locations(self) -> Any:
        return self.all("Location", "fold")

    def ask_services(self) -> Any:
        return self.all("Service", "fold")

    def ask_staff(self) -> Any:
        return self.all("Staff", "fold")

    def ask_rooms(self) -> Any:
        return self.all("Room", "fold")

    def ask_unlinkedAccounts(self) -> Any:  # noqa: N802
        found = self.all("UnlinkedAccount", "created_at")
        return [each for each in found if each.row.audience == "owner" and not each.row.is_linked]

    def ask_viewer(self) -> Any:
        viewer = self.viewer
        return {
            "account": self.one("Account", viewer.account_id),
            "roles": sorted(viewer.roles),
            "client": self.one("Client", viewer.client_id),
            "staff": self.one("Staff", viewer.staff_id),
        }

    def ask_node(self, id: str) -> Any:
        kind, _, key = base64.urlsafe_b64decode(id + "==").decode().partition(":")
        return next((each for each in self.all(kind) if each.row.id.hex == key), None)

    def ask_pet(self, id: str) -> Any:
        return self.ask_node(id)

    def ask_client(self, id: str) -> Any:
        return self.ask_node(id)

    def ask_pets(self, **page: Any) -> Any:
        return connection(self.all("Pet", "fold"), ("fold", "id"), **page)

    def ask_clients(self, search: None, **page: Any) -> Any:
        return connection(self.all("Client", "fold"), ("fold", "id"), **page)

    def ask_myPets(self) -> Any:  # noqa: N802
        return self.all("Pet", "fold")

    def ask_myAppointments(self, **page: Any) -> Any:  # noqa: N802
        return connection(self.all("Appointment", "-starts_at"), ("starts_at", "id"), **page)

    def ask_appointments(self, startsBefore: str, endsAfter: str, locationId: None, **page: Any) -> Any:  # noqa: N803
        until, since = datetime.fromisoformat(startsBefore), datetime.fromisoformat(endsAfter)
        things = self.all("Appointment", "starts_at")
        inside = [each for each in things if each.row.starts_at < until and each.row.ends_at > since]
        return connection(inside, ("starts_at", "id"), **page)


def connection(
    things: list[Thing], by: tuple[str, ...], first: Any = None, last: Any = None, after: Any = None, before: Any = None
) -> Any:
    """A page of the things."""
    if (first is not None or after is not None) and (last is not None or before is not None):
        raise GraphQLError("no", extensions={"code": "BAD_INPUT"})
    size = next((each for each in (first, last) if each is not None), 20)
    if not 1 <= size <= 100:
        raise GraphQLError("no", extensions={"code": "BAD_INPUT"})
    cursors = [cursor(tuple(getattr(each.row, name) for name in by)) for each in things]
    start, end = 0, len(things)
    if after is not None:
        start = cursors.index(after) + 1
    if before is not None:
        end = cursors.index(before)
    goes_back = last is not None or before is not None
    if goes_back:
        start = max(start, end - size)
    else:
        end = min(end, start + size)
    edges = [{"cursor": cursors[place], "node": things[place]} for place in range(start, end)]
    return {
        "totalCount": len(things),
        "nodes": [edge["node"] for edge in edges],
        "edges": edges,
        "pageInfo": {
            "hasNextPage": end < len(things),
            "hasPreviousPage": start > 0,
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        },
    }


def in_order(rows: list[Any], order: tuple[str, ...]) -> list[Any]:
    """Sorted by these columns and last by the key, downward where a minus says so."""
    columns = [each.lstrip("-") for each in order]
    is_down = bool(order) and order[-1].startswith("-")
    return sorted(rows, key=attrgetter(*columns, "id"), reverse=is_down)


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


def narrower_fields() -> dict[tuple[str, str], set[Role]]:
    """For whom a field is that is not for everybody who sees its type, as `schema.graphql` says."""
    tree = graphql.parse((Path(__file__).parent.parent / "schema.graphql").read_text(encoding="utf-8"))
    found: dict[tuple[str, str], set[Role]] = {}
    for node in tree.definitions:
        if isinstance(node, graphql.ObjectTypeDefinitionNode):
            for field in node.fields or ():
                roles = _roles(field)
                if roles:
                    found[node.name.value, field.name.value] = roles
    return found


def _roles(node: Any) -> set[Role]:
    return {
        Role(item.value)
        for directive in node.directives or ()
        if directive.name.value == "allow"
        for argument in directive.arguments
        for item in argument.value.values
    }


NARROWER = narrower_fields()
SCHEMAS = {
    audience: graphql.build_schema(graphql.print_schema(view_of(schema, audience).graphql)) for audience in Audience
}
