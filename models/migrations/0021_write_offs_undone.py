"""That a write-off can be undone: a kind of entry more, which puts back no more than was written off."""

from importlib import import_module
from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.constraint import Check, Constraint, Guard, PartialIndex

before = import_module("models.migrations.0017_paying_kept")
KINDS = (*before.KINDS, "WRITE_OFF_UNDONE")
"""The kinds of entries that there are from now on."""

AGAIN: list[Check | PartialIndex] = [
    Check("ledger_moves", "ledger_entry", before.moves(KINDS)),
    before.stated(KINDS),
]
CONSTRAINTS: list[Constraint] = [
    *AGAIN,
    Guard(
        "ledger_write_off_undone",
        "ledger_entry",
        "{row}kind = 'WRITE_OFF_UNDONE' AND {row}minor > " + before.left("BAD_DEBT", 1, "invoice_id"),
    ),
]


async def make(_apps: Any, editor: Any) -> None:
    """Take away what is other than before, and make everything as it is now."""
    gone = [statement for one in AGAIN for statement in one.gone(editor.DIALECT)]
    made = [statement for one in CONSTRAINTS for statement in one.statements(editor.DIALECT)]
    for statement in (*gone, *made):
        await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    """A write-off can be undone."""

    dependencies = [("models", "0020_reminding_kept")]
    operations = [ops.RunPython(make)]
