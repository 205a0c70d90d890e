"""Mailboxes: whoever reads one ends letters of one purpose with one click, for everybody who gets them there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import Channel, Client, Consent, ConsentSource, EventKind, Letter, Purpose, sql
from models.consent import WITHOUT_A_WORD
from models.contact import email_fold
from models.message import PURPOSES
from resolvers import access, events, wishes
from resolvers.access import Deed
from resolvers.changes import Change
from resolvers.events import Happening
from resolvers.letter_links import LinkEnded
from resolvers.locks import hold_all

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from resolvers.viewer import Viewer

_AT_MAILBOX = (
    "id IN (SELECT e.client_id FROM client_email e WHERE e.fold = ? AND NOT EXISTS (SELECT 1 FROM client_email first "
    "WHERE first.client_id = e.client_id AND (first.position < e.position OR (first.position = e.position AND first.id < e.id))))"
)


@dataclass(frozen=True, slots=True)
class ShownMailbox:
    """What a letter was for, whether letters of that purpose still go to its mailbox, and what else does.

    `language` is that of the letter.
    """

    purpose: Purpose
    language: str
    is_wanted: bool
    others: tuple[Purpose, ...]


async def shown(message_id: UUID) -> ShownMailbox:
    """The mailbox to which that message went, as things stand now.

    Raises:
        LinkEnded: there is no such message any more, or it was for no purpose that can be ended.
    """
    letter = await _letter(message_id)
    found = await sql.fetch(f"SELECT id FROM client WHERE {_AT_MAILBOX}", (letter.mailbox,))  # noqa: S608 - our own words
    said = await _said([sql.as_key(row["id"]) for row in found])
    return _shown(letter, said)


async def unsubscribe(viewer: Viewer, message_id: UUID, *, now: datetime) -> ShownMailbox:
    """End letters of the purpose of that message for every client whose letters go to its mailbox; done twice, it is done.

    Raises:
        Forbidden, SignedOut: only the practice's own machinery may, for whoever holds the letter.
        LinkEnded: see `shown`.
    """
    access.may(viewer, Deed.UNSUBSCRIBE)
    letter = await _letter(message_id)
    async with in_transaction():
        clients = await hold_all(Client, _AT_MAILBOX, (letter.mailbox,))
        said = await _said([client.id for client in clients])
        happened = []
        for client_id, agreed in said.items():
            # Who has said no already has said so in her own way.
            if agreed.get(letter.purpose) is False:
                continue
            change = Change()
            await wishes.say(client_id, {letter.purpose: False}, ConsentSource.UNSUBSCRIBED, change, now=now)
            said[client_id] = {**agreed, letter.purpose: False}
            happened.append(
                Happening(EventKind.CONTACT_PREFERENCES_SET, client_id, before=change.before, after=change.after)
            )
        await events.record_all(viewer, happened, now=now)
    return _shown(letter, said)


@dataclass(frozen=True, slots=True)
class _Letter:
    purpose: Purpose
    mailbox: str
    language: str


async def _letter(message_id: UUID) -> _Letter:
    rows = await sql.fetch("SELECT letter, purpose, to_address, language FROM message WHERE id = ?", (message_id,))
    purpose = rows[0]["purpose"] or PURPOSES.get(Letter(rows[0]["letter"])) if rows else None
    if purpose is None:
        raise LinkEnded
    return _Letter(Purpose(purpose), email_fold(rows[0]["to_address"]), rows[0]["language"])


async def _said(client_ids: Sequence[UUID]) -> dict[UUID, Mapping[Purpose, bool]]:
    """What each of these clients has said."""
    said: dict[UUID, dict[Purpose, bool]] = {client_id: {} for client_id in client_ids}
    for consent in await Consent.filter(client_id__in=client_ids, channel=Channel.EMAIL) if client_ids else ():
        said[consent.client_id][consent.purpose] = consent.is_given
    return dict(said)


def _shown(letter: _Letter, said: Mapping[UUID, Mapping[Purpose, bool]]) -> ShownMailbox:
    wanted = {
        purpose for agreed in said.values() for purpose in Purpose if agreed.get(purpose, WITHOUT_A_WORD[purpose])
    }
    others = tuple(purpose for purpose in Purpose if purpose in wanted and purpose is not letter.purpose)
    return ShownMailbox(letter.purpose, letter.language, letter.purpose in wanted, others)
