"""Writing documents, saving and signing them, and sharing them with the owners."""

from __future__ import annotations

import strawberry

from graph.context import Info
from graph.deeds import KEY, answered, deed_input, mutation, payload, said
from graph.ids import key, maybe_key
from graph.roles import CLINICAL
from graph.types.document import Document
from models.document import DocumentKind
from models.refusal import AlreadySigned, DocumentChanged, EnteredInError, NotSigned
from resolvers import documents
from resolvers.access import Deed
from resolvers.documents import NewDocument, Texts

_WHICH = "Which document."
_NOW = "The document as it is now."
_TITLE = "The title, 1 to 200 characters."
_BODY = "What it says: plain text with line breaks, at most 20,000 characters."
_ADDRESSEE = (
    "To whom it goes, a line for each line of the address, at most 500 characters; for a `REFERRAL` or `OTHER` alone."
)


@deed_input(CLINICAL)
class WriteDocumentInput:
    """A document as it is begun: a draft."""

    pet_id: strawberry.ID = said("About which pet.")
    visit_id: strawberry.ID | None = said(
        "About which visit of it, when it is about one. The record of the visit may be locked.", default=None
    )
    kind: DocumentKind = said("What it is for; this stays as it is.")
    title: str = said(_TITLE)
    body: str | None = said(f"{_BODY} It may come later.", default=None)
    addressee: str | None = said(_ADDRESSEE, default=None)
    idempotency_key: str = said(KEY)


@deed_input(CLINICAL)
class SaveDocumentInput:
    """What a draft says now, all of it. Save as often as you like: the same words again change nothing."""

    document_id: strawberry.ID = said(_WHICH)
    based_on: int = said("The version that was changed into this one.")
    title: str = said(_TITLE)
    body: str = said(_BODY)
    addressee: str | None = said(f"{_ADDRESSEE} Null clears it.", default=None)
    idempotency_key: str = said(KEY)


@deed_input(CLINICAL)
class SignDocumentInput:
    """A draft that whoever is signed in has read and signs."""

    document_id: strawberry.ID = said(_WHICH)
    based_on: int = said("The version that was read.")
    idempotency_key: str = said(KEY)


@deed_input(CLINICAL)
class ShareDocumentInput:
    """A signed document that the owners are to see."""

    document_id: strawberry.ID = said(_WHICH)
    idempotency_key: str = said(KEY)


@deed_input(CLINICAL)
class UnshareDocumentInput:
    """A document that the owners are to see no longer."""

    document_id: strawberry.ID = said(_WHICH)
    idempotency_key: str = said(KEY)


@deed_input(CLINICAL)
class MarkDocumentInErrorInput:
    """A document that should not have been written: about another pet, or wrong."""

    document_id: strawberry.ID = said(_WHICH)
    because: str = said("Why, 1 to 200 characters.")
    idempotency_key: str = said(KEY)


@payload(CLINICAL)
class DocumentWritten:
    """There is a new draft."""

    document: Document = said(_NOW)


@payload(CLINICAL)
class DocumentSaved:
    """The draft says what was given."""

    document: Document = said(_NOW)


@payload(CLINICAL)
class DocumentSigned:
    """The document is signed, and stays as it is."""

    document: Document = said(_NOW)


@payload(CLINICAL)
class DocumentShared:
    """The owners of the pet see the document."""

    document: Document = said(_NOW)


@payload(CLINICAL)
class DocumentUnshared:
    """The owners of the pet do not see the document."""

    document: Document = said(_NOW)


@payload(CLINICAL)
class DocumentMarkedInError:
    """The staff see that the document was an error, and owners do not see it."""

    document: Document = said(_NOW)


@strawberry.type
class DocumentMutations:
    """Writing documents, saving and signing them, and sharing them with the owners."""

    @mutation(Deed.WRITE_DOCUMENT, DocumentWritten, EnteredInError)
    async def write_document(self, info: Info, input: WriteDocumentInput) -> object:
        """Write a document: a draft in the name of whoever is signed in, which owners do not see."""
        viewer = info.context.viewer
        new = NewDocument(
            pet_id=key("Pet", input.pet_id),
            visit_id=maybe_key("Visit", input.visit_id),
            kind=input.kind,
            texts=Texts(input.title, input.body or "", input.addressee or ""),
        )
        written = await documents.write(viewer, new, key=input.idempotency_key, now=info.context.now)
        return answered(DocumentWritten, document=documents.one(viewer, written))

    @mutation(Deed.SAVE_DOCUMENT, DocumentSaved, DocumentChanged, AlreadySigned, EnteredInError)
    async def save_document(self, info: Info, input: SaveDocumentInput) -> object:
        """Save a draft. Where somebody else has saved other words since `basedOn`, nothing is written and theirs come back."""
        viewer = info.context.viewer
        saved = await documents.save(
            viewer,
            key("Document", input.document_id),
            input.based_on,
            Texts(input.title, input.body, input.addressee or ""),
            key=input.idempotency_key,
            now=info.context.now,
        )
        return answered(DocumentSaved, document=documents.one(viewer, saved))

    @mutation(Deed.SIGN_DOCUMENT, DocumentSigned, DocumentChanged, AlreadySigned, EnteredInError)
    async def sign_document(self, info: Info, input: SignDocumentInput) -> object:
        """Sign a draft in the name of whoever is signed in. A referral is signed by a vet, and says to whom it goes."""
        viewer = info.context.viewer
        document_id = key("Document", input.document_id)
        signed = await documents.sign(
            viewer, document_id, input.based_on, key=input.idempotency_key, now=info.context.now
        )
        return answered(DocumentSigned, document=documents.one(viewer, signed))

    @mutation(Deed.SHARE_DOCUMENT, DocumentShared, NotSigned, EnteredInError)
    async def share_document(self, info: Info, input: ShareDocumentInput) -> object:
        """Let the owners of the pet see a signed document from now on."""
        viewer = info.context.viewer
        document_id = key("Document", input.document_id)
        shared = await documents.share(viewer, document_id, key=input.idempotency_key, now=info.context.now)
        return answered(DocumentShared, document=documents.one(viewer, shared))

    @mutation(Deed.UNSHARE_DOCUMENT, DocumentUnshared)
    async def unshare_document(self, info: Info, input: UnshareDocumentInput) -> object:
        """Let the owners of the pet see a document no longer."""
        viewer = info.context.viewer
        document_id = key("Document", input.document_id)
        unshared = await documents.unshare(viewer, document_id, key=input.idempotency_key, now=info.context.now)
        return answered(DocumentUnshared, document=documents.one(viewer, unshared))

    @mutation(Deed.MARK_DOCUMENT_IN_ERROR, DocumentMarkedInError, EnteredInError)
    async def mark_document_in_error(self, info: Info, input: MarkDocumentInErrorInput) -> object:
        """Mark a document, signed or not, as entered in error; a signed referral as a vet.

        Nothing is deleted; the owners see it no longer.
        """
        viewer = info.context.viewer
        document_id = key("Document", input.document_id)
        marked = await documents.mark_in_error(
            viewer, document_id, input.because, key=input.idempotency_key, now=info.context.now
        )
        return answered(DocumentMarkedInError, document=documents.one(viewer, marked))
