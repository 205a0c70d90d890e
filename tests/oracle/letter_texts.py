"""Letter texts: what the oracle says of them; those that there are in the house; and letters to look at."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from models import Appointment, Letter, ReminderRule
from resolvers import letter_previews
from resolvers.letter_previews import Asked
from resolvers.viewer import Viewer
from tests.oracle.pages import bad_input
from tests.world import NOW, World, a_letter_text

if TYPE_CHECKING:
    from uuid import UUID

    from resolvers.ports import Envelope
    from tests.oracle.oracle import Oracle
    from tests.oracle.sight import Rows

_LOOKED_AT = 2


async def some_texts(world: World) -> None:
    """Words of several versions, in use and not, in two languages, and for one rule."""
    rule = await ReminderRule.first()
    assert rule
    await a_letter_text(is_in_use=False)
    await a_letter_text(version=2, made_by_id=world.manager.id)
    await a_letter_text(rule_id=rule.id, language="de", subject="{{ what }}")
    await a_letter_text(
        Letter.COMING_VISIT, subject="{{ pet }}: bis bald", body="{{ client }}\n\n[visit]", language="de"
    )


async def letters(rows: Rows) -> dict[UUID, Envelope]:
    """How a letter about each of some appointments would look: words, which no oracle can make."""
    some = sorted(rows[Appointment], key=lambda each: each.id)[:_LOOKED_AT]
    nobody = Viewer.system("the oracle")
    asked = [Asked(Letter.COMING_VISIT, "de", appointment_id=each.id) for each in some]
    return {
        one.appointment_id: await letter_previews.preview(nobody, one, public_url="http://127.0.0.1:8000", now=NOW)
        for one in asked
        if one.appointment_id
    }


def drawn(chance: Random, looked_at: list[str], strange: list[str]) -> dict[str, Any]:
    """What is asked to be looked at; some of it makes no sense."""
    letter = "SIGN_IN_CODE" if chance.random() < 0.1 else "COMING_VISIT"
    given = {"letter": letter, "language": "fr" if chance.random() < 0.1 else "de"}
    if chance.random() < 0.1:
        return given
    return {**given, "appointmentId": chance.choice([*looked_at * 40, *strange])}


def look(oracle: Oracle, found: Any, asked: dict[str, Any]) -> Any:
    """The letter about the appointment that was found, as it was looked at before."""
    if asked["letter"] == "SIGN_IN_CODE" or asked["language"] == "fr" or asked.get("appointment_id") is None:
        raise bad_input()
    if found is None:
        return None
    letter = oracle.records.letters[found.row.id]
    return {"subject": letter.subject, "text": letter.text, "html": letter.html}
