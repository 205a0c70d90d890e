"""The post: a real mail server that keeps of each letter when it came, and no more."""

from __future__ import annotations

import re
import time
from collections import defaultdict

from tests.postmaster import Postmaster

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([0-9a-f-]{36})@", re.IGNORECASE | re.MULTILINE)


class PostOffice(Postmaster):
    """Takes every letter; `came` is when each came, by the key of its message."""

    def __init__(self) -> None:
        super().__init__()
        self.came: defaultdict[str, list[float]] = defaultdict(list)
        self.strange = 0

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  aiosmtpd's name
        found = _MESSAGE_ID.search(envelope.content)
        if found is None:
            self.strange += 1
        else:
            self.came[found[1].decode()].append(time.monotonic())
        return "250 2.0.0 kept"

    def sent_twice(self, kills: list[float], *, within: float = 10.0) -> list[str]:
        """The letters that came again though no server was killed soon after they had come before."""
        return [
            key
            for key, moments in self.came.items()
            if any(not any(moment <= kill <= moment + within for kill in kills) for moment in moments[:-1])
        ]
