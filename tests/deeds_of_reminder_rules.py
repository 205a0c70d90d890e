"""The deeds of reminder rules, and of when letters go out, as a part of the table of every deed."""

from __future__ import annotations

from models import RuleKind
from models.rule_terms import Terms
from resolvers import practices, reminder_rules
from resolvers.access import Deed
from tests.every_deed import KEPT, MANAGERS_OF_ALL, line


@line(Deed.ADD_REMINDER_RULE, MANAGERS_OF_ALL)
async def _(scene, viewer):
    terms = Terms(steps=(-30, 0))
    await reminder_rules.add(viewer, reminder_rules.NewRule("Doses", RuleKind.VACCINATION, terms), **KEPT)


@line(Deed.AMEND_REMINDER_RULE, MANAGERS_OF_ALL)
async def _(scene, viewer):
    await reminder_rules.amend(viewer, scene.rule.id, reminder_rules.RuleChanges(steps=(0,)), **KEPT)


@line(Deed.SWITCH_REMINDER_RULE_ON, MANAGERS_OF_ALL)
async def _(scene, viewer):
    await reminder_rules.switch_on(viewer, scene.rule.id, **KEPT)


@line(Deed.SWITCH_REMINDER_RULE_OFF, MANAGERS_OF_ALL)
async def _(scene, viewer):
    await reminder_rules.switch_off(viewer, scene.rule.id, **KEPT)


@line(Deed.AMEND_REMINDER_SETTINGS, MANAGERS_OF_ALL)
async def _(scene, viewer):
    await practices.amend_reminders(viewer, practices.ReminderSettings(letters_from=540), **KEPT)
