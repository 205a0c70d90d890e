"""Marking lines of a record as entered in error."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import opened
from graph.reading import Shown
from graph.types.record_line import RecordLine
from models.refusal import EnteredInError
from resolvers import lines
from resolvers.access import DEEDS, Deed

_KINDS = {model.__name__: model for model in lines.LINES}


@deed_input(DEEDS[Deed.MARK_ENTERED_IN_ERROR])
class MarkEnteredInErrorInput:
    """Something in the record of a pet that was a mistake."""

    line_id: strawberry.ID = said(
        "Which vital sign, diagnosis, procedure, treatment, prescription or allergy, by its id."
    )
    because: str = said("Why it was a mistake, 1 to 1000 characters.")
    idempotency_key: str = said(KEY)


@payload(DEEDS[Deed.MARK_ENTERED_IN_ERROR])
class EnteredInErrorMarked:
    """It stays where it is, and whoever reads it sees that it was a mistake. Owners do not see it any more."""

    line: RecordLine = said("What was marked, as it is now.")


@strawberry.type
class LineMutations:
    """Marking lines of a record as entered in error."""

    @mutation(Deed.MARK_ENTERED_IN_ERROR, EnteredInErrorMarked, EnteredInError)
    async def mark_entered_in_error(self, info: Info, input: MarkEnteredInErrorInput) -> object:
        """Mark a line of a record as entered in error, also in a note that is signed or a visit that is locked.

        A prescription is for a vet to mark. Nothing is deleted, and the mark cannot be taken back. What is right is written down anew.
        """
        viewer = info.context.viewer
        kind, line_id = opened(input.line_id) or ("", None)
        marked = await lines.mark_entered_in_error(
            viewer, _KINDS.get(kind), line_id, input.because, key=input.idempotency_key, now=info.context.now
        )
        return answered(EnteredInErrorMarked, line=Shown(lines.one(viewer, _KINDS[kind], marked), kind))
