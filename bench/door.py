"""The door of the servers in Python that are not the product: who asks, and whether they see anything.

A token is verified once and believed until it expires; the session and the roles behind it are read once a minute.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt

from bench.terms import Terms

VIEWER = """
SELECT r.role, r.location_id FROM session s JOIN account a ON a.id = s.account_id LEFT JOIN staff p ON p.id = a.staff_id
LEFT JOIN staff_role r ON r.staff_id = a.staff_id WHERE s.id = ? AND a.id = ? AND a.audience = 'staff'
AND s.revoked_at IS NULL AND s.expires_at > CURRENT_TIMESTAMP AND p.left_at IS NULL
"""
"""The roles of a live session and where they count, a row each; no row for a session that has ended."""

Rows = Sequence[Sequence[Any]]
Read = Callable[[UUID, UUID], Awaitable[Rows]]


class NotAdmitted(Exception):
    """The token is none, not ours, too old, or of a session that has ended."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, and with which roles."""

    account_id: UUID
    roles: frozenset[tuple[str, str | None]]
    """Each with the location at which it counts, or None for everywhere."""

    @property
    def sees(self) -> bool:
        """The rule of every row that is asked for here: any role of the staff sees all of them."""
        return bool(self.roles)

    def acts_at(self, location: UUID) -> bool:
        """Whether she may book there: whoever has a role there may."""
        return any(where is None or where == str(location) for _, where in self.roles)


@dataclass(slots=True)
class _Known:
    account_id: UUID
    session_id: UUID
    expires_at: float
    viewer: Viewer | None = None
    looked_at: float = 0.0


class Door:
    """Says who asks."""

    def __init__(self, terms: Terms, read: Read) -> None:
        self._terms, self._read = terms, read
        self._keys = {key["kid"]: jwt.PyJWK(key) for key in terms.jwks["keys"]}
        self._known: dict[str, _Known] = {}

    async def viewer(self, authorization: str | None) -> Viewer:
        """Who comes with this header.

        Raises:
            NotAdmitted: nobody whom we know.
        """
        if authorization is None:
            raise NotAdmitted
        known, now = self._known.get(authorization) or self._verified(authorization), time.time()
        if known.expires_at <= now:
            raise NotAdmitted
        if known.viewer is None or now - known.looked_at >= self._terms.viewer_kept_seconds:
            rows = await self._read(known.session_id, known.account_id)
            if not rows:
                raise NotAdmitted
            roles = frozenset((role, where and str(where)) for role, where in rows if role)
            known.viewer, known.looked_at = Viewer(known.account_id, roles), now
        return known.viewer

    def _verified(self, authorization: str) -> _Known:
        token = authorization.removeprefix("Bearer ")
        try:
            header = jwt.get_unverified_header(token)
            if header["typ"] != "at+jwt":
                raise NotAdmitted
            key, terms = self._keys[header["kid"]], self._terms
            said = jwt.decode(token, key, algorithms=["EdDSA"], audience=terms.audience, issuer=terms.issuer)
            known = _Known(UUID(said["sub"]), UUID(said["sid"]), float(said["exp"]))
        except (jwt.PyJWTError, KeyError, ValueError) as error:
            raise NotAdmitted from error
        self._known[authorization] = known
        return known
