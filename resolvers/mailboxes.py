"""Mailboxes: which addresses nobody reads, and that they are read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import EventKind, sql
from models.contact import email, email_fold
from models.refusal import NotFound
from models.row import uuid7
from resolvers import access, events, retries
from resolvers.access import Deed
from resolvers.events import Happening

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer


async def restore(viewer: Viewer, address: str, *, key: str, now: datetime) -> str:
    """Say that an address works again, so that letters go there; the address.

    Raises:
        InvalidInput: that is no e-mail address.
        NotFound: nobody has said that it does not work.
    """
    access.may(viewer, Deed.RESTORE_EMAIL_ADDRESS)
    known = email(address, path=("address",))
    retry = retries.asked(viewer, Deed.RESTORE_EMAIL_ADDRESS, key, {"address": known}, now=now)

    async def work() -> Outcome:
        async with in_transaction():
            await retry.keep(address=known)
            happened = await works_again(email_fold(known))
            if happened is None:
                raise NotFound(path=("address",))
            await events.record_all(viewer, happened, now=now)
        return {"address": known}

    return (await retries.once(retry, work))["address"]


async def nobody_reads(address: str, answer: str, *, message_id: UUID, now: datetime) -> list[Happening]:
    """Mark an address that a server has refused for good; what has happened, for the caller to record last.

    Inside the caller's transaction. One that is marked already stays as it was.
    """
    fold = email_fold(address)
    marked = await sql.execute(
        "INSERT INTO undeliverable_address (id, fold, address, answer, message_id, found_at) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (fold) DO NOTHING",
        (uuid7(), fold, address, answer, message_id, now),
    )
    return await _of_its_clients(EventKind.ADDRESS_UNDELIVERABLE, fold) if marked else []


async def works_again(fold: str) -> list[Happening] | None:
    """Take the mark from an address; what has happened, for the caller to record last, or None if it had none.

    Inside the caller's transaction.
    """
    if not await sql.execute("DELETE FROM undeliverable_address WHERE fold = ?", (fold,)):
        return None
    return await _of_its_clients(EventKind.ADDRESS_RESTORED, fold)


async def _of_its_clients(kind: EventKind, fold: str) -> list[Happening]:
    rows = await sql.tuples("SELECT DISTINCT client_id FROM client_email WHERE fold = ? ORDER BY client_id", (fold,))
    return [Happening(kind, sql.as_key(client)) for (client,) in rows]
