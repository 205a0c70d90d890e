"""Letters: the words of what we send, in the reader's language and on the clock of the place it is about."""

from resolvers.letters.facts import DueItem, Facts, Place, Visit
from resolvers.letters.known import facts
from resolvers.letters.words import VERSION, written

__all__ = ["VERSION", "DueItem", "Facts", "Place", "Visit", "facts", "written"]
