"""That what hangs on a visit, a note, or somebody who signs in is found by it, however many there are."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Indexes that were missing."""

    dependencies = [("models", "0022_told_as_the_letters_say")]
    operations = [
        ops.AddIndex("Account", Index(fields=["client_id"])),
        ops.AddIndex("Account", Index(fields=["staff_id"])),
        ops.AddIndex("Allergy", Index(fields=["note_id"])),
        ops.AddIndex("Document", Index(fields=["visit_id"])),
        ops.AddIndex("Note", Index(fields=["visit_id"])),
        ops.AddIndex("TreatmentPlan", Index(fields=["visit_id"])),
        ops.AddIndex("Vaccination", Index(fields=["visit_id"])),
    ]
