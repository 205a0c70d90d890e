"""Links: addresses of certificates. One anybody may know, to see whether a certificate stands; one for a while, to print it.

A link to the paper is sealed under the secret of the practice: it opens that one certificate, for whoever holds it,
until it ends. Nothing about it is kept.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from models.certificate import Certificate
from resolvers import access

if TYPE_CHECKING:
    from uuid import UUID

    from resolvers.ports import DoorRules, Vault
    from resolvers.viewer import Viewer

_PURPOSE = "certificate link"


class LinkBroken(Exception):
    """The link was not made by us, or not for this certificate."""

    sentence = "This link is not complete, or was changed on its way. Please ask for a new one."


class LinkEnded(Exception):
    """The link was good once."""

    sentence = "This link has ended. Please ask for a new one."


@dataclass(frozen=True, slots=True)
class Link:
    """The address of the paper, which is good until then, and the one at which it is verified, which stays."""

    url: str
    ends_at: datetime
    verify_url: str


async def of_certificate(
    viewer: Viewer, certificate_id: UUID | None, *, vault: Vault, rules: DoorRules, public_url: str, now: datetime
) -> Link:
    """A link to a certificate that the viewer may see.

    Raises:
        NotFound: there is no such certificate, or it is not the viewer's to see.
    """
    found = await access.find(viewer, Certificate, certificate_id)
    return to_print(found.token, vault=vault, rules=rules, public_url=public_url, now=now)


def to_verify(token: str, *, public_url: str) -> str:
    """The address at which anybody who holds the certificate sees whether it stands."""
    return f"{public_url}/certificates/{token}"


def to_print(token: str, *, vault: Vault, rules: DoorRules, public_url: str, now: datetime) -> Link:
    """The address of the paper itself, for whoever may see it now; it names the owner, so it ends soon."""
    page = to_verify(token, public_url=public_url)
    url, ends_at = sealed(f"{page}/pdf", token, vault=vault, rules=rules, now=now)
    return Link(url, ends_at, page)


def sealed(address: str, paper: str, *, vault: Vault, rules: DoorRules, now: datetime) -> tuple[str, datetime]:
    """The address with a seal for that paper, and when it ends: soon, since a paper names people."""
    until = int((now + rules.link_lasts).timestamp())
    seal = _seal(paper, str(until), vault)
    return f"{address}?until={until}&seal={seal}", datetime.fromtimestamp(until, UTC)


def must_open(token: str, until: str, seal: str, *, vault: Vault, now: datetime) -> None:
    """Refuse a link to this certificate that is not ours, or has ended.

    Raises:
        LinkBroken: token, moment or seal are not as we made them.
        LinkEnded: they are, and its time has passed.
    """
    # Compared as bytes: what a stranger sends need not be ASCII.
    fits = hmac.compare_digest(seal.encode("utf-8", "replace"), _seal(token, until, vault).encode())
    if not (fits and until.isascii() and until.isdigit()):
        raise LinkBroken
    if int(until) <= now.timestamp():
        raise LinkEnded


def _seal(token: str, until: str, vault: Vault) -> str:
    return vault.digest(_PURPOSE, f"{until} {token}")
