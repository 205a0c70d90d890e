"""What the database itself refuses of reminders and letters: nobody is told twice, and what was told stays as it was."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.constraint import POSTGRES, Check, Constraint, Frozen, NeverChanged, PartialIndex, Unique
from models.row import uuid7

# To whom a letter went is told by its address. The client is not kept: when it turns out that she is one whom the practice
# knew already, what was written to her is that one's.
OF_A_MESSAGE = (
    "id", "letter", "state", "to_address", "language", "template_version", "text_id", "created_at", "sent_at",
    "appointment_id", "channel", "purpose", "consent_source", "consent_at", "dedupe_key", "subject", "body",
)  # fmt: skip
OF_A_TEXT = ("id", "letter", "rule_id", "language", "version", "subject", "body", "made_at", "made_by_id")
OF_A_NOTICE = (
    "id", "reminder_id", "round", "step", "channel", "due_on", "rule_version", "message_id", "consent_source",
    "consent_at", "decided_at",
)  # fmt: skip

CONSTRAINTS: list[Constraint] = [
    Check(
        "practice_letters_by_day",
        "practice",
        "{row}letters_from >= 0 AND {row}letters_until <= 1440 AND {row}letters_until - {row}letters_from >= 60",
    ),
    Check("consent_channel", "consent", "{row}channel IN ('EMAIL')"),
    Check("consent_purpose", "consent", "{row}purpose IN ('APPOINTMENT', 'CARE', 'MARKETING')"),
    Check(
        "reminder_rule_version_ages",
        "reminder_rule_version",
        "({row}every_months IS NULL OR {row}every_months > 0) AND ({row}first_age_months IS NULL OR {row}first_age_months > 0) "
        "AND COALESCE({row}from_age_months, 0) >= 0 "
        "AND ({row}until_age_months IS NULL OR {row}until_age_months > COALESCE({row}from_age_months, 0))",
    ),
    NeverChanged("reminder_rule_version_never_changed", "reminder_rule_version"),
    NeverChanged("reminder_rule_service_never_changed", "reminder_rule_service"),
    Check("reminder_rule_version_number", "reminder_rule", "{row}version > 0"),
    Check(
        "reminder_goes_on",
        "reminder",
        "{row}next_step_at IS NULL OR {row}state IN ('PLANNED', 'DUE', 'SENT')",
    ),
    Check("reminder_round", "reminder", "{row}round > 0"),
    Check("reminder_done", "reminder", "{row}state <> 'COMPLETED' OR {row}done_on IS NOT NULL"),
    Check("reminder_held_has_a_reason", "reminder", "{row}reason <> 'HELD' OR {row}held_because <> ''"),
    Check("reminder_booked", "reminder", "{row}reason <> 'BOOKED' OR {row}appointment_id IS NOT NULL"),
    Check(
        "reminder_notice_has_a_letter",
        "reminder_notice",
        "{row}message_id IS NOT NULL OR {row}outcome IN ('WITHHELD', 'WITHDRAWN')",
    ),
    Frozen("reminder_notice_kept", "reminder_notice", "{row}outcome = 'SENT'", OF_A_NOTICE, may_go=True),
    Unique("message_told_once", "message", "dedupe_key", "state IN ('WAITING', 'SENT', 'DOUBTFUL')"),
    Frozen("message_kept", "message", "{row}state = 'SENT'", OF_A_MESSAGE),
    Frozen("letter_text_kept", "letter_text", "{row}id IS NOT NULL", OF_A_TEXT),
    Unique("letter_text_version", "letter_text", "letter, language, version", "rule_id IS NULL"),
    Unique("letter_text_of_a_rule_version", "letter_text", "letter, rule_id, language, version", "rule_id IS NOT NULL"),
    Unique("letter_text_in_use", "letter_text", "letter, language", "is_in_use AND rule_id IS NULL"),
    Unique(
        "letter_text_of_a_rule_in_use", "letter_text", "letter, rule_id, language", "is_in_use AND rule_id IS NOT NULL"
    ),
    PartialIndex("reminder_next_step", "reminder", "next_step_at", "next_step_at IS NOT NULL"),
    PartialIndex("reminder_look_again", "reminder", "look_again_at", "look_again_at IS NOT NULL"),
    PartialIndex("reminder_notice_waiting", "reminder_notice", "reminder_id", "outcome = 'WAITING'"),
    PartialIndex("message_doubtful", "message", "created_at", "state = 'DOUBTFUL'"),
    PartialIndex("message_told", "message", "client_id, created_at", "client_id IS NOT NULL"),
]


async def make(_apps: Any, editor: Any) -> None:
    """Make every constraint, and begin to follow the trail where it stands now."""
    for constraint in CONSTRAINTS:
        for statement in constraint.statements(editor.DIALECT):
            await editor.client.execute_query(statement)
    is_so, is_not = ("TRUE", "FALSE") if editor.DIALECT == POSTGRES else ("1", "0")
    await editor.client.execute_query(
        "INSERT INTO reminder_progress (id, is_the_only_one, goes_round_again, last_number) "  # noqa: S608 - a key of ours
        f"SELECT '{uuid7()}', {is_so}, {is_not}, COALESCE(MAX(last_number), 0) FROM event_counter"
    )


async def backfill(_apps: Any, editor: Any) -> None:
    """Say of each letter that there is what it was for, and to which domain it goes."""
    about = "'APPOINTMENT_BOOKED', 'APPOINTMENT_MOVED', 'APPOINTMENT_CANCELLED', 'COMING_VISIT'"
    await editor.client.execute_query(f"UPDATE message SET purpose = 'APPOINTMENT' WHERE letter IN ({about})")  # noqa: S608 - our own names
    at = "strpos" if editor.DIALECT == POSTGRES else "instr"
    await editor.client.execute_query(
        f"UPDATE message SET to_domain = lower(substr(to_address, {at}(to_address, '@') + 1)) WHERE to_address LIKE '%@%'"  # noqa: S608 - our own names
    )


class Migration(migrations.Migration):
    """Constraints of reminding."""

    dependencies = [("models", "0019_reminding")]

    operations = [ops.RunPython(backfill), ops.RunPython(make)]
