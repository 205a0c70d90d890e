"""Documents: signed by whoever has read them, shown to owners while they are shared, and marked where they were an error."""

from datetime import timedelta

import pytest

from models import Document, DocumentKind, EventKind
from models.refusal import (
    AlreadySigned,
    DocumentChanged,
    EnteredInError,
    Forbidden,
    InvalidInput,
    NotFound,
    NotSigned,
)
from models.row import uuid7
from resolvers import documents
from resolvers.documents import Texts
from tests.found import events, found, last_event
from tests.racing import meanwhile
from tests.world import NOW, a_document, a_nurse, a_world, how_many_rows

pytestmark = pytest.mark.anyio

LATER = NOW + timedelta(minutes=5)


async def kept(document_id):
    document = await Document.get(id=document_id)
    return document.version, document.title, document.body, document.addressee


# Signing


async def test_whoever_is_signed_in_signs_not_who_wrote_it(database):
    world, nurse = await a_world(), await a_nurse()
    draft = await a_document(world.pet, author=world.vet)

    await documents.sign(nurse.viewer, draft.id, 1, key="k1", now=LATER)

    signed = await Document.get(id=draft.id)
    assert (signed.author_id, signed.signed_by_id, signed.signed_at) == (world.vet.id, nurse.id, LATER)
    assert signed.shared_at is None
    event, _ = await last_event()
    assert (event.kind, event.account_id) == (EventKind.DOCUMENT_SIGNED, nurse.account.id)


async def test_a_referral_is_signed_by_a_vet(database):
    world, nurse = await a_world(), await a_nurse()
    referral = await a_document(world.pet, DocumentKind.REFERRAL)
    before = await how_many_rows()

    with pytest.raises(Forbidden):
        await documents.sign(nurse.viewer, referral.id, 1, key="k1", now=NOW)
    assert await how_many_rows() == before
    assert (await Document.get()).signed_at is None
    await documents.sign(world.vet.viewer, referral.id, 1, key="k1", now=NOW)
    assert (await Document.get()).signed_by_id == world.vet.id


async def test_nobody_signs_what_they_have_not_read_what_is_empty_or_what_goes_to_nobody(database):
    world = await a_world()
    changed = await a_document(world.pet, version=2)
    empty = await a_document(world.pet, body="")
    to_nobody = await a_document(world.pet, DocumentKind.REFERRAL, addressee="")
    wrong = await a_document(world.pet, errored_at=NOW, errored_because="Another pet.")
    signed = await a_document(world.pet, is_signed=True)
    before = await how_many_rows()

    for document, refusal, path in (
        (changed, DocumentChanged, ("basedOn",)),
        (empty, InvalidInput, ("documentId",)),
        (to_nobody, InvalidInput, ("documentId",)),
        (wrong, EnteredInError, ()),
        (signed, AlreadySigned, ()),
    ):
        with pytest.raises(refusal) as refused:
            await documents.sign(world.vet.viewer, document.id, 1, key="k1", now=LATER)
        assert refused.value.path == path
    assert await how_many_rows() == before
    assert [one.signed_at for one in await Document.filter(id__not=signed.id)] == [None] * 4
    assert (await Document.get(id=signed.id)).signed_at == NOW


async def test_a_signature_sees_the_words_that_are_just_being_saved(database):
    world, nurse = await a_world(), await a_nurse()
    draft = await a_document(world.pet)

    refused = await meanwhile(
        lambda: documents.save(nurse.viewer, draft.id, 1, Texts("Going home", "Swim."), key="k1", now=NOW),
        lambda: documents.sign(world.vet.viewer, draft.id, 1, key="k1", now=NOW),
    )

    assert isinstance(refused, DocumentChanged)
    assert (refused.version, refused.body) == (2, "Swim.")
    assert (await Document.get()).signed_at is None


async def test_words_that_come_while_a_document_is_being_signed_are_refused(database):
    world, nurse = await a_world(), await a_nurse()
    draft = await a_document(world.pet)

    refused = await meanwhile(
        lambda: documents.sign(world.vet.viewer, draft.id, 1, key="k1", now=NOW),
        lambda: documents.save(nurse.viewer, draft.id, 1, Texts("Going home", "Swim."), key="k1", now=NOW),
    )

    assert isinstance(refused, AlreadySigned)
    assert await kept(draft.id) == (1, "Going home", "Short walks for a week.", "")


# Sharing


async def test_owners_see_a_document_while_it_is_shared(database):
    world = await a_world()
    handout = await a_document(world.pet, is_signed=True)

    async def seen():
        return [one.id for one in await found(documents.one(world.owner.viewer, handout.id))]

    assert await seen() == []
    await documents.share(world.vet.viewer, handout.id, key="k1", now=NOW)
    assert await seen() == [handout.id]
    await documents.share(world.vet.viewer, handout.id, key="k2", now=LATER)
    assert (await Document.get()).shared_at == NOW
    await documents.unshare(world.vet.viewer, handout.id, key="k1", now=LATER)
    assert await seen() == []
    await documents.unshare(world.vet.viewer, handout.id, key="k2", now=LATER)
    assert await events() == ["DOCUMENT_SHARED", "DOCUMENT_UNSHARED"]


async def test_drafts_and_errors_are_not_shared(database):
    world = await a_world()
    draft = await a_document(world.pet)
    wrong = await a_document(world.pet, is_signed=True, errored_at=NOW, errored_because="Another pet.")
    before = await how_many_rows()

    for document_id, refusal in ((draft.id, NotSigned), (wrong.id, EnteredInError), (uuid7(), NotFound)):
        with pytest.raises(refusal):
            await documents.share(world.vet.viewer, document_id, key="k1", now=NOW)
    with pytest.raises(NotFound):
        await documents.unshare(world.vet.viewer, uuid7(), key="k1", now=NOW)
    assert await how_many_rows() == before
    assert {one.shared_at for one in await Document.all()} == {None}


# Errors


@pytest.mark.parametrize("is_shared", [True, False])
async def test_what_was_entered_in_error_stays_for_the_staff_and_goes_for_the_owners(database, is_shared):
    world = await a_world()
    document = await a_document(world.pet, is_shared=is_shared)

    await documents.mark_in_error(world.vet.viewer, document.id, "Another pet.", key="k1", now=LATER)

    marked = await Document.get()
    assert (marked.errored_at, marked.errored_by_id, marked.errored_because) == (LATER, world.vet.id, "Another pet.")
    assert await kept(document.id) == (1, "Going home", "Short walks for a week.", "")
    assert await found(documents.one(world.owner.viewer, document.id)) == []
    assert [one.id for one in await found(documents.one(world.receptionist.viewer, document.id))] == [document.id]
    before = await how_many_rows()
    with pytest.raises(EnteredInError):
        await documents.mark_in_error(world.vet.viewer, document.id, "Again.", key="k2", now=LATER)
    assert await how_many_rows() == before
    assert await events() == ["DOCUMENT_IN_ERROR"]


async def test_an_error_has_a_reason(database):
    world = await a_world()
    document = await a_document(world.pet)
    before = await how_many_rows()

    with pytest.raises(InvalidInput) as refused:
        await documents.mark_in_error(world.vet.viewer, document.id, " ", key="k1", now=NOW)
    assert refused.value.path == ("because",)
    assert await how_many_rows() == before
    assert (await Document.get()).errored_at is None


async def test_a_signed_referral_is_for_a_vet_to_mark_and_a_draft_of_one_for_nurses_too(database):
    world, nurse = await a_world(), await a_nurse()
    signed = await a_document(world.pet, DocumentKind.REFERRAL, addressee="Dr Who", is_signed=True)
    draft = await a_document(world.pet, DocumentKind.REFERRAL, addressee="Dr Who")
    before = await how_many_rows()

    with pytest.raises(Forbidden):
        await documents.mark_in_error(nurse.viewer, signed.id, "Another pet.", key="k1", now=NOW)
    assert await how_many_rows() == before
    await documents.mark_in_error(nurse.viewer, draft.id, "Another pet.", key="k2", now=NOW)
    await documents.mark_in_error(world.vet.viewer, signed.id, "Another pet.", key="k3", now=NOW)
    assert {one.errored_by_id for one in await Document.all()} == {nurse.id, world.vet.id}
