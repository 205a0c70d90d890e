"""Notes: writing, saving and signing them, and what is added, or said to be wrong, later."""

from resolvers.notes.reads import addendum, one
from resolvers.notes.signing import add_addendum, cosign, mark_in_error, sign
from resolvers.notes.writing import save, write

__all__ = ["add_addendum", "addendum", "cosign", "mark_in_error", "one", "save", "sign", "write"]
