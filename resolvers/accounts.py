"""Accounts: which client somebody is who signs in, and how the practice comes to know it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import Account, Appointment, Client, ClientEmail, ClientWord, EventKind, Invoice, Ownership, Pet, sql
from models.account import MAX_LINK_TRIES
from models.client import search_words
from models.refusal import AlreadyLinked, InvalidInput, NotFound
from models.row import folded
from resolvers import access, events, retries, wishes
from resolvers.access import Deed
from resolvers.events import Happening
from resolvers.locks import hold, hold_all

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

_NOBODY_KNOWN = "Unknown"
_CONCERNED = "client_id = ? OR id IN (SELECT invoice_id FROM invoice_payer WHERE client_id = ?)"


def own(viewer: Viewer) -> Rows:
    """The account of whoever asks."""
    return access.rows(viewer, Account).only(viewer.account_id)


def unlinked(viewer: Viewer) -> Rows:
    """The owners' accounts that nobody has recognised yet, longest waiting first."""
    return access.rows(viewer, Account, "{t}.audience = 'owner' AND NOT {t}.is_linked").sorted_by("created_at")


async def link_account(
    viewer: Viewer, account_id: UUID | None, client_id: UUID | None, *, key: str, now: datetime
) -> UUID:
    """Say which client an owner's account belongs to; what she made so far moves to that client.

    Named with the client it registered as, the account stays there, and that client is known from now on.

    Raises:
        NotFound: there is no such account or client.
        AlreadyLinked: it is known already whose account it is.
        InvalidInput: the client is another one who registered online, or the one it registered as was invoiced already.
        IdempotencyKeyReused: the key was used with other input.
    """
    access.may(viewer, Deed.LINK_ACCOUNT)
    given = {"account": account_id, "client": client_id}
    retry = retries.asked(viewer, Deed.LINK_ACCOUNT, key, given, now=now)

    async def work() -> Outcome:
        known = await access.find(viewer, Client, client_id, path="clientId")
        if account_id is None:
            raise NotFound(path=("accountId",))
        async with in_transaction():
            await retry.keep(account=account_id)
            found = await hold_all(Account, "id = ? AND audience = 'owner'", (account_id,))
            if not found:
                raise NotFound(path=("accountId",))
            if found[0].is_linked:
                raise AlreadyLinked(path=("accountId",))
            happening = await _link(found[0], known.id)
            await events.record(viewer, happening, now=now)
        return {"account": str(account_id)}

    return sql.as_key((await retries.once(retry, work))["account"])


async def recognise(account: Account, pet_name: str) -> list[Happening]:
    """Link the account if its proven address belongs to exactly one known client, who owns a pet of that name.

    Inside the transaction that proves the address, which records what has happened, if anything, when all is done.
    Whether it was right or not, it counts as one of three tries.
    """
    counted = await sql.execute(
        "UPDATE account SET link_tries = link_tries + 1 WHERE id = ? AND NOT is_linked AND link_tries < ?",
        (account.id, MAX_LINK_TRIES),
    )
    if not counted:
        return []
    rows = await sql.fetch(
        "SELECT DISTINCT c.id, (SELECT COUNT(*) FROM ownership o JOIN pet p ON p.id = o.pet_id "
        "WHERE o.client_id = c.id AND o.ends_on IS NULL AND p.fold = ?) AS pets FROM client_email e "
        "JOIN client c ON c.id = e.client_id WHERE e.fold = ? AND NOT c.is_registered_online",
        (folded(pet_name), account.email_fold),
    )
    if len(rows) != 1 or not rows[0]["pets"] or await _has_books(account.client_id):
        return []
    return [await _link(account, sql.as_key(rows[0]["id"]))]


async def unlink_address(client_id: UUID, removed_folds: Collection[str], *, now: datetime) -> list[Happening]:
    """Take the link from the accounts that one of those addresses had proven to be this client's.

    Inside the transaction that takes the addresses from the client, and records what has happened when all is done.
    Each account works on as a client of its own, of whom nothing is known but the address; pets and appointments stay
    where they are.
    """
    if not removed_folds:
        return []
    happened = []
    scope = f"client_id = ? AND audience = 'owner' AND is_linked AND email_fold IN ({sql.marks(len(removed_folds))})"
    for account in await hold_all(Account, scope, (client_id, *sorted(removed_folds))):
        stranger = await _stranger(account, now=now)
        await sql.execute(
            "UPDATE account SET client_id = ?, is_linked = ? WHERE id = ?", (stranger.id, False, account.id)
        )
        before, after = {"client_id": client_id}, {"client_id": stranger.id}
        happened.append(Happening(EventKind.ACCOUNT_UNLINKED, account.id, before=before, after=after))
    return happened


async def _stranger(account: Account, *, now: datetime) -> Client:
    """A new client of whom nothing is known but the address, which other owners of a pet do not see as her name."""
    known = await Client.get(id=account.client_id)
    stranger = Client(
        family_name=_NOBODY_KNOWN,
        display_name=_NOBODY_KNOWN,
        fold=folded(_NOBODY_KNOWN),
        language=known.language,
        is_registered_online=True,
        created_at=now,
    )
    await sql.insert([stranger])
    await sql.insert([ClientEmail(client_id=stranger.id, address=account.email, fold=account.email_fold, position=0)])
    await _find_by(stranger.id, account.email)
    return stranger


async def _link(account: Account, known_id: UUID) -> Happening:
    """Make the account the known client's, with all that it made as a client of its own, who then is no more.

    The locks come in the order in which booking takes them: pets, appointments, clients, drafts. What has happened is
    recorded by the caller, after every lock: recording locks the counter of events, for which holders of these wait.
    """
    own_id = account.client_id
    await hold_all(Pet, "id IN (SELECT pet_id FROM ownership WHERE client_id = ? AND ends_on IS NULL)", (own_id,))
    await hold_all(Appointment, "client_id = ?", (own_id,))
    # Not only against changes: nothing may come to refer to a client who is about to go.
    lock = " FOR UPDATE" if sql.is_postgres() else ""
    own = sql.loaded(Client, (await sql.fetch(f"SELECT * FROM client WHERE id = ?{lock}", (own_id,)))[0])  # noqa: S608
    known = own if own_id == known_id else await hold(Client, known_id, path=("clientId",))
    if known.is_registered_online and known is not own:
        raise InvalidInput(
            "This client registered online and is not known yet. Please choose the client you know her as.",
            path=("clientId",),
        )
    if known is not own and await _has_books(own_id):
        raise InvalidInput(
            "This account has invoices or payments, which stay with the client it registered as. Please choose that one.",
            path=("clientId",),
        )
    await hold_all(Invoice, _CONCERNED, (own_id, own_id))
    before: dict[str, Any] = {}
    after: dict[str, Any] = {"client_id": known_id}
    if known is not own:
        before = {"client_id": own.id, "given_name": own.given_name, "family_name": own.family_name}
        after |= await _move(own.id, known_id)
        await _add_address(known_id, account)
    await sql.execute("UPDATE account SET client_id = ?, is_linked = ? WHERE id = ?", (known_id, True, account.id))
    if known is own:
        await sql.execute("UPDATE client SET is_registered_online = ? WHERE id = ?", (False, known_id))
    else:
        await sql.execute("DELETE FROM client WHERE id = ?", (own.id,))
    return Happening(EventKind.ACCOUNT_LINKED, account.id, before=before, after=after)


async def _has_books(client_id: UUID | None) -> bool:
    """Whether something was invoiced to the client, or paid by her: that is hers for good."""
    found = await sql.tuples(
        "SELECT EXISTS (SELECT 1 FROM client_account WHERE client_id = ?) "  # noqa: S608 - our own names
        "OR EXISTS (SELECT 1 FROM payment WHERE client_id = ?) "
        f"OR EXISTS (SELECT 1 FROM invoice WHERE state = 'ISSUED' AND ({_CONCERNED}))",
        (client_id,) * 4,
    )
    return bool(found[0][0])


async def _move(own_id: UUID, known_id: UUID) -> dict[str, list[str]]:
    """Move what refers to the one client to the other; which pets and appointments there were."""
    merged = await _merge_ownerships(own_id, known_id)
    pets = await sql.fetch(
        "UPDATE ownership SET client_id = ? WHERE client_id = ? RETURNING pet_id AS id", (known_id, own_id)
    )
    visits = await sql.fetch(
        "UPDATE appointment SET client_id = ? WHERE client_id = ? RETURNING id", (known_id, own_id)
    )
    await sql.execute("UPDATE message SET client_id = ? WHERE client_id = ?", (known_id, own_id))
    await wishes.merge(own_id, known_id)
    drafts = await _move_drafts(own_id, known_id)
    return {
        "pets": sorted({*merged, *(str(row["id"]) for row in pets)}),
        "appointments": sorted(str(row["id"]) for row in visits),
        "invoices": drafts,
    }


async def _move_drafts(own_id: UUID, known_id: UUID) -> list[str]:
    """Address the drafts to the known client, who pays what the other one was to pay; who issues one looks again."""
    drafts = await sql.fetch(
        f"UPDATE invoice SET version = version + 1 WHERE {_CONCERNED} RETURNING id",  # noqa: S608 - our own names
        (own_id, own_id),
    )
    await sql.execute("UPDATE invoice SET client_id = ? WHERE client_id = ?", (known_id, own_id))
    both = "invoice_id IN (SELECT invoice_id FROM invoice_payer WHERE client_id = ?)"
    shares = "(SELECT SUM(p.share) FROM invoice_payer p WHERE p.invoice_id = invoice_payer.invoice_id AND p.client_id IN (?, ?))"
    await sql.execute(
        f"UPDATE invoice_payer SET share = {shares} WHERE client_id = ? AND {both}",  # noqa: S608 - our own names
        (own_id, known_id, known_id, own_id),
    )
    await sql.execute(f"DELETE FROM invoice_payer WHERE client_id = ? AND {both}", (own_id, known_id))  # noqa: S608 - our own names
    await sql.execute("UPDATE invoice_payer SET client_id = ? WHERE client_id = ?", (known_id, own_id))
    return sorted(str(row["id"]) for row in drafts)


async def _merge_ownerships(own_id: UUID, known_id: UUID) -> list[str]:
    """Make one ownership of two where both clients own the same pet now: every right of either, and both shares."""
    current = await Ownership.filter(client_id__in=[own_id, known_id], ends_on=None)
    hers = {one.pet_id: one for one in current if one.client_id == own_id}
    merged = [one for one in current if one.client_id == known_id and one.pet_id in hers]
    for kept in merged:
        gone = hers[kept.pet_id]
        kept.allow(kept.rights | gone.rights)
        kept.share += gone.share
        kept.starts_on = min(kept.starts_on, gone.starts_on)
        await gone.delete()
        await kept.save()
    return [str(one.pet_id) for one in merged]


async def _add_address(known_id: UUID, account: Account) -> None:
    """Let the known client have the proven address, after those she has."""
    held = await ClientEmail.filter(client_id=known_id)
    if account.email_fold in {one.fold for one in held}:
        return
    position = max((one.position for one in held), default=-1) + 1
    await sql.insert(
        [ClientEmail(client_id=known_id, address=account.email, fold=account.email_fold, position=position)]
    )
    await _find_by(known_id, account.email)


async def _find_by(client_id: UUID, address: str) -> None:
    words = search_words((), [address], ())
    await sql.insert([ClientWord(client_id=client_id, kind=kind, word=word) for kind, word in sorted(words)])
