"""Due: what a letter reminds of, and what of it is not told any more, as things stand now."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from models import Message, NoticeOutcome, NoticeReason, Purpose, ReminderState, language, sql
from resolvers import reach
from resolvers.letters.facts import DueItem, Facts, Place, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from resolvers.reach import Reach

_DUE = (
    "SELECT n.id, n.reminder_id, n.client_id, n.outcome, n.reason, n.due_on, r.rule_id, r.state, r.reason AS because, "
    "(r.due_on = n.due_on AND r.round = n.round) AS is_as_decided, p.name AS pet, p.died_on, c.display_name AS client, "
    "rule.name AS rule, v.called, s.name AS service, "
    "(s.is_offered AND s.is_bookable_online AND NOT s.is_farewell) AS can_be_booked, "
    "l.name AS location, l.street, l.postal_code, l.city, l.country, l.phone, l.zone, "
    "EXISTS (SELECT 1 FROM ownership o WHERE o.pet_id = p.id AND o.client_id = n.client_id AND o.ends_on IS NULL "
    "AND o.may_view) AS may_hear "
    "FROM reminder_notice n JOIN reminder r ON r.id = n.reminder_id JOIN pet p ON p.id = r.pet_id "
    "JOIN client c ON c.id = n.client_id JOIN reminder_rule rule ON rule.id = r.rule_id "
    "JOIN reminder_rule_version v ON v.id = r.version_id JOIN location l ON l.id = r.location_id "
    "LEFT JOIN reminder_rule_service first ON first.version_id = v.id AND first.position = 0 "
    "LEFT JOIN service s ON s.id = first.service_id WHERE n.message_id = ? "
    "ORDER BY p.name, p.id, n.due_on, rule.fold, n.id"
)
_OPEN = (ReminderState.PLANNED, ReminderState.DUE, ReminderState.SENT)


async def with_due(message: Message, told: Facts) -> Facts:
    """The facts of a letter that reminds of something: what is due, where it goes, and to whom it speaks.

    Several people may share a mailbox: it speaks to whom it was written for, or to the first other who is still told.
    """
    rows = await sql.fetch(_DUE, (message.id,))
    reached = await reach.of({sql.as_key(row["client_id"]) for row in rows}, Purpose.CARE)
    due = tuple(_item(row, reached[sql.as_key(row["client_id"])], message.language) for row in rows)
    still = [item.client_id for item in due if item.why_not is None]
    if not still:
        return replace(told, due=due)
    reader = message.client_id if message.client_id in still else still[0]
    names = {sql.as_key(row["client_id"]): row["client"] for row in rows}
    if reader is None:
        return replace(told, due=due)
    return replace(
        told, due=due, client=one_line(names[reader]), address=reached[reader].address, zone=reached[reader].zone
    )


def place_of(row: Mapping[str, Any]) -> Place:
    """The location as a letter shows it."""
    town = " ".join(filter(None, (one_line(row["postal_code"]), one_line(row["city"]))))
    return Place(
        name=one_line(row["location"]),
        address=", ".join(filter(None, (one_line(row["street"]), town))),
        phone=one_line(row["phone"]),
        country=row["country"],
        zone=ZoneInfo(row["zone"]),
    )


def _item(row: Mapping[str, Any], reached: Reach, tag: str) -> DueItem:
    return DueItem(
        notice_id=sql.as_key(row["id"]),
        reminder_id=sql.as_key(row["reminder_id"]),
        rule_id=sql.as_key(row["rule_id"]),
        pet=one_line(row["pet"]),
        called=one_line(_called(row["called"], tag) or row["rule"]),
        due_on=cast("date", sql.as_date(row["due_on"])),
        place=place_of(row),
        service=one_line(row["service"]) if row["can_be_booked"] else "",
        why_not=_why_not(row, reached),
        client_id=sql.as_key(row["client_id"]),
    )


def _called(called: str, tag: str) -> str:
    """What the practice calls it in the language of the letter; "" where it says nothing."""
    said = json.loads(called)
    return str(said.get(language.spoken(tag), "")) if isinstance(said, dict) else ""


def _why_not(row: Mapping[str, Any], reached: Reach) -> NoticeReason | None:
    if row["outcome"] != NoticeOutcome.WAITING:
        return NoticeReason(row["reason"])
    if row["died_on"] is not None:
        return NoticeReason.PET_DIED
    if not row["may_hear"]:
        return NoticeReason.NO_OWNER
    if row["state"] not in _OPEN:
        known = row["because"] in NoticeReason.__members__
        return NoticeReason(row["because"]) if known else NoticeReason.NO_LONGER_DUE
    if not row["is_as_decided"]:
        return NoticeReason.NO_LONGER_DUE
    return reached.why_not
