"""Papers: certificates are printed at the first need, and kept as they were handed out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import sql
from models.certificate import CertificateFacts
from models.refusal import NotFound
from models.row import uuid7
from resolvers import links, verifications

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from resolvers.ports import Printer


@dataclass(frozen=True, slots=True)
class Paper:
    """A printed certificate: its number, the PDF, and the hash of that in hex digits."""

    number: str
    content: bytes
    sha256: str


async def certificate(token: str, *, printer: Printer, public_url: str, now: datetime) -> Paper:
    """The certificate with this token as it was printed first; printed now, outside any transaction, if it never was.

    What is printed with VOID on it is another file, and the one that was handed out before stays kept.

    Raises:
        NotFound: no certificate has this token.
        CannotPrint: it was never printed, and there is nothing to print with.
    """
    found = await _found(token)
    if found["content"] is None:
        await _print(found, links.to_verify(token, public_url=public_url), printer, now)
        # As it is kept: of two who print at once it is the first one's; and it may have been voided meanwhile.
        return await certificate(token, printer=printer, public_url=public_url, now=now)
    return Paper(CertificateFacts.read(found["facts"]).number, bytes(found["content"]), found["sha256"])


_FOUND = (
    "SELECT c.id, c.facts, c.issued_at, c.voided_at, l.zone, f.content, f.sha256 FROM certificate c "
    "JOIN location l ON l.id = c.location_id "
    "LEFT JOIN certificate_file f ON f.certificate_id = c.id AND f.is_void = (c.voided_at IS NOT NULL) "
    "WHERE c.token = ?"
)


async def _found(token: str) -> Mapping[str, Any]:
    found = await sql.fetch(_FOUND, (token,)) if verifications.is_token(token) else ()
    if not found:
        raise NotFound(path=("token",))
    return found[0]


async def _print(found: Mapping[str, Any], address: str, printer: Printer, now: datetime) -> None:
    """Print it, and keep what was printed unless somebody was quicker."""
    facts, void = CertificateFacts.read(found["facts"]), verifications.voided_on(found)
    content = await printer.certificate(
        facts,
        address=address,
        issued_at=sql.as_instant(found["issued_at"]),
        voided_on=void.isoformat() if void else "",
    )
    await sql.execute(
        "INSERT INTO certificate_file (id, certificate_id, is_void, sha256, content, rendered_at) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (certificate_id, is_void) DO NOTHING",
        (uuid7(), sql.as_key(found["id"]), void is not None, hashlib.sha256(content).hexdigest(), content, now),
    )
