"""Which statements were sent: counted for tests, for logs, and for nobody when nobody asks."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Statements:
    """Every SQL statement of one stretch of work, in order; BEGIN, COMMIT, ROLLBACK and savepoints are left out."""

    texts: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many statements were sent."""
        return len(self.texts)


# A tuple, so that an inner stretch never changes what an outer one sees; tasks inherit it with their context.
_listening: ContextVar[tuple[Statements, ...]] = ContextVar("vetdesk_statements", default=())


class counted:  # noqa: N801  it reads as what it does
    """Count every statement sent inside this block, also by tasks started in it. Blocks may be nested; each counts."""

    __slots__ = ("_statements", "_token")

    def __enter__(self) -> Statements:
        self._statements = Statements()
        self._token = _listening.set((*_listening.get(), self._statements))
        return self._statements

    def __exit__(self, *_how: object) -> None:
        _listening.reset(self._token)


def sent(text: str) -> None:
    """Note one statement for whoever is counting. The engines call it once a statement, before it is sent."""
    for statements in _listening.get():
        statements.texts.append(text)
