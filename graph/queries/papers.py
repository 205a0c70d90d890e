"""Asking for papers: certificates, documents and plans as PDF."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from graph.context import Context, Info, note_reading
from graph.ids import key, opened
from graph.roles import EVERYBODY, field
from graph.types.paper_link import CertificateLink, PaperLink
from models.refusal import NotFound
from resolvers import links, papers


@strawberry.type
class PaperQueries:
    """Asking for papers: certificates, documents and plans as PDF."""

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
            strawberry.ID, strawberry.argument(description="A `Certificate`, a `Document` or a `TreatmentPlan`.")
        ],
    ) -> PaperLink | None:
        """A link to something as PDF, for a while; null when there is no such thing, or it is not the viewer's to see.

        A draft, or what was entered in error, says so large across the page.
        """
        context = info.context
        found = opened(id)
        try:
            link = await papers.link(context.viewer, *(found or ("", None)), **_sealing(context))
        except NotFound:
            return None
        note_reading(info, {link.pet_id})
        return PaperLink(url=link.url, ends_at=link.ends_at)


def _sealing(context: Context) -> dict[str, Any]:
    ports = context.ports
    return {"vault": ports.vault, "rules": ports.rules, "public_url": ports.public_url, "now": context.now}
