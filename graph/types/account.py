"""Accounts: who is signed in, and who waits to be recognised."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

import models
from graph.context import Context
from graph.reading.shape import column, many, one, shape
from graph.roles import EVERYBODY, OWNER, STAFF, allow
from graph.types.client import Client
from graph.types.node import Node, id_of
from graph.types.staff import Staff
from models.role import Role


@shape(models.Session, EVERYBODY)
class Session(Node):
    """One sign-in on one device."""

    id: strawberry.ID = id_of("Session")
    created_at: datetime = column("When somebody signed in.")
    expires_at: datetime = column("When it ends at the latest.")
    revoked_at: datetime | None = column("When it was ended; null while it lives.")


def _alive(context: Context, _given: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    return "{t}.revoked_at IS NULL AND {t}.expires_at > ?", (context.now,)


@shape(models.Account, EVERYBODY)
class Account(Node):
    """The account of whoever is signed in."""

    id: strawberry.ID = id_of("Account")
    email: str = column("The e-mail address to sign in with.")
    is_linked: bool | None = column(
        "Whether the practice has recognised her as one of its clients; until then only what is open to new clients"
        " can be booked.",
        OWNER,
    )
    sessions: list[Session] = many(
        "The devices on which this account is signed in.",
        models.Session,
        "account",
        order=("-created_at",),
        narrow=_alive,
    )


@strawberry.type(directives=[allow(EVERYBODY)], description="Whoever is signed in.")
class Viewer:
    """Whoever is signed in."""

    account: Account = strawberry.field(description="The account.")
    roles: list[Role] = strawberry.field(description="What the viewer is to the practice, at any location.")
    client: Client | None = strawberry.field(
        description="The owner herself, as the practice knows her.", directives=[allow(OWNER)]
    )
    staff: Staff | None = strawberry.field(
        description="The colleague, as the others see them.", directives=[allow(STAFF)]
    )


@shape(models.Account, Role.RECEPTIONIST, Role.MANAGER)
class UnlinkedAccount(Node):
    """An owner who registered online and whom nobody has recognised as a client yet."""

    id: strawberry.ID = id_of("UnlinkedAccount")
    email: str = column("The e-mail address, which is proven.")
    created_at: datetime = column("When the address was proven.")
    client: Client = one("What the owner said of herself, with the pets and appointments made since.", carried=True)
