"""Signing notes, and what may still be done when no word of them can change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from tortoise.transactions import in_transaction

from models import Addendum, EventKind, Note, Visit, sql
from models.refusal import EnteredInError, InvalidInput, NoteChanged, NotSigned
from models.row import uuid7
from models.text import named, prose
from models.words import search_words
from resolvers import events, retries
from resolvers.access import Deed
from resolvers.locks import hold
from resolvers.notes import errors
from resolvers.notes.found import LONGEST_PART, LONGEST_REASON, found_note, happening_in, must_be_theirs, texts_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from resolvers.events import Happening
    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer


async def sign(viewer: Viewer, note_id: UUID | None, *, based_on: int, key: str, now: datetime) -> UUID:
    """Sign a note, in one's own name; a locked visit does not stand in the way, for no word changes.

    Raises:
        NotFound: the note is not the viewer's to see.
        AlreadySigned, EnteredInError: see `Note.sign`; also where the visit was a mistake.
        NoteChanged: it is no longer as whoever signs has read it: other words, or a line that is new or was changed.
        Forbidden: it is a vet's part, and the viewer is none there.
    """
    found, visit, person_id = await found_note(viewer, note_id, Deed.SIGN_NOTE)
    must_be_theirs(viewer, found, visit)

    async def signed(note: Note) -> Happening:
        note.must_be_a_draft()
        if note.version != based_on:
            raise NoteChanged(
                note.version, texts_of(note), pet_id=note.pet_id, path=("basedOn",), sentence=_OTHER_SINCE
            )
        note.sign(person_id, now=now)
        await note.save(update_fields=["signed_at", "signed_by_id"])
        before, after = {"signed_at": None}, {"signed_at": now, "signed_by_id": person_id, "version": note.version}
        return happening_in(visit, EventKind.NOTE_SIGNED, note.id, before=before, after=after)

    asked = {"note": str(note_id), "based_on": based_on}
    return await _done(viewer, Deed.SIGN_NOTE, found, signed, asked, key=key, now=now)


_OTHER_SINCE = (
    "The words of this note, or a line in it, have changed meanwhile. Please read it as it is now, with its lines, and sign"
    " it based on its current version."
)


async def cosign(viewer: Viewer, note_id: UUID | None, *, key: str, now: datetime) -> UUID:
    """Sign a note that somebody else has signed, as a vet who stands by it too.

    Raises:
        NotFound: the note is not the viewer's to see.
        NotSigned, CosignNotAllowed, EnteredInError: see `Note.cosign`.
    """
    found, visit, person_id = await found_note(viewer, note_id, Deed.COSIGN_NOTE)

    async def cosigned(note: Note) -> Happening:
        note.cosign(person_id, now=now)
        await note.save(update_fields=["cosigned_at", "cosigned_by_id"])
        before, after = {"cosigned_at": None}, {"cosigned_at": now, "cosigned_by_id": person_id}
        return happening_in(visit, EventKind.NOTE_COSIGNED, note.id, before=before, after=after)

    return await _done(viewer, Deed.COSIGN_NOTE, found, cosigned, {"note": str(note_id)}, key=key, now=now)


async def add_addendum(
    viewer: Viewer, note_id: UUID | None, *, reason: str, text: str, key: str, now: datetime
) -> UUID:
    """Add something to a note that can no longer be changed: dated, in one's own name, and with the reason.

    The note is found by these words too, as long as all its words do not exceed what can be found.

    Raises:
        NotFound: the note is not the viewer's to see.
        NotSigned: it is a draft, which can be changed itself.
        EnteredInError: the note, or its visit, is marked so.
        InvalidInput: the reason or the text says nothing, or is too long.
    """
    found, visit, person_id = await found_note(viewer, note_id, Deed.ADD_ADDENDUM)
    addendum_id = uuid7()
    asked = {"note": str(note_id), "reason": reason, "text": text}
    retry = retries.asked(viewer, Deed.ADD_ADDENDUM, key, asked, now=now)

    async def work() -> Outcome:
        addendum = Addendum(
            id=addendum_id,
            note_id=found.id,
            author_id=person_id,
            at=now,
            reason=named(reason, path=("reason",), longest=LONGEST_REASON),
            text=_said(text, path="text"),
        )
        async with in_transaction():
            await retry.keep(addendum=addendum_id)
            of = await hold(Visit, visit.id)
            note = await hold(Note, found.id)
            if note.errored_at is not None or of.errored_at is not None:
                raise EnteredInError(path=("noteId",))
            if note.signed_at is None and of.locked_at is None:
                raise NotSigned("This note is still a draft. Please change the note itself.", path=("noteId",))
            await sql.insert([addendum])
            # Whoever may read the note may read what was added to it, so the same words are searched by the same people.
            note.words = search_words(note.words, addendum.reason, addendum.text)
            await note.save(update_fields=["words"])
            after = {"note_id": note.id, "reason": addendum.reason}
            happening = happening_in(visit, EventKind.ADDENDUM_ADDED, addendum_id, after=after)
            await events.record(viewer, happening, now=now)
        return {"addendum": str(addendum_id)}

    return sql.as_key((await retries.once(retry, work))["addendum"])


async def mark_in_error(viewer: Viewer, note_id: UUID | None, because: str, *, key: str, now: datetime) -> UUID:
    """Mark a note as entered in error, signed or not, and with it all that was recorded in it; nothing is deleted.

    Raises:
        NotFound: the note is not the viewer's to see.
        EnteredInError: it is marked so already.
        Forbidden: it is a vet's part, and the viewer is none there.
        InvalidInput: there is no reason.
    """
    found, visit, person_id = await found_note(viewer, note_id, Deed.MARK_NOTE_IN_ERROR)
    must_be_theirs(viewer, found, visit)

    async def marked(note: Note) -> Happening:
        because_kept = named(because, path=("reason",), longest=LONGEST_REASON)
        lines = await errors.mark(note, because_kept, by=person_id, now=now)
        before, after = {"errored_at": None}, {"errored_at": now, "errored_because": because_kept, "lines": lines}
        return happening_in(visit, EventKind.NOTE_IN_ERROR, note.id, before=before, after=after)

    asked = {"note": str(note_id), "because": because}
    return await _done(viewer, Deed.MARK_NOTE_IN_ERROR, found, marked, asked, key=key, now=now)


async def _done(
    viewer: Viewer,
    deed: Deed,
    found: Note,
    step: Callable[[Note], Awaitable[Happening]],
    asked: Mapping[str, Any],
    *,
    key: str,
    now: datetime,
) -> UUID:
    """Take a step with a note that changes none of its words; the note."""
    retry = retries.asked(viewer, deed, key, asked, now=now)

    async def work() -> Outcome:
        async with in_transaction():
            await retry.keep(note=found.id)
            if (await hold(Visit, found.visit_id)).errored_at is not None:
                raise EnteredInError(path=("noteId",))
            happening = await step(await hold(Note, found.id))
            await events.record(viewer, happening, now=now)
        return {"note": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["note"])


def _said(text: str, *, path: str) -> str:
    kept = prose(text, path=(path,), longest=LONGEST_PART)
    if not kept:
        raise InvalidInput("Please fill this in.", path=(path,))
    return kept
