"""Verifications: whoever holds a certificate can see whether it stands, and nothing of whose pet it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

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

    `voided_on` is known of one that was voided or replaced, `replaced_by` is the number of the one that replaced it.
    """

    number: str
    pet: str
    species: str
    product: str
    given_on: date
    valid_until: date | None
    practice: str
    issued_on: date
    standing: Standing
    voided_on: date | None = None
    replaced_by: str | None = None

    def holds_at(self, now: datetime) -> bool:
        """Whether it stands and the day until which it is valid is not over."""
        is_over = self.valid_until is not None and self.valid_until < (now + _LAST_PLACE).date()
        return self.standing is Standing.STANDS and not is_over
