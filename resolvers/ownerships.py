"""Ownerships: who owns a pet, with which rights, and who pays which share of its bills."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import Client, EventKind, Ownership, Pet, Right, sql
from models.ownership import share_the_bill
from models.refusal import AlreadyAnOwner, InvalidInput
from models.row import uuid7
from resolvers import access, events, retries
from resolvers.access import Deed
from resolvers.changes import UNSET, Unset, plain
from resolvers.events import Happening
from resolvers.locks import hold

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

# Every deed here takes the resulting shares of everybody who pays, by client, and holds the pet before it reads who
# owns it: two deeds on one pet come one after the other, and the shares of its current owners always make a whole.


# Reading


def one(viewer: Viewer, ownership_id: UUID | None) -> Rows:
    """The ownership with this key."""
    return access.rows(viewer, Ownership).only(ownership_id)


# Writing


async def add(
    viewer: Viewer,
    pet_id: UUID | None,
    client_id: UUID | None,
    rights: frozenset[Right],
    shares: Mapping[UUID, int],
    *,
    key: str,
    now: datetime,
) -> UUID:
    """Join a client to a pet from today (UTC) on.

    Raises:
        NotFound: the pet or the client is not the viewer's to see.
        AlreadyAnOwner: the client owns the pet now.
        SharesMustSumTo100, LastPayer, InvalidInput: the shares do not add up.
    """
    access.may(viewer, Deed.ADD_OWNERSHIP)
    asked = {"pet": str(pet_id), "client": str(client_id), "rights": plain(rights), "shares": plain(shares)}
    retry = retries.asked(viewer, Deed.ADD_OWNERSHIP, key, asked, now=now)
    ownership_id = uuid7()

    async def work() -> Outcome:
        pet = await access.find(viewer, Pet, pet_id, path="petId")
        client = await access.find(viewer, Client, client_id, path="clientId")
        async with in_transaction():
            await retry.keep(ownership=ownership_id)
            pet = await hold(Pet, pet.id)
            held = await _current(pet)
            if client.id in (owner.client_id for owner in held):
                raise AlreadyAnOwner(path=("clientId",))
            ownership = Ownership(
                id=ownership_id, pet_id=pet.id, client_id=client.id, starts_on=now.astimezone(UTC).date(), share=0
            )
            ownership.allow(rights)
            before = _terms(held)
            share_the_bill([*held, ownership], shares, somebody_must_pay=pet.died_on is None)
            await _write(held, before)
            await sql.insert([ownership])
            await events.record(
                viewer, _happening(EventKind.OWNERSHIP_ADDED, ownership_id, before, _terms([*held, ownership])), now=now
            )
        return {"ownership": str(ownership_id)}

    return sql.as_key((await retries.once(retry, work))["ownership"])


async def amend(
    viewer: Viewer,
    ownership_id: UUID | None,
    shares: Mapping[UUID, int],
    *,
    rights: frozenset[Right] | Unset = UNSET,
    key: str,
    now: datetime,
) -> UUID:
    """Change what an owner may do for a pet, and who pays which share.

    Raises:
        NotFound: the ownership is not the viewer's to see.
        InvalidInput: it has ended, or a share belongs to somebody who does not own or may not pay.
        SharesMustSumTo100, LastPayer: the shares do not add up.
    """
    access.may(viewer, Deed.AMEND_OWNERSHIP)
    asked = {"ownership": str(ownership_id), "rights": plain(rights), "shares": plain(shares)}
    retry = retries.asked(viewer, Deed.AMEND_OWNERSHIP, key, asked, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, Ownership, ownership_id, path="ownershipId")
        async with in_transaction():
            await retry.keep(ownership=found.id)
            pet = await hold(Pet, found.pet_id)
            held = await _current(pet)
            before = _terms(held)
            ownership = _among(held, found.id)
            if rights is not UNSET:
                ownership.allow(rights)
            share_the_bill(held, shares, somebody_must_pay=pet.died_on is None)
            await _write(held, before)
            if (after := _terms(held)) != before:
                await events.record(viewer, _happening(EventKind.OWNERSHIP_AMENDED, found.id, before, after), now=now)
        return {"ownership": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["ownership"])


async def end(
    viewer: Viewer, ownership_id: UUID | None, shares: Mapping[UUID, int], *, key: str, now: datetime
) -> UUID:
    """End an ownership at once: from now on the client sees nothing of the pet. The row is kept.

    Raises:
        NotFound: the ownership is not the viewer's to see.
        InvalidInput: it has ended already, or a share belongs to somebody who does not own or may not pay.
        LastPayer: nobody would be left who pays for a living pet.
        SharesMustSumTo100: the shares of those who stay do not add up.
    """
    access.may(viewer, Deed.END_OWNERSHIP)
    asked = {"ownership": str(ownership_id), "shares": plain(shares)}
    retry = retries.asked(viewer, Deed.END_OWNERSHIP, key, asked, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, Ownership, ownership_id, path="ownershipId")
        async with in_transaction():
            await retry.keep(ownership=found.id)
            pet = await hold(Pet, found.pet_id)
            held = await _current(pet)
            before = _terms(held)
            ended = _among(held, found.id)
            stay = [owner for owner in held if owner is not ended]
            share_the_bill(stay, shares, somebody_must_pay=pet.died_on is None)
            # Clocks differ a little between machines; no ownership ends before it began.
            ended.ends_on = max(now.astimezone(UTC).date(), ended.starts_on)
            await ended.save(update_fields=["ends_on"])
            await _write(stay, before)
            await events.record(viewer, _happening(EventKind.OWNERSHIP_ENDED, found.id, before, _terms(stay)), now=now)
        return {"ownership": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["ownership"])


def _happening(kind: EventKind, ownership_id: UUID, before: dict[str, Any], after: dict[str, Any]) -> Happening:
    return Happening(kind, ownership_id, before={"owners": before}, after={"owners": after})


async def _current(pet: Pet) -> list[Ownership]:
    return await Ownership.filter(pet_id=pet.id, ends_on=None).order_by("id")


def _among(held: list[Ownership], ownership_id: UUID) -> Ownership:
    for ownership in held:
        if ownership.id == ownership_id:
            return ownership
    raise InvalidInput("This ownership has already ended.", path=("ownershipId",))


def _terms(owners: list[Ownership]) -> dict[str, Any]:
    return {str(owner.client_id): {"rights": plain(owner.rights), "share": owner.share} for owner in owners}


async def _write(owners: list[Ownership], before: dict[str, Any]) -> None:
    for client_id, owner in zip(after := _terms(owners), owners, strict=True):
        # Right and share in one statement: a share without the right to pay is refused by the database.
        if after[client_id] != before[client_id]:
            await owner.save(update_fields=["may_book", "may_pay", "may_consent", "may_view", "share"])
