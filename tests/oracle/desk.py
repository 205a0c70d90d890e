"""The desk: what the program says, in process, held against what the oracle says."""

from __future__ import annotations

from typing import Any

import orjson

from graph import errors, wire
from graph.operations import NotRun, Operations
from graph.reading import Plans
from graph.wire import Question
from resolvers.trail import Happened
from resolvers.viewer import Audience, Viewer
from tests.doors import Program
from tests.oracle.documents import Document
from vetdesk.database import at_once

_LIMITS = ("cost", "subscription_cost", "aliases", "directives", "depth", "levels", "tokens", "document_chars")


class Desk:
    """The program, to which documents are handed as its doors do, without the doors. Its limits are out of the way."""

    def __init__(self) -> None:
        self.program = Program(**{f"max_{limit}": 9_999_999_999 for limit in _LIMITS})
        self.operations: dict[Audience, Operations] = {
            audience: self.program.operations[audience.value] for audience in Audience
        }

    def fresh(self) -> None:
        """Forget every plan. What a document asks for stays known: that is decided by the contract, and by no rule."""
        for each in self.operations.values():
            each.plans = Plans()
            for document in each._documents._known.values():
                for operation in document.operations.values():
                    operation.kept.clear()

    async def says(self, viewer: Viewer, document: Document) -> dict[str, Any]:
        """The body of the answer, as it goes over the wire."""
        operations = self.operations[Audience.STAFF if viewer.is_staff else Audience.OWNER]
        try:
            asked = operations.weighed(operations.read(Question(document.text, document.variables, None, None)))
            context = operations.context(viewer, asked, request_id="0", origin="here")
            # Nobody else asks meanwhile; what comes over HTTP goes the way of a server.
            with at_once():
                body: Any = await operations.run(asked, context)
        except NotRun as stopped:
            body = {"errors": errors.presented(stopped.errors, "0")}
        said: dict[str, Any] = orjson.loads(wire.printed(body))
        return said

    async def tells(self, viewer: Viewer, document: Document, happened: Happened) -> dict[str, Any] | None:
        """What whoever watches with this document is told of an event; None when it does not concern her."""
        operations = self.operations[Audience.STAFF if viewer.is_staff else Audience.OWNER]
        asked = operations.weighed(operations.read(Question(document.text, document.variables, None, None)))
        context = operations.context(viewer, asked, request_id="0", origin="here")
        watching = await operations.watch(asked, context)
        root = await watching.watch.shown(viewer, happened)
        if root is None:
            return None
        told: dict[str, Any] = orjson.loads(wire.printed((await watching.answer(root, viewer)).body))
        return told


def heard(body: dict[str, Any]) -> Any:
    """The data of an answer, and for each error its path and its code; the whole body where nothing was run."""
    if "data" not in body:
        return body
    found = [(error["path"], error["extensions"]["code"]) for error in body.get("errors", ())]
    return body["data"], sorted(found, key=repr)
