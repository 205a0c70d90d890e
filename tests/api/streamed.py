"""What a test says of a stream: who watches over one, what came of it, and how it ended."""

from __future__ import annotations

from tests.api.watched import WATCH, Ward
from tests.held import Event, a_held_stream

DONE = Event("complete", None)
GRAPHQL = "application/graphql-response+json"


def refused(code: str, sentence: str) -> list[Event]:
    """What comes of an operation that ends with one error."""
    return [Event("next", {"errors": [{"message": sentence, "extensions": {"code": code}}]}), DONE]


def grams(events: list[Event]) -> list[int]:
    """What was weighed, by the answers among the events that hold data."""
    return [each.data["data"]["weights"]["grams"] for each in events if each.data and "data" in each.data]


def watching(ward: Ward, **more):
    """A stream of somebody who watches."""
    return a_held_stream(ward.door, {"query": WATCH}, **{"token": "vet", **more})
