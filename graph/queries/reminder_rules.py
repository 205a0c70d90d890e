"""Asking for reminder rules."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry

from graph.context import Info
from graph.ids import key, maybe_key
from graph.limits import bad_input
from graph.roles import STAFF, field
from graph.types import reminder_figures, reminder_forecast
from graph.types.reminder_figures import ReminderFigures
from graph.types.reminder_forecast import ReminderRuleForecast
from graph.types.reminder_rule import ReminderRule
from graph.types.reminder_rule_input import ReminderRuleInput
from models.refusal import InvalidInput, NotFound
from models.role import Role
from resolvers import reminder_figures as of_months
from resolvers import reminder_forecasts, reminder_rules
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

    # It looks at every pet there is.
    @field(Role.MANAGER, metadata={"cost": 1000})
    async def reminder_rule_forecast(
        self,
        info: Info,
        rule_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="A rule there is: what it would do as if nobody had been told of anything."
            ),
        ] = None,
        input: Annotated[
            ReminderRuleInput | None, strawberry.argument(description="Or what a rule would say that is not there yet.")
        ] = None,
    ) -> ReminderRuleForecast | None:
        """What a reminder rule would do if it were switched on now; nothing is changed, and nobody is told.

        Name a rule, or say what it would say; null when there is no such rule, service or location. What
        `addReminderRule` refuses about the rule is an error here: INVALID_INPUT.
        """
        viewer, now = info.context.viewer, info.context.now
        if (rule_id is None) == (input is None):
            raise bad_input("Please name a rule, or say what it would say, and not both.")
        try:
            if input is None:
                found = await reminder_forecasts.of_rule(viewer, maybe_key("ReminderRule", rule_id), now=now)
            else:
                found = await reminder_forecasts.of_terms(viewer, input.kind, input.terms, now=now)
        except NotFound:
            return None
        return reminder_forecast.shown(viewer, found)

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
