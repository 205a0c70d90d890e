"""Reach: where and in which language a client gets letters for a purpose, or why she gets none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from models import Channel, ConsentSource, NoticeReason, sql
from models.consent import WITHOUT_A_WORD
from models.period import clock_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from models import Purpose

_AT_ONCE = 500
COLUMNS: Final = (
    "c.id, c.language, c.zone, e.address, e.fold, u.id IS NOT NULL AS is_undeliverable, w.is_given, w.source, w.said_at"
)
"""What `read` reads of a client `c` with what is `JOINED`."""
JOINED: Final = (
    "LEFT JOIN client_email e ON e.id = (SELECT first.id FROM client_email first WHERE first.client_id = c.id "
    "ORDER BY first.position, first.id LIMIT 1) "
    "LEFT JOIN undeliverable_address u ON u.fold = e.fold "
    "LEFT JOIN consent w ON w.client_id = c.id AND w.channel = ? AND w.purpose = ? "
)
"""What hangs on a client `c`; its values are a channel and a purpose."""
_KNOWN = f"FROM client c {JOINED}"
_REACH = f"SELECT {COLUMNS} {_KNOWN}WHERE c.id IN ({{clients}})"


@dataclass(frozen=True, slots=True)
class Reach:
    """How a client is reached by e-mail for a purpose.

    `why_not` is None when she is; else she did not agree, has no address, or nobody reads it. `mailbox` is the address as
    it is compared, "" without one. `consent_source` and `consent_at` are None where she has said nothing.
    """

    client_id: UUID
    address: str
    mailbox: str
    language: str
    zone: str
    why_not: NoticeReason | None
    consent_source: ConsentSource | None
    consent_at: datetime | None

    def clock(self, practice: ZoneInfo) -> ZoneInfo:
        """The clock by which she is not disturbed: her own, or that of the practice where nobody has said, or knows hers."""
        return clock_of(self.zone, practice) if self.zone else practice


async def of(client_ids: Iterable[UUID], purpose: Purpose) -> Mapping[UUID, Reach]:
    """How each of these clients is reached for that purpose, as things stand now."""
    wanted, found = sorted(set(client_ids)), dict[UUID, Reach]()
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        rows = await sql.fetch(_REACH.replace("{clients}", sql.marks(len(some))), (Channel.EMAIL, purpose, *some))
        for row in rows:
            found[sql.as_key(row["id"])] = read(row, purpose)
    return found


def read(row: Mapping[str, Any], purpose: Purpose) -> Reach:
    """How the client in a row is reached (`COLUMNS`), whose consent was joined for that purpose."""
    agreed = WITHOUT_A_WORD[purpose] if row["is_given"] is None else bool(row["is_given"])
    return Reach(
        client_id=sql.as_key(row["id"]),
        address=row["address"] or "",
        mailbox=row["fold"] or "",
        language=row["language"],
        zone=row["zone"],
        why_not=_why_not(agreed, row["address"], bool(row["is_undeliverable"])),
        consent_source=None if row["source"] is None else ConsentSource(row["source"]),
        consent_at=None if row["said_at"] is None else sql.as_instant(row["said_at"]),
    )


def reached(client: str, purpose: Purpose) -> tuple[str, tuple[Any, ...]]:
    """The condition, with its values, under which the client whose key is there is reached as `of` says."""
    agreed = "COALESCE(w.is_given, 1 = 1)" if WITHOUT_A_WORD[purpose] else "w.is_given"
    there = "e.address IS NOT NULL AND u.id IS NULL"
    return f"EXISTS (SELECT 1 {_KNOWN}WHERE c.id = {client} AND {agreed} AND {there})", (Channel.EMAIL, purpose)


def _why_not(agreed: bool, address: str | None, is_undeliverable: bool) -> NoticeReason | None:  # noqa: FBT001 - three facts
    if not agreed:
        return NoticeReason.NO_CONSENT
    if not address:
        return NoticeReason.NO_ADDRESS
    return NoticeReason.ADDRESS_UNDELIVERABLE if is_undeliverable else None
