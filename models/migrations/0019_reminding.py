"""Reminding: rules, reminders and what was decided about them, consents, letters in words of our own, and mailboxes."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.consent import Channel, ConsentSource, Purpose
from models.message import Letter
from models.reminder import NoticeOutcome, NoticeReason, ReminderReason, ReminderState
from models.reminder_rule import RuleKind
from models.row import Instant, Words, uuid7


class Migration(migrations.Migration):
    """Reminding."""

    dependencies = [("models", "0018_paper_files")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Consent",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "client",
                    fields.ForeignKeyField(
                        "models.Client",
                        source_field="client_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="consents",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("channel", fields.CharEnumField(description="EMAIL: EMAIL", enum_type=Channel, max_length=8)),
                (
                    "purpose",
                    fields.CharEnumField(
                        description="APPOINTMENT: APPOINTMENT\nCARE: CARE\nMARKETING: MARKETING",
                        enum_type=Purpose,
                        max_length=16,
                    ),
                ),
                ("is_given", fields.BooleanField()),
                (
                    "source",
                    fields.CharEnumField(
                        description="OWNER: OWNER\nIN_PERSON: IN_PERSON\nPHONE: PHONE\nFORM: FORM\nIMPORT: IMPORT\nUNSUBSCRIBED: UNSUBSCRIBED",
                        enum_type=ConsentSource,
                        max_length=16,
                    ),
                ),
                ("said_at", Instant(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "consent",
                "app": "models",
                "unique_together": (("client", "channel", "purpose"),),
                "pk_attr": "id",
                "table_description": "What a client last said about one purpose over one channel. Without a row `WITHOUT_A_WORD` holds.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="MailDomain",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("domain", fields.CharField(unique=True, max_length=255)),
                ("free_at", Instant(auto_now=False, auto_now_add=False)),
                ("refusals", fields.SmallIntField(default=0)),
                ("answer", fields.TextField(default="", unique=False)),
            ],
            options={
                "table": "mail_domain",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A domain that we write to, and when the next letter may go there: none before `free_at`.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ReminderProgress",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("is_the_only_one", fields.BooleanField(default=True, unique=True)),
                ("last_number", fields.BigIntField(default=0)),
                ("gone_to", fields.UUIDField(null=True)),
                ("goes_round_again", fields.BooleanField(default=False)),
            ],
            options={
                "table": "reminder_progress",
                "app": "models",
                "pk_attr": "id",
                "table_description": "How far the trail has been read for what changes reminders: one row, held by whoever plans or decides.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ReminderRule",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("name", fields.TextField(unique=False)),
                ("fold", fields.TextField(unique=False)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="VACCINATION: VACCINATION\nTREATMENT_STEP: TREATMENT_STEP\nPRESCRIPTION_REPEAT: PRESCRIPTION_REPEAT\nSERVICE_INTERVAL: SERVICE_INTERVAL\nAGE: AGE",
                        enum_type=RuleKind,
                        max_length=24,
                    ),
                ),
                ("version", fields.SmallIntField(default=1)),
                ("is_on", fields.BooleanField(default=False)),
                ("switched_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", Instant(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reminder_rule",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A rule, whose versions say what it does: the one with the number `version` is in force while `is_on`.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="LetterText",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "letter",
                    fields.CharEnumField(
                        description="SIGN_IN_CODE: SIGN_IN_CODE\nINVITATION: INVITATION\nAPPOINTMENT_BOOKED: APPOINTMENT_BOOKED\nAPPOINTMENT_MOVED: APPOINTMENT_MOVED\nAPPOINTMENT_CANCELLED: APPOINTMENT_CANCELLED\nAPPOINTMENT_MISSED: APPOINTMENT_MISSED\nCOMING_VISIT: COMING_VISIT\nCARE_REMINDER: CARE_REMINDER",
                        enum_type=Letter,
                        max_length=32,
                    ),
                ),
                (
                    "rule",
                    fields.ForeignKeyField(
                        "models.ReminderRule",
                        source_field="rule_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="texts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("language", fields.CharField(max_length=8)),
                ("version", fields.SmallIntField()),
                ("subject", fields.TextField(unique=False)),
                ("body", fields.TextField(unique=False)),
                ("is_in_use", fields.BooleanField(default=True)),
                ("made_at", Instant(auto_now=False, auto_now_add=False)),
                (
                    "made_by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="made_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "letter_text",
                "app": "models",
                "indexes": [Index(fields=["letter", "language"])],
                "pk_attr": "id",
                "table_description": "One version of the practice's words for a letter in a language. What it says never changes.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ReminderRuleVersion",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "rule",
                    fields.ForeignKeyField(
                        "models.ReminderRule",
                        source_field="rule_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="versions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.SmallIntField()),
                ("species", Words(default=list, unique=False)),
                ("from_age_months", fields.SmallIntField(null=True)),
                ("until_age_months", fields.SmallIntField(null=True)),
                ("targets", Words(default=list, unique=False)),
                ("every_months", fields.SmallIntField(null=True)),
                ("first_age_months", fields.SmallIntField(null=True)),
                ("called", fields.TextField(default="{}", unique=False)),
                ("steps", Words(unique=False)),
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
                ("made_at", Instant(auto_now=False, auto_now_add=False)),
                (
                    "made_by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="made_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "reminder_rule_version",
                "app": "models",
                "unique_together": (("rule", "number"),),
                "pk_attr": "id",
                "table_description": "One version of what a rule does. It never changes.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Reminder",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "pet",
                    fields.ForeignKeyField(
                        "models.Pet",
                        source_field="pet_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reminders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "version",
                    fields.ForeignKeyField(
                        "models.ReminderRuleVersion",
                        source_field="version_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "rule",
                    fields.ForeignKeyField(
                        "models.ReminderRule",
                        source_field="rule_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("subject", fields.CharField(default="", max_length=40)),
                ("cycle", fields.CharField(max_length=64)),
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
                ("due_on", fields.DateField()),
                ("sentence", fields.TextField(unique=False)),
                (
                    "state",
                    fields.CharEnumField(
                        description="PLANNED: PLANNED\nDUE: DUE\nSENT: SENT\nSUPPRESSED: SUPPRESSED\nCOMPLETED: COMPLETED\nWITHDRAWN: WITHDRAWN",
                        enum_type=ReminderState,
                        max_length=16,
                    ),
                ),
                (
                    "reason",
                    fields.CharEnumField(
                        description="NOT_YET: NOT_YET\nSTEP_REACHED: STEP_REACHED\nTOLD: TOLD\nBOOKED: BOOKED\nHELD: HELD\nDONE: DONE\nPET_DIED: PET_DIED\nNO_OWNER: NO_OWNER\nRULE_OFF: RULE_OFF\nDOES_NOT_FIT: DOES_NOT_FIT\nNO_LONGER_DUE: NO_LONGER_DUE",
                        enum_type=ReminderReason,
                        max_length=16,
                    ),
                ),
                ("round", fields.SmallIntField(default=1)),
                ("last_step", fields.SmallIntField(null=True)),
                ("next_step_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("look_again_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("told_due_on", fields.DateField(null=True)),
                ("told_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                (
                    "appointment",
                    fields.ForeignKeyField(
                        "models.Appointment",
                        source_field="appointment_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("booked_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                ("done_on", fields.DateField(null=True)),
                ("held_because", fields.TextField(default="", unique=False)),
                (
                    "held_by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="held_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("planned_at", Instant(auto_now=False, auto_now_add=False)),
                ("changed_at", Instant(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reminder",
                "app": "models",
                "unique_together": (("pet", "rule", "subject", "cycle"),),
                "indexes": [Index(fields=["location_id", "due_on"]), Index(fields=["rule_id", "due_on"])],
                "pk_attr": "id",
                "table_description": "Something that a rule makes due for a pet, in one cycle: until it is done, and the next cycle begins.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ReminderNotice",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "reminder",
                    fields.ForeignKeyField(
                        "models.Reminder",
                        source_field="reminder_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="notices",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("round", fields.SmallIntField()),
                ("step", fields.SmallIntField()),
                ("channel", fields.CharEnumField(description="EMAIL: EMAIL", enum_type=Channel, max_length=8)),
                (
                    "client",
                    fields.ForeignKeyField(
                        "models.Client",
                        source_field="client_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reminder_notices",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "outcome",
                    fields.CharEnumField(
                        description="WAITING: WAITING\nSENT: SENT\nWITHHELD: WITHHELD\nWITHDRAWN: WITHDRAWN\nFAILED: FAILED\nDOUBTFUL: DOUBTFUL",
                        enum_type=NoticeOutcome,
                        max_length=16,
                    ),
                ),
                (
                    "reason",
                    fields.CharEnumField(
                        description="STEP_REACHED: STEP_REACHED\nNO_CONSENT: NO_CONSENT\nNO_ADDRESS: NO_ADDRESS\nADDRESS_UNDELIVERABLE: ADDRESS_UNDELIVERABLE\nTOO_LATE: TOO_LATE\nTOLD_RECENTLY: TOLD_RECENTLY\nBOOKED: BOOKED\nHELD: HELD\nDONE: DONE\nPET_DIED: PET_DIED\nNO_OWNER: NO_OWNER\nRULE_OFF: RULE_OFF\nNO_LONGER_DUE: NO_LONGER_DUE\nMAIL_REFUSED: MAIL_REFUSED\nNO_ANSWER: NO_ANSWER",
                        enum_type=NoticeReason,
                        max_length=24,
                    ),
                ),
                ("rule_version", fields.SmallIntField()),
                ("due_on", fields.DateField()),
                (
                    "consent_source",
                    fields.CharEnumField(
                        null=True,
                        description="OWNER: OWNER\nIN_PERSON: IN_PERSON\nPHONE: PHONE\nFORM: FORM\nIMPORT: IMPORT\nUNSUBSCRIBED: UNSUBSCRIBED",
                        enum_type=ConsentSource,
                        max_length=16,
                    ),
                ),
                ("consent_at", Instant(null=True, auto_now=False, auto_now_add=False)),
                (
                    "message",
                    fields.ForeignKeyField(
                        "models.Message",
                        source_field="message_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="notices",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("decided_at", Instant(auto_now=False, auto_now_add=False)),
                ("settled_at", Instant(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reminder_notice",
                "app": "models",
                "unique_together": (("reminder", "round", "step", "channel", "client"),),
                "indexes": [Index(fields=["client_id"]), Index(fields=["message_id"])],
                "pk_attr": "id",
                "table_description": "A decision: whether one person is told of one step of a reminder over one channel, and why. There is one for each.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ReminderRuleService",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "version",
                    fields.ForeignKeyField(
                        "models.ReminderRuleVersion",
                        source_field="version_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="services",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "service",
                    fields.ForeignKeyField(
                        "models.Service",
                        source_field="service_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("position", fields.SmallIntField()),
            ],
            options={
                "table": "reminder_rule_service",
                "app": "models",
                "unique_together": (("version", "service"), ("version", "position")),
                "pk_attr": "id",
                "table_description": "A service with which what is due gets done: the one in the first position is the one to book.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="UndeliverableAddress",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("fold", fields.CharField(unique=True, max_length=320)),
                ("address", fields.TextField(unique=False)),
                ("answer", fields.TextField(default="", unique=False)),
                (
                    "message",
                    fields.ForeignKeyField(
                        "models.Message",
                        source_field="message_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("found_at", Instant(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "undeliverable_address",
                "app": "models",
                "pk_attr": "id",
                "table_description": "An e-mail address of which a mail server said for good that nobody reads it (a hard bounce).",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Client",
            name="zone",
            field=fields.CharField(default="", db_default="", max_length=64),
        ),
        ops.AddField(
            model_name="Message",
            name="body",
            field=fields.TextField(default="", db_default="", unique=False),
        ),
        ops.AddField(
            model_name="Message",
            name="bounce",
            field=fields.TextField(default="", db_default="", unique=False),
        ),
        ops.AddField(
            model_name="Message",
            name="bounced_at",
            field=Instant(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Message",
            name="channel",
            field=fields.CharEnumField(
                default=Channel.EMAIL, description="EMAIL: EMAIL", db_default="EMAIL", enum_type=Channel, max_length=8
            ),
        ),
        ops.AddField(
            model_name="Message",
            name="consent_at",
            field=Instant(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Message",
            name="consent_source",
            field=fields.CharEnumField(
                null=True,
                description="OWNER: OWNER\nIN_PERSON: IN_PERSON\nPHONE: PHONE\nFORM: FORM\nIMPORT: IMPORT\nUNSUBSCRIBED: UNSUBSCRIBED",
                enum_type=ConsentSource,
                max_length=16,
            ),
        ),
        ops.AddField(
            model_name="Message",
            name="dedupe_key",
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name="Message",
            name="handed_at",
            field=Instant(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Message",
            name="purpose",
            field=fields.CharEnumField(
                null=True,
                description="APPOINTMENT: APPOINTMENT\nCARE: CARE\nMARKETING: MARKETING",
                enum_type=Purpose,
                max_length=16,
            ),
        ),
        ops.AddField(
            model_name="Message",
            name="subject",
            field=fields.TextField(default="", db_default="", unique=False),
        ),
        ops.AddField(
            model_name="Message",
            name="text",
            field=fields.ForeignKeyField(
                "models.LetterText",
                source_field="text_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name=False,
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="Message",
            name="to_domain",
            field=fields.TextField(default="", db_default="", unique=False),
        ),
        ops.AddField(
            model_name="Practice",
            name="letters_from",
            field=fields.SmallIntField(default=480, db_default=480),
        ),
        ops.AddField(
            model_name="Practice",
            name="letters_until",
            field=fields.SmallIntField(default=1200, db_default=1200),
        ),
    ]
