"""Links: addresses of papers, for a while. Of a certificate there is one that anybody may know, to see whether it stands.

A link to a paper is sealed under the secret of the practice: it opens that one paper, for whoever holds it, until it
ends. Nothing about it is kept.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from models.certificate import Certificate
from resolvers import access

if TYPE_CHECKING:
    from resolvers.ports import DoorRules, Vault
    from resolvers.viewer import Viewer

_PURPOSE = "paper link"


class LinkBroken(Exception):
    """The link was not made by us, or not for this paper."""

    sentence = "This link is not complete, or was changed on its way. Please ask for a new one."


class LinkEnded(Exception):
    """The link was good once."""

    sentence = "This link has ended. Please ask for a new one."


@dataclass(frozen=True, slots=True)
class Link:
    """The address of a paper, which is good until then; `pet_id` is the pet whose record it is from, None when it is from none."""

    url: str
    ends_at: datetime
    pet_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CertificateLink:
    """A link to a certificate, and the address at which it is verified, which stays."""

    paper: Link
    verify_url: str


async def of_certificate(
    viewer: Viewer, certificate_id: UUID | None, *, vault: Vault, rules: DoorRules, public_url: str, now: datetime
) -> CertificateLink:
    """A link to a certificate that the viewer may see.

    Raises:
        NotFound: there is no such certificate, or it is not the viewer's to see.
    """
    found = await access.find(viewer, Certificate, certificate_id)
    page = to_verify(found.token, public_url=public_url)
    url, ends_at = sealed(f"{page}/pdf", found.token, vault=vault, rules=rules, now=now)
    return CertificateLink(Link(url, ends_at, found.pet_id), page)


def to_verify(token: str, *, public_url: str) -> str:
    """The address at which anybody who holds the certificate sees whether it stands."""
    return f"{public_url}/certificates/{token}"


def sealed(address: str, paper: str, *, vault: Vault, rules: DoorRules, now: datetime) -> tuple[str, datetime]:
    """The address with a seal for that paper, and when it ends: soon, since a paper names people."""
    until = int((now + rules.link_lasts).timestamp())
    seal = _seal(paper, str(until), vault)
    return f"{address}?until={until}&seal={seal}", datetime.fromtimestamp(until, UTC)


def must_open(paper: str, until: str, seal: str, *, vault: Vault, now: datetime) -> None:
    """Refuse a link to this paper that is not ours, or has ended.

    Raises:
        LinkBroken: paper, moment or seal are not as we made them.
        LinkEnded: they are, and its time has passed.
    """
    # Compared as bytes: what a stranger sends need not be ASCII.
    fits = hmac.compare_digest(seal.encode("utf-8", "replace"), _seal(paper, until, vault).encode())
    if not (fits and until.isascii() and until.isdigit()):
        raise LinkBroken
    if int(until) <= now.timestamp():
        raise LinkEnded


def _seal(paper: str, until: str, vault: Vault) -> str:
    return vault.digest(_PURPOSE, f"{until} {paper}")
