"""Pet imports: a record from elsewhere comes in, once as a dry run, and then for good.

`promising` says what would be made of a document, `making` makes the rows of it, `duplicates` looks for pets that are
here already, and `coming` does the deed. Nothing is written that the dry run did not say.
"""

from resolvers.pet_imports.coming import Arrival, Outcome, carry_out, of_import, one, rehearse
from resolvers.pet_imports.duplicates import Duplicate, DuplicateReason
from resolvers.pet_imports.promising import Becomes, Promise, Promised

__all__ = [
    "Arrival",
    "Becomes",
    "Duplicate",
    "DuplicateReason",
    "Outcome",
    "Promise",
    "Promised",
    "carry_out",
    "of_import",
    "one",
    "rehearse",
]
