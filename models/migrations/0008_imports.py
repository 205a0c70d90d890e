from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.pet_record import LineKind
from models.row import Instant, uuid7


class Migration(migrations.Migration):
    """What came in from elsewhere: imports, and the lines of the records that came with them."""

    dependencies = [("models", "0007_certificate_files")]

    initial = False

    operations = [
        ops.CreateModel(
            name="RecordImport",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "pet",
                    fields.ForeignKeyField(
                        "models.Pet",
                        source_field="pet_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="imports",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "imported_by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="imported_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("imported_at", Instant(auto_now=False, auto_now_add=False)),
                ("written_at", Instant(auto_now=False, auto_now_add=False)),
                ("software", fields.TextField(default="", unique=False)),
                ("software_version", fields.TextField(default="", unique=False)),
                ("format_version", fields.TextField(unique=False)),
                ("pet_there", fields.TextField(unique=False)),
                ("owner", fields.TextField(default="", unique=False)),
                ("left_out", fields.TextField(unique=False)),
                ("details", fields.TextField(unique=False)),
                ("fingerprint", fields.CharField(max_length=64)),
            ],
            options={
                "table": "record_import",
                "app": "models",
                "indexes": [Index(fields=["pet_id"]), Index(fields=["pet_there"])],
                "pk_attr": "id",
                "table_description": "A record that came in from elsewhere: from which software, of which day, by whom it was taken in.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ImportedLine",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "pet",
                    fields.ForeignKeyField(
                        "models.Pet",
                        source_field="pet_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="imported_lines",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "record_import",
                    fields.ForeignKeyField(
                        "models.RecordImport",
                        source_field="record_import_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="lines",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "within",
                    fields.ForeignKeyField(
                        "models.ImportedLine",
                        source_field="within_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="PET: PET\nVISIT: VISIT\nFINDING: FINDING\nPROBLEM: PROBLEM\nVACCINATION: VACCINATION\nPROCEDURE: PROCEDURE\nALLERGY: ALLERGY\nMEDICINE: MEDICINE\nDOCUMENT: DOCUMENT",
                        enum_type=LineKind,
                        max_length=16,
                    ),
                ),
                ("at", Instant(auto_now=False, auto_now_add=False)),
                ("title", fields.TextField(unique=False)),
                ("text", fields.TextField(default="", unique=False)),
                ("author", fields.TextField(default="", unique=False)),
                ("practice", fields.TextField(default="", unique=False)),
                ("details", fields.TextField(unique=False)),
                ("row_id", fields.UUIDField(null=True)),
                ("words", fields.TextField(default="", unique=False)),
            ],
            options={
                "table": "imported_line",
                "app": "models",
                "indexes": [Index(fields=["pet_id", "at"]), Index(fields=["record_import_id"])],
                "pk_attr": "id",
                "table_description": "One thing of the record of a pet as it was written elsewhere: nobody here may write into it.",
            },
            bases=["Row"],
        ),
    ]
