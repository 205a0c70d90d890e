"""Pet records: the whole record of one pet, as far as somebody may see it, told in one document.

`reading` finds the rows, `lines` says what each of them tells, `elsewhere` what came in from elsewhere, and `leaving`
puts them together.
"""

from resolvers.pet_records.leaving import Told, told

__all__ = ["Told", "told"]
