from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.due_date import Reason
from models.row import Instant, Words, uuid7
from models.vaccination import DoseSource
from models.vaccination_rule import Evidence
from models.vaccine import Target


class Migration(migrations.Migration):
    """Vaccines, protocols, vaccinations, what is due, and certificates."""

    dependencies = [("models", "0004_records_kept")]

    initial = False

    operations = [
        ops.CreateModel(
            name="NumberSeries",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("name", fields.CharField(unique=True, max_length=32)),
                ("last_number", fields.BigIntField()),
            ],
            options={
                "table": "number_series",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A series, and its last number. Whoever takes the next one holds the row until the deed is done, or undone.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="VaccinationProtocol",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("code", fields.CharField(max_length=64)),
                ("version", fields.SmallIntField()),
                ("name", fields.TextField(unique=False)),
                ("fold", fields.TextField(unique=False)),
                ("species", Words(unique=False)),
                ("targets", Words(unique=False)),
                ("jurisdiction", fields.CharField(max_length=6)),
                ("lifestyles", Words(unique=False)),
                ("until_age", fields.CharField(max_length=8)),
                ("earliest_age", fields.CharField(max_length=8)),
                ("first_age", fields.CharField(max_length=8)),
                ("least_gap", fields.CharField(max_length=8)),
                ("gap", fields.CharField(max_length=8)),
                ("doses", fields.SmallIntField()),
                ("late_doses", fields.SmallIntField()),
                ("series_until_age", fields.CharField(max_length=8)),
                ("first_booster_age", fields.CharField(max_length=8)),
                ("first_booster_after", fields.CharField(max_length=8)),
                ("booster_every", fields.CharField(max_length=8)),
                ("is_no_sooner", fields.BooleanField()),
                ("restarts_after", fields.CharField(max_length=8)),
                ("legal_onset", fields.CharField(max_length=8)),
                ("legal_by_age", fields.CharField(max_length=8)),
                ("source", fields.TextField(unique=False)),
                (
                    "evidence",
                    fields.CharEnumField(
                        description="PRIMARY: PRIMARY\nSECONDARY: SECONDARY", enum_type=Evidence, max_length=16
                    ),
                ),
                ("is_active", fields.BooleanField()),
                ("activated_at", Instant(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "vaccination_protocol",
                "app": "models",
                "unique_together": (("code", "version"),),
                "pk_attr": "id",
                "table_description": "One version of a vaccination rule. Whether it is active may change, and nothing else ever does.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="VaccinationDue",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "pet",
                    fields.ForeignKeyField(
                        "models.Pet",
                        source_field="pet_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="vaccinations_due",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "target",
                    fields.CharEnumField(
                        description="RABIES: RABIES\nDISTEMPER: DISTEMPER\nADENOVIRUS: ADENOVIRUS\nPARVOVIRUS: PARVOVIRUS\nPARAINFLUENZA: PARAINFLUENZA\nLEPTOSPIROSIS: LEPTOSPIROSIS\nBORDETELLA: BORDETELLA\nLYME: LYME\nCANINE_INFLUENZA: CANINE_INFLUENZA\nPANLEUKOPENIA: PANLEUKOPENIA\nFELINE_HERPESVIRUS: FELINE_HERPESVIRUS\nFELINE_CALICIVIRUS: FELINE_CALICIVIRUS\nFELINE_LEUKEMIA: FELINE_LEUKEMIA\nCHLAMYDIA: CHLAMYDIA\nMYXOMATOSIS: MYXOMATOSIS\nRABBIT_HAEMORRHAGIC_DISEASE: RABBIT_HAEMORRHAGIC_DISEASE\nEQUINE_INFLUENZA: EQUINE_INFLUENZA\nTETANUS: TETANUS\nOTHER: OTHER",
                        enum_type=Target,
                        max_length=32,
                    ),
                ),
                ("due_on", fields.DateField()),
                ("earliest_on", fields.DateField()),
                (
                    "reason",
                    fields.CharEnumField(
                        description="FIRST_DOSE: FIRST_DOSE\nFIRST_SERIES: FIRST_SERIES\nFIRST_BOOSTER: FIRST_BOOSTER\nBOOSTER: BOOSTER\nPRODUCT_LABEL: PRODUCT_LABEL",
                        enum_type=Reason,
                        max_length=32,
                    ),
                ),
                ("sentence", fields.TextField(unique=False)),
                (
                    "protocol",
                    fields.ForeignKeyField(
                        "models.VaccinationProtocol",
                        source_field="protocol_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "location",
                    fields.ForeignKeyField(
                        "models.Location",
                        source_field="location_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("lapses_on", fields.DateField(null=True)),
                ("is_regulated", fields.BooleanField(default=False)),
                ("immune_from", fields.DateField(null=True)),
                ("immune_until", fields.DateField(null=True)),
                ("required_by", fields.DateField(null=True)),
                ("worked_out_at", Instant(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "vaccination_due",
                "app": "models",
                "unique_together": (("pet_id", "target"),),
                "indexes": [Index(fields=["due_on"])],
                "pk_attr": "id",
                "table_description": "When a pet's next dose against one disease is due, and why: one row a pet and target.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Vaccine",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("name", fields.TextField(unique=False)),
                ("maker", fields.TextField(default="", unique=False)),
                ("fold", fields.TextField(unique=False)),
                ("species", Words(default=list, unique=False)),
                ("targets", Words(default=list, unique=False)),
                ("lasts_months", fields.SmallIntField()),
                ("is_in_use", fields.BooleanField(default=True)),
            ],
            options={
                "table": "vaccine",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A product: what it is called, for which species it is licensed, from what it protects, and for how long.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Vaccination",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "pet",
                    fields.ForeignKeyField(
                        "models.Pet",
                        source_field="pet_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="vaccinations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "visit",
                    fields.ForeignKeyField(
                        "models.Visit",
                        source_field="visit_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "vaccine",
                    fields.ForeignKeyField(
                        "models.Vaccine",
                        source_field="vaccine_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("lot", fields.TextField(default="", unique=False)),
                ("lot_fold", fields.TextField(default="", unique=False)),
                ("expires_on", fields.DateField(null=True)),
                ("given_on", fields.DateField()),
                ("at", Instant(auto_now=False, auto_now_add=False)),
                (
                    "given_by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="given_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "location",
                    fields.ForeignKeyField(
                        "models.Location",
                        source_field="location_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("body_site", fields.TextField(default="", unique=False)),
                ("tag", fields.TextField(default="", unique=False)),
                (
                    "source",
                    fields.CharEnumField(
                        default=DoseSource.RECORDED,
                        description="RECORDED: RECORDED\nIMPORTED: IMPORTED\nELSEWHERE: ELSEWHERE",
                        enum_type=DoseSource,
                        max_length=16,
                    ),
                ),
                ("words", fields.TextField(default="", unique=False)),
                ("recorded_at", Instant(auto_now=False, auto_now_add=False)),
                ("voided_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                (
                    "voided_by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="voided_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("voided_because", fields.TextField(default="", unique=False)),
            ],
            options={
                "table": "vaccination",
                "app": "models",
                "indexes": [Index(fields=["pet_id", "given_on"])],
                "pk_attr": "id",
                "table_description": "A dose of a vaccine. It is never deleted: one that was not given is voided, by whom and why.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Certificate",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("number", fields.BigIntField(unique=True)),
                (
                    "vaccination",
                    fields.ForeignKeyField(
                        "models.Vaccination",
                        source_field="vaccination_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="certificates",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "pet",
                    fields.ForeignKeyField(
                        "models.Pet",
                        source_field="pet_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="certificates",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "client",
                    fields.ForeignKeyField(
                        "models.Client",
                        source_field="client_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "vet",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="vet_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "location",
                    fields.ForeignKeyField(
                        "models.Location",
                        source_field="location_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("issued_at", Instant(auto_now=False, auto_now_add=False)),
                ("issued_on", fields.DateField()),
                ("facts", fields.TextField(unique=False)),
                ("token", fields.CharField(unique=True, max_length=64)),
                ("voided_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                (
                    "voided_by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="voided_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("voided_because", fields.TextField(default="", unique=False)),
                (
                    "replaced_by",
                    fields.ForeignKeyField(
                        "models.Certificate",
                        source_field="replaced_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "certificate",
                "app": "models",
                "indexes": [Index(fields=["pet_id"]), Index(fields=["vaccination_id"])],
                "pk_attr": "id",
                "table_description": "A certificate of one vaccination. It is never changed: a wrong one is voided, and another replaces it.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Location",
            name="region",
            field=fields.CharField(default="", db_default="", max_length=6),
        ),
        ops.AddField(
            model_name="Pet",
            name="lifestyle",
            field=Words(default=list, db_default=[], unique=False),
        ),
        ops.AddField(
            model_name="Staff",
            name="licence_number",
            field=fields.TextField(default="", db_default="", unique=False),
        ),
    ]
