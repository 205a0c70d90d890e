"""Documents: written, and saved from several tablets."""

from datetime import timedelta

import pytest

from models import Document, DocumentKind, EventKind
from models.refusal import (
    AlreadySigned,
    DocumentChanged,
    EnteredInError,
    Forbidden,
    IdempotencyKeyReused,
    InvalidInput,
    NotFound,
)
from models.row import uuid7
from resolvers import documents
from resolvers.documents import NewDocument, Texts
from resolvers.viewer import Viewer
from tests.found import events, last_event
from tests.racing import meanwhile
from tests.world import (
    NOW,
    a_document,
    a_nurse,
    a_pet,
    a_visit,
    a_world,
    how_many_rows,
)

pytestmark = pytest.mark.anyio

LATER = NOW + timedelta(minutes=5)
LETTER = Texts("Referral", "Please see Rex.", "Dr Weber\nHarbour Clinic")
WALKS = Texts("Going home", "Short walks for a week.")


def a_letter_about(pet, **more):
    return NewDocument(**{"pet_id": pet.id, "kind": DocumentKind.REFERRAL, "texts": LETTER} | more)


async def kept(document_id):
    document = await Document.get(id=document_id)
    return document.version, document.title, document.body, document.addressee


# Writing


async def test_a_vet_writes_a_letter_about_a_visit(database):
    world = await a_world()
    visit = await a_visit(world.pet)

    document_id = await documents.write(
        world.vet.viewer, a_letter_about(world.pet, visit_id=visit.id), key="k1", now=NOW
    )

    letter = await Document.get(id=document_id)
    assert (letter.pet_id, letter.visit_id, letter.author_id) == (world.pet.id, visit.id, world.vet.id)
    assert (letter.kind, letter.version, letter.at, letter.changed_at) == (DocumentKind.REFERRAL, 1, NOW, NOW)
    assert await kept(document_id) == (1, "Referral", "Please see Rex.", "Dr Weber\nHarbour Clinic")
    assert letter.words == "referral please see rex dr weber harbour clinic"
    assert (letter.signed_at, letter.shared_at, letter.errored_at) == (None, None, None)
    event, detail = await last_event()
    assert (event.kind, event.subject_id) == (EventKind.DOCUMENT_WRITTEN, document_id)
    assert "Please see Rex." in detail


async def test_a_letter_may_be_written_when_the_visit_is_locked_and_the_pet_has_died(database):
    world = await a_world()
    visit = await a_visit(world.pet, locked_at=NOW)
    world.pet.died_on = NOW.date()
    await world.pet.save()

    letter = a_letter_about(world.pet, visit_id=visit.id)
    document_id = await documents.write(world.vet.viewer, letter, key="k1", now=NOW)

    assert (await Document.get(id=document_id)).visit_id == visit.id


async def test_what_is_sent_twice_is_written_once(database):
    world = await a_world()
    first = await documents.write(world.vet.viewer, a_letter_about(world.pet), key="k1", now=NOW)

    assert await documents.write(world.vet.viewer, a_letter_about(world.pet), key="k1", now=LATER) == first
    with pytest.raises(IdempotencyKeyReused):
        await documents.write(world.vet.viewer, a_letter_about(world.pet, texts=WALKS), key="k1", now=LATER)
    assert await Document.all().count() == 1
    assert await events() == ["DOCUMENT_WRITTEN"]


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"texts": Texts("")}, ("title",)),
        ({"texts": Texts("Two\nlines")}, ("title",)),
        ({"texts": Texts("Referral", "x" * 20_001)}, ("body",)),
        ({"texts": Texts("Referral", "\x07")}, ("body",)),
        ({"texts": Texts("Referral", addressee="x" * 501)}, ("addressee",)),
        ({"kind": DocumentKind.DISCHARGE}, ("addressee",)),
        ({"kind": DocumentKind.INSTRUCTIONS}, ("addressee",)),
    ],
)
async def test_a_document_that_makes_no_sense_is_refused(database, wrong, path):
    world = await a_world()
    before = await how_many_rows()

    with pytest.raises(InvalidInput) as refused:
        await documents.write(world.vet.viewer, a_letter_about(world.pet, **wrong), key="k1", now=NOW)
    assert refused.value.path == path
    assert await how_many_rows() == before


async def test_a_document_is_about_a_pet_and_a_visit_of_it(database):
    world = await a_world()
    of_another = await a_visit(await a_pet(world.owner))
    opened_wrongly = await a_visit(world.pet, errored_at=NOW, errored_because="No visit.")
    before = await how_many_rows()

    for more, refusal, path in (
        ({"pet_id": uuid7()}, NotFound, ("petId",)),
        ({"pet_id": None}, NotFound, ("petId",)),
        ({"visit_id": uuid7()}, NotFound, ("visitId",)),
        ({"visit_id": of_another.id}, InvalidInput, ("visitId",)),
        ({"visit_id": opened_wrongly.id}, EnteredInError, ("visitId",)),
    ):
        with pytest.raises(refusal) as refused:
            await documents.write(world.vet.viewer, a_letter_about(world.pet, **more), key="k1", now=NOW)
        assert refused.value.path == path
    assert await how_many_rows() == before


async def test_what_nobody_of_the_staff_says_in_their_own_name_is_not_written(database):
    world = await a_world()
    draft = await a_document(world.pet)
    before = await how_many_rows()

    for who in (Viewer.system("test"), world.owner.viewer):
        with pytest.raises(Forbidden):
            await documents.write(who, a_letter_about(world.pet), key="k1", now=NOW)
        with pytest.raises(Forbidden):
            await documents.sign(who, draft.id, 1, key="k1", now=NOW)
    assert await how_many_rows() == before
    assert (await Document.get()).signed_at is None


# Saving


async def test_a_draft_is_saved_and_found_by_what_it_says_now(database):
    world, nurse = await a_world(), await a_nurse()
    draft = await a_document(world.pet, DocumentKind.REFERRAL, author=world.vet)

    await documents.save(nurse.viewer, draft.id, 1, LETTER, key="k1", now=LATER)

    letter = await Document.get(id=draft.id)
    assert await kept(draft.id) == (2, "Referral", "Please see Rex.", "Dr Weber\nHarbour Clinic")
    assert letter.words == "referral please see rex dr weber harbour clinic"
    assert (letter.author_id, letter.at, letter.changed_at) == (world.vet.id, NOW, LATER)
    event, detail = await last_event()
    assert (event.kind, event.subject_id) == (EventKind.DOCUMENT_SAVED, draft.id)
    assert list(event.changed) == ["addressee", "body", "title", "version"]
    assert "Short walks for a week." in detail, "what was there before is not lost"


async def test_of_two_tablets_the_second_is_told_what_the_first_has_saved_and_loses_nothing(database):
    world, nurse = await a_world(), await a_nurse()
    draft = await a_document(world.pet)
    await documents.save(world.vet.viewer, draft.id, 1, Texts("Going home", "Rest."), key="k1", now=NOW)
    before = await how_many_rows()

    with pytest.raises(DocumentChanged) as refused:
        await documents.save(nurse.viewer, draft.id, 1, Texts("Going home", "Swim."), key="k1", now=LATER)

    told = refused.value
    assert (told.version, told.title, told.body, told.addressee) == (2, "Going home", "Rest.", "")
    assert told.path == ("basedOn",)
    assert await kept(draft.id) == (2, "Going home", "Rest.", "")
    assert await how_many_rows() == before
    both = Texts("Going home", "Rest. Swim.")
    await documents.save(nurse.viewer, draft.id, told.version, both, key="k2", now=LATER)
    assert await kept(draft.id) == (3, "Going home", "Rest. Swim.", "")


async def test_of_two_tablets_that_save_at_once_one_is_told(database):
    world, nurse = await a_world(), await a_nurse()
    draft = await a_document(world.pet)

    refused = await meanwhile(
        lambda: documents.save(world.vet.viewer, draft.id, 1, Texts("Going home", "Rest."), key="k1", now=NOW),
        lambda: documents.save(nurse.viewer, draft.id, 1, Texts("Going home", "Swim."), key="k1", now=NOW),
    )

    assert isinstance(refused, DocumentChanged)
    assert (refused.version, refused.body) == (2, "Rest.")
    assert await kept(draft.id) == (2, "Going home", "Rest.", "")
    assert await events() == ["DOCUMENT_SAVED"]


async def test_the_same_words_change_nothing_whatever_they_are_based_on(database):
    world = await a_world()
    draft = await a_document(world.pet, version=7)

    for number, based_on in enumerate((7, 1, 99)):
        given = Texts(" Going home ", "Short walks for a week.\r\n")
        await documents.save(world.vet.viewer, draft.id, based_on, given, key=f"k{number}", now=LATER)

    assert await kept(draft.id) == (7, "Going home", "Short walks for a week.", "")
    assert (await Document.get()).changed_at == NOW
    assert await events() == []


async def test_what_is_signed_or_was_an_error_is_not_saved(database):
    world = await a_world()
    signed = await a_document(world.pet, is_signed=True)
    wrong = await a_document(world.pet, errored_at=NOW, errored_because="Another pet.")
    before = await how_many_rows()

    for document, refusal in ((signed, AlreadySigned), (wrong, EnteredInError)):
        with pytest.raises(refusal):
            await documents.save(world.vet.viewer, document.id, 1, Texts("Other", "Words."), key="k1", now=NOW)
        assert await kept(document.id) == (1, "Going home", "Short walks for a week.", "")
    with pytest.raises(NotFound) as refused:
        await documents.save(world.vet.viewer, uuid7(), 1, WALKS, key="k1", now=NOW)
    assert refused.value.path == ("documentId",)
    draft = await a_document(world.pet)
    with pytest.raises(InvalidInput) as invalid:
        await documents.save(world.vet.viewer, draft.id, 1, Texts("Going home", addressee="Me"), key="k1", now=NOW)
    assert invalid.value.path == ("addressee",)
    assert await how_many_rows() == before | {"Document": 3, "HistoryEntry": 3}
