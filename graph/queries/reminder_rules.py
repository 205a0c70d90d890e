"""Asking for reminder rules."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.ids import key
from graph.roles import STAFF, field
from graph.types.reminder_rule import ReminderRule
from resolvers import reminder_rules


@strawberry.type
class ReminderRuleQueries:
    """Asking for reminder rules."""

    @field(STAFF)
    async def reminder_rules(self, info: Info) -> list[ReminderRule] | None:
        """Every reminder rule, by name, those that are off too."""
        return reminder_rules.listed(info.context.viewer)  # type: ignore[return-value]

    @field(STAFF)
    async def reminder_rule(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which rule.")]
    ) -> ReminderRule | None:
        """One reminder rule; null when there is no such rule."""
        return reminder_rules.one(info.context.viewer, key("ReminderRule", id))  # type: ignore[return-value]
