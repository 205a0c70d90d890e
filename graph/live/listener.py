"""Listeners: one subscription of one client, and how far in the trail it has come."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import orjson
from graphql import FieldNode, VariableNode, Visitor, visit

from resolvers import access

if TYPE_CHECKING:
    import asyncio

    from graphql import DocumentNode

    from graph.live.watch import Watch
    from graph.operations import Asked, Watching
    from resolvers.viewer import Viewer


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
        return Listener(watching, viewer, sink, object())
    question = asked.question
    left_out = _only_for_after(asked.document.tree)
    variables = {name: value for name, value in question.variables.items() if name != left_out}
    said = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
    audience = watching.context.audience
    key = (audience, question.query, asked.operation.name, said, access.key(viewer))
    return Listener(watching, access.impersonal(viewer), sink, key)


class _Uses(Visitor):
    """Notes which variable is given to an argument `after` of a root field, and how often each is used."""

    def __init__(self) -> None:
        super().__init__()
        self.times: dict[str, int] = {}
        self.after: str | None = None

    def enter_variable(self, node: VariableNode, *_args: Any) -> None:
        self.times[node.name.value] = self.times.get(node.name.value, 0) + 1

    def enter_field(self, node: FieldNode, _key: Any, _parent: Any, _path: Any, ancestors: Any) -> None:
        is_root = not any(isinstance(each, FieldNode) for each in ancestors)
        for argument in node.arguments or ():
            if is_root and argument.name.value == "after" and isinstance(argument.value, VariableNode):
                self.after = argument.value.name.value


def _only_for_after(tree: DocumentNode) -> str | None:
    """The variable that is used as the cursor of the subscription and nowhere else."""
    uses = _Uses()
    visit(tree, uses)
    # Once where it is declared, once where it is used.
    return uses.after if uses.after is not None and uses.times[uses.after] == 2 else None
