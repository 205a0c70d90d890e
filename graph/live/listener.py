"""Listeners: one subscription of one client, and how far in the trail it has come."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import orjson
from graphql import VariableDefinitionNode, VariableNode, Visitor, visit

from resolvers import access

if TYPE_CHECKING:
    import asyncio
    from uuid import UUID

    from graphql import DocumentNode

    from graph.live.watch import Watch
    from graph.operations import Asked, Watching
    from resolvers.viewer import Viewer


MOST_ANSWERS_WAITING = 100
"""How many answers of one subscription may wait until the client takes them."""
MOST_CHARACTERS_WAITING = 1_000_000
"""How long they may be, all that wait on one connection; a single one may be longer."""


class Sink(Protocol):
    """Where the answers of one subscription go."""

    def take(self, payload: str) -> bool:
        """Send this answer, as JSON, after those before it; false when too many are waiting to be sent."""

    def resync(self) -> None:
        """End the subscription, telling the client to load everything again."""

    async def room(self) -> None:
        """Wait until there is room for one more answer."""


@dataclass(slots=True, eq=False)
class Listener:
    """Somebody who watches. `position` is the number of the last event that was considered for it."""

    watching: Watching
    viewer: Viewer
    sink: Sink
    key: Hashable
    account_id: UUID | None
    position: int = 0
    catching_up: asyncio.Task[None] | None = None

    @property
    def watch(self) -> Watch:
        """What is watched."""
        return self.watching.watch


def listener(asked: Asked, watching: Watching, sink: Sink) -> Listener:
    """A listener for this operation; one that shares its answers is asked for as nobody in particular.

    The cursor is left out of what must be the same: it decides where to begin, not what is answered.
    """
    viewer, watch = watching.context.viewer, watching.watch
    if watch.client_id is not None or not viewer.is_staff:
        return Listener(watching, viewer, sink, object(), viewer.account_id)
    question = asked.question
    cursor = watching.cursor_variable
    left_out = cursor if cursor is not None and _uses(asked.document.tree, cursor) == 1 else None
    variables = {name: value for name, value in question.variables.items() if name != left_out}
    said = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
    audience = watching.context.audience
    key = (audience, question.query, asked.operation.name, said, access.key(viewer))
    return Listener(watching, access.impersonal(viewer), sink, key, viewer.account_id)


class _Uses(Visitor):
    """Counts how often a variable is used."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.times = 0

    def enter_variable(self, node: VariableNode, _key: Any, parent: Any, *_args: Any) -> None:
        if node.name.value == self._name and not isinstance(parent, VariableDefinitionNode):
            self.times += 1


def _uses(tree: DocumentNode, variable: str) -> int:
    uses = _Uses(variable)
    visit(tree, uses)
    return uses.times
