"""That when somebody was told last is not kept beside the decisions, which say so for each person."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """A reminder without its own moment."""

    dependencies = [("models", "0021_write_offs_undone")]
    operations = [ops.RemoveField("Reminder", "told_at")]
