"""Paper files: a paper of money as it was printed first, kept so that it can be handed out again as it was."""

from __future__ import annotations

from tortoise import fields

from models.row import Instant, Row


class PaperFile(Row):
    """A printed invoice, credit note or receipt. It is never changed.

    `kind` is the kind of paper, as in its address, and `subject_id` the key of what it is about; `name` is what the file
    is called, `content` the PDF, `sha256` its hash in hex digits.
    """

    kind = fields.CharField(max_length=16)
    subject_id = fields.UUIDField()
    name = fields.TextField()
    sha256 = fields.CharField(max_length=64)
    content = fields.BinaryField()
    rendered_at = Instant()

    class Meta:
        table = "paper_file"
        unique_together = (("kind", "subject_id"),)
