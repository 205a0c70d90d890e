"""Asking for papers: certificates, documents, plans, and papers of money as PDF."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import strawberry

from graph.context import Context, Info, note_reading
from graph.ids import key, maybe_key, opened
from graph.limits import bad_input
from graph.queries.payments import Currency, LegalEntityId
from graph.roles import EVERYBODY, OWNER, STAFF, field
from graph.types.paper_link import CertificateLink, PaperLink
from models import code
from models.refusal import InvalidInput, NotFound
from resolvers import links, papers
from resolvers.papers import Days
from resolvers.statements import Stretch

_PRINTED = (
    "A `Certificate`, a `Document`, a `TreatmentPlan`, an `Invoice`, a `CreditNote`, or a `Payment` for its receipt."
)
FirstDay = Annotated[date, strawberry.argument(name="from", description="The first day.")]
LastDay = Annotated[date, strawberry.argument(description="The last day, included; at most 366 days in all.")]


@strawberry.type
class PaperQueries:
    """Asking for papers: certificates, documents, plans, and papers of money as PDF."""

    @field(EVERYBODY)
    async def certificate_link(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The certificate.")]
    ) -> CertificateLink | None:
        """A link to a certificate as PDF, for a while; null when there is no such certificate."""
        context = info.context
        try:
            link = await links.of_certificate(context.viewer, key("Certificate", id), **_sealing(context))
        except NotFound:
            return None
        return CertificateLink(url=link.paper.url, ends_at=link.paper.ends_at, verify_url=link.verify_url)

    @field(EVERYBODY)
    async def paper_link(
        self,
        info: Info,
        id: Annotated[
            strawberry.ID,
            strawberry.argument(description=_PRINTED),
        ],
    ) -> PaperLink | None:
        """A link to something as PDF, for a while; null when there is no such thing, or it is not the viewer's to see.

        A draft of a document, or one that was entered in error, says so large across the page. Of an invoice that is not
        issued, or a payment that has not come, there is no paper.
        """
        context = info.context
        found = opened(id)
        try:
            link = await papers.link(context.viewer, *(found or ("", None)), **_sealing(context))
        except NotFound:
            return None
        if link.pet_id is not None:
            note_reading(info, {link.pet_id})
        return PaperLink(url=link.url, ends_at=link.ends_at)

    @field(STAFF)
    async def statement_link(
        self,
        info: Info,
        client_id: Annotated[strawberry.ID, strawberry.argument(description="Whose.")],
        from_: FirstDay,
        to: LastDay,
        legal_entity_id: LegalEntityId = None,
        currency: Currency = None,
    ) -> PaperLink | None:
        """A link to the statement of a client as PDF, for a while; null when she has no such account.

        It tells what she owed before, whatever changed that, what she owes after it, and what of it is due since when. It
        goes by the days to which the entries belong.
        """
        return await _statement_link(info.context, key("Client", client_id), (from_, to), legal_entity_id, currency)

    @field(OWNER)
    async def my_statement_link(
        self,
        info: Info,
        from_: FirstDay,
        to: LastDay,
        legal_entity_id: LegalEntityId = None,
        currency: Currency = None,
    ) -> PaperLink | None:
        """A link to your statement as PDF, for a while; null when you have no such account.

        It tells what you owed before, whatever changed that, what you owe after it, and what of it is due since when.
        """
        return await _statement_link(
            info.context, info.context.viewer.client_id, (from_, to), legal_entity_id, currency
        )


async def _statement_link(
    context: Context,
    client_id: UUID | None,
    days: tuple[date, date],
    legal_entity_id: strawberry.ID | None,
    currency: str | None,
) -> PaperLink | None:
    stretch = Stretch(
        maybe_key("LegalEntity", legal_entity_id),
        None if currency is None else code.currency(currency, path=("currency",)),
    )
    try:
        link = await papers.statement_link(context.viewer, client_id, stretch, Days(*days), **_sealing(context))
    except InvalidInput as refused:
        raise bad_input(refused.message) from refused
    except NotFound:
        return None
    return PaperLink(url=link.url, ends_at=link.ends_at)


def _sealing(context: Context) -> dict[str, Any]:
    ports = context.ports
    return {"vault": ports.vault, "rules": ports.rules, "public_url": ports.public_url, "now": context.now}
