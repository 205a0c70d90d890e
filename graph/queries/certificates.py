"""Asking for certificates."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.ids import key
from graph.roles import EVERYBODY, field
from graph.types.certificate_link import CertificateLink
from models.refusal import NotFound
from resolvers import links


@strawberry.type
class CertificateQueries:
    """Asking for certificates."""

    @field(EVERYBODY)
    async def certificate_link(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The certificate.")]
    ) -> CertificateLink | None:
        """A link to a certificate as PDF, for a while; null when there is no such certificate."""
        context = info.context
        try:
            link = await links.of_certificate(
                context.viewer,
                key("Certificate", id),
                vault=context.ports.vault,
                rules=context.ports.rules,
                public_url=context.ports.public_url,
                now=context.now,
            )
        except NotFound:
            return None
        return CertificateLink(url=link.url, ends_at=link.ends_at, verify_url=link.verify_url)
