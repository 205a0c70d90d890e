"""The schema: one contract for everybody, from which each view is cut."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig

from graph.mutations.accounts import AccountMutations
from graph.mutations.appointments import AppointmentMutations
from graph.mutations.clients import ClientMutations
from graph.mutations.deaths import DeathMutations
from graph.mutations.doors import DoorMutations
from graph.mutations.hours import HoursMutations
from graph.mutations.locations import LocationMutations
from graph.mutations.ownerships import OwnershipMutations
from graph.mutations.pets import PetMutations
from graph.mutations.rooms import RoomMutations
from graph.mutations.services import ServiceMutations
from graph.mutations.staff import StaffMutations
from graph.queries.appointments import AppointmentQueries
from graph.queries.clients import ClientQueries
from graph.queries.deaths import DeathQueries
from graph.queries.practice import PracticeQueries
from graph.reading import ReadingExecutor
from graph.scalars import SCALARS
from graph.subscriptions.appointments import AppointmentSubscriptions
from graph.types.node import Node
from graph.types.ownership import Ownership
from graph.types.staff import HoursException, WorkingHours


@strawberry.type(description="Everything that can be asked.")
class Query(PracticeQueries, ClientQueries, AppointmentQueries, DeathQueries):
    """Everything that can be asked."""


@strawberry.type(description="Everything that can be done.")
class Mutation(
    DoorMutations,
    AppointmentMutations,
    ClientMutations,
    PetMutations,
    DeathMutations,
    OwnershipMutations,
    LocationMutations,
    RoomMutations,
    ServiceMutations,
    HoursMutations,
    StaffMutations,
    AccountMutations,
):
    """Everything that can be done."""


@strawberry.type(description="Everything that can be watched.")
class Subscription(AppointmentSubscriptions):
    """Everything that can be watched."""


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[Node, Ownership, WorkingHours, HoursException],
    config=StrawberryConfig(scalar_map=SCALARS),
    execution_context_class=ReadingExecutor,
)
"""The unified schema; nobody is served it as it is."""
