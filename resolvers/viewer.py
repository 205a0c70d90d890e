"""The viewer: who asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from models.role import STAFF_ROLES, Role

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID


class Audience(StrEnum):
    """The door a viewer came through; a token is good for one of them only."""

    STAFF = "staff"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who asks for something: nobody known, an owner, one of the staff, or the practice's own machinery.

    `everywhere` holds the staff roles that count at every location, `at` those that count at one.
    `client_id` is set for owners, `staff_id` for staff; `account_id` and `session_id` for both who are signed in.
    `through` is how an owner came who is not: it stands in the trail beside what she did.
    """

    account_id: UUID | None = None
    session_id: UUID | None = None
    client_id: UUID | None = None
    staff_id: UUID | None = None
    is_linked: bool = False
    everywhere: frozenset[Role] = frozenset()
    at: Mapping[UUID, frozenset[Role]] = field(default_factory=dict)
    system_reason: str | None = None
    through: str | None = None
    roles: frozenset[Role] = field(init=False)
    """Every role held at any location; {ANYONE} when signed out."""

    def __post_init__(self) -> None:
        # Asked several times in every request, and a viewer is kept for many of them.
        object.__setattr__(self, "roles", self._held())

    @classmethod
    def anyone(cls) -> Viewer:
        """Nobody is signed in."""
        return _ANYONE

    @classmethod
    def system(cls, reason: str) -> Viewer:
        """The practice's own machinery (worker, command line, demo); `reason` is logged with what it does."""
        return cls(system_reason=reason)

    @property
    def is_system(self) -> bool:
        """Whether the practice's own machinery asks."""
        return self.system_reason is not None

    @property
    def is_owner(self) -> bool:
        """Whether a pet owner asks."""
        return self.client_id is not None

    @property
    def is_staff(self) -> bool:
        """Whether one of the staff asks."""
        return self.staff_id is not None

    @property
    def is_signed_in(self) -> bool:
        """Whether it is known who asks."""
        return self.is_owner or self.is_staff or self.is_system

    def _held(self) -> frozenset[Role]:
        if self.is_system:
            return frozenset({Role.SYSTEM})
        if self.is_owner:
            return frozenset({Role.OWNER})
        if self.is_staff:
            return self.everywhere.union(*self.at.values()) & STAFF_ROLES
        return frozenset({Role.ANYONE})

    def roles_at(self, location_id: UUID | None) -> frozenset[Role]:
        """The roles that count at this location; without a location, those held anywhere."""
        if not self.is_staff or location_id is None:
            return self.roles
        return self.everywhere | self.at.get(location_id, frozenset())


_ANYONE = Viewer()
