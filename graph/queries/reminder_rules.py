"""Asking for reminder rules."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry

from graph.context import Info
from graph.ids import key, maybe_key
from graph.limits import bad_input
from graph.roles import STAFF, field
from graph.types import reminder_figures
from graph.types.reminder_figures import ReminderFigures
from graph.types.reminder_rule import ReminderRule
from models.refusal import InvalidInput, NotFound
from resolvers import reminder_figures as of_months
from resolvers import reminder_rules
from resolvers.reminder_figures import MOST_MONTHS


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

    @field(STAFF)
    async def reminder_figures(
        self,
        info: Info,
        from_: Annotated[date, strawberry.argument(name="from", description="A day of the first month.")],
        to: Annotated[
            date, strawberry.argument(description=f"A day of the last month, included; at most {MOST_MONTHS} in all.")
        ],
        location_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only for pets whose place this is.")
        ] = None,
    ) -> list[ReminderFigures] | None:
        """What was due in these months, and what came of it; null when there is no such location.

        By month, and within it in the order in which the rules were added. A month in which nothing was due under a rule
        is left out.
        """
        viewer = info.context.viewer
        try:
            found = await of_months.figures(viewer, from_, to, maybe_key("Location", location_id))
        except NotFound:
            return None
        except InvalidInput as refusal:
            raise bad_input(refusal.message) from refusal
        return reminder_figures.shown(viewer, found)
