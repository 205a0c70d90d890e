"""Rows of reminder rules: the staff see them all, and nobody else any."""

from tortoise.models import Model

import models
from tests.rows_of_money import OURS
from tests.world import a_rule

RULES: dict[type[Model], dict[str, tuple[str, ...]]] = {
    models.ReminderRule: OURS,
    models.ReminderRuleVersion: OURS,
    models.ReminderRuleService: OURS,
}


async def rules_of(service: models.Service) -> dict[type[Model], dict[str, Model | None]]:
    """One row of each, by its table and its name in `RULES`."""
    await a_rule(services=(service,))
    return {model: {"ours": await model.first()} for model in RULES}
