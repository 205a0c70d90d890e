"""Verifications: whoever holds a certificate can see whether it stands, and nothing of whose pet it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from models import sql
from models.certificate import CertificateFacts
from models.refusal import NotFound
from resolvers import throttles

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from resolvers.ports import DoorRules, Vault

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")
# A day is over when it is over everywhere: the certificate does not say in which zone it will be shown.
_LAST_PLACE = timedelta(hours=-12)


class Standing(StrEnum):
    """Whether a certificate stands."""

    STANDS = "STANDS"
    VOIDED = "VOIDED"
    REPLACED = "REPLACED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What anybody is told who holds a certificate: never a word about the owner.

    What is not known is null. `voided_on` is known of one that was voided or replaced, `replaced_by` is the number of the one that replaced it.
    """

    number: str
    pet: str
    species: str
    product: str
    given_on: date | None
    valid_until: date | None
    practice: str
    issued_on: date | None
    standing: Standing
    voided_on: date | None = None
    replaced_by: str | None = None

    def holds_at(self, now: datetime) -> bool:
        """Whether it stands and the day until which it is valid is not over."""
        is_over = self.valid_until is not None and self.valid_until < (now + _LAST_PLACE).date()
        return self.standing is Standing.STANDS and not is_over


async def verified(token: str, *, origin: str, vault: Vault, rules: DoorRules, now: datetime) -> Verified:
    """What is told of the certificate whose token somebody holds. What is found counts for no throttle.

    Raises:
        TooManyAttempts: too many were looked for in vain from this network.
        NotFound: no certificate has this token.
    """
    attempt = await throttles.count_origin("certificate", origin, rules.certificates_per_origin, vault=vault, now=now)
    found = await sql.fetch(_STANDING, (token,)) if is_token(token) else ()
    if not found:
        raise NotFound(path=("token",))
    await throttles.give_back(attempt)
    return _verified(found[0])


def is_token(text: str) -> bool:
    """Whether it looks like the token of a certificate; what does not is never sent to the database."""
    return _TOKEN.fullmatch(text) is not None


def voided_on(row: Mapping[str, Any]) -> date | None:
    """The day on which a certificate was voided, on the clock of the location that issued it."""
    if row["voided_at"] is None:
        return None
    return sql.as_instant(row["voided_at"]).astimezone(ZoneInfo(row["zone"])).date()


_STANDING = (
    "SELECT c.facts, c.voided_at, l.zone, r.facts AS replaced_by FROM certificate c "
    "JOIN location l ON l.id = c.location_id LEFT JOIN certificate r ON r.id = c.replaced_by_id WHERE c.token = ?"
)


def _verified(row: Mapping[str, Any]) -> Verified:
    facts = CertificateFacts.read(row["facts"])
    replaced_by = CertificateFacts.read(row["replaced_by"]).number if row["replaced_by"] else None
    standing = Standing.STANDS
    if row["voided_at"] is not None:
        standing = Standing.REPLACED if replaced_by else Standing.VOIDED
    return Verified(
        number=facts.number,
        pet=facts.animal,
        species=facts.species,
        product=facts.product,
        given_on=_day(facts.given_on),
        valid_until=_day(facts.next_due_on),
        practice=facts.practice,
        issued_on=_day(facts.issued_on),
        standing=standing,
        voided_on=voided_on(row),
        replaced_by=replaced_by,
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
