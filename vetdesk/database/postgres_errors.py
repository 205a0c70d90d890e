"""What the driver of PostgreSQL raises, in the words that the rest of the program knows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from tortoise.exceptions import DBConnectionError, IntegrityError, OperationalError, TransactionManagementError

from models.refusal import DatabaseUnavailable

T = TypeVar("T")

# Besides lost connections (class 08): shutting down, starting up, crashed, too many clients, out of memory or disk.
GONE = (
    OSError,  # TimeoutError is one of these
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleSessionTimeoutError,
    asyncpg.InsufficientResourcesError,
)
# At connecting only: these mean a wrong address or password, which nobody but the operator can mend.
REFUSED = (
    asyncpg.ClientConfigurationError,
    asyncpg.InterfaceError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    DBConnectionError,
)


async def translated(connection: PoolConnectionProxy, work: Callable[[PoolConnectionProxy], Awaitable[T]]) -> T:
    """Do `work`; failures become what the rest of the program knows. Deadlocks and lost serialisations stay as they are.

    Raises:
        DatabaseUnavailable: the server is gone or does not answer.
        IntegrityError: a constraint said no; the cause names it.
        OperationalError: the statement or a value in it is wrong.
    """
    try:
        return await work(connection)
    except GONE as exc:
        raise DatabaseUnavailable(words(exc)) from exc
    except asyncpg.InterfaceError as exc:
        if is_lost(connection):
            raise DatabaseUnavailable(words(exc)) from exc
        raise
    except asyncpg.IntegrityConstraintViolationError as exc:
        raise IntegrityError(exc) from exc
    except (asyncpg.SyntaxOrAccessError, asyncpg.DataError) as exc:
        raise OperationalError(exc) from exc
    except asyncpg.InvalidTransactionStateError as exc:
        raise TransactionManagementError(exc) from exc


def is_lost(connection: PoolConnectionProxy) -> bool:
    """Whether nothing can be asked on the connection any more."""
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        # Closed so thoroughly that the pool has taken it back.
        return True


def words(exc: BaseException) -> str:
    """What it says, or what it is when it says nothing."""
    return str(exc) or type(exc).__name__
