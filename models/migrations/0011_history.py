from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.history_entry import HistoryKind, OwnersSee
from models.row import Instant


class Migration(migrations.Migration):
    dependencies = [("models", "0010_common_terms")]

    initial = False

    operations = [
        ops.CreateModel(
            name="HistoryEntry",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "pet",
                    fields.ForeignKeyField(
                        "models.Pet",
                        source_field="pet_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="history",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharEnumField(description="What it is.", enum_type=HistoryKind, max_length=16)),
                ("at", Instant(auto_now=False, auto_now_add=False)),
                (
                    "owners_see",
                    fields.CharEnumField(description="Whether its owners see it.", enum_type=OwnersSee, max_length=16),
                ),
                ("words", fields.TextField(unique=False)),
            ],
            options={
                "table": "history_entry",
                "app": "models",
                "indexes": [
                    Index(fields=["pet_id", "at", "id"]),
                    Index(fields=["pet_id", "kind", "at", "id"]),
                    Index(fields=["at", "id"]),
                    Index(fields=["kind", "at", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "A row of another table, as it stands in the history: the key is that of the row itself.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Appointment",
            name="words",
            field=fields.TextField(default="", db_default="", unique=False),
        ),
    ]
