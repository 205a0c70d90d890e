"""Joining clients to pets: who owns one, with which rights, and who pays which share."""

from __future__ import annotations

from uuid import UUID

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.inputs import changed_not_cleared, few, keys
from graph.types.ownership import Ownership
from models.ownership import Right
from models.refusal import AlreadyAnOwner, InvalidInput, LastPayer, SharesMustSumTo100
from resolvers import ownerships
from resolvers.access import DEEDS, Deed
from resolvers.changes import UNSET

MOST_SHARES = 20

_KEEPERS = DEEDS[Deed.ADD_OWNERSHIP]

_SHARES = (
    "What everybody pays afterwards, at most 20 entries that add up to 100; an owner who is not named pays nothing."
    " None at all only for a pet that has died."
)


@deed_input(_KEEPERS)
class ShareInput:
    """What one owner pays."""

    client_id: strawberry.ID = said("Who: a current owner with the right to pay, named once.")
    share: int = said("The percent of the pet's bills, 0 to 100.")


@deed_input(_KEEPERS)
class AddOwnershipInput:
    """Another owner of a pet."""

    pet_id: strawberry.ID = said("Which pet.")
    client_id: strawberry.ID = said("Who will own it: a client who does not own it now.")
    rights: list[Right] | None = said("What they may do for it; everything when nothing is said.", default=None)
    shares: list[ShareInput] = said(_SHARES)
    idempotency_key: str = said(KEY)


@deed_input(_KEEPERS)
class AmendOwnershipInput:
    """What an owner may do for a pet, and who pays."""

    ownership_id: strawberry.ID = said("Which ownership; one that has not ended.")
    rights: list[Right] | None = said(
        "All that they may do for it; what was before when it is not given. It cannot be cleared by null, only by an"
        " empty list.",
        default=strawberry.UNSET,
    )
    shares: list[ShareInput] = said(_SHARES)
    idempotency_key: str = said(KEY)


@deed_input(_KEEPERS)
class EndOwnershipInput:
    """A client who no longer owns a pet."""

    ownership_id: strawberry.ID = said("Which ownership; one that has not ended.")
    shares: list[ShareInput] = said(_SHARES)
    idempotency_key: str = said(KEY)


@payload(_KEEPERS)
class OwnershipAdded:
    """The pet has another owner."""

    ownership: Ownership = said("The ownership as it is now.")


@payload(_KEEPERS)
class OwnershipAmended:
    """What was given is written."""

    ownership: Ownership = said("The ownership as it is now.")


@payload(_KEEPERS)
class OwnershipEnded:
    """The client sees nothing of the pet any more; the ownership is kept as a part of its past."""

    ownership: Ownership = said("The ownership as it is now, with its end.")


def rights_of(given: list[Right], *path: str) -> frozenset[Right]:
    """The rights, as the deeds take them.

    Raises:
        InvalidInput: there are more than there are rights.
    """
    return frozenset(few(given, len(Right), *path))


@strawberry.type
class OwnershipMutations:
    """Joining clients to pets: who owns one, with which rights, and who pays which share."""

    @mutation(Deed.ADD_OWNERSHIP, OwnershipAdded, AlreadyAnOwner, SharesMustSumTo100, LastPayer)
    async def add_ownership(self, info: Info, input: AddOwnershipInput) -> object:
        """Join a client to a pet, from today on."""
        viewer = info.context.viewer
        added = await ownerships.add(
            viewer,
            key("Pet", input.pet_id),
            key("Client", input.client_id),
            rights_of(list(Right) if input.rights is None else input.rights, "rights"),
            _shares(input.shares),
            key=input.idempotency_key,
            now=info.context.now,
        )
        return answered(OwnershipAdded, ownership=ownerships.one(viewer, added))

    @mutation(Deed.AMEND_OWNERSHIP, OwnershipAmended, SharesMustSumTo100, LastPayer)
    async def amend_ownership(self, info: Info, input: AmendOwnershipInput) -> object:
        """Change what an owner may do for a pet, or who pays which share."""
        viewer = info.context.viewer
        rights = changed_not_cleared(input.rights, "rights")
        amended = await ownerships.amend(
            viewer,
            key("Ownership", input.ownership_id),
            _shares(input.shares),
            rights=rights if rights is UNSET else rights_of(rights, "rights"),
            key=input.idempotency_key,
            now=info.context.now,
        )
        return answered(OwnershipAmended, ownership=ownerships.one(viewer, amended))

    @mutation(Deed.END_OWNERSHIP, OwnershipEnded, SharesMustSumTo100, LastPayer)
    async def end_ownership(self, info: Info, input: EndOwnershipInput) -> object:
        """End an ownership at once. The last one who pays for a living pet can only go when somebody else pays."""
        viewer = info.context.viewer
        ended = await ownerships.end(
            viewer,
            key("Ownership", input.ownership_id),
            _shares(input.shares),
            key=input.idempotency_key,
            now=info.context.now,
        )
        return answered(OwnershipEnded, ownership=ownerships.one(viewer, ended))


def _shares(given: list[ShareInput]) -> dict[UUID, int]:
    shares: dict[UUID, int] = {}
    client_ids = keys("Client", [share.client_id for share in few(given, MOST_SHARES, "shares")])
    for number, (client_id, share) in enumerate(zip(client_ids, given, strict=True)):
        if client_id in shares:
            raise InvalidInput("Please name each owner once.", path=("shares", str(number), "clientId"))
        shares[client_id] = share.share
    return shares
