"""Sums on paper: how every paper of money is made of what stands on it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from models.paper import MoneyFacts, Paper
from resolvers.papers import letterheads

if TYPE_CHECKING:
    from datetime import datetime

    from models import Location
    from resolvers.wording import Wording


async def paper(facts: MoneyFacts, place: Location, words: Wording, *, dated: datetime) -> Paper:
    """The paper with these facts, under the letterhead of the place as it is now."""
    return Paper(
        template="money",
        language=words.language,
        letterhead=await letterheads.of(place, words),
        labels=words.words("paper"),
        facts=asdict(facts),
        dated=dated,
    )
