"""Writing, saving and signing notes, and what may be done when no word of them can change."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key, maybe_key
from graph.inputs import changed
from graph.types.note import Addendum, Note
from models.note import PARTS
from models.refusal import AlreadySigned, CosignNotAllowed, EnteredInError, NoteChanged, NotSigned, RecordLocked
from models.role import Role
from resolvers import notes
from resolvers.access import Deed
from resolvers.changes import UNSET

_CLINICAL = (Role.VET, Role.NURSE)
_PART = "at most 20,000 characters; what is not given stays as it is, and null clears it"


@deed_input(_CLINICAL)
class WriteNoteInput:
    """A part of the record of a visit."""

    visit_id: strawberry.ID = said("In which visit.")
    template_id: strawberry.ID | None = said(
        "What it begins with: a template in use, of the same part. When nothing is said, the template for the service of"
        " the visit's appointment, if there is one; null for none.",
        default=strawberry.UNSET,
    )
    idempotency_key: str = said(KEY)


@deed_input(_CLINICAL)
class SaveNoteInput:
    """What somebody has typed into a note, who had read a certain version of it."""

    note_id: strawberry.ID = said("Which note.")
    based_on: int = said("The `version` of the note that was read before typing.")
    subjective: str | None = said(f"What was told of the pet: {_PART}.", default=strawberry.UNSET)
    objective: str | None = said(f"What was found: {_PART}.", default=strawberry.UNSET)
    assessment: str | None = said(f"What is thought of it: {_PART}.", default=strawberry.UNSET)
    plan: str | None = said(f"What is to be done: {_PART}.", default=strawberry.UNSET)
    internal: str | None = said(f"What the staff alone read: {_PART}.", default=strawberry.UNSET)
    idempotency_key: str = said(KEY)


@deed_input(_CLINICAL)
class SignNoteInput:
    """A note that somebody stands by."""

    note_id: strawberry.ID = said("Which note.")
    based_on: int = said(
        "The `version` of the note that was read, with its lines: nobody signs what somebody else has just changed."
    )
    idempotency_key: str = said(KEY)


@deed_input(Role.VET)
class CosignNoteInput:
    """A signed note that a second vet stands by."""

    note_id: strawberry.ID = said("Which note.")
    idempotency_key: str = said(KEY)


@deed_input(_CLINICAL)
class AddAddendumInput:
    """What is to be added to a note that can no longer be changed."""

    note_id: strawberry.ID = said("To which note.")
    reason: str = said("Why it is needed, 1 to 2000 characters.")
    text: str = said("What is to be added, 1 to 20,000 characters.")
    idempotency_key: str = said(KEY)


@deed_input(_CLINICAL)
class MarkNoteInErrorInput:
    """A note that was written by mistake."""

    note_id: strawberry.ID = said("Which note.")
    reason: str = said("What was wrong with it, 1 to 2000 characters.")
    idempotency_key: str = said(KEY)


@payload(_CLINICAL)
class NoteWritten:
    """The note has begun; it is a draft, in its first version."""

    note: Note = said("The note.")


@payload(_CLINICAL)
class NoteSaved:
    """What was typed is kept, beside what others have typed into other parts."""

    note: Note = said("The note as it is now. Go on from its `version`.")


@payload(_CLINICAL)
class NoteSigned:
    """The note stays as it is."""

    note: Note = said("The note as it is now.")


@payload(Role.VET)
class NoteCosigned:
    """Two stand by the note."""

    note: Note = said("The note as it is now.")


@payload(_CLINICAL)
class AddendumAdded:
    """It stands beside the note, dated, with its author and the reason."""

    addendum: Addendum = said("What was added.")
    note: Note = said("The note to which it was added.")


@payload(_CLINICAL)
class NoteMarkedInError:
    """Whoever reads it sees that it is wrong, and owners do not see it any more."""

    note: Note = said("The note as it is now.")


@strawberry.type
class NoteMutations:
    """Writing and signing notes."""

    @mutation(Deed.WRITE_NOTE, NoteWritten, RecordLocked, EnteredInError)
    async def write_note(self, info: Info, input: WriteNoteInput) -> object:
        """Begin a note in a visit whose record is open: a vet's part by a vet, a nurse's by a nurse."""
        viewer, visit_id = info.context.viewer, key("Visit", input.visit_id)
        is_said = input.template_id is not strawberry.UNSET
        template_id = maybe_key("NoteTemplate", input.template_id) if is_said else UNSET
        written = await notes.write(
            viewer, visit_id, template_id=template_id, key=input.idempotency_key, now=info.context.now
        )
        return answered(NoteWritten, note=notes.one(viewer, written))

    @mutation(Deed.SAVE_NOTE, NoteSaved, NoteChanged, AlreadySigned, RecordLocked, EnteredInError)
    async def save_note(self, info: Info, input: SaveNoteInput) -> object:
        """Save what was typed into a draft; made to be sent every few seconds, from several tablets at once.

        Only the parts that are given change. What others have saved since `basedOn` stays, in the parts that you leave
        as you have read them. Where they and you have given one part different words, nothing is written: `NoteChanged`
        tells what stands there now. Every state is kept, and can be read again under `revisions`.
        """
        viewer, note_id = info.context.viewer, key("Note", input.note_id)
        said_of = {part: changed(getattr(input, part), null="") for part in PARTS}
        texts = {part: text for part, text in said_of.items() if text is not UNSET}
        saved = await notes.save(
            viewer, note_id, texts, based_on=input.based_on, key=input.idempotency_key, now=info.context.now
        )
        return answered(NoteSaved, note=notes.one(viewer, saved))

    @mutation(Deed.SIGN_NOTE, NoteSigned, NoteChanged, AlreadySigned, EnteredInError)
    async def sign_note(self, info: Info, input: SignNoteInput) -> object:
        """Sign a note in your own name: a vet's part as a vet, a nurse's part as a nurse or a vet.

        From then on it stays as it is, with all that was recorded in it. Signing is possible in a locked visit too.
        `NoteChanged` says that there are other words, or a line is new, changed or taken back, since `basedOn`: show the
        note as it is now, with its lines. An answer of `saveNote` brings a version that counts the lines of others too.
        """
        viewer, note_id = info.context.viewer, key("Note", input.note_id)
        signed = await notes.sign(
            viewer, note_id, based_on=input.based_on, key=input.idempotency_key, now=info.context.now
        )
        return answered(NoteSigned, note=notes.one(viewer, signed))

    @mutation(Deed.COSIGN_NOTE, NoteCosigned, NotSigned, CosignNotAllowed, EnteredInError)
    async def cosign_note(self, info: Info, input: CosignNoteInput) -> object:
        """Sign a note that somebody else has signed already, once, as a vet."""
        viewer, note_id = info.context.viewer, key("Note", input.note_id)
        cosigned = await notes.cosign(viewer, note_id, key=input.idempotency_key, now=info.context.now)
        return answered(NoteCosigned, note=notes.one(viewer, cosigned))

    @mutation(Deed.ADD_ADDENDUM, AddendumAdded, NotSigned, EnteredInError)
    async def add_addendum(self, info: Info, input: AddAddendumInput) -> object:
        """Add something to a note that is signed, or whose visit is locked. There is no addendum to an addendum."""
        viewer, note_id = info.context.viewer, key("Note", input.note_id)
        added = await notes.add_addendum(
            viewer, note_id, reason=input.reason, text=input.text, key=input.idempotency_key, now=info.context.now
        )
        return answered(AddendumAdded, addendum=notes.addendum(viewer, added), note=notes.one(viewer, note_id))

    @mutation(Deed.MARK_NOTE_IN_ERROR, NoteMarkedInError, EnteredInError)
    async def mark_note_in_error(self, info: Info, input: MarkNoteInErrorInput) -> object:
        """Mark a note as entered in error, signed or not, and with it all that was recorded in it.

        Nothing is deleted. A nurse can mark a nurse's part, a vet every one.
        """
        viewer, note_id = info.context.viewer, key("Note", input.note_id)
        marked = await notes.mark_in_error(
            viewer, note_id, input.reason, key=input.idempotency_key, now=info.context.now
        )
        return answered(NoteMarkedInError, note=notes.one(viewer, marked))
