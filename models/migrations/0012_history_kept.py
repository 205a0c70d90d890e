"""What stands in the history of a pet is written by the database itself, from the first row on."""

from typing import Any
from uuid import UUID

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.constraint import POSTGRES, Check, Constraint, InHistory, WordIndex
from models.history_entry import OwnersSee
from models.words import search_words

OF_THE_PRACTICE = ("visit", "diagnosis", "procedure", "treatment", "vital", "allergy")
"""What owners do not see."""


def _in_history(table: str, owners_see: str, at: str = "{row}at") -> InHistory:
    return InHistory(table, table.upper(), at, "{row}words", owners_see)


def _where(condition: str, seen: OwnersSee) -> str:
    return f"CASE WHEN {condition} THEN '{seen.value}' ELSE '{OwnersSee.NEVER.value}' END"


# Whether owners see an entry is what `resolvers.access` says of the row itself; a test holds the two together.
CONSTRAINTS: list[Constraint] = [
    Check("history_entry_owners_see", "history_entry", "{row}owners_see IN ('NEVER', 'ALWAYS', 'SIGNED_NOTE')"),
    WordIndex("history_word", "history_entry"),
    _in_history("appointment", "'ALWAYS'", at="{row}starts_at"),
    *(_in_history(table, "'NEVER'") for table in OF_THE_PRACTICE),
    _in_history("note", _where("{row}signed_at IS NOT NULL AND {row}errored_at IS NULL", OwnersSee.SIGNED_NOTE)),
    _in_history("vaccination", _where("{row}voided_at IS NULL", OwnersSee.ALWAYS)),
    _in_history("prescription", _where("{row}errored_at IS NULL", OwnersSee.ALWAYS)),
    # What became a row of ours stands there as that, but for a problem, which is in a list of its own; what is told of the
    # pet itself happened at no time.
    InHistory(
        "imported_line",
        "IMPORTED",
        "{row}at",
        "{row}words",
        "'NEVER'",
        when="({row}row_id IS NULL OR {row}kind = 'PROBLEM') AND {row}kind <> 'PET'",
    ),
    _in_history("document", _where("{row}shared_at IS NOT NULL AND {row}errored_at IS NULL", OwnersSee.ALWAYS)),
]


async def find_reasons(_apps: Any, editor: Any) -> None:
    """Write down the words of every reason there is."""
    is_postgres = editor.DIALECT == POSTGRES
    batch = "SELECT id, reason FROM appointment WHERE id > ? AND reason <> '' ORDER BY id LIMIT 500"
    write = "UPDATE appointment SET words = ? WHERE id = ?"
    if is_postgres:
        batch, write = batch.replace("?", "$1"), "UPDATE appointment SET words = $1 WHERE id = $2"
    last: Any = UUID(int=0) if is_postgres else ""
    while rows := await editor.client.execute_query_dict(batch, [last]):
        await editor.client.execute_many(write, [[search_words(row["reason"]), row["id"]] for row in rows])
        last = rows[-1]["id"]


async def make(_apps: Any, editor: Any) -> None:
    """Make every constraint, and write the rows that are there already."""
    for constraint in CONSTRAINTS:
        for statement in constraint.statements(editor.DIALECT):
            await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    """The history of a pet."""

    dependencies = [("models", "0011_history")]
    operations = [ops.RunPython(find_reasons), ops.RunPython(make)]
