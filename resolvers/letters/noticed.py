"""Noticed: what a reminding letter was written for, and what of it is not told any more, as things stand now."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from models import Message, NoticeOutcome, NoticeReason, Purpose, language, sql
from models.reminder import OPEN
from resolvers import reach
from resolvers.letters.due import JOINED, TOLD, item
from resolvers.letters.facts import DueItem, Facts, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.reach import Reach

_NOTICED = (
    f"SELECT {TOLD}, n.id AS notice_id, n.client_id, n.outcome, n.reason AS decided, r.state, r.reason AS because, "  # noqa: S608
    "(r.due_on = n.due_on AND r.round = n.round) AS is_as_decided, p.died_on, c.display_name AS client, "
    "EXISTS (SELECT 1 FROM ownership o WHERE o.pet_id = p.id AND o.client_id = n.client_id AND o.ends_on IS NULL "
    "AND o.may_view) AS may_hear "
    f"FROM reminder_notice n JOIN reminder r ON r.id = n.reminder_id JOIN client c ON c.id = n.client_id {JOINED} "
    "WHERE n.message_id = ? ORDER BY p.name, p.id, n.due_on, u.fold, n.id"
)


async def with_due(message: Message, told: Facts) -> Facts:
    """The facts of a letter that reminds of something: what is due, where it goes, and to whom it speaks.

    Several people may share a mailbox: it speaks to whom it was written for, or to the first other who is still told.
    """
    rows = await sql.fetch(_NOTICED, (language.spoken(message.language), message.id))
    reached = await reach.of({sql.as_key(row["client_id"]) for row in rows}, Purpose.CARE)
    due = tuple(_item(row, reached[sql.as_key(row["client_id"])], message.language) for row in rows)
    still = [each.client_id for each in due if each.why_not is None and each.client_id]
    if not still:
        return replace(told, due=due)
    reader = message.client_id if message.client_id in still else still[0]
    names = {sql.as_key(row["client_id"]): row["client"] for row in rows}
    hers = reached[reader]
    return replace(told, due=due, client=one_line(names[reader]), address=hers.address, zone=hers.zone, reader=hers)


def _item(row: Mapping[str, Any], reached: Reach, tag: str) -> DueItem:
    told = item(row, tag, notice_id=sql.as_key(row["notice_id"]), why_not=_why_not(row, reached))
    return replace(told, client_id=reached.client_id, mailbox=reached.mailbox)


def _why_not(row: Mapping[str, Any], reached: Reach) -> NoticeReason | None:
    if row["outcome"] != NoticeOutcome.WAITING:
        return NoticeReason(row["decided"])
    if row["died_on"] is not None:
        return NoticeReason.PET_DIED
    if not row["may_hear"]:
        return NoticeReason.NO_OWNER
    if row["state"] not in OPEN:
        known = row["because"] in NoticeReason.__members__
        return NoticeReason(row["because"]) if known else NoticeReason.NO_LONGER_DUE
    if not row["is_as_decided"]:
        return NoticeReason.NO_LONGER_DUE
    return reached.why_not
