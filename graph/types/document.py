"""Documents."""

from __future__ import annotations

from datetime import datetime

import strawberry

import models
from graph.reading.shape import column, one, shape
from graph.roles import EVERYBODY, STAFF
from graph.types.history_entry import HistoryEntry
from graph.types.node import id_of
from graph.types.pet import Pet
from graph.types.staff import Staff
from graph.types.visit import Visit
from models import HistoryKind
from models.document import DocumentKind


@shape(models.Document, EVERYBODY, pet="pet_id", kind=HistoryKind.DOCUMENT)
class Document(HistoryEntry):
    """What the practice writes for others to read: how to care for a pet at home, a letter to a colleague.

    It is a draft until somebody signs it, and then stays as it is. Owners have those that were shared with them.
    """

    id: strawberry.ID = id_of("Document")
    pet: Pet = one("About which pet.", carried=True)
    kind: DocumentKind = column("What it is for.")
    title: str = column("Its title, 1 to 200 characters.")
    body: str = column("What it says: plain text with line breaks, at most 20,000 characters.", body=True)
    addressee: str = column("To whom a letter goes, a line for each line of the address; empty when to nobody by name.")
    visit: Visit | None = one("About which visit; null when about none.", STAFF, carried=True)
    author: Staff = one("Who wrote it.", carried=True)
    at: datetime = column("When it was begun.")
    version: int | None = column("How often it has been saved; give it to `basedOn`.", STAFF)
    changed_at: datetime | None = column("When it was saved last.", STAFF)
    signed_at: datetime | None = column("When it was signed; null while it is a draft.", STAFF)
    signed_by: Staff | None = one("Who signed it; null while it is a draft.", STAFF, carried=True)
    shared_at: datetime | None = column("Since when owners of the pet see it; null while they do not.", STAFF)
    errored_at: datetime | None = column(
        "When it was marked as entered in error, so that owners see it no longer; null while it stands.", STAFF
    )
    errored_by: Staff | None = one("Who marked it so; null while it stands.", STAFF, carried=True)
    errored_because: str | None = column("Why it was marked so; empty while it stands.", STAFF)
