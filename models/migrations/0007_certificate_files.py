from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.constraint import Check, Constraint, NeverChanged
from models.row import Instant, uuid7

CONSTRAINTS: list[Constraint] = [
    Check("certificate_file_sha256", "certificate_file", "length({row}sha256) = 64"),
    NeverChanged("certificate_file_never_changed", "certificate_file"),
]


async def make(_apps: Any, editor: Any) -> None:
    """Make every constraint."""
    for constraint in CONSTRAINTS:
        for statement in constraint.statements(editor.DIALECT):
            await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    """Printed certificates."""

    dependencies = [("models", "0006_vaccination_kept")]

    initial = False

    operations = [
        ops.CreateModel(
            name="CertificateFile",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "certificate",
                    fields.ForeignKeyField(
                        "models.Certificate",
                        source_field="certificate_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("is_void", fields.BooleanField()),
                ("sha256", fields.CharField(max_length=64)),
                ("content", fields.BinaryField()),
                ("rendered_at", Instant(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "certificate_file",
                "app": "models",
                "unique_together": (("certificate_id", "is_void"),),
                "pk_attr": "id",
                "table_description": "A printed certificate: one while it stood, and one with VOID on it. It is never changed.",
            },
            bases=["Row"],
        ),
        ops.RunPython(make),
    ]
