"""Closing the books."""

from __future__ import annotations

from datetime import date

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key
from graph.types.legal_entity import LegalEntity
from models.refusal import PeriodClosed
from resolvers import closings, legal_entities
from resolvers.access import DEEDS, Deed


@deed_input(DEEDS[Deed.CLOSE_PERIOD])
class ClosePeriodInput:
    """Books in which nothing is to be posted any more."""

    legal_entity_id: strawberry.ID = said("Whose books.")
    through: date = said(
        "The last day to close: it has passed at every location of the legal entity, and is later than the last closed"
        " one."
    )
    idempotency_key: str = said(KEY)


@payload(DEEDS[Deed.CLOSE_PERIOD])
class PeriodIsClosed:
    """The books are closed, for good."""

    legal_entity: LegalEntity = said("The legal entity, with its `closedThrough`.")


@strawberry.type
class ClosingMutations:
    """Closing the books."""

    @mutation(Deed.CLOSE_PERIOD, PeriodIsClosed, PeriodClosed)
    async def close_period(self, info: Info, input: ClosePeriodInput) -> object:
        """Close the books of a legal entity through a day, for good: nothing is posted on it or before it any more.

        It takes a manager of every location of it.
        """
        viewer = info.context.viewer
        closed = await closings.close(
            viewer,
            key("LegalEntity", input.legal_entity_id),
            input.through,
            key=input.idempotency_key,
            now=info.context.now,
        )
        return answered(PeriodIsClosed, legal_entity=legal_entities.one(viewer, closed))
