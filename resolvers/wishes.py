"""Wishes: what clients have said they want to hear of, written within the deeds that learn it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models import Channel, Consent, ConsentSource, sql
from models.refusal import InvalidInput
from models.row import uuid7

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from models import Purpose
    from models.refusal import Path
    from resolvers.changes import Change

TOLD_TO_STAFF: Final = (ConsentSource.IN_PERSON, ConsentSource.PHONE, ConsentSource.FORM, ConsentSource.IMPORT)
"""How staff know what somebody wants; what she says herself, or with one click, is not theirs to enter."""


def must_be_told_to_staff(source: ConsentSource, *, path: Path) -> None:
    """Refuse what staff cannot have heard.

    Raises:
        InvalidInput: that is no way in which staff come to know.
    """
    if source not in TOLD_TO_STAFF:
        raise InvalidInput("Please say whether you heard it in person or by phone, or read it.", path=path)


async def say(
    client_id: UUID, wanted: Mapping[Purpose, bool], source: ConsentSource, change: Change, *, now: datetime
) -> None:
    """Write down what a client said of letters, and note what is different from before.

    Inside a transaction that holds the client. What she has said before, in the same way, was said then.
    """
    if not wanted:
        return
    held = {one.purpose: one for one in await Consent.filter(client_id=client_id, channel=Channel.EMAIL)}
    for purpose, is_given in sorted(wanted.items()):
        known = held.get(purpose)
        before = {"is_given": known.is_given, "source": known.source.value} if known else None
        if change.note(f"wants_{purpose.lower()}", before, {"is_given": is_given, "source": source.value}):
            await sql.execute(_SAY, (uuid7(), client_id, Channel.EMAIL, purpose, is_given, source, now))


async def merge(own_id: UUID, known_id: UUID) -> None:
    """Let the known client have said what the other one has, and have been told what she was.

    Inside the transaction in which the one turns out to be the other. Of each purpose the later word counts; of two
    decisions about the same step the one with a letter stays.
    """
    await sql.execute(
        f"DELETE FROM consent WHERE client_id IN (?, ?) AND EXISTS (SELECT 1 FROM consent later WHERE {_SAME_WISH} "  # noqa: S608 - our own names
        "AND (later.said_at > consent.said_at OR (later.said_at = consent.said_at AND later.client_id = ?)))",
        (own_id, known_id, own_id, known_id, known_id),
    )
    await sql.execute("UPDATE consent SET client_id = ? WHERE client_id = ?", (known_id, own_id))
    await sql.execute(
        f"DELETE FROM reminder_notice WHERE client_id = ? AND EXISTS (SELECT 1 FROM reminder_notice kept WHERE {_SAME_STEP} "  # noqa: S608 - our own names
        "AND (kept.message_id IS NOT NULL OR reminder_notice.message_id IS NULL))",
        (own_id, known_id),
    )
    await sql.execute(
        f"DELETE FROM reminder_notice WHERE client_id = ? AND EXISTS (SELECT 1 FROM reminder_notice kept WHERE {_SAME_STEP})",  # noqa: S608 - our own names
        (known_id, own_id),
    )
    await sql.execute("UPDATE reminder_notice SET client_id = ? WHERE client_id = ?", (known_id, own_id))


_SAY = (
    "INSERT INTO consent (id, client_id, channel, purpose, is_given, source, said_at) VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (client_id, channel, purpose) DO UPDATE SET is_given = EXCLUDED.is_given, source = EXCLUDED.source, "
    "said_at = EXCLUDED.said_at"
)
_SAME_WISH = (
    "later.client_id IN (?, ?) AND later.client_id <> consent.client_id AND later.channel = consent.channel "
    "AND later.purpose = consent.purpose"
)
_SAME_STEP = (
    "kept.client_id = ? AND kept.reminder_id = reminder_notice.reminder_id AND kept.round = reminder_notice.round "
    "AND kept.step = reminder_notice.step AND kept.channel = reminder_notice.channel"
)
