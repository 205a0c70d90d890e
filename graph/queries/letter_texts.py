"""Asking for the practice's own words for its letters, and how a letter looks."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.ids import maybe_key
from graph.limits import bad_input
from graph.roles import STAFF, field
from graph.types.letter_text import LetterPreview, LetterText
from graph.types.reminder_enums import Letter
from models.refusal import InvalidInput, NotFound
from models.role import Role
from resolvers import letter_previews, letter_texts
from resolvers.letter_previews import Asked


@strawberry.type
class LetterTextQueries:
    """Asking for the practice's own words for its letters, and how a letter looks."""

    @field(STAFF)
    async def letter_texts(
        self,
        info: Info,
        only_in_use: Annotated[
            bool | None, strawberry.argument(description="Only the words in which letters are written now.")
        ] = None,
    ) -> list[LetterText] | None:
        """The practice's own words for its letters, by letter and language, the latest version first.

        A letter for which there are none in use is written in ours.
        """
        return letter_texts.listed(info.context.viewer, only_in_use=bool(only_in_use))  # type: ignore[return-value]

    @field(Role.MANAGER)
    async def letter_preview(
        self,
        info: Info,
        letter: Annotated[Letter, strawberry.argument(description="Which letter: one that can have own words.")],
        language: Annotated[
            str, strawberry.argument(description="The language of the letter, as a BCP 47 tag: `en`, `de` or `es`.")
        ],
        subject: Annotated[
            str | None,
            strawberry.argument(
                description="The subject to try, as in `setLetterText`. Without subject and body, the words in use."
            ),
        ] = None,
        body: Annotated[str | None, strawberry.argument(description="The text to try, as in `setLetterText`.")] = None,
        rule_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="When the words to try are for this reminder rule; the reminder is one of it."
            ),
        ] = None,
        appointment_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="About which appointment, for a letter about one.")
        ] = None,
        reminder_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="About which reminder, for `CARE_REMINDER`.")
        ] = None,
    ) -> LetterPreview | None:
        """How a letter would look that was sent now, with everything that is known of that appointment or reminder.

        Nothing is sent and nothing is kept; its links lead nowhere. A letter about a farewell is shown in our words, since it
        always has them. Null when there is no such appointment, reminder or rule; words that are not in order are refused with
        `BAD_INPUT`, in the sentence that `setLetterText` has for them.
        """
        asked = Asked(
            letter=letter,
            language=language,
            subject=subject,
            body=body,
            rule_id=maybe_key("ReminderRule", rule_id),
            appointment_id=maybe_key("Appointment", appointment_id),
            reminder_id=maybe_key("Reminder", reminder_id),
        )
        context = info.context
        try:
            shown = await letter_previews.preview(
                context.viewer, asked, public_url=context.ports.public_url, now=context.now
            )
        except InvalidInput as refused:
            raise bad_input(refused.message) from refused
        except NotFound:
            return None
        return LetterPreview(subject=shown.subject, text=shown.text, html=shown.html)
