"""A transaction inside a transaction."""

from __future__ import annotations

import asyncio
from types import TracebackType

from tortoise.backends.base.client import NestedTransactionContext, TransactionalDBClient

from vetdesk.database.settle import settle


class Savepoint(NestedTransactionContext):
    """A savepoint, which a cancelled task cannot leave open either."""

    __slots__ = ()

    async def __aenter__(self) -> TransactionalDBClient:
        try:
            await settle(self.client.savepoint())
        except asyncio.CancelledError:
            await settle(self.client.savepoint_rollback())
            raise
        return self.client

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await settle(super().__aexit__(exc_type, exc_val, exc_tb))
