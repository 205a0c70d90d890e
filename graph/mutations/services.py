"""Adding and amending what the practice offers."""

from __future__ import annotations

from uuid import UUID

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.inputs import changed, changed_not_cleared, keys, species
from graph.types.service import Service
from models.pet import Species
from models.role import Role
from resolvers import services
from resolvers.access import Deed
from resolvers.services import NewService, ServiceChanges

_BEFORE = "For how many minutes before the visit vet and room are taken, 0 to 480"
_AFTER = "For how many minutes after the visit vet and room are taken, 0 to 480"
_LEAD = "How many minutes before the visit it must be booked online at the latest, 0 to 527040"
_SPECIES = "For which species it is, each once; none: for all"
_STAFF = "Who can do it: at most 200 of the staff who have not left"
_ROOMS = "The rooms in which it can be done, at most 200"
_FIXED = "It cannot be cleared."


@deed_input(Role.MANAGER)
class AddServiceInput:
    """Something that can be booked from now on."""

    name: str = said("What it is called, 1 to 200 characters.")
    lasts_minutes: int = said("How long a visit takes, 5 to 1440 minutes.")
    description: str | None = said("What it is, in a few words for owners, at most 5000 characters.", default=None)
    buffer_before_minutes: int = said(f"{_BEFORE}.", default=0)
    buffer_after_minutes: int = said(f"{_AFTER}.", default=0)
    lead_minutes: int = said(f"{_LEAD}.", default=0)
    species: list[Species] | None = said(f"{_SPECIES}.", default=None)
    is_bookable_online: bool = said("Whether owners can book it themselves.", default=False)
    is_open_to_new_clients: bool = said(
        "Whether somebody the practice does not know yet can book it online.", default=False
    )
    owner_may_choose_vet: bool = said("Whether an owner may choose the vet.", default=True)
    is_farewell: bool = said("Whether it is end-of-life care: letters about it are plain.", default=False)
    staff_ids: list[strawberry.ID] | None = said(f"{_STAFF}. Without any it cannot be booked.", default=None)
    room_ids: list[strawberry.ID] | None = said(f"{_ROOMS}. Without any it cannot be booked.", default=None)
    idempotency_key: str = said(KEY)


@deed_input(Role.MANAGER)
class AmendServiceInput:
    """What changes about a service; what is not given stays as it is."""

    service_id: strawberry.ID = said("Which service.")
    name: str | None = said(f"What it is called, 1 to 200 characters. {_FIXED}", default=strawberry.UNSET)
    lasts_minutes: int | None = said(f"How long a visit takes, 5 to 1440 minutes. {_FIXED}", default=strawberry.UNSET)
    description: str | None = said(
        "What it is, in a few words for owners, at most 5000 characters; null clears it.", default=strawberry.UNSET
    )
    buffer_before_minutes: int | None = said(f"{_BEFORE}; null is 0.", default=strawberry.UNSET)
    buffer_after_minutes: int | None = said(f"{_AFTER}; null is 0.", default=strawberry.UNSET)
    lead_minutes: int | None = said(f"{_LEAD}; null is 0.", default=strawberry.UNSET)
    species: list[Species] | None = said(
        f"{_SPECIES}. They replace all that were known; null is none.", default=strawberry.UNSET
    )
    is_bookable_online: bool | None = said(f"Whether owners can book it themselves. {_FIXED}", default=strawberry.UNSET)
    is_open_to_new_clients: bool | None = said(
        f"Whether somebody the practice does not know yet can book it online. {_FIXED}", default=strawberry.UNSET
    )
    owner_may_choose_vet: bool | None = said(f"Whether an owner may choose the vet. {_FIXED}", default=strawberry.UNSET)
    is_farewell: bool | None = said(
        f"Whether it is end-of-life care: letters about it are plain. {_FIXED}", default=strawberry.UNSET
    )
    is_offered: bool | None = said(f"Whether it is offered at all. {_FIXED}", default=strawberry.UNSET)
    staff_ids: list[strawberry.ID] | None = said(
        f"{_STAFF}. They replace all that were known; null is nobody.", default=strawberry.UNSET
    )
    room_ids: list[strawberry.ID] | None = said(
        f"{_ROOMS}. They replace all that were known; null is none.", default=strawberry.UNSET
    )
    idempotency_key: str = said(KEY)


@payload(Role.MANAGER)
class ServiceAdded:
    """The practice offers something new."""

    service: Service = said("The service as it is now.")


@payload(Role.MANAGER)
class ServiceAmended:
    """What was given is written."""

    service: Service = said("The service as it is now.")


@strawberry.type
class ServiceMutations:
    """Adding and amending what the practice offers."""

    @mutation(Deed.ADD_SERVICE, ServiceAdded)
    async def add_service(self, info: Info, input: AddServiceInput) -> object:
        """Add a service. Only somebody who manages the whole practice may."""
        viewer = info.context.viewer
        service = NewService(
            name=input.name,
            lasts_minutes=input.lasts_minutes,
            description=input.description or "",
            buffer_before_minutes=input.buffer_before_minutes,
            buffer_after_minutes=input.buffer_after_minutes,
            lead_minutes=input.lead_minutes,
            species=species(input.species or []),
            is_bookable_online=input.is_bookable_online,
            is_open_to_new_clients=input.is_open_to_new_clients,
            owner_may_choose_vet=input.owner_may_choose_vet,
            is_farewell=input.is_farewell,
            staff_ids=_staff(input.staff_ids or []),
            room_ids=_rooms(input.room_ids or []),
        )
        added = await services.add(viewer, service, key=input.idempotency_key, now=info.context.now)
        return answered(ServiceAdded, service=services.one(viewer, added))

    @mutation(Deed.AMEND_SERVICE, ServiceAmended)
    async def amend_service(self, info: Info, input: AmendServiceInput) -> object:
        """Change a service. What is booked stays as it is. Only somebody who manages the whole practice may."""
        viewer = info.context.viewer
        changes = ServiceChanges(
            name=changed(input.name, null=""),
            lasts_minutes=changed_not_cleared(input.lasts_minutes, "lastsMinutes"),
            description=changed(input.description, null=""),
            buffer_before_minutes=changed(input.buffer_before_minutes, null=0),
            buffer_after_minutes=changed(input.buffer_after_minutes, null=0),
            lead_minutes=changed(input.lead_minutes, null=0),
            species=changed(input.species, species, null=()),
            is_bookable_online=changed_not_cleared(input.is_bookable_online, "isBookableOnline"),
            is_open_to_new_clients=changed_not_cleared(input.is_open_to_new_clients, "isOpenToNewClients"),
            owner_may_choose_vet=changed_not_cleared(input.owner_may_choose_vet, "ownerMayChooseVet"),
            is_farewell=changed_not_cleared(input.is_farewell, "isFarewell"),
            is_offered=changed_not_cleared(input.is_offered, "isOffered"),
            staff_ids=changed(input.staff_ids, _staff, null=()),
            room_ids=changed(input.room_ids, _rooms, null=()),
        )
        service_id = key("Service", input.service_id)
        amended = await services.amend(viewer, service_id, changes, key=input.idempotency_key, now=info.context.now)
        return answered(ServiceAmended, service=services.one(viewer, amended))


def _staff(given: list[strawberry.ID]) -> tuple[UUID, ...]:
    return keys("Staff", given)


def _rooms(given: list[strawberry.ID]) -> tuple[UUID, ...]:
    return keys("Room", given)
