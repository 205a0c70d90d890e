"""Reminders: what is due for pets, and what was decided about telling whom."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

import models
from graph.reading.shape import batched, column, computed, many, one, shape
from graph.roles import EVERYBODY, STAFF
from graph.types.appointment import Appointment
from graph.types.client import Client
from graph.types.location import Location
from graph.types.message import Message
from graph.types.node import Node, id_of
from graph.types.pet import Pet
from graph.types.reminder_booking import ReminderBooking, bookings
from graph.types.reminder_enums import (
    Channel,
    ConsentSource,
    NoticeOutcome,
    NoticeReason,
    ReminderReason,
    ReminderState,
)
from graph.types.reminder_rule import ReminderRule, ReminderRuleVersion
from graph.types.staff import Staff
from models import told_because
from resolvers import due


@shape(models.ReminderNotice, EVERYBODY)
class ReminderNotice(Node):
    """The decision whether one person is told of one step of a reminder, and why. An owner sees those about herself."""

    id: strawberry.ID = id_of("ReminderNotice")
    reminder: Reminder | None = one("Of which reminder; null for an owner who does not see it any more.")
    step: int = column("For which day: so many days after `dueOn`, below 0 for days before.")
    channel: Channel = column("Over which channel.")
    outcome: NoticeOutcome = column("What became of it.")
    reason: NoticeReason = column("Why.")
    explanation: str = computed(
        "What became of it and why, in a sentence or two.",
        told_because.sentence,
        "outcome",
        "reason",
        "step",
        "due_on",
        "consent_source",
        "consent_at",
    )
    due_on: date = column("The day on which it was due when this was decided.")
    consent_source: ConsentSource | None = column(
        "How it was known whether she wants such letters; null when she had said nothing."
    )
    consent_at: datetime | None = column("Since when that was known; null with it.")
    rule_version: int = column("The version of the rule by which it was decided.")
    decided_at: datetime = column("When it was decided.")
    message: Message | None = one(
        "The letter; null without one, and for an owner before it was sent, or when it was to somebody else at her address."
    )
    client: Client | None = one("Who is told, or is not.", STAFF, carried=True)
    settled_at: datetime | None = column("When its outcome was known; null before.", STAFF)
    dedupe_key: str | None = computed(
        "What is never told twice: this reminder, its round, this step, this channel, this person.",
        models.reminder.dedupe_key,
        "reminder_id",
        "round",
        "step",
        "channel",
        "client_id",
        roles=STAFF,
    )


@shape(models.Reminder, EVERYBODY)
class Reminder(Node):
    """Something that is due for a pet, until it is done.

    Owners do not see those that are WITHDRAWN, nor any of a pet that has died.
    """

    id: strawberry.ID = id_of("Reminder")
    pet: Pet = one("For which pet.", carried=True)
    called: str = batched("What is due, in the language of the owner who asks: `rabies booster`.", due.called)
    due_on: date = column(
        "The day on which it is due, on the calendar of the location; in the past when it is overdue."
    )
    state: ReminderState = column("Where it stands.")
    reason: ReminderReason = column("Why it stands there.")
    explanation: str = batched(
        "Why it is due, in a sentence: to an owner in her language, as letters say it; to staff exactly, in English.",
        due.explained,
    )
    location: Location = one("Where the pet usually is.", carried=True)
    booking: ReminderBooking | None = batched(
        "What to book for it; null when it is done or booked already, and when this viewer cannot book anything for it.",
        bookings,
    )
    appointment: Appointment | None = one("The appointment that was booked for it; null without one.")
    told_at: datetime | None = batched("When one of its owners was told by letter last; null before.", due.told_at)
    done_on: date | None = column("The day on which it was done; null before.")
    notices: list[ReminderNotice] = many(
        "What was decided about telling whom, the oldest first; an owner sees what was decided about herself.",
        models.ReminderNotice,
        "reminder",
        order=("decided_at",),
        size=4,
    )
    rule: ReminderRule | None = one("By which rule it is due.", STAFF, carried=True)
    rule_version: ReminderRuleVersion | None = one(
        "The version of that rule by which it was worked out last.", STAFF, key="version", carried=True
    )
    next_step_at: datetime | None = column("When its owners are told next; null when they are not.", STAFF)
    last_step: int | None = column("The step that was decided last; null before the first.", STAFF)
    booked_at: datetime | None = column("Since when the appointment is booked; null without one.", STAFF)
    held_because: str | None = column("Why it is held; empty when it is not.", STAFF)
    held_by: Staff | None = one("Who holds it; null when nobody does.", STAFF, carried=True)
    planned_at: datetime | None = column("When it was found to be due.", STAFF)
    changed_at: datetime | None = column("When it changed last.", STAFF)
