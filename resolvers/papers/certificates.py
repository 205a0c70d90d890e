"""Certificates on paper: printed at the first need, and kept as they were handed out."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import TYPE_CHECKING

from models import sql
from models.certificate import CertificateFacts
from models.paper import Letterhead, Paper
from models.refusal import NotFound
from models.row import uuid7
from resolvers import links, verifications, wording
from resolvers.papers import letterheads
from resolvers.papers.printed import Printed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from typing import Any

    from models.logo import Logo
    from resolvers.ports import Printer


async def certificate(token: str, *, printer: Printer, public_url: str, now: datetime) -> Printed:
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
    number = CertificateFacts.read(found["facts"]).number
    return Printed(f"certificate {number}", bytes(found["content"]), found["sha256"])


def paper(
    facts: CertificateFacts,
    *,
    address: str,
    issued_at: datetime,
    voided_on: date | None = None,
    logo: Logo | None = None,
) -> Paper:
    """The paper of a certificate that can be verified at the address: in the language in which it was issued."""
    words = wording.of(facts.language)
    said = asdict(facts)
    told = {
        "title": words.said("certificate", "about", number=facts.number, animal=facts.animal),
        "foot": words.said(
            "certificate", "foot", number=facts.number, animal=facts.animal, day=words.day(facts.issued_on)
        ),
        "address": address,
        "voided_on": words.day(voided_on) if voided_on else "",
    }
    return Paper(
        template="certificate",
        language=words.language,
        letterhead=Letterhead(
            practice=facts.practice,
            location=facts.location,
            address=facts.location_address,
            phone=facts.location_phone,
            email=facts.location_email,
            logo=logo,
        ),
        labels=words.words("paper", "certificate"),
        facts={**said, **words.days(said), **told},
        dated=issued_at,
        code=address,
    )


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
    voided_on = verifications.voided_on(found)
    made = paper(
        CertificateFacts.read(found["facts"]),
        address=address,
        issued_at=sql.as_instant(found["issued_at"]),
        voided_on=voided_on,
        logo=await letterheads.logo(),
    )
    content = await printer.printed(made)
    await sql.execute(
        "INSERT INTO certificate_file (id, certificate_id, is_void, sha256, content, rendered_at) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (certificate_id, is_void) DO NOTHING",
        (uuid7(), sql.as_key(found["id"]), voided_on is not None, hashlib.sha256(content).hexdigest(), content, now),
    )
