"""Reminder rules: what managers decide about what becomes due, and when owners are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import ReminderRule
from resolvers import access

if TYPE_CHECKING:
    from uuid import UUID

    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

# Reading


def one(viewer: Viewer, rule_id: UUID | None) -> Rows:
    """The rule with this key."""
    return access.rows(viewer, ReminderRule).only(rule_id)


def listed(viewer: Viewer) -> Rows:
    """Every rule, by name, those that are off too."""
    return access.rows(viewer, ReminderRule).sorted_by("fold")
