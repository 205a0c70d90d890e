"""Proposals: what somebody wants billed beside the record, and what somebody decides not to bill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import DroppedCharge, EventKind, PriceListItem, ProposedCharge, Visit, sql
from models.charge import quantity_of
from models.refusal import AlreadyBilled, AlreadySo, EnteredInError, InvalidInput, NotFound
from models.row import uuid7
from models.text import line, named
from resolvers import access, charges, done, events, retries
from resolvers.access import Deed
from resolvers.events import Happening
from resolvers.locks import hold

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from models import ChargeSource
    from resolvers.charges import Charge
    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer


async def propose(
    viewer: Viewer,
    visit_id: UUID | None,
    item_id: UUID | None,
    quantity: int,
    *,
    comment: str = "",
    key: str,
    now: datetime,
) -> UUID:
    """Propose to bill so many thousandths of something for a visit, in the name of whoever asks; the key of the visit.

    Raises:
        NotFound: the visit or the item is not the viewer's to see.
        EnteredInError: the visit is marked so.
        InvalidInput: the item is not offered any more, or the quantity or the comment makes no sense.
    """
    access.may(viewer, Deed.PROPOSE_CHARGE)
    visit = await access.find(viewer, Visit, visit_id, path="visitId")
    access.may(viewer, Deed.PROPOSE_CHARGE, visit.location_id)
    given = {"visit": str(visit_id), "item": str(item_id), "quantity": quantity, "comment": comment}
    retry = retries.asked(viewer, Deed.PROPOSE_CHARGE, key, given, now=now)
    proposed_id = uuid7()

    async def work() -> Outcome:
        item = await access.find(viewer, PriceListItem, item_id, path="itemId")
        if not item.is_offered:
            raise InvalidInput("This is not offered any more.", path=("itemId",))
        made = ProposedCharge(
            id=proposed_id,
            visit_id=visit.id,
            item_id=item.id,
            quantity_thousandths=quantity_of(quantity),
            comment=line(comment, path=("comment",)),
            proposed_by_id=access.the_person(viewer),
            proposed_at=now,
        )
        async with in_transaction():
            await retry.keep(visit=visit.id)
            held = await hold(Visit, visit.id, path=("visitId",))
            if held.errored_at is not None:
                raise EnteredInError(path=("visitId",))
            await sql.insert([made])
            after = {"visit": visit.id, "item": item.id, "quantity": quantity, "comment": made.comment}
            happening = Happening(EventKind.CHARGE_PROPOSED, proposed_id, visit.location_id, after=after)
            await events.record(viewer, happening, now=now)
        return {"visit": str(visit.id)}

    return sql.as_key((await retries.once(retry, work))["visit"])


async def drop(
    viewer: Viewer, source: tuple[ChargeSource, UUID] | None, because: str, *, key: str, now: datetime
) -> UUID:
    """Decide not to bill something that was done, until somebody takes it after all; the key of its visit.

    Raises:
        NotFound: nothing of the kind was done at a visit that the viewer sees.
        AlreadyBilled: it is on an invoice.
        AlreadySo: it was dropped before.
        InvalidInput: the reason makes no sense.
    """
    access.may(viewer, Deed.DROP_CHARGE)
    kind, source_id = source or (None, None)
    asked = {"source": kind, "source_id": str(source_id), "because": because}
    retry = retries.asked(viewer, Deed.DROP_CHARGE, key, asked, now=now)

    async def work() -> Outcome:
        visit = await visit_of(viewer, source)
        access.may(viewer, Deed.DROP_CHARGE, visit.location_id)
        reason = named(because, path=("because",))
        async with in_transaction():
            await retry.keep(visit=visit.id)
            await hold(Visit, visit.id, path=("sourceId",))
            charge = await standing(visit.id, source)
            if charge.dropped_because is not None:
                raise AlreadySo(path=("sourceId",))
            dropped = DroppedCharge(
                id=uuid7(),
                visit_id=visit.id,
                source=charge.source,
                source_id=charge.source_id,
                because=reason,
                dropped_by_id=access.the_person(viewer),
                dropped_at=now,
            )
            await sql.insert([dropped])
            after = {"source": charge.source, "name": charge.name, "because": reason}
            happening = Happening(EventKind.CHARGE_DROPPED, charge.source_id, visit.location_id, after=after)
            await events.record(viewer, happening, now=now)
        return {"visit": str(visit.id)}

    return sql.as_key((await retries.once(retry, work))["visit"])


# What drafts ask too


async def visit_of(viewer: Viewer, source: tuple[ChargeSource, UUID] | None) -> Visit:
    """The visit at which that was done.

    Raises:
        NotFound: nothing of the kind was done at a visit that the viewer sees.
    """
    visit_id = await done.visit_of(*source) if source else None
    return await access.find(viewer, Visit, visit_id, path="sourceId")


async def standing(visit_id: UUID, source: tuple[ChargeSource, UUID] | None) -> Charge:
    """What was done there and is on no invoice, dropped or not; whoever asks holds the visit.

    Raises:
        NotFound: it does not stand in the record any more, or is charged as the appointment's service.
        AlreadyBilled: it is on an invoice.
    """
    of_the_visit = charges.once_each(await charges.standing([visit_id]))
    charge = next((one for one in of_the_visit if (one.source, one.source_id) == source), None)
    if charge is None:
        raise NotFound(path=("sourceId",))
    if charge.held_by is not None:
        raise AlreadyBilled(charge.held_by, path=("sourceId",))
    return charge
