"""That when somebody was told last is not kept beside the decisions, which say so for each person."""

from __future__ import annotations

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops


class DropColumn(ops.RemoveField):
    """A column that goes, and nothing else: SQLite would be given a new table, without its triggers and indexes."""

    async def database_forward(self, app_label: str, old_state: Any, new_state: Any, state_editor: Any = None) -> None:
        """Drop it."""
        if state_editor:
            await state_editor.client.execute_query(f"ALTER TABLE reminder DROP COLUMN {self.name}")


class Migration(migrations.Migration):
    """A reminder without its own moment."""

    dependencies = [("models", "0021_write_offs_undone")]
    operations = [DropColumn("Reminder", "told_at")]
