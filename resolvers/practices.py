"""Practices: there is one, and everybody who is signed in knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import Practice
from resolvers import access

if TYPE_CHECKING:
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer


def ours(viewer: Viewer) -> Rows:
    """The practice; none while it has not been opened."""
    return access.rows(viewer, Practice)
