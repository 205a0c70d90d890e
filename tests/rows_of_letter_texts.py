"""Rows of the practice's own words: the staff see them all, and nobody else any."""

from tortoise.models import Model

import models
from tests.rows_of_money import OURS
from tests.world import a_letter_text

TEXTS: dict[type[Model], dict[str, tuple[str, ...]]] = {models.LetterText: OURS}


async def texts() -> dict[type[Model], dict[str, Model | None]]:
    """One row, by its table and its name in `TEXTS`."""
    return {models.LetterText: {"ours": await a_letter_text()}}
