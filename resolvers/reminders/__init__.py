"""Reminders: what is due for which pet, kept true to the facts, and who is told of it when.

A rule makes something due for pets that fit it (`sources`). What is due is kept as reminders, one for each pet, rule,
subject and cycle (`cycles`), with the moment of its next step (`steps`). No deed of others does that: `plan_due` follows
the trail of what happened, finds the pets that it concerns, and works them out anew (`planning`, `working_out`). When the
moment of a step has come, `decide_due` decides for each owner whether she is told, and writes the letters (`deciding`);
they are sent like any other.

Whoever plans or decides holds the row of `ReminderProgress`, so there is one at a time, however many workers there are.
Locks are taken in this order everywhere: progress, pets, reminders, messages, notices, the counter of events.
"""

from resolvers.reminders.counting import behind
from resolvers.reminders.deciding import Decided, decide_due
from resolvers.reminders.forecasting import Forecast, forecast
from resolvers.reminders.planning import Planned, plan_due
from resolvers.reminders.working_out import work_out

__all__ = ["Decided", "Forecast", "Planned", "behind", "decide_due", "forecast", "plan_due", "work_out"]
