"""Found: what was read for a plan, as the drivers gave it, before it is an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from graph.reading import values
from models import sql

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from graph.reading.plan import Row


@dataclass(frozen=True, slots=True)
class Listed:
    """Rows, in their order, and what was read below them."""

    rows: Sequence[Row]
    below: Sequence[Found]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The rows of one page; `cursors` stand beside them where they are wanted."""

    rows: Sequence[Row]
    total: int
    has_next: bool
    has_previous: bool
    cursors: Sequence[str]


@dataclass(frozen=True, slots=True)
class Stretches:
    """Pages by parent, and what was read below the rows of all of them."""

    by_parent: dict[Any, Stretch]
    below: Sequence[Found]


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing could be read, because of how the client asked; said wherever it is asked for."""

    error: Exception

    def get(self, _parent: Any, _otherwise: Any = None) -> Any:
        """Nothing, unlike that of which it takes the place.

        Raises:
            Flaw: always.
        """
        raise values.Flaw


@dataclass(slots=True)
class Answers:
    """What a function found for the keys it was asked about, or why it found nothing."""

    by_key: Mapping[UUID, Any] = field(default_factory=dict)
    error: Exception | None = None

    def get(self, key: Any) -> Any:
        """What it found for a key, as the database gives it; null when nothing.

        Raises:
            Exception: why it found nothing for anybody.
        """
        if self.error is not None:
            raise self.error
        return self.by_key.get(sql.as_key(key))


Found: TypeAlias = Listed | Stretches | Failed | Answers
