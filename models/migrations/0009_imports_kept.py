"""What the database itself refuses of records from elsewhere: they stay as they came in."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.constraint import Constraint, Frozen

ALWAYS = "{row}id IS NOT NULL"
CONSTRAINTS: list[Constraint] = [
    Frozen(
        "record_import_kept",
        "record_import",
        ALWAYS,
        ("id", "pet_id", "imported_by_id", "imported_at", "written_at", "software", "software_version",
         "format_version", "pet_there", "owner", "left_out", "details", "fingerprint"),
    ),
    Frozen(
        "imported_line_kept",
        "imported_line",
        ALWAYS,
        ("id", "pet_id", "record_import_id", "within_id", "kind", "at", "title", "text", "author", "practice",
         "details", "row_id", "words"),
    ),
]  # fmt: skip


async def make(_apps: Any, editor: Any) -> None:
    """Make every constraint."""
    for constraint in CONSTRAINTS:
        for statement in constraint.statements(editor.DIALECT):
            await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    """The constraints of records from elsewhere."""

    dependencies = [("models", "0008_imports")]
    operations = [ops.RunPython(make)]
