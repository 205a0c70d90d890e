"""What the database itself refuses from the first day, and the indexes that no model can declare."""

from typing import Any
from uuid import uuid4

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.constraint import Check, Constraint, NeverChanged, NoOverlap, PartialIndex, TextIndex, Unique

MINUTES = "{row}weekday BETWEEN 1 AND 7 AND {row}from_minute >= 0 AND {row}from_minute < {row}until_minute AND {row}until_minute <= 1440"
PERIOD = "{row}starts_at < {row}ends_at"

CONSTRAINTS: list[Constraint] = [
    Check("practice_is_the_only_one", "practice", "{row}is_the_only_one"),
    Check("location_currency", "location", "length({row}currency) = 3"),
    Check("opening_hours_in_a_day", "opening_hours", MINUTES),
    Check("working_hours_in_a_day", "working_hours", MINUTES),
    Check("working_hours_dates", "working_hours", "{row}ends_on IS NULL OR {row}ends_on >= {row}starts_on"),
    Check("hours_exception_period", "hours_exception", PERIOD),
    Check(
        "hours_exception_of_somebody", "hours_exception", "{row}location_id IS NOT NULL OR {row}staff_id IS NOT NULL"
    ),
    Check("staff_role_of_staff", "staff_role", "{row}role IN ('RECEPTIONIST', 'NURSE', 'VET', 'MANAGER')"),
    Unique("staff_role_at_a_location", "staff_role", "staff_id, location_id, role", "location_id IS NOT NULL"),
    Unique("staff_role_everywhere", "staff_role", "staff_id, role", "location_id IS NULL"),
    Check("pet_birth_date_and_precision", "pet", "({row}born_on IS NULL) = ({row}born_precision IS NULL)"),
    Check("ownership_share", "ownership", "{row}share BETWEEN 0 AND 100"),
    Check("ownership_payer_may_pay", "ownership", "{row}share = 0 OR {row}may_pay"),
    Check("ownership_dates", "ownership", "{row}ends_on IS NULL OR {row}ends_on >= {row}starts_on"),
    Unique("ownership_once_at_a_time", "ownership", "pet_id, client_id", "ends_on IS NULL"),
    Check("service_length", "service", "{row}lasts_minutes BETWEEN 5 AND 1440"),
    Check(
        "service_buffers",
        "service",
        "{row}buffer_before_minutes BETWEEN 0 AND 480 AND {row}buffer_after_minutes BETWEEN 0 AND 480 AND {row}lead_minutes >= 0",
    ),
    Check("appointment_period", "appointment", PERIOD),
    Check(
        "appointment_status",
        "appointment",
        "{row}status IN ('REQUESTED', 'BOOKED', 'CONFIRMED', 'ARRIVED', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED', 'NO_SHOW')",
    ),
    Check("busy_time_period", "busy_time", PERIOD),
    NoOverlap("busy_time_no_overlap", "busy_time", "resource_id", "is_exclusive"),
    Check("message_attempts", "message", "{row}attempts >= 0"),
    Check("message_secret_only_while_waiting", "message", "{row}state = 'WAITING' OR {row}secret IS NULL"),
    Check(
        "account_of_staff_or_owner",
        "account",
        "({row}audience = 'staff' AND {row}staff_id IS NOT NULL AND {row}client_id IS NULL) OR "
        "({row}audience = 'owner' AND {row}client_id IS NOT NULL AND {row}staff_id IS NULL)",
    ),
    Check("account_link_tries", "account", "{row}link_tries BETWEEN 0 AND 3"),
    Check("event_counter_is_the_only_one", "event_counter", "{row}id = 1"),
    NeverChanged("event_never_changed", "event"),
    TextIndex("client_word_word", "client_word", "word", "client_id"),
    TextIndex("client_fold", "client", "fold", "id"),
    TextIndex("pet_fold", "pet", "fold", "id"),
    PartialIndex("message_waiting", "message", "not_before, id", "state = 'WAITING'"),
    PartialIndex("account_unlinked", "account", "created_at, id", "audience = 'owner' AND NOT is_linked"),
]


async def make(_apps: Any, editor: Any) -> None:
    """Make every constraint and index, and the event counter's only row."""
    for constraint in CONSTRAINTS:
        for statement in constraint.statements(editor.DIALECT):
            await editor.client.execute_query(statement)
    await editor.client.execute_query(
        f"INSERT INTO event_counter (id, last_number, stream_id) VALUES (1, 0, '{uuid4()}')"  # noqa: S608 - our own key
    )


class Migration(migrations.Migration):
    """The first constraints."""

    dependencies = [("models", "0001_initial")]
    operations = [ops.RunPython(make)]
