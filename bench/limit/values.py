"""Values between JSON and rows; SQLite gives keys and moments as text."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from uuid import UUID


def key(text: str) -> UUID:
    return UUID(hex=base64.urlsafe_b64decode(text + "==").partition(b":")[2].decode())


def gid(kind: str, value: UUID | str) -> str:
    plain = value.replace("-", "") if isinstance(value, str) else value.hex
    return base64.urlsafe_b64encode(f"{kind}:{plain}".encode()).decode().rstrip("=")


def moment(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value).astimezone(UTC) if isinstance(value, str) else value


def instant(value: datetime | str) -> str:
    text = value if isinstance(value, str) else value.isoformat()
    return text.replace(" ", "T").replace("+00:00", "Z")
