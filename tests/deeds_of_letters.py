"""The deeds of the practice's own words, as lines of the table of every deed."""

from __future__ import annotations

from models import Letter, LetterText, Role, Status
from resolvers import letter_previews, letter_texts
from resolvers.access import Deed
from resolvers.letter_previews import Asked
from resolvers.letter_texts import NewText
from tests.every_deed import KEPT, MANAGERS_OF_ALL, anywhere, line
from tests.world import NOW


@line(Deed.SET_LETTER_TEXT, MANAGERS_OF_ALL)
async def _(scene, viewer):
    text = NewText(Letter.COMING_VISIT, "en", "See you soon", "[visit]")
    await letter_texts.put(viewer, text, **KEPT)


@line(Deed.SET_LETTER_TEXT, anywhere(Role.MANAGER))
async def _(scene, viewer):
    asked = Asked(Letter.COMING_VISIT, "en", appointment_id=scene.visits[Status.BOOKED].id)
    await letter_previews.preview(viewer, asked, public_url="https://vet.example", now=NOW)


@line(Deed.RESET_LETTER_TEXT, MANAGERS_OF_ALL)
async def _(scene, viewer):
    await letter_texts.reset(viewer, (await LetterText.get(letter=Letter.CARE_REMINDER)).id, **KEPT)
