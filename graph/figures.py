"""Figures: how well one view remembers what it was asked before, in whole numbers since the process began."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graph.documents import Documents
    from graph.reading import Plans


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted of one view; what is kept is as it is now."""

    document_hits: int
    document_misses: int
    documents_kept: int
    document_characters_kept: int
    reading_plan_hits: int
    reading_plan_misses: int
    reading_plans_kept: int
    reading_plan_characters_kept: int
    reading_careful_answers: int
    reading_fallbacks: int


def figures(documents: Documents, plans: Plans) -> Figures:
    """The figures now."""
    return Figures(
        document_hits=documents.hits,
        document_misses=documents.misses,
        documents_kept=len(documents),
        document_characters_kept=documents.characters,
        reading_plan_hits=plans.hits,
        reading_plan_misses=plans.misses,
        reading_plans_kept=len(plans),
        reading_plan_characters_kept=plans.characters,
        reading_careful_answers=plans.careful,
        reading_fallbacks=plans.fallbacks,
    )
