"""Certificate files: a certificate as it was printed, kept so that it can be handed out again as it was."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields

from models.certificate import Certificate
from models.row import Instant, Row


class CertificateFile(Row):
    """A printed certificate: one while it stood, and one with VOID on it. It is never changed.

    `content` is the PDF, `sha256` its hash in hex digits.
    """

    certificate: fields.ForeignKeyRelation[Certificate] = fields.ForeignKeyField(
        "models.Certificate", related_name=False, on_delete=fields.OnDelete.RESTRICT
    )
    certificate_id: UUID
    is_void = fields.BooleanField()
    sha256 = fields.CharField(max_length=64)
    content = fields.BinaryField()
    rendered_at = Instant()

    class Meta:
        table = "certificate_file"
        unique_together = (("certificate_id", "is_void"),)
