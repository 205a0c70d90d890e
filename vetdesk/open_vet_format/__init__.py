"""The Open Vet Format: the record of a pet as other programs read and write it.

`chosen` finds out whether the format is installed, `documents` bounds and parses what comes in, `fitting` takes out of it
what is not of the format, `incoming` and `pets` say what the rest means to the practice, `outgoing` writes. Nothing else
knows of `ovf_types`.
"""

from vetdesk.open_vet_format.chosen import record_format

__all__ = ["record_format"]
