"""Kinds: which rows stand behind which type, and which rows an edge leads to; said anew, and not taken from `graph`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import graphql

import models
from graph.schema import schema
from graph.views import view_of
from models.role import Role
from resolvers.viewer import Audience
from tests.world import NOW

KINDS: dict[str, Any] = {
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
    "BusyTime": models.BusyTime,
    "Death": models.Death,
    "Message": models.Message,
    "TreatmentPlan": models.TreatmentPlan,
    "TreatmentStep": models.TreatmentStep,
    "Prescription": models.Prescription,
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


@dataclass(frozen=True, slots=True)
class Thing:
    """A row, shown as this type."""

    kind: str
    row: Any


def _roles(node: Any) -> frozenset[Role]:
    return frozenset(
        Role(item.value)
        for directive in node.directives or ()
        if directive.name.value == "allow"
        for argument in directive.arguments
        for item in argument.value.values
    )


_TREE = graphql.parse((Path(__file__).parent.parent.parent / "schema.graphql").read_text(encoding="utf-8"))
_TYPES = [node for node in _TREE.definitions if isinstance(node, graphql.ObjectTypeDefinitionNode)]
OF_TYPE = {node.name.value: _roles(node) for node in _TYPES}
"""For whom a type is, as `schema.graphql` says."""
NARROWER = {
    (node.name.value, field.name.value): roles
    for node in _TYPES
    for field in node.fields or ()
    if (roles := _roles(field))
}
"""For whom a field is that is not for everybody who sees its type."""
SCHEMAS = {
    audience: graphql.build_schema(graphql.print_schema(view_of(schema, audience).graphql)) for audience in Audience
}
"""The contract of each view, without anything that could be run."""
