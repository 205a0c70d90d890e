"""Records: every row there is at one moment, which all oracles of that moment share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from resolvers import trail
from resolvers.ports import Vault
from tests.oracle.free_times import Diary
from tests.oracle.kinds import KINDS
from tests.oracle.sight import Rows


class Records:
    """Every row, as instances of the models; `cursor` is where the stream of changes stands."""

    def __init__(self, rows: Rows, cursor: str) -> None:
        self.rows = rows
        self.cursor = cursor
        self.diary = Diary(rows)
        self._by_key = {model: {row.id: row for row in held} for model, held in rows.items()}

    @classmethod
    async def read(cls, vault: Vault) -> Records:
        """Everything there is now."""
        rows = {model: await model.all() for model in dict.fromkeys(KINDS.values())}
        return cls(rows, trail.cursor(await trail.latest(), vault))

    def one(self, model: Any, key: UUID | None) -> Any | None:
        """The row with this key."""
        return self._by_key[model].get(key)
