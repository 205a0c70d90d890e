"""Papers: what is printed for somebody to take along.

Certificates, invoices, credit notes and receipts are kept as they were printed first, the others printed anew. A new
paper is a module here that makes its `models.paper.Paper`, a line in `KINDS`, a template beside the others
(`vetdesk/printing/templates`) and a section of words in each language (`resolvers/wording`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from models import Certificate, CreditNote, Document, Invoice, Payment, TreatmentPlan
from models.refusal import NotFound
from resolvers import access, links
from resolvers.links import Link
from resolvers.papers import bills, certificates, documents, files, plans, receipts, statements
from resolvers.papers.printed import Printed, of_paper
from resolvers.papers.statements import Days

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime
    from uuid import UUID

    from tortoise.models import Model

    from models.paper import Paper
    from resolvers.ports import DoorRules, Printer, Vault
    from resolvers.statements import Stretch
    from resolvers.viewer import Viewer

__all__ = ["KINDS", "Days", "Kind", "Printed", "certificate", "link", "of", "statement", "statement_link"]

certificate = certificates.certificate


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of paper: which rows it is about, how it is made of one, and whether it is kept as it was printed first.

    Of rows for which `exists` does not hold there is none: of a draft of an invoice, say.
    """

    model: type[Model]
    made: Callable[[UUID], Awaitable[Paper | None]]
    is_kept: bool = False
    exists: Callable[[Any], bool] = lambda _: True


KINDS: Final[Mapping[str, Kind]] = {
    "documents": Kind(Document, documents.paper),
    "treatment-plans": Kind(TreatmentPlan, plans.paper),
    "invoices": Kind(Invoice, bills.invoice, is_kept=True, exists=bills.is_issued),
    "credit-notes": Kind(CreditNote, bills.credit_note, is_kept=True),
    "receipts": Kind(Payment, receipts.receipt, is_kept=True, exists=receipts.has_come),
}
"""Each kind, by its place in the address of its papers."""


async def link(
    viewer: Viewer, of: str, row_id: UUID | None, *, vault: Vault, rules: DoorRules, public_url: str, now: datetime
) -> Link:
    """A link to the paper about a row that the viewer may see; `of` names its model.

    Raises:
        NotFound: there is no such row, it is not the viewer's to see, or there is no paper about it.
    """
    if of == Certificate.__name__:
        to_both = await links.of_certificate(viewer, row_id, vault=vault, rules=rules, public_url=public_url, now=now)
        return to_both.paper
    name = next((name for name, kind in KINDS.items() if kind.model.__name__ == of), None)
    if name is None:
        raise NotFound
    found: Any = await access.find(viewer, KINDS[name].model, row_id)
    if not KINDS[name].exists(found):
        raise NotFound
    paper = f"{name}/{found.id}"
    url, ends_at = links.sealed(f"{public_url}/papers/{paper}", paper, vault=vault, rules=rules, now=now)
    return Link(url, ends_at, getattr(found, "pet_id", None))


async def statement_link(
    viewer: Viewer,
    client_id: UUID | None,
    stretch: Stretch,
    days: Days,
    *,
    vault: Vault,
    rules: DoorRules,
    public_url: str,
    now: datetime,
) -> Link:
    """A link to the statement of a client over these days; `stretch` says which of her accounts is meant.

    Raises:
        NotFound: there is no such account, or it is not the viewer's to see.
        InvalidInput: the days are the wrong way round, or more than a year.
    """
    days.must_be_a_year_at_most()
    account = await statements.account(viewer, client_id, stretch)
    paper = f"statements/{account.id}/{days.first.isoformat()}/{days.last.isoformat()}"
    url, ends_at = links.sealed(f"{public_url}/papers/{paper}", paper, vault=vault, rules=rules, now=now)
    return Link(url, ends_at)


async def of(kind: str, row_id: UUID, *, printer: Printer, now: datetime) -> Printed:
    """The paper about this row, whoever asks: a link has said that they may.

    What is kept is printed now, outside any transaction, if it never was.

    Raises:
        NotFound: there is no such row.
        CannotPrint: there is nothing to print with.
    """
    if kind not in KINDS:
        raise NotFound
    if KINDS[kind].is_kept:
        return await files.kept(kind, row_id, KINDS[kind].made, printer=printer, now=now)
    paper = await KINDS[kind].made(row_id)
    if paper is None:
        raise NotFound
    return await of_paper(paper, printer)


async def statement(account_id: UUID, days: Days, *, printer: Printer, now: datetime) -> Printed:
    """The statement of an account over these days as it is now, whoever asks: a link has said that they may.

    Raises:
        NotFound: there is no such account.
        CannotPrint: there is nothing to print with.
    """
    return await of_paper(await statements.statement(account_id, days, now=now), printer)
