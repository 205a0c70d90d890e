"""Values between JSON and rows; SQLite gives keys and moments as text."""

from __future__ import annotations

import os
import time
from binascii import a2b_base64, b2a_base64
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

_KEPT_IDS = 10_000


def key(text: str) -> UUID:
    return UUID(hex=a2b_base64(text + "==").partition(b":")[2].decode())


@lru_cache(_KEPT_IDS)
def gid(kind: str, value: UUID | str) -> str:
    plain = value.replace("-", "") if isinstance(value, str) else value.hex
    # Plain base64 will do: of these characters none becomes a plus or a slash.
    return b2a_base64(f"{kind}:{plain}".encode(), newline=False).decode().rstrip("=")


def moment(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value).astimezone(UTC) if isinstance(value, str) else value


def instant(value: datetime | str) -> str:
    text = value if isinstance(value, str) else value.isoformat()
    return text[:10] + "T" + text[11:-6] + "Z"


def ready(value: datetime | str) -> datetime | str:
    """The instant as orjson prints it best: what PostgreSQL gives stays as it is."""
    return value if isinstance(value, datetime) else instant(value)


def uuid7() -> UUID:
    random = int.from_bytes(os.urandom(10))
    low = random & ((1 << 62) - 1)
    return UUID(int=time.time_ns() // 1_000_000 << 80 | 7 << 76 | (random >> 68 & 0xFFF) << 64 | 2 << 62 | low)
