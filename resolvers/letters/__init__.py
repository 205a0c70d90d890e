"""Letters: the words of what we send, in the reader's language and on the clock of the place it is about."""

from resolvers.letters.due import JOINED, TOLD, called, item
from resolvers.letters.facts import DueItem, Facts, OwnWords, Place, Visit
from resolvers.letters.known import facts
from resolvers.letters.words import VERSION, looked_at, written

__all__ = [
    "JOINED",
    "TOLD",
    "VERSION",
    "DueItem",
    "Facts",
    "OwnWords",
    "Place",
    "Visit",
    "called",
    "facts",
    "item",
    "looked_at",
    "written",
]
