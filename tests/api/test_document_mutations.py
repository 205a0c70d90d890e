"""Documents through the contract: from the first word to the owner's phone."""

from __future__ import annotations

from functools import partial

import pytest

from models import Document, DocumentKind
from tests.api.deed import done, not_allowed, refused, sent, unheard_of
from tests.doors import Program, id_of
from tests.world import a_document, a_nurse, a_pet, a_world, an_owner, an_ownership

ALL = """kind title body addressee version at changedAt signedAt sharedAt erroredAt erroredBecause
  pet { name } author { displayName } signedBy { displayName } erroredBy { displayName }"""
MINE = "query ($id: ID!) { pet(id: $id) { documents { totalCount nodes { id kind title body addressee at author { displayName } } } } }"
STRANGE = "💥"
AT = "2026-03-02T08:00:00Z"


async def seen_by(program, owner, pet):
    """What an owner sees of the documents of a pet."""
    return (await program.ask(owner.viewer, MINE, id=id_of(pet))).data["pet"]["documents"]["nodes"]


async def test_a_referral_goes_from_its_first_word_to_the_owner(database):
    world, program = await a_world(), Program()
    vet = partial(done, program, world.vet.viewer)
    written = await vet(
        "writeDocument",
        f"DocumentWritten {{ document {{ id {ALL} }} }}",
        petId=id_of(world.pet),
        kind="REFERRAL",
        title="Referral",
        addressee="Dr Weber\nHarbour Clinic",
    )
    letter = written["document"].pop("id")
    name = world.vet.staff.display_name
    draft = {
        "kind": "REFERRAL",
        "title": "Referral",
        "body": "",
        "addressee": "Dr Weber\nHarbour Clinic",
        "version": 1,
        "at": AT,
        "changedAt": AT,
        "signedAt": None,
        "sharedAt": None,
        "erroredAt": None,
        "erroredBecause": "",
        "pet": {"name": world.pet.name},
        "author": {"displayName": name},
        "signedBy": None,
        "erroredBy": None,
    }
    assert written["document"] == draft
    texts = {"title": "Referral", "body": "Please see Rex.", "addressee": "Dr Weber"}
    saved = await vet(
        "saveDocument", f"DocumentSaved {{ document {{ {ALL} }} }}", documentId=letter, basedOn=1, **texts
    )
    assert saved["document"] == draft | texts | {"version": 2}
    signed = await vet("signDocument", f"DocumentSigned {{ document {{ {ALL} }} }}", documentId=letter, basedOn=2)
    assert signed["document"] == draft | texts | {"version": 2, "signedAt": AT, "signedBy": {"displayName": name}}
    assert await seen_by(program, world.owner, world.pet) == []
    shared = await vet("shareDocument", f"DocumentShared {{ document {{ {ALL} }} }}", documentId=letter)
    assert shared["document"] == signed["document"] | {"sharedAt": AT}
    assert await seen_by(program, world.owner, world.pet) == [
        {"id": letter, "kind": "REFERRAL", **texts, "at": AT, "author": {"displayName": name}}
    ]
    hidden = await vet("unshareDocument", f"DocumentUnshared {{ document {{ {ALL} }} }}", documentId=letter)
    assert hidden["document"] == signed["document"]
    assert await seen_by(program, world.owner, world.pet) == []
    marked = await vet(
        "markDocumentInError",
        f"DocumentMarkedInError {{ document {{ {ALL} }} }}",
        documentId=letter,
        because="Another pet.",
    )
    assert marked["document"] == signed["document"] | {
        "erroredAt": AT,
        "erroredBecause": "Another pet.",
        "erroredBy": {"displayName": name},
    }


async def test_the_second_of_two_tablets_gets_the_words_of_the_first(database):
    world, nurse, program = await a_world(), await a_nurse(), Program()
    draft = id_of(await a_document(world.pet))
    save = {"documentId": draft, "basedOn": 1, "title": "Going home"}
    await done(program, world.vet.viewer, "saveDocument", "DocumentSaved { document { id } }", **save, body="Rest.")
    made = "DocumentSaved { document { id } } ... on DocumentChanged { version title body addressee }"

    told = (await sent(program, nurse.viewer, "saveDocument", made, {**save, "body": "Swim."})).data["saveDocument"]

    assert told.pop("message").startswith("Somebody else has changed this document")
    assert told == {
        "__typename": "DocumentChanged",
        "code": "DOCUMENT_CHANGED",
        "path": ["basedOn"],
        "version": 2,
        "title": "Going home",
        "body": "Rest.",
        "addressee": "",
    }
    assert (await Document.get()).body == "Rest."


async def test_what_cannot_be_is_refused_and_nothing_is_written(database):
    world, program = await a_world(), Program()
    draft, handout = await a_document(world.pet), await a_document(world.pet, is_shared=True)
    wrong = await a_document(world.pet, errored_at=handout.at, errored_because="Another pet.")
    to_nobody = await a_document(world.pet, DocumentKind.REFERRAL, addressee="")
    vet, texts = partial(refused, program, world.vet.viewer), {"title": "Going home", "body": "Swim."}
    saved, signed = "DocumentSaved { document { id } }", "DocumentSigned { document { id } }"
    written, shared = "DocumentWritten { document { id } }", "DocumentShared { document { id } }"
    for deed, made, given, expected in (
        ("writeDocument", written, {"petId": STRANGE, "kind": "OTHER", "title": "x"}, ("NotFound", ["petId"])),
        (
            "writeDocument",
            written,
            {"petId": id_of(world.pet), "visitId": STRANGE, "kind": "OTHER", "title": "x"},
            ("NotFound", ["visitId"]),
        ),
        (
            "writeDocument",
            written,
            {"petId": id_of(world.pet), "kind": "DISCHARGE", "title": "x", "addressee": "Dr Weber"},
            ("InvalidInput", ["addressee"]),
        ),
        ("saveDocument", saved, {"documentId": STRANGE, "basedOn": 1, **texts}, ("NotFound", ["documentId"])),
        ("saveDocument", saved, {"documentId": id_of(draft), "basedOn": 2, **texts}, ("DocumentChanged", ["basedOn"])),
        ("saveDocument", saved, {"documentId": id_of(handout), "basedOn": 1, **texts}, ("AlreadySigned", [])),
        ("saveDocument", saved, {"documentId": id_of(wrong), "basedOn": 1, **texts}, ("EnteredInError", [])),
        ("signDocument", signed, {"documentId": id_of(handout), "basedOn": 1}, ("AlreadySigned", [])),
        ("signDocument", signed, {"documentId": id_of(to_nobody), "basedOn": 1}, ("InvalidInput", ["documentId"])),
        ("shareDocument", shared, {"documentId": id_of(draft)}, ("NotSigned", [])),
        ("shareDocument", shared, {"documentId": id_of(wrong)}, ("EnteredInError", [])),
    ):
        assert await vet(deed, made, **given) == expected, (deed, given)


async def test_a_nurse_is_told_that_a_referral_is_not_hers_to_sign(database):
    world, nurse, program = await a_world(), await a_nurse(), Program()
    letter = await a_document(world.pet, DocumentKind.REFERRAL)
    made = "DocumentSigned { document { id } }"

    given = {"documentId": id_of(letter), "basedOn": 1}
    assert await not_allowed(program, nurse.viewer, "signDocument", made, **given) == "FORBIDDEN"
    assert await not_allowed(program, world.manager.viewer, "signDocument", made, **given) == "FORBIDDEN"
    assert (await Document.get()).signed_at is None


DEEDS = {
    "writeDocument": "DocumentWritten",
    "saveDocument": "DocumentSaved",
    "signDocument": "DocumentSigned",
    "shareDocument": "DocumentShared",
    "unshareDocument": "DocumentUnshared",
    "markDocumentInError": "DocumentMarkedInError",
}


@pytest.mark.parametrize("deed", DEEDS)
async def test_owners_have_never_heard_of_any_deed_with_documents(database, deed):
    owner, program = await an_owner(), Program()
    assert await unheard_of(program, owner.viewer, deed, f"{DEEDS[deed]} {{ document {{ id }} }}", documentId=STRANGE)


async def test_an_owner_has_no_field_that_tells_more_than_what_was_shared(database):
    world, program = await a_world(), Program()
    owner_view = program.operations["owner"].view.graphql
    fields = set(owner_view.type_map["Document"].fields)  # type: ignore[attr-defined]
    assert fields == {"id", "pet", "kind", "title", "body", "addressee", "author", "at"}
    await a_document(world.pet)
    handout = await a_document(world.pet, is_shared=True)
    await an_ownership(await a_pet(await an_owner()), world.owner)
    assert [each["id"] for each in await seen_by(program, world.owner, world.pet)] == [id_of(handout)]


@pytest.mark.parametrize("many", [1, 100])
async def test_the_documents_of_a_pet_take_as_many_statements_however_many_there_are(database, many):
    world, program = await a_world(), Program()
    await program.token(world.owner.viewer)
    for _ in range(many):
        await a_document(world.pet, is_shared=True)
    text = MINE.replace("documents {", "documents(first: 100) {")

    answer = await program.ask(world.owner.viewer, text, id=id_of(world.pet))

    documents = answer.data["pet"]["documents"]
    assert (documents["totalCount"], len(documents["nodes"])) == (many, many)
    # Who asks, the pet, its documents; on PostgreSQL the pet with its documents.
    assert answer.statements.count == {"sqlite": 3, "postgres": 2}[database.dialect], "\n".join(answer.statements.texts)


async def test_saving_takes_as_many_statements_among_a_hundred_documents_as_alone(database):
    world, program = await a_world(), Program()
    await program.token(world.vet.viewer)
    draft = id_of(await a_document(world.pet))
    made = "DocumentSaved { document { version } }"

    async def saved(version):
        given = {
            "documentId": draft, "basedOn": version, "title": "Going home", "body": f"Walk {version}.",
            "idempotencyKey": f"k{version}",
        }  # fmt: skip
        answer = await sent(program, world.vet.viewer, "saveDocument", made, given)
        assert answer.data["saveDocument"]["document"] == {"version": version + 1}
        return answer.statements.count

    alone = await saved(1)
    for _ in range(100):
        await a_document(world.pet)
    assert (alone, await saved(2)) == ({"sqlite": 10, "postgres": 8}[database.dialect],) * 2
