from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.constraint import Check, Constraint, NeverChanged
from models.row import Instant, uuid7

CONSTRAINTS: list[Constraint] = [
    Check("paper_file_sha256", "paper_file", "length({row}sha256) = 64"),
    Check("paper_file_kind", "paper_file", "{row}kind IN ('invoices', 'credit-notes', 'receipts')"),
    NeverChanged("paper_file_never_changed", "paper_file"),
]


async def make(_apps: Any, editor: Any) -> None:
    """Make every constraint."""
    for constraint in CONSTRAINTS:
        for statement in constraint.statements(editor.DIALECT):
            await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    """Printed papers of money."""

    dependencies = [("models", "0017_paying_kept")]

    initial = False

    operations = [
        ops.CreateModel(
            name="PaperFile",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("kind", fields.CharField(max_length=16)),
                ("subject_id", fields.UUIDField()),
                ("name", fields.TextField(unique=False)),
                ("sha256", fields.CharField(max_length=64)),
                ("content", fields.BinaryField()),
                ("rendered_at", Instant(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "paper_file",
                "app": "models",
                "unique_together": (("kind", "subject_id"),),
                "pk_attr": "id",
                "table_description": "A printed invoice, credit note or receipt. It is never changed.",
            },
            bases=["Row"],
        ),
        ops.RunPython(make),
    ]
