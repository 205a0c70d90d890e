"""Paper files: what was printed once is handed out again as it was, whatever the practice is called by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import sql
from models.refusal import NotFound
from models.row import uuid7
from resolvers.papers.printed import Printed, of_paper

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime
    from uuid import UUID

    from models.paper import Paper
    from resolvers.ports import Printer


async def kept(
    kind: str, row_id: UUID, made: Callable[[UUID], Awaitable[Paper | None]], *, printer: Printer, now: datetime
) -> Printed:
    """The paper of that kind about a row as it was printed first; printed now, outside any transaction, if it never was.

    Raises:
        NotFound: there is no such paper.
        CannotPrint: it was never printed, and there is nothing to print with.
    """
    found = await sql.fetch(
        "SELECT name, content, sha256 FROM paper_file WHERE kind = ? AND subject_id = ?", (kind, row_id)
    )
    if found:
        return Printed(found[0]["name"], bytes(found[0]["content"]), found[0]["sha256"])
    paper = await made(row_id)
    if paper is None:
        raise NotFound
    printed = await of_paper(paper, printer)
    await sql.execute(
        "INSERT INTO paper_file (id, kind, subject_id, name, sha256, content, rendered_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kind, subject_id) DO NOTHING",
        (uuid7(), kind, row_id, printed.name, printed.sha256, printed.content, now),
    )
    # As it is kept: of two who print at once it is the first one's.
    return await kept(kind, row_id, made, printer=printer, now=now)
