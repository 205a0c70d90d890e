"""What of a note may still change when it is signed or locked: the words that find it, and how often a line in it changed."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.constraint import Frozen

TEXTS = ("subjective", "objective", "assessment", "plan", "internal")
KEPT = ("id", "visit_id", "pet_id", "kind", "template_id", "author_id", *TEXTS, "at", "created_at", "changed_at")

# An addendum adds to `words`, signed or not. `version` rises with every line that is marked as an error: whoever signs a
# draft in a locked visit has to have read that as well.
CONSTRAINTS = [
    Frozen("note_signed", "note", "{row}signed_at IS NOT NULL", (*KEPT, "version", "signed_at", "signed_by_id")),
    Frozen(
        "note_in_a_locked_visit",
        "note",
        "EXISTS (SELECT 1 FROM visit locked WHERE locked.id = {row}visit_id AND locked.locked_at IS NOT NULL)",
        KEPT,
        admits_new=False,
    ),
]


async def make_again(_apps: Any, editor: Any) -> None:
    """Take each of them away as it was, and make it as it is now."""
    for constraint in CONSTRAINTS:
        for statement in (*constraint.gone(editor.DIALECT), *constraint.statements(editor.DIALECT)):
            await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    """What is kept of notes."""

    dependencies = [("models", "0012_history_kept")]
    operations = [ops.RunPython(make_again)]
