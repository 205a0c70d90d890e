"""Clients: registering and amending them, and reading them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import Account, Client, ConsentSource, EventKind, Practice, sql
from models.code import language
from models.contact import Address, email_fold
from models.refusal import NotFound
from models.row import folded, uuid7
from models.text import line, named
from resolvers import access, accounts, contacts, events, retries, searches, wishes
from resolvers.access import Deed
from resolvers.changes import UNSET, Change, Unset, given, plain, write
from resolvers.events import Happening
from resolvers.locks import hold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from models import Purpose
    from resolvers.retries import Outcome, Retry
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

NOT_KNOWN = Address()
_SEARCHED = frozenset({"given_name", "family_name", "emails", "phones"})


@dataclass(frozen=True, slots=True)
class ClientRegistration:
    """Somebody who becomes a client: letters go to the first e-mail address, in the practice's language unless said.

    `wanted` is what she wants to hear of, if that was said, and `source` how we know.
    """

    family_name: str
    given_name: str = ""
    emails: Sequence[str] = ()
    phones: Sequence[str] = ()
    language: str | None = None
    address: Address = NOT_KNOWN
    wanted: Mapping[Purpose, bool] = field(default_factory=dict)
    source: ConsentSource = ConsentSource.IN_PERSON


@dataclass(frozen=True, slots=True)
class ClientChanges:
    """What changes about a client; lists and the address are replaced as a whole."""

    given_name: str | Unset = UNSET
    family_name: str | Unset = UNSET
    emails: Sequence[str] | Unset = UNSET
    phones: Sequence[str] | Unset = UNSET
    language: str | Unset = UNSET
    address: Address | Unset = UNSET


@dataclass(frozen=True, slots=True)
class MyChanges:
    """What an owner changes about herself: not her e-mail address, which she has proven."""

    given_name: str | Unset = UNSET
    family_name: str | Unset = UNSET
    phones: Sequence[str] | Unset = UNSET
    language: str | Unset = UNSET
    address: Address | Unset = UNSET


# Reading


def one(viewer: Viewer, client_id: UUID | None) -> Rows:
    """The client with this key."""
    return access.rows(viewer, Client).only(client_id)


def listed(viewer: Viewer) -> Rows:
    """Every client, by family name."""
    return access.rows(viewer, Client).sorted_by("fold")


def searched(viewer: Viewer, text: str) -> Rows:
    """The clients whom every word of the text matches by name, e-mail address or phone, by family name."""
    condition = searches.client_condition(text)
    return access.rows(viewer, Client, condition.scope, *condition.values).sorted_by("fold")


# Writing


async def register(viewer: Viewer, registration: ClientRegistration, *, key: str, now: datetime) -> UUID:
    """Register a client.

    Raises:
        InvalidInput: a name, an e-mail address, a phone, the language or the address makes no sense, or staff cannot
            have heard in that way what she wants.
    """
    access.may(viewer, Deed.REGISTER_CLIENT)
    wishes.must_be_told_to_staff(registration.source, path=("contactPreferencesSource",))
    retry = retries.asked(viewer, Deed.REGISTER_CLIENT, key, plain(registration), now=now)
    client_id = uuid7()

    async def work() -> Outcome:
        async with in_transaction():
            await retry.keep(client=client_id)
            after = await enter(client_id, registration, now=now)
            await events.record(viewer, Happening(EventKind.CLIENT_REGISTERED, client_id, after=after), now=now)
        return {"client": str(client_id)}

    return sql.as_key((await retries.once(retry, work))["client"])


async def enter(
    client_id: UUID, registration: ClientRegistration, *, now: datetime, is_registered_online: bool = False
) -> dict[str, Any]:
    """Write a new client, with everything by which reception finds her; what was written.

    Raises:
        InvalidInput: as for registering.
    """
    names = _names({"given_name": registration.given_name, "family_name": registration.family_name})
    address = registration.address.checked(path=("address",))
    emails = contacts.checked_emails(registration.emails)
    phones = await contacts.checked_phones(registration.phones, address.country)
    code = language(registration.language or await _language(), path=("language",))
    columns = {**names, **_titles(**names), **_address(address), "language": code}
    await sql.insert([Client(id=client_id, is_registered_online=is_registered_online, created_at=now, **columns)])
    await contacts.replace_emails(client_id, emails)
    await contacts.replace_phones(client_id, phones)
    await contacts.replace_words(client_id, names.values(), emails, phones)
    said = Change()
    await wishes.say(client_id, registration.wanted, registration.source, said, now=now)
    return {**columns, "emails": emails, "phones": [one.as_given for one in phones], **said.after}


async def amend(viewer: Viewer, client_id: UUID | None, changes: ClientChanges, *, key: str, now: datetime) -> UUID:
    """Change what is known of a client; an account proven by an address that goes loses its link.

    Raises:
        NotFound: the client is not the viewer's to see.
        InvalidInput: as for registering.
    """
    access.may(viewer, Deed.AMEND_CLIENT)
    said = given(changes)
    retry = retries.asked(viewer, Deed.AMEND_CLIENT, key, {"client": str(client_id), "changes": plain(said)}, now=now)
    return await _amend(viewer, client_id, said, retry, now=now)


async def amend_myself(viewer: Viewer, changes: MyChanges, *, key: str, now: datetime) -> UUID:
    """Change what is known of the owner who asks.

    Raises:
        NotFound: she was linked to another client, or lost the link, in this very moment.
        InvalidInput: as for registering.
    """
    access.may(viewer, Deed.AMEND_MYSELF)
    said = given(changes)
    # Not with her key: once she is recognised it is another client's, and the request is still the same.
    retry = retries.asked(viewer, Deed.AMEND_MYSELF, key, {"changes": plain(said)}, now=now)
    return await _amend(viewer, viewer.client_id, said, retry, now=now)


async def must_still_be(viewer: Viewer, client: Client) -> None:
    """Refuse whose account was linked elsewhere, or unlinked, since she was let in; nobody does while the client is held.

    Raises:
        NotFound: it belongs to another client now.
    """
    if not await Account.exists(id=viewer.account_id, client_id=client.id):
        raise NotFound


async def _amend(viewer: Viewer, client_id: UUID | None, said: dict[str, Any], retry: Retry, *, now: datetime) -> UUID:
    async def work() -> Outcome:
        found = await access.find(viewer, Client, client_id, path="clientId")
        async with in_transaction():
            await retry.keep(client=found.id)
            client = await hold(Client, found.id)
            if client.id == viewer.client_id:
                await must_still_be(viewer, client)
            change = await write(client, _columns(client, said))
            gone = await _amend_contacts(client, said, change)
            happened = await accounts.unlink_address(client.id, gone, now=now)
            if change:
                happened.append(
                    Happening(EventKind.CLIENT_AMENDED, client.id, before=change.before, after=change.after)
                )
            for happening in happened:
                await events.record(viewer, happening, now=now)
        return {"client": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["client"])


def _columns(client: Client, said: dict[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = _names({name: said[name] for name in ("given_name", "family_name") if name in said})
    if columns:
        held = {"given_name": client.given_name, "family_name": client.family_name}
        columns |= _titles(**{**held, **columns})
    if "language" in said:
        columns["language"] = language(said["language"], path=("language",))
    if "address" in said:
        columns |= _address(said["address"].checked(path=("address",)))
    return columns


async def _amend_contacts(client: Client, said: dict[str, Any], change: Change) -> set[str]:
    """Replace e-mail addresses, phones and search words where they change; the folds of the addresses that went."""
    emails, phones = await contacts.emails_of(client.id), await contacts.phones_of(client.id)
    gone = set[str]()
    if "emails" in said:
        before, emails = emails, contacts.checked_emails(said["emails"])
        if change.note("emails", before, emails):
            gone = set(map(email_fold, before)) - set(map(email_fold, emails))
            await contacts.replace_emails(client.id, emails)
    if "phones" in said:
        held, phones = phones, await contacts.checked_phones(said["phones"], client.country)
        if change.note("phones", [one.as_given for one in held], [one.as_given for one in phones]):
            await contacts.replace_phones(client.id, phones)
    if not _SEARCHED.isdisjoint(change.after):
        await contacts.replace_words(client.id, (client.given_name, client.family_name), emails, phones)
    return gone


def _names(said: dict[str, str]) -> dict[str, str]:
    names = {}
    if "given_name" in said:
        names["given_name"] = line(said["given_name"], path=("givenName",))
    if "family_name" in said:
        names["family_name"] = named(said["family_name"], path=("familyName",))
    return names


def _titles(*, given_name: str, family_name: str) -> dict[str, str]:
    return {
        "display_name": f"{given_name} {family_name}".strip(),
        "fold": folded(f"{family_name} {given_name}"),
    }


def _address(address: Address) -> dict[str, str]:
    return {
        "street": address.street,
        "postal_code": address.postal_code,
        "city": address.city,
        "country": address.country,
    }


async def _language() -> str:
    practice = await Practice.first()
    return practice.language if practice else "en"
