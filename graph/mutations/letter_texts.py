"""Writing letters in the practice's own words, or in ours again."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key, maybe_key
from graph.types.letter_text import LetterText
from graph.types.reminder_enums import Letter
from models.role import Role
from resolvers import letter_texts
from resolvers.access import Deed
from resolvers.letter_texts import NewText

_LETTER = (
    "For which letter: one of `APPOINTMENT_BOOKED`, `APPOINTMENT_MOVED`, `APPOINTMENT_CANCELLED`, `APPOINTMENT_MISSED`,"
    " `COMING_VISIT`, `CARE_REMINDER`."
)


@deed_input(Role.MANAGER)
class SetLetterTextInput:
    """The words in which a letter is written from now on."""

    letter: Letter = said(_LETTER)
    rule_id: strawberry.ID | None = said(
        "For letters about what this reminder rule reminds of, and nothing else; only for `CARE_REMINDER`. Null: for every"
        " such letter.",
        default=None,
    )
    language: str = said("The language of the letter, as a BCP 47 tag: `en`, `de` or `es`.")
    subject: str = said("The subject, with placeholders: one line, 1 to 150 characters.")
    body: str = said("The text, with placeholders and marks, 1 to 5000 characters. An empty line begins a paragraph.")
    idempotency_key: str = said(KEY)


@deed_input(Role.MANAGER)
class ResetLetterTextInput:
    """Words that are not to be used any more."""

    letter_text_id: strawberry.ID = said("Which words.")
    idempotency_key: str = said(KEY)


@payload(Role.MANAGER)
class LetterTextSet:
    """Such letters are written in these words from now on."""

    letter_text: LetterText = said("The words.")


@payload(Role.MANAGER)
class LetterTextReset:
    """Such letters are not written in these words any more."""

    letter_text: LetterText = said("The words, which are kept.")


@strawberry.type
class LetterTextMutations:
    """Writing letters in the practice's own words, or in ours again."""

    @mutation(Deed.SET_LETTER_TEXT, LetterTextSet)
    async def set_letter_text(self, info: Info, input: SetLetterTextInput) -> object:
        """Write a letter in the practice's own words from now on, in one language. Only a manager of the whole practice may.

        The text is plain text: a line break stays one, and HTML is shown as it is typed. It may hold placeholders, and nothing
        else of a template. In letters about appointments: `{{ practice }}`, `{{ client }}`, `{{ pet }}`, `{{ service }}`,
        `{{ vet }}`, `{{ day }}`, `{{ time }}`, `{{ zone }}`, `{{ location }}`, `{{ address }}`, `{{ phone }}`; what is not known
        is empty. In `CARE_REMINDER`: `{{ practice }}`, `{{ client }}`, `{{ pets }}`, `{{ phone }}`, and for one rule
        `{{ what }}`, what it is called. Of marks, each alone between empty lines, a letter about an appointment needs
        `[visit]`, the facts of the visit, and may have `[links]` where it can be confirmed or cancelled
        (`APPOINTMENT_BOOKED`, `APPOINTMENT_MOVED`, `COMING_VISIT`); `CARE_REMINDER` needs `[due]`, what is due for which pet,
        with a link to book. Anything else is refused with `InvalidInput`, which names the line, and the placeholders that
        there are.

        Below each letter stands why one gets it and how one ends such letters, in our words. Letters about a farewell are
        always in our words. Letters that wait are written in the words that are in use when they are sent.
        """
        viewer = info.context.viewer
        text = NewText(
            letter=input.letter,
            language=input.language,
            subject=input.subject,
            body=input.body,
            rule_id=maybe_key("ReminderRule", input.rule_id),
        )
        kept = await letter_texts.put(viewer, text, key=input.idempotency_key, now=info.context.now)
        return answered(LetterTextSet, letter_text=letter_texts.one(viewer, kept))

    @mutation(Deed.RESET_LETTER_TEXT, LetterTextReset)
    async def reset_letter_text(self, info: Info, input: ResetLetterTextInput) -> object:
        """Stop using the practice's own words for a letter: from now on it is written in ours.

        Only a manager of the whole practice may. Words for one rule give way to those for every reminder, where there are
        some. Words that are not in use stay as they are.
        """
        viewer = info.context.viewer
        text_id = key("LetterText", input.letter_text_id)
        kept = await letter_texts.reset(viewer, text_id, key=input.idempotency_key, now=info.context.now)
        return answered(LetterTextReset, letter_text=letter_texts.one(viewer, kept))
