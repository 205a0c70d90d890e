"""Appointments: reading the schedule, booking, moving, and every step an appointment takes."""

from resolvers.appointments.booking import Booking, Move, book, reschedule
from resolvers.appointments.live import KINDS, ChangeKind, Window, one_within, touched, visible_visit, window
from resolvers.appointments.reads import day, day_again, during, mine, one, touching
from resolvers.appointments.steps import cancel, check_in, complete, confirm, mark_no_show, start
from resolvers.appointments.told import COMING_VISIT_BEFORE, MISSED_VISIT_AFTER

__all__ = [
    "COMING_VISIT_BEFORE",
    "KINDS",
    "MISSED_VISIT_AFTER",
    "Booking",
    "ChangeKind",
    "Move",
    "Window",
    "book",
    "cancel",
    "check_in",
    "complete",
    "confirm",
    "day",
    "day_again",
    "during",
    "mark_no_show",
    "mine",
    "one",
    "one_within",
    "reschedule",
    "start",
    "touched",
    "touching",
    "visible_visit",
    "window",
]
