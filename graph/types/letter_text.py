"""The practice's own words for its letters, and how a letter looks."""

from __future__ import annotations

from datetime import datetime

import strawberry

import models
from graph.reading.shape import column, one, shape
from graph.roles import STAFF, allow
from graph.types.node import Node, id_of
from graph.types.reminder_enums import Letter
from graph.types.reminder_rule import ReminderRule
from graph.types.staff import Staff
from models.role import Role


@shape(models.LetterText, STAFF)
class LetterText(Node):
    """One version of the practice's own words for a letter in one language. What it says never changes."""

    id: strawberry.ID = id_of("LetterText")
    letter: Letter = column("For which letter.")
    rule: ReminderRule | None = one(
        "For letters about what this rule reminds of, and nothing else; null when they are for every such letter.",
        carried=True,
    )
    language: str = column("The language of the letter, as a BCP 47 tag: `en`, `de` or `es`.")
    version: int = column("Which version of these words this is, from 1.")
    subject: str = column("The subject, with its placeholders.")
    body: str = column("The text, with its placeholders and marks.")
    is_in_use: bool = column("Whether letters are written in these words now; one version at most is.")
    made_at: datetime = column("When they were written.")
    made_by: Staff | None = one("Who wrote them; null when it was nobody of the staff.", carried=True)


@strawberry.type(directives=[allow(Role.MANAGER)], description="How a letter would look that was sent now.")
class LetterPreview:
    """How a letter would look that was sent now."""

    subject: str = strawberry.field(description="Its subject.")
    text: str = strawberry.field(description="The letter as plain text. It says the same as `html`.")
    html: str = strawberry.field(
        description="The letter as a whole page of HTML, without scripts and images. Show it in a sandboxed frame."
    )
