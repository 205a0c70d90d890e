"""What was added to a note finds it: the words of the addenda that are there already."""

from itertools import groupby
from typing import Any
from uuid import UUID

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.constraint import POSTGRES
from models.words import search_words


async def find_addenda(_apps: Any, editor: Any) -> None:
    """Write the words of every addendum to those of its note, some hundred notes at once."""
    is_postgres = editor.DIALECT == POSTGRES
    batch = (
        "SELECT note.id, note.words, added.reason, added.text FROM note JOIN addendum added ON added.note_id = note.id "
        "WHERE note.id IN (SELECT note_id FROM addendum WHERE note_id > ? GROUP BY note_id ORDER BY note_id LIMIT 500) "
        "ORDER BY note.id, added.at, added.id"
    )
    write = "UPDATE note SET words = ? WHERE id = ?"
    if is_postgres:
        batch, write = batch.replace("?", "$1"), "UPDATE note SET words = $1 WHERE id = $2"
    last: Any = UUID(int=0) if is_postgres else ""
    while rows := await editor.client.execute_query_dict(batch, [last]):
        written = []
        for key, of_the_note in groupby(rows, lambda row: row["id"]):
            added = list(of_the_note)
            texts = [text for row in added for text in (row["reason"], row["text"])]
            written.append([search_words(added[0]["words"], *texts), key])
        await editor.client.execute_many(write, written)
        last = rows[-1]["id"]


class Migration(migrations.Migration):
    """Addenda, found."""

    dependencies = [("models", "0013_notes_found_and_counted")]
    operations = [ops.RunPython(find_addenda)]
