"""Papers: what is printed for somebody to take along. Certificates are kept as they were handed out, the others printed anew.

A new paper is a module here that makes its `models.paper.Paper`, a line in `KINDS`, a template beside the others
(`vetdesk/printing/templates`) and a section of words in each language (`resolvers/wording`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from models import Certificate, Document, TreatmentPlan
from models.refusal import NotFound
from resolvers import access, links
from resolvers.links import Link
from resolvers.papers import certificates, documents, plans
from resolvers.papers.printed import Printed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime
    from uuid import UUID

    from models.paper import Paper
    from resolvers.ports import DoorRules, Printer, Vault
    from resolvers.viewer import Viewer

__all__ = ["KINDS", "Kind", "Printed", "certificate", "link", "of"]

certificate = certificates.certificate


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of paper that is printed anew each time: which rows it is about, and how it is made of one."""

    model: type[Document | TreatmentPlan]
    made: Callable[[UUID], Awaitable[Paper | None]]


KINDS: Final[Mapping[str, Kind]] = {
    "documents": Kind(Document, documents.paper),
    "treatment-plans": Kind(TreatmentPlan, plans.paper),
}
"""Each kind, by its place in the address of its papers."""


async def link(
    viewer: Viewer, of: str, row_id: UUID | None, *, vault: Vault, rules: DoorRules, public_url: str, now: datetime
) -> Link:
    """A link to the paper about a row that the viewer may see; `of` names its model.

    Raises:
        NotFound: there is no such row, it is not the viewer's to see, or nothing of its kind is printed.
    """
    if of == Certificate.__name__:
        to_both = await links.of_certificate(viewer, row_id, vault=vault, rules=rules, public_url=public_url, now=now)
        return to_both.paper
    kind = next((name for name, kind in KINDS.items() if kind.model.__name__ == of), None)
    if kind is None:
        raise NotFound
    found = await access.find(viewer, KINDS[kind].model, row_id)
    name = f"{kind}/{found.id}"
    url, ends_at = links.sealed(f"{public_url}/papers/{name}", name, vault=vault, rules=rules, now=now)
    return Link(url, ends_at, found.pet_id)


async def of(kind: str, row_id: UUID, *, printer: Printer) -> Printed:
    """The paper about this row as it is now, whoever asks: a link has said that they may.

    Raises:
        NotFound: there is no such row.
        CannotPrint: there is nothing to print with.
    """
    paper = await KINDS[kind].made(row_id) if kind in KINDS else None
    if paper is None:
        raise NotFound
    content = await printer.printed(paper)
    return Printed(str(paper.facts["title"]), content, hashlib.sha256(content).hexdigest())
