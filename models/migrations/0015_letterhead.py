from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.constraint import Check, Constraint
from models.logo import LogoKind
from models.row import Instant, uuid7

CONSTRAINTS: list[Constraint] = [
    Check("practice_logo_size", "practice_logo", "length({row}content) BETWEEN 1 AND 262144"),
]


async def make(_apps: Any, editor: Any) -> None:
    """Make every constraint."""
    for constraint in CONSTRAINTS:
        for statement in constraint.statements(editor.DIALECT):
            await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    """What stands at the head of every paper."""

    dependencies = [("models", "0014_addenda_found")]

    initial = False

    operations = [
        ops.CreateModel(
            name="PracticeLogo",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "practice",
                    fields.OneToOneField(
                        "models.Practice",
                        source_field="practice_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharEnumField(description="PNG: PNG\nSVG: SVG", enum_type=LogoKind, max_length=8)),
                ("content", fields.BinaryField()),
                ("changed_at", Instant(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "practice_logo",
                "app": "models",
                "pk_attr": "id",
                "table_description": "The logo of the practice, on every paper that is printed from now on.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Location",
            name="email",
            field=fields.TextField(default="", db_default="", unique=False),
        ),
        ops.AddField(
            model_name="Practice",
            name="logo_changed_at",
            field=Instant(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.RunPython(make),
    ]
