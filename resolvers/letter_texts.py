"""Letter texts: the practice's own words for its letters, kept as versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models import EventKind, Letter, LetterText, Practice, ReminderRule, language, sql
from models.refusal import InvalidInput
from models.row import uuid7
from models.text import named, prose
from resolvers import access, events, retries
from resolvers.access import Deed, Where
from resolvers.changes import plain
from resolvers.events import Happening
from resolvers.letters import own
from resolvers.locks import hold, hold_all

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class NewText:
    """The words for a letter in a language: with a rule, for what that rule reminds of alone."""

    letter: Letter
    language: str
    subject: str
    body: str
    rule_id: UUID | None = None


# Reading


def one(viewer: Viewer, text_id: UUID | None) -> Rows:
    """The text with this key."""
    return access.rows(viewer, LetterText).only(text_id)


def listed(viewer: Viewer, *, only_in_use: bool) -> Rows:
    """Every text by its letter and language, the latest version first; or only those in use."""
    held = access.rows(viewer, LetterText).sorted_by("letter", "language", "-version")
    return held.narrowed("{t}.is_in_use") if only_in_use else held


# Writing


async def put(viewer: Viewer, text: NewText, *, key: str, now: datetime) -> UUID:
    """Write such letters in these words from now on. What they said before stays as a version that is not in use.

    Raises:
        NotFound: the rule does not exist.
        InvalidInput: the letter always has our words, we do not write in that language, or the words are not in order.
    """
    access.may(viewer, Deed.SET_LETTER_TEXT, Where.EVERYWHERE)
    retry = retries.asked(viewer, Deed.SET_LETTER_TEXT, key, plain(text), now=now)
    text_id = uuid7()

    async def work() -> Outcome:
        looked_at(text)
        if text.rule_id is not None:
            await access.find(viewer, ReminderRule, text.rule_id, path="ruleId")
        subject, body = named(text.subject, path=("subject",)), prose(text.body, path=("body",))
        async with in_transaction():
            await retry.keep(text=text_id)
            await hold_all(Practice, "is_the_only_one", ())  # one version after the other
            earlier = await LetterText.filter(letter=text.letter, language=text.language, rule_id=text.rule_id)
            in_use = next((each for each in earlier if each.is_in_use), None)
            if in_use is not None:
                await _put_aside(in_use.id)
            new = LetterText(
                id=text_id,
                letter=text.letter,
                rule_id=text.rule_id,
                language=text.language,
                version=max((each.version for each in earlier), default=0) + 1,
                subject=subject,
                body=body,
                is_in_use=True,
                made_at=now,
                made_by_id=viewer.staff_id,
            )
            await sql.insert([new])
            before = {} if in_use is None else {"subject": in_use.subject, "body": in_use.body}
            after = {
                "letter": text.letter,
                "language": text.language,
                "version": new.version,
                "subject": subject,
                "body": body,
            }
            happening = Happening(EventKind.LETTER_TEXT_SET, text_id, before=before, after=after)
            await events.record(viewer, happening, now=now)
        return {"text": str(text_id)}

    return sql.as_key((await retries.once(retry, work))["text"])


async def reset(viewer: Viewer, text_id: UUID | None, *, key: str, now: datetime) -> UUID:
    """Write such letters in our words again; a text that is not in use stays as it is.

    Raises:
        NotFound: there is no such text.
    """
    access.may(viewer, Deed.RESET_LETTER_TEXT, Where.EVERYWHERE)
    retry = retries.asked(viewer, Deed.RESET_LETTER_TEXT, key, {"text": str(text_id)}, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, LetterText, text_id, path="letterTextId")
        async with in_transaction():
            await retry.keep(text=found.id)
            text = await hold(LetterText, found.id)
            if text.is_in_use:
                await _put_aside(text.id)
                happening = Happening(
                    EventKind.LETTER_TEXT_RESET, text.id, before={"is_in_use": True}, after={"is_in_use": False}
                )
                await events.record(viewer, happening, now=now)
        return {"text": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["text"])


def looked_at(text: NewText) -> None:
    """Look at words before they are used.

    Raises:
        InvalidInput: as for `put`.
    """
    must_be_spoken(text.language)
    if text.rule_id is not None and text.letter is not Letter.CARE_REMINDER:
        raise InvalidInput(
            "Only a reminder of care can have words for one rule. Please leave the rule out.", path=("ruleId",)
        )
    own.words(text.letter, text.subject, text.body, of_a_rule=text.rule_id is not None)


def must_be_spoken(tag: str) -> None:
    """Refuse a language in which we do not write.

    Raises:
        InvalidInput: it is none of those.
    """
    if tag not in language.SPOKEN:
        there_are = ", ".join(language.SPOKEN)
        raise InvalidInput(f"We write letters in {there_are}. Please choose one of these.", path=("language",))


async def _put_aside(text_id: UUID) -> None:
    await sql.execute("UPDATE letter_text SET is_in_use = ? WHERE id = ?", (False, text_id))
