"""Due: what a letter tells of a reminder, read with the statement of whoever tells it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from models import RuleKind, Target, language, sql
from resolvers import wording
from resolvers.letters.facts import DueItem, one_line, own_words, place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models import NoticeReason
    from resolvers.wording import Wording

TOLD: Final = (
    "r.id AS reminder_id, r.pet_id, r.rule_id, r.subject, r.due_on, p.name AS pet, u.name AS rule, u.kind, "
    "v.called, v.targets, v.every_months, d.reason AS dose, x.medicine, s.name AS service, "
    "l.name AS location, l.street, l.postal_code, l.city, l.country, l.phone, l.zone, "
    "w.id AS own_id, w.subject AS own_subject, w.body AS own_body"
)
"""The columns of an item, of a reminder `r` with what is `JOINED`."""
JOINED: Final = (
    "JOIN pet p ON p.id = r.pet_id JOIN reminder_rule u ON u.id = r.rule_id "
    "JOIN reminder_rule_version v ON v.id = r.version_id JOIN location l ON l.id = r.location_id "
    "LEFT JOIN vaccination_due d ON d.pet_id = r.pet_id AND d.target = r.subject "
    "LEFT JOIN prescription x ON u.kind = 'PRESCRIPTION_REPEAT' AND x.pet_id = r.pet_id AND CAST(x.id AS TEXT) = r.subject "
    "LEFT JOIN reminder_rule_service b ON b.version_id = r.version_id AND b.position = 0 "
    "LEFT JOIN service s ON s.id = b.service_id AND s.is_offered AND s.is_bookable_online AND NOT s.is_farewell "
    "LEFT JOIN letter_text w ON w.letter = 'CARE_REMINDER' AND w.rule_id = r.rule_id AND w.is_in_use AND w.language = ?"
)
"""What hangs on a reminder `r`; the one `?` is the language that we speak to the reader (`models.language.spoken`)."""


def called(names: str, rule: str, tag: str) -> str:
    """What a rule is called in the language of the reader: `names` is JSON by language; the name of the rule without one."""
    held = json.loads(names)
    return held.get(language.spoken(tag)) or rule


def item(
    row: Mapping[str, Any], tag: str, *, notice_id: UUID | None = None, why_not: NoticeReason | None = None
) -> DueItem:
    """What a letter in the language with this tag tells of the reminder in the row (`TOLD`)."""
    words = wording.of(tag, row["country"])
    reminder_id, due_on = sql.as_key(row["reminder_id"]), sql.as_date(row["due_on"])
    assert due_on is not None  # noqa: S101 - every reminder has a day
    return DueItem(
        notice_id=notice_id or reminder_id,
        reminder_id=reminder_id,
        rule_id=sql.as_key(row["rule_id"]),
        pet=one_line(row["pet"]),
        called=one_line(called(row["called"], row["rule"], tag)),
        due_on=due_on,
        place=place(row),
        service=one_line(row["service"]),
        why_not=why_not,
        pet_id=sql.as_key(row["pet_id"]),
        detail=one_line(_detail(row, words)),
        why=_why(row, words),
        own=own_words(row, is_of_a_rule=True),
    )


def _detail(row: Mapping[str, Any], words: Wording) -> str:
    """What of it is due: the disease where the rule is about several, the medicine where it is about any."""
    if row["kind"] == RuleKind.PRESCRIPTION_REPEAT:
        return row["medicine"] or ""
    is_about_one = len(json.loads(row["targets"])) == 1
    if row["kind"] != RuleKind.VACCINATION or is_about_one or row["subject"] == Target.OTHER:
        return ""
    return words.sections["target"].get(row["subject"], "")


def _why(row: Mapping[str, Any], words: Wording) -> str:
    """Why it is due, as people say it; nothing where nobody knows any more."""
    if row["kind"] == RuleKind.SERVICE_INTERVAL:
        return words.said("why", row["kind"], span=words.months(row["every_months"] or 0))
    return words.sections["why"].get(row["dose"] if row["kind"] == RuleKind.VACCINATION else row["kind"], "")
