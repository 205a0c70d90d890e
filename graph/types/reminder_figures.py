"""Figures of reminding."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import strawberry

from graph.reading import Picked
from graph.roles import STAFF, allow
from graph.types.reminder_rule import ReminderRule
from models import sql
from resolvers import access, reminder_rules
from resolvers.reminder_figures import MonthFigures
from resolvers.viewer import Viewer


@strawberry.type(directives=[allow(STAFF)], description="What came of what was due under a rule in a month.")
class ReminderFigures:
    """What came of what was due under a rule in a month."""

    rule: ReminderRule = strawberry.field(description="Which rule.")
    month: date = strawberry.field(description="The first day of the month.")
    due: int = strawberry.field(
        description=(
            "How much was due in that month, or will be: one for each pet and what of it is due. What was withdrawn does"
            " not count: the rest are of these."
        )
    )
    reminded: int = strawberry.field(description="Of how much of it at least one letter was sent.")
    booked: int = strawberry.field(description="For how much of it a visit was booked.")
    done: int = strawberry.field(description="How much of it was done.")


def shown(viewer: Viewer, found: Sequence[MonthFigures]) -> list[ReminderFigures]:
    """The figures as clients see them; the rules are read only when somebody asks for them, and all at once."""
    ids = sorted({each.rule_id for each in found})
    scope = f"{{t}}.id IN ({sql.marks(len(ids))})" if ids else access.NOTHING
    rules = reminder_rules.listed(viewer).narrowed(scope, *ids)

    def row(each: MonthFigures) -> ReminderFigures:
        rule: Any = Picked(rules, (each.rule_id,))
        return ReminderFigures(
            rule=rule, month=each.month, due=each.due, reminded=each.reminded, booked=each.booked, done=each.done
        )

    return [row(each) for each in found]
