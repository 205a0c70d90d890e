"""Links to papers."""

from __future__ import annotations

from datetime import datetime

import strawberry

from graph.roles import EVERYBODY, allow


@strawberry.type(directives=[allow(EVERYBODY)], description="Where a certificate can be had, and where it is verified.")
class CertificateLink:
    """Where a certificate can be had, and where it is verified."""

    url: str = strawberry.field(
        description="The certificate as PDF (application/pdf): a GET without any token answers it until `endsAt`. It "
        "names the owner, so pass it on to nobody who should not know her. What was printed once stays the same, byte "
        "by byte; of a voided certificate it is a paper with VOID on it."
    )
    ends_at: datetime = strawberry.field(description="Until when `url` is good: some minutes. Then ask for a new one.")
    verify_url: str = strawberry.field(
        description="The page that is printed on the certificate as a QR code: it tells anybody whether the certificate "
        "stands, and never whose pet it is. It stays for good. With `Accept: application/json` it answers JSON."
    )


@strawberry.type(directives=[allow(EVERYBODY)], description="Where a paper can be had.")
class PaperLink:
    """Where a paper can be had."""

    url: str = strawberry.field(
        description="The paper as PDF (application/pdf): a GET without any token answers it until `endsAt`, whoever asks. "
        "It is in the language of the owner (English, German or Spanish), or in that of the practice when it is a letter to "
        "somebody else by name, and tells how things stand when it is opened. An invoice, a credit note and a receipt stay as they "
        "were printed first, byte by byte: what was paid, credited or given back since is not on them."
    )
    ends_at: datetime = strawberry.field(description="Until when `url` is good: some minutes. Then ask for a new one.")
