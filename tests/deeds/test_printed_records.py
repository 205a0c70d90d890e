"""Documents and plans on paper: for whom, in whose language, and with what at their head."""

from __future__ import annotations

import pytest

from models import Client, Location, Ownership, Pet, PlanState, Practice, Staff, StepState, TreatmentPlan, TreatmentStep
from models.document import DocumentKind
from models.refusal import NotFound
from models.row import uuid7
from resolvers import papers, practices
from resolvers.ports import CannotPrint
from tests.papers import ROUND, keeps_the_standards, says
from tests.world import NOW, a_document, a_location, a_plan, a_visit, a_world, an_owner, an_ownership
from vetdesk.printing import chosen, printer

pytestmark = pytest.mark.anyio

PRINTER = printer("a4")


class Pen:
    """Keeps the papers that it was asked to print."""

    async def printed(self, paper):
        self.paper = paper
        return b"printed"


async def paper(row, kind="documents"):
    pen = Pen()
    await papers.of(kind, row.id, printer=pen, now=NOW)
    return pen.paper


async def a_german_world():
    world = await a_world()
    await Client.filter(id=world.owner.id).update(language="de", street="Hafenweg 14", city="Berlin")
    await Pet.filter(id=world.pet.id).update(breed="Border Terrier", microchip="276098106234567")
    await Location.filter(id=world.location.id).update(street="High Street 3", email="high@vet.example", phone="030 1")
    await Staff.filter(id=world.vet.id).update(licence_number="701")
    return world


async def test_instructions_are_for_the_owner_in_her_language_without_her_address(database):
    world = await a_german_world()
    names = (world.owner.client.display_name, world.vet.staff.display_name)
    document = await a_document(world.pet, author=world.vet, is_signed=True, body="One.\nTwo.\n\n\nThree.")
    printed = await paper(document)
    assert printed.language == "de"
    assert printed.facts == {
        "kind": "Entlassungshinweise",
        "title": "Going home",
        "written_on": "2. März 2026",
        "addressee": [names[0]],
        "about": (("Tier", f"{world.pet.name}, Hund, Border Terrier"), ("Chipnummer", "276098106234567")),
        "paragraphs": ["One.\nTwo.", "Three."],
        "signature": [names[1]],
        "mark": "",
        "mark_in_words": "",
    }
    head = printed.letterhead
    assert (head.practice, head.location, head.phone, head.email, head.logo) == (
        "High Street Vets", "High Street", "030 1", "high@vet.example", None,
    )  # fmt: skip
    assert head.address == ["High Street 3", "Berlin", "Deutschland"]


async def test_a_letter_to_a_colleague_is_in_the_language_of_the_practice_and_says_whose_the_pet_is(database):
    world = await a_german_world()
    letter = await a_document(world.pet, DocumentKind.REFERRAL, author=world.vet, is_signed=True)
    printed = await paper(letter)
    assert printed.language == "en"
    facts = printed.facts
    assert (facts["kind"], facts["written_on"]) == ("Referral", "2 March 2026")
    assert facts["addressee"] == ["Dr Jonas Weber", "Harbour Clinic"]
    assert facts["about"][2] == ("Owner", world.owner.client.display_name)
    assert facts["signature"] == [world.vet.staff.display_name, "Licence No. 701"]
    await Practice.all().update(language="de")
    assert (await paper(letter)).facts["signature"][1] == "Approbation Nr. 701"


async def test_a_draft_and_what_was_an_error_say_so(database):
    world = await a_world()
    draft = await a_document(world.pet)
    wrong = await a_document(
        world.pet, is_signed=True, errored_at=NOW, errored_by_id=world.vet.id, errored_because="A twin."
    )
    for document, mark in ((draft, "DRAFT"), (wrong, "ENTERED IN ERROR")):
        facts = (await paper(document)).facts
        assert facts["mark"] == mark
        assert facts["mark_in_words"]


async def test_it_stands_at_the_place_of_the_visit_and_else_at_one_that_is_open(database):
    world = await a_world()
    other = await a_location("A new place", zone="Europe/London", country="GB")
    visit = await a_visit(world.pet, location_id=world.location.id)
    of_a_visit = await a_document(world.pet, is_signed=True, visit_id=visit.id)
    of_none = await a_document(world.pet, is_signed=True)
    assert (await paper(of_a_visit)).letterhead.location == "High Street"
    assert (await paper(of_none)).letterhead.location == "A new place"
    await Location.filter(id=other.id).update(closed_on=NOW.date())
    assert (await paper(of_none)).letterhead.location == "High Street"


async def test_of_several_owners_it_is_for_the_one_who_pays_most_and_without_any_for_nobody(database):
    world = await a_world()
    document = await a_document(world.pet, is_signed=True)
    await an_ownership(world.pet, await an_owner(), share=0)
    assert (await paper(document)).facts["addressee"] == [world.owner.client.display_name]
    await Ownership.filter(pet_id=world.pet.id).update(ends_on=NOW.date())
    assert (await paper(document)).facts["addressee"] == []


async def test_a_plan_tells_what_came_of_its_steps(database):
    world = await a_german_world()
    plan, steps = await a_plan(world.pet)
    settled = {"state": StepState.DONE, "settled_at": NOW, "settled_by_id": world.vet.id}
    await TreatmentStep.filter(id=steps[0].id).update(**settled)
    printed = await paper(plan, "treatment-plans")
    assert printed.facts["kind"] == "Pflegeplan für zu Hause"
    assert printed.facts["steps"] == [
        {"what": "Look at the wound", "due_on": "2. März 2026", "outcome": "erledigt", "is_done": True},
        {"what": "Take off the collar", "due_on": "wann es passt", "outcome": "", "is_done": False},
    ]
    assert (printed.facts["goal"], printed.facts["notice"]) == ("It heals.", "")
    for state, notice in (
        (PlanState.STOPPED, "Dieser Plan wurde abgebrochen."),
        (PlanState.COMPLETED, "Dieser Plan ist abgeschlossen."),
    ):
        await TreatmentPlan.filter(id=plan.id).update(state=state, ended_at=NOW, stopped_because="Enough.")
        assert (await paper(plan, "treatment-plans")).facts["notice"] == notice


async def test_every_paper_has_the_logo_and_is_printed(database):
    world = await a_german_world()
    await practices.set_logo(world.manager.viewer, ROUND.content, key="1", now=NOW)
    plan, _ = await a_plan(world.pet)
    document = await a_document(world.pet, is_signed=True)
    for row, kind, title in ((plan, "treatment-plans", "After the operation"), (document, "documents", "Going home")):
        assert (await paper(row, kind)).letterhead.logo
        printed = await papers.of(kind, row.id, printer=PRINTER, now=NOW)
        assert (printed.name, keeps_the_standards(printed.content)) == (title, True)
        assert title in says(printed.content)
        assert (await papers.of(kind, row.id, printer=PRINTER, now=NOW)).sha256 == printed.sha256


async def test_there_is_no_paper_of_what_is_not_there(database, monkeypatch):
    world = await a_world()
    document = await a_document(world.pet)
    for kind, key in (
        ("documents", uuid7()),
        ("treatment-plans", document.id),
        ("invoices", document.id),
        ("credit-notes", document.id),
        ("receipts", document.id),
        ("letters", document.id),
    ):
        with pytest.raises(NotFound):
            await papers.of(kind, key, printer=Pen(), now=NOW)
    monkeypatch.setattr(chosen, "find_spec", lambda name: None)
    with pytest.raises(CannotPrint):
        await papers.of("documents", document.id, printer=printer("a4"), now=NOW)
