"""Paper files: what was printed and is kept."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from models import PaperFile
from tests.world.places import NOW


async def a_paper_file(subject_id: UUID, content: bytes = b"%PDF", **more: Any) -> PaperFile:
    """An invoice as it was printed."""
    given: dict[str, Any] = {"kind": "invoices", "name": "Invoice 1", "sha256": hashlib.sha256(content).hexdigest()}
    return await PaperFile.create(subject_id=subject_id, content=content, rendered_at=NOW, **given | more)
