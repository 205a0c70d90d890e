"""What the database itself refuses of records: what is signed or locked stays as it is, with all that belongs to it."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.constraint import POSTGRES, Check, Constraint, Frozen, NeverChanged, PartialIndex, TextIndex, Unique
from models.row import uuid7

TEXTS = ("subjective", "objective", "assessment", "plan", "internal")
OF_A_NOTE = ("id", "visit_id", "pet_id", "kind", "template_id", "author_id", *TEXTS, "words", "version", "at",
             "created_at", "changed_at")  # fmt: skip
# A draft in a locked visit is frozen like a signed note; signing it is still allowed, for signing changes no words.
IN_A_LOCKED_VISIT = (
    "EXISTS (SELECT 1 FROM visit locked WHERE locked.id = {row}visit_id AND locked.locked_at IS NOT NULL)"
)
# A note that takes no lines: signed, in a locked visit, entered in error with or without its visit, or of another pet.
IN_A_FROZEN_NOTE = (
    "EXISTS (SELECT 1 FROM note kept JOIN visit locked ON locked.id = kept.visit_id "
    "WHERE kept.id = {row}note_id AND (kept.signed_at IS NOT NULL OR locked.locked_at IS NOT NULL "
    "OR kept.errored_at IS NOT NULL OR locked.errored_at IS NOT NULL OR kept.pet_id <> {row}pet_id))"
)
OF_A_LINE = ("id", "pet_id", "note_id", "at", "recorded_at", "recorded_by_id", "words")
LINES = {
    "vital": ("kind", "thousandths", "given", "unit", "source", "change_percent"),
    "diagnosis": ("problem_id", "certainty", "comment"),
    "procedure": ("service_id", "name", "site", "details", "done_by_id"),
    "treatment": ("name", "amount", "route", "lot", "given_by_id"),
    "allergy": ("substance", "reaction", "severity"),
    "prescription": (
        "medicine", "strength", "directions", "micrograms_per_kilogram", "micrograms", "times_a_day", "days",
        "quantity", "weight_id", "weight_grams", "weight_is_stale", "weight_has_jumped", "repeats_allowed",
        "valid_until", "prescribed_by_id",
    ),
}  # fmt: skip
ERRED = "{row}errored_at IS NULL OR {row}errored_because <> ''"

CONSTRAINTS: list[Constraint] = [
    Check("practice_locks_after", "practice", "{row}locks_after_hours IS NULL OR {row}locks_after_hours BETWEEN 1 AND 720"),
    Check("practice_stale_weight", "practice", "{row}stale_weight_days BETWEEN 1 AND 366"),
    Check("visit_period", "visit", "{row}ended_at IS NULL OR {row}ended_at >= {row}at"),
    Check("note_kind", "note", "{row}kind IN ('VET', 'NURSE')"),
    Check("note_version", "note", "{row}version >= 1"),
    Check("note_signed_by_somebody", "note", "({row}signed_at IS NULL) = ({row}signed_by_id IS NULL)"),
    Check("note_cosigned_by_somebody", "note", "({row}cosigned_at IS NULL) = ({row}cosigned_by_id IS NULL)"),
    Check(
        "note_cosigned_by_another",
        "note",
        "{row}cosigned_at IS NULL OR ({row}signed_at IS NOT NULL AND {row}cosigned_by_id <> {row}signed_by_id)",
    ),
    Check("document_signed_by_somebody", "document", "({row}signed_at IS NULL) = ({row}signed_by_id IS NULL)"),
    Check("document_shared_when_signed", "document", "{row}shared_at IS NULL OR {row}signed_at IS NOT NULL"),
    *(Check(f"{table}_error_has_a_reason", table, ERRED) for table in ("visit", "note", "document", *LINES)),
    Check("problem_resolved", "problem", "({row}state = 'RESOLVED') = ({row}resolved_on IS NOT NULL)"),
    Check("treatment_plan_ended", "treatment_plan", "({row}state = 'ACTIVE') = ({row}ended_at IS NULL)"),
    Check("treatment_step_settled", "treatment_step", "({row}state = 'OPEN') = ({row}settled_at IS NULL)"),
    Check("prescription_repeats", "prescription", "{row}repeats_given BETWEEN 0 AND {row}repeats_allowed"),
    Check("prescription_weight", "prescription", "({row}weight_id IS NULL) = ({row}weight_grams IS NULL)"),
    Check("prescription_repeat_number", "prescription_repeat", "{row}number >= 1"),
    Check("death_undone_has_a_reason", "death", "{row}undone_at IS NULL OR {row}undone_because <> ''"),
    Unique("death_once", "death", "pet_id", "undone_at IS NULL"),
    Frozen(
        "visit_locked",
        "visit",
        "{row}locked_at IS NOT NULL",
        ("id", "pet_id", "appointment_id", "location_id", "vet_id", "at", "ended_at", "reason", "words", "created_at",
         "locked_at", "locked_by_id"),
    ),
    Frozen(
        "note_signed",
        "note",
        "{row}signed_at IS NOT NULL",
        (*OF_A_NOTE, "signed_at", "signed_by_id"),
    ),
    Frozen(
        "note_in_a_locked_visit",
        "note",
        IN_A_LOCKED_VISIT,
        OF_A_NOTE,
        admits_new=False,
    ),
    *(
        Frozen(f"{table}_in_a_frozen_note", table, IN_A_FROZEN_NOTE, (*OF_A_LINE, *columns), admits_new=False)
        for table, columns in LINES.items()
    ),
    Frozen(
        "document_signed",
        "document",
        "{row}signed_at IS NOT NULL",
        ("id", "pet_id", "visit_id", "kind", "title", "body", "addressee", "author_id", "words", "version", "at",
         "signed_at", "signed_by_id"),
    ),
    NeverChanged("note_revision_never_changed", "note_revision"),
    NeverChanged("addendum_never_changed", "addendum"),
    NeverChanged("record_reading_never_changed", "record_reading"),
    NeverChanged("prescription_repeat_never_changed", "prescription_repeat"),
    NeverChanged("death_effect_never_changed", "death_effect"),
    TextIndex("diagnosis_term_fold", "diagnosis_term", "fold", "id"),
    TextIndex("note_template_fold", "note_template", "fold", "id"),
    PartialIndex("visit_still_open", "visit", "ended_at, id", "locked_at IS NULL AND errored_at IS NULL"),
]  # fmt: skip


async def make(_apps: Any, editor: Any) -> None:
    """Make every constraint and index."""
    for constraint in CONSTRAINTS:
        for statement in constraint.statements(editor.DIALECT):
            await editor.client.execute_query(statement)


async def remember(_apps: Any, editor: Any) -> None:
    """Write a death for every pet that has died already: without effects, for nobody wrote down what was ended."""
    run, is_postgres = editor.client.execute_query, editor.DIALECT == POSTGRES
    marks = "$1, $2, $3, $4, $5" if is_postgres else "?, ?, ?, ?, ?"
    _, pets = await run(
        "SELECT pet.id, pet.died_on, COALESCE(told.at, pet.created_at) AS at, told.account_id "
        "FROM pet LEFT JOIN event told ON told.number = (SELECT number FROM event WHERE kind = 'PET_DIED' "
        "AND subject_id = pet.id ORDER BY number DESC LIMIT 1) WHERE pet.died_on IS NOT NULL"
    )
    for pet in pets:
        key = uuid7() if is_postgres else str(uuid7())
        await run(
            "INSERT INTO death (is_reported_by_owner, undone_because, stayed, id, pet_id, died_on, recorded_at, "  # noqa: S608
            f"recorded_by_account_id) VALUES (FALSE, '', '{{}}', {marks})",
            [key, pet["id"], pet["died_on"], pet["at"], pet["account_id"]],
        )


class Migration(migrations.Migration):
    """The constraints of records, and the deaths that were recorded before there was a table of them."""

    dependencies = [("models", "0003_records")]
    operations = [ops.RunPython(make), ops.RunPython(remember)]
