"""Documents: writing what others read, saving it word by word, signing it, and letting the owners see it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models import Document, DocumentKind, EventKind, Pet, sql
from models.document import LETTERS
from models.refusal import InvalidInput
from models.row import uuid7
from models.text import named, prose
from models.words import search_words
from resolvers import access, changes, events, retries, visits_named
from resolvers.access import Deed
from resolvers.changes import plain
from resolvers.events import Happening
from resolvers.locks import hold

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime
    from uuid import UUID

    from resolvers.changes import Change
    from resolvers.retries import Outcome
    from resolvers.rows import Rows
    from resolvers.viewer import Viewer

LONGEST_BODY = 20_000
LONGEST_ADDRESSEE = 500


@dataclass(frozen=True, slots=True)
class Texts:
    """What is written in a document; `addressee` has a line for each line of the address."""

    title: str
    body: str = ""
    addressee: str = ""


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document as it is begun; `visit_id` is what it is about, when it is about one visit."""

    pet_id: UUID | None
    kind: DocumentKind
    texts: Texts
    visit_id: UUID | None = None


# Reading


def one(viewer: Viewer, document_id: UUID | None) -> Rows:
    """The document with this key."""
    return access.rows(viewer, Document).only(document_id)


# Writing


async def write(viewer: Viewer, new: NewDocument, *, key: str, now: datetime) -> UUID:
    """Write a new document: a draft of whoever is signed in.

    A letter may be written long after a visit, so a locked one is no obstacle, and neither is the death of the pet.

    Raises:
        NotFound: the pet or the visit is not the viewer's to see.
        InvalidInput: a text makes no sense, or the visit was of another pet.
        EnteredInError: the visit is marked so.
    """
    access.may(viewer, Deed.WRITE_DOCUMENT)
    retry = retries.asked(viewer, Deed.WRITE_DOCUMENT, key, plain(new), now=now)
    document_id = uuid7()

    async def work() -> Outcome:
        author_id = access.the_person(viewer)
        pet = await access.find(viewer, Pet, new.pet_id, path="petId")
        visit_id = await visits_named.of(viewer, new.visit_id, pet.id)
        texts = _texts(new.texts, new.kind)
        document = Document(
            id=document_id, pet_id=pet.id, visit_id=visit_id, kind=new.kind, author_id=author_id, words=_words(texts),
            at=now, changed_at=now, **texts,
        )  # fmt: skip
        async with in_transaction():
            await retry.keep(document=document_id)
            await sql.insert([document])
            after = {"pet": str(pet.id), "visit": visit_id and str(visit_id), "kind": new.kind.value, **texts}
            await events.record(viewer, Happening(EventKind.DOCUMENT_WRITTEN, document_id, after=after), now=now)
        return {"document": str(document_id)}

    return sql.as_key((await retries.once(retry, work))["document"])


async def save(
    viewer: Viewer, document_id: UUID | None, based_on: int, texts: Texts, *, key: str, now: datetime
) -> UUID:
    """Save what a draft says now. The same words as they are kept change nothing, whatever they are based on.

    Raises:
        NotFound: the document is not the viewer's to see.
        InvalidInput: a text makes no sense.
        AlreadySigned, EnteredInError: it is no draft any more.
        DocumentChanged: somebody has saved other words since the version that these are based on.
    """
    asked = {"based_on": based_on, **asdict(texts)}

    async def change(document: Document) -> Happening | None:
        document.must_be_a_draft()
        given = _texts(texts, document.kind)
        if given == {name: getattr(document, name) for name in given}:
            return None
        document.must_be_at(based_on)
        columns = {**given, "words": _words(given), "version": document.version + 1, "changed_at": now}
        changed = await changes.write(document, columns)
        return _happening(EventKind.DOCUMENT_SAVED, document, changed)

    return await _changed(viewer, Deed.SAVE_DOCUMENT, document_id, change, asked=asked, key=key, now=now)


async def sign(viewer: Viewer, document_id: UUID | None, based_on: int, *, key: str, now: datetime) -> UUID:
    """Sign the version that whoever is signed in has read: from now on it stays as it is. A referral is for a vet.

    Raises:
        NotFound: the document is not the viewer's to see.
        Forbidden: it is a referral, and the viewer is no vet.
        AlreadySigned, EnteredInError: it is no draft any more.
        DocumentChanged: somebody has saved other words since that version.
        InvalidInput: there is nothing in it, or nobody to whom a referral goes.
    """

    async def change(document: Document) -> Happening | None:
        access.may(viewer, Deed.SIGN_DOCUMENT, kind=document.kind)
        document.must_be_a_draft()
        document.must_be_at(based_on)
        document.sign(access.the_person(viewer), now=now)
        await document.save(update_fields=["signed_at", "signed_by_id"])
        return Happening(EventKind.DOCUMENT_SIGNED, document.id, after={"version": document.version})

    asked = {"based_on": based_on}
    return await _changed(viewer, Deed.SIGN_DOCUMENT, document_id, change, asked=asked, key=key, now=now)


async def share(viewer: Viewer, document_id: UUID | None, *, key: str, now: datetime) -> UUID:
    """Let the owners of the pet see a signed document. One that they see already stays as it is.

    Raises:
        NotFound: the document is not the viewer's to see.
        NotSigned: it is a draft.
        EnteredInError: it is marked so.
    """

    async def change(document: Document) -> Happening | None:
        if not document.share(now=now):
            return None
        await document.save(update_fields=["shared_at"])
        return Happening(EventKind.DOCUMENT_SHARED, document.id)

    return await _changed(viewer, Deed.SHARE_DOCUMENT, document_id, change, key=key, now=now)


async def unshare(viewer: Viewer, document_id: UUID | None, *, key: str, now: datetime) -> UUID:
    """Let the owners see a document no longer. One that they do not see stays as it is.

    Raises:
        NotFound: the document is not the viewer's to see.
    """

    async def change(document: Document) -> Happening | None:
        if not document.unshare():
            return None
        await document.save(update_fields=["shared_at"])
        return Happening(EventKind.DOCUMENT_UNSHARED, document.id)

    return await _changed(viewer, Deed.UNSHARE_DOCUMENT, document_id, change, key=key, now=now)


async def mark_in_error(viewer: Viewer, document_id: UUID | None, because: str, *, key: str, now: datetime) -> UUID:
    """Mark a document as entered in error, signed or not: the staff see that it is, and the owners see it no longer.

    Raises:
        NotFound: the document is not the viewer's to see.
        Forbidden: it is a signed referral, and the viewer is no vet.
        InvalidInput: the reason makes no sense.
        EnteredInError: it is marked so already.
    """

    async def change(document: Document) -> Happening | None:
        if document.signed_at is not None:
            access.may(viewer, Deed.MARK_DOCUMENT_IN_ERROR, kind=document.kind)
        reason = named(because, path=("because",))
        document.was_an_error(reason, by=access.the_person(viewer), now=now)
        await document.save(update_fields=["errored_at", "errored_by_id", "errored_because"])
        return Happening(EventKind.DOCUMENT_IN_ERROR, document.id, after={"because": reason})

    asked = {"because": because}
    return await _changed(viewer, Deed.MARK_DOCUMENT_IN_ERROR, document_id, change, asked=asked, key=key, now=now)


# What the deeds above share


async def _changed(
    viewer: Viewer,
    deed: Deed,
    document_id: UUID | None,
    change: Callable[[Document], Awaitable[Happening | None]],
    *,
    asked: dict[str, Any] | None = None,
    key: str,
    now: datetime,
) -> UUID:
    """Change a document that is held meanwhile; `change` tells what has happened, or that nothing has."""
    access.may(viewer, deed)
    retry = retries.asked(viewer, deed, key, {"document": str(document_id), **(asked or {})}, now=now)

    async def work() -> Outcome:
        found = await access.find(viewer, Document, document_id, path="documentId")
        async with in_transaction():
            await retry.keep(document=found.id)
            happening = await change(await hold(Document, found.id, path=("documentId",)))
            if happening:
                await events.record(viewer, happening, now=now)
        return {"document": str(found.id)}

    return sql.as_key((await retries.once(retry, work))["document"])


def _texts(given: Texts, kind: DocumentKind) -> dict[str, str]:
    texts = {
        "title": named(given.title, path=("title",)),
        "body": prose(given.body, path=("body",), longest=LONGEST_BODY),
        "addressee": prose(given.addressee, path=("addressee",), longest=LONGEST_ADDRESSEE),
    }
    if texts["addressee"] and kind not in LETTERS:
        raise InvalidInput("Only a letter goes to somebody by name.", path=("addressee",))
    return texts


def _words(texts: dict[str, str]) -> str:
    """What it is found by: nothing but what stands in it, since owners search what is shared with them."""
    return search_words(texts["title"], texts["body"], texts["addressee"])


def _happening(kind: EventKind, document: Document, change: Change) -> Happening:
    told = [name for name in change.after if name not in ("words", "changed_at")]
    before, after = ({name: values[name] for name in told} for values in (change.before, change.after))
    return Happening(kind, document.id, before=before, after=after)
