"""The common terms of diagnoses for a practice that is there already; a new one gets them when it is opened."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.common_terms import COMMON_TERMS
from models.row import folded, uuid7


async def ship(_apps: Any, editor: Any) -> None:
    """Put them into the list of the practice, where it has no term of that code."""
    client = editor.client
    if not await client.execute_query_dict("SELECT id FROM practice"):
        return
    known = {row["local_code"] for row in await client.execute_query_dict("SELECT local_code FROM diagnosis_term")}
    for code, name in COMMON_TERMS:
        if code not in known:
            await client.execute_query(
                "INSERT INTO diagnosis_term (id, name, fold, local_code, is_in_use) "  # noqa: S608 - our own terms
                f"VALUES ('{uuid7()}', '{name}', '{folded(name)}', '{code}', TRUE)"
            )


class Migration(migrations.Migration):
    """The common terms."""

    dependencies = [("models", "0009_imports_kept")]
    operations = [ops.RunPython(ship)]
