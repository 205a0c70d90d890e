"""Writing notes: beginning one, and saving it while others may write in it too."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise.transactions import in_transaction

from models import EventKind, Note, NoteKind, NoteRevision, Visit, sql
from models.note import PARTS, TOLD_PARTS, merge
from models.refusal import InvalidInput, NoteChanged
from models.row import uuid7
from models.text import prose
from models.words import search_words
from resolvers import access, events, note_templates, retries
from resolvers.access import Deed
from resolvers.changes import UNSET, Unset, plain
from resolvers.locks import hold
from resolvers.notes.found import LONGEST_PART, found_note, found_visit, happening_in, must_be_theirs, texts_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from resolvers.retries import Outcome
    from resolvers.viewer import Viewer


async def write(
    viewer: Viewer, visit_id: UUID | None, *, template_id: UUID | Unset | None = UNSET, key: str, now: datetime
) -> UUID:
    """Begin a note in a visit: a vet's part, or a nurse's, as whoever writes it is one there.

    It begins with the words of a template: of the one named, of none where None is said, and else of the one for the
    service of the visit's appointment.

    Raises:
        NotFound: the visit or the template is not the viewer's to see.
        RecordLocked, EnteredInError: see `Visit.must_be_open`.
        InvalidInput: the template is out of use, or for the other part.
    """
    found, author_id = await found_visit(viewer, visit_id, Deed.WRITE_NOTE)
    kind = NoteKind.VET if access.is_a_vet(viewer, found.location_id) else NoteKind.NURSE
    asked = {"visit": str(visit_id), "template": plain(template_id)}
    retry = retries.asked(viewer, Deed.WRITE_NOTE, key, asked, now=now)
    note_id = uuid7()

    async def work() -> Outcome:
        template = await note_templates.chosen(viewer, template_id, kind, found.appointment_id)
        texts = texts_of(template) if template else dict.fromkeys(PARTS, "")
        async with in_transaction():
            await retry.keep(note=note_id)
            visit = await hold(Visit, found.id)
            visit.must_be_open()
            note = Note(
                id=note_id,
                visit_id=visit.id,
                pet_id=visit.pet_id,
                kind=kind,
                template_id=template.id if template else None,
                author_id=author_id,
                words=_words(texts),
                at=visit.at,
                created_at=now,
                changed_at=now,
                **texts,
            )
            await sql.insert([note])
            await sql.insert([_revision(note, author_id, now)])
            after = {"visit_id": visit.id, "kind": kind.value, "template_id": note.template_id, "version": 1}
            await events.record(viewer, happening_in(visit, EventKind.NOTE_WRITTEN, note.id, after=after), now=now)
        return {"note": str(note_id)}

    return sql.as_key((await retries.once(retry, work))["note"])


async def save(
    viewer: Viewer, note_id: UUID | None, texts: Mapping[str, str], *, based_on: int, key: str, now: datetime
) -> UUID:
    """Save some parts of a draft, as whoever writes had read it in the version `based_on`; nobody's words are lost.

    What others have saved since stays, in the parts that this save leaves alone. Every state that is saved is kept as a
    revision. Where no word changes, nothing is written.

    Raises:
        NotFound: the note is not the viewer's to see.
        NoteChanged: somebody else has given a part other words since.
        AlreadySigned, EnteredInError: see `Note.must_be_a_draft`.
        RecordLocked: the record of the visit is locked.
        Forbidden: it is a vet's part, and the viewer is none there.
        InvalidInput: a text is too long, or the note never had that version.
    """
    found, visit, person_id = await found_note(viewer, note_id, Deed.SAVE_NOTE)
    must_be_theirs(viewer, found, visit)
    asked = {"note": str(note_id), "texts": plain(texts), "based_on": based_on}
    retry = retries.asked(viewer, Deed.SAVE_NOTE, key, asked, now=now)

    async def work() -> Outcome:
        said = {part: prose(text, path=(part,), longest=LONGEST_PART) for part, text in texts.items()}
        async with in_transaction():
            await retry.keep(note=found.id)
            (await hold(Visit, visit.id)).must_be_open()
            note = await hold(Note, found.id)
            note.must_be_a_draft()
            taken = await _merged(note, said, based_on)
            if taken:
                before = note.version
                await _write_down(note, taken, person_id, now)
                # The words stand in the revisions of these versions, and nowhere twice.
                old, new = {"version": before}, {"version": note.version, "parts": sorted(taken)}
                happening = happening_in(visit, EventKind.NOTE_SAVED, note.id, before=old, after=new)
                await events.record(viewer, happening, now=now)
        return {"note": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["note"])


async def _merged(note: Note, said: Mapping[str, str], based_on: int) -> Mapping[str, str]:
    """The parts that change by what was said by somebody who has read that version.

    Raises:
        NoteChanged, InvalidInput: see `save`.
    """
    current = texts_of(note)
    base = current
    if based_on != note.version:
        # Where a line was written, the version has risen, and the words are those of the revision before.
        read = NoteRevision.filter(note_id=note.id, version__lte=based_on).order_by("-version")
        revision = await read.first() if based_on < note.version else None
        if revision is None:
            raise InvalidInput("This note never had that version. Please load it again.", path=("basedOn",))
        base = texts_of(revision)
    merged = merge(base, current, said)
    if merged.lost:
        raise NoteChanged(note.version, current, pet_id=note.pet_id, path=merged.lost[:1])
    return merged.taken


async def _write_down(note: Note, taken: Mapping[str, str], person_id: UUID, now: datetime) -> None:
    """Save the parts and the revision that they make."""
    note.update_from_dict(dict(taken))
    note.version += 1
    note.words, note.changed_at = _words(texts_of(note)), now
    await note.save(update_fields=[*taken, "version", "words", "changed_at"])
    await sql.insert([_revision(note, person_id, now)])


def _revision(note: Note, person_id: UUID, now: datetime) -> NoteRevision:
    texts = texts_of(note)
    return NoteRevision(id=uuid7(), note_id=note.id, version=note.version, saved_by_id=person_id, saved_at=now, **texts)


def _words(texts: Mapping[str, str]) -> str:
    """What a note is found by: not by what is for the staff alone, for owners search by the same words."""
    return search_words(*(texts[part] for part in TOLD_PARTS))
