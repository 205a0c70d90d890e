"""Letters: the words of what we send, in the reader's language and on the clock of the place it is about."""

from resolvers.letters.facts import Facts, Place, Visit, facts
from resolvers.letters.words import VERSION, written

__all__ = ["VERSION", "Facts", "Place", "Visit", "facts", "written"]
