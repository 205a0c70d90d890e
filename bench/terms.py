"""The terms on which everybody serves: the same rows, the same pool, the same tokens."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from resolvers.viewer import Audience

POOL_SIZE = 10
"""The most connections that one process opens to PostgreSQL: what the product does when nothing is said."""
VIEWER_KEPT_SECONDS = 60
"""How long it is taken for granted that a session lives and who holds which roles. The product does so for as long,
unless an event tells it better; the others listen to no events."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a server is handed at its start: where the rows are, where to listen, and whose tokens to believe."""

    url: str
    port: int
    jwks: dict[str, Any]
    issuer: str = "vetdesk"
    audience: str = Audience.STAFF.value
    pool_size: int = POOL_SIZE
    viewer_kept_seconds: int = VIEWER_KEPT_SECONDS

    def write(self, path: Path) -> Path:
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")
        return path

    @classmethod
    def read(cls, path: str) -> Terms:
        return cls(**json.loads(Path(path).read_text(encoding="utf-8")))
