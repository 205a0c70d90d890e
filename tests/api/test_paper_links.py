"""A link to a document or a plan on paper is given to whoever may see it, and opens that one for a quarter of an hour."""

from __future__ import annotations

import base64
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from models import Document, PlanKind, RecordReading
from resolvers.viewer import Audience
from tests.api.deed import done, refused
from tests.certificates import a_certificate_of_rex
from tests.doors import Program, id_of
from tests.papers import ROUND, says
from tests.world import a_document, a_plan, a_vet, a_world, an_owner, an_ownership

pytestmark = pytest.mark.anyio

LINK = "query ($id: ID!) { paperLink(id: $id) { url endsAt } }"
NONE = {"paperLink": None}


@pytest.fixture
def program():
    return Program(public_url="https://vet.example")


async def got(program, url, **headers):
    transport = httpx.ASGITransport(program.asgi)
    async with httpx.AsyncClient(transport=transport, base_url="https://vet.example") as http:
        return await http.get(url, headers=headers)


async def test_a_vet_prints_whatever_there_is_for_a_quarter_of_an_hour(database, program):
    world = await a_world()
    draft, (plan, _) = await a_document(world.pet), await a_plan(world.pet, PlanKind.TREATMENT)
    for row, name, words in ((draft, "Going-home", "DRAFT."), (plan, "After-the-operation", "TREATMENT PLAN")):
        answer = await program.ask(world.vet.viewer, LINK, id=id_of(row))
        assert answer.statements.count == 2, "\n".join(answer.statements.texts)
        link = answer.data["paperLink"]
        assert link["endsAt"] == "2026-03-02T08:15:00Z"
        printed = await got(program, link["url"])
        assert (printed.status_code, printed.headers["content-type"]) == (200, "application/pdf")
        assert printed.headers["content-disposition"] == f'attachment; filename="{name}.pdf"'
        assert printed.headers["cache-control"] == "no-store"
        assert words in says(printed.content)
        program.clock.now += timedelta(minutes=15)
        assert (await got(program, link["url"])).status_code == 410
        program.clock.now -= timedelta(minutes=15)


async def test_an_owner_prints_what_is_shared_with_her_and_nothing_else(database, program):
    world = await a_world()
    stranger = await an_owner()
    shared, hidden = await a_document(world.pet, is_shared=True), await a_document(world.pet, is_signed=True)
    (home, _), (ours, _) = await a_plan(world.pet), await a_plan(world.pet, PlanKind.TREATMENT)
    for row in (shared, home):
        link = (await program.ask(world.owner.viewer, LINK, id=id_of(row))).data["paperLink"]
        assert (await got(program, link["url"])).content.startswith(b"%PDF")
        assert (await program.ask(stranger.viewer, LINK, id=id_of(row))).data == NONE
    for row in (hidden, ours, await a_document(world.pet)):
        assert (await program.ask(world.owner.viewer, LINK, id=id_of(row))).data == NONE
    await Document.filter(id=shared.id).update(shared_at=None)
    assert (await program.ask(world.owner.viewer, LINK, id=id_of(shared))).data == NONE


async def test_what_a_co_owner_prints_tells_no_address_of_the_other(database, program):
    world = await a_world()
    co_owner = await an_owner("Ida Blom")
    await an_ownership(world.pet, co_owner, share=0)
    await world.owner.client.update_from_dict({"street": "Harbour Lane 14", "city": "Portsmouth"}).save()
    document = await a_document(world.pet, is_shared=True)
    link = (await program.ask(co_owner.viewer, LINK, id=id_of(document))).data["paperLink"]
    words = says((await got(program, link["url"])).content)
    assert world.owner.client.display_name in words
    assert "Harbour" not in words
    assert "Portsmouth" not in words


async def test_a_link_opens_one_paper_and_no_other(database, program):
    world = await a_world()
    one, other = await a_document(world.pet), await a_document(world.pet)
    plan, _ = await a_plan(world.pet)
    link = urlsplit((await program.ask(world.vet.viewer, LINK, id=id_of(one))).data["paperLink"]["url"])
    assert link.path == f"/papers/documents/{one.id}"
    for path in (
        f"/papers/documents/{other.id}",
        f"/papers/treatment-plans/{one.id}",
        f"/papers/treatment-plans/{plan.id}",
        f"/papers/invoices/{one.id}",
    ):
        answer = await got(program, f"{path}?{link.query}", accept="application/json")
        assert (answer.status_code, answer.json()["code"]) == (403, "LINK_BROKEN")
    assert (await got(program, link.path)).status_code == 403
    assert (await got(program, f"/papers/documents/nonsense?{link.query}")).status_code == 404
    await Document.filter(id=one.id).delete()
    answer = await got(program, f"{link.path}?{link.query}", accept="application/json")
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_whoever_is_given_a_link_has_read_of_the_record(database, program):
    world, log = await a_world(), program.asgi.state.reading_log
    document = await a_document(world.pet, is_signed=True)
    await program.ask(world.owner.viewer, LINK, id=id_of(document))
    await log.flush()
    assert await RecordReading.all().count() == 0
    await program.ask(world.vet.viewer, LINK.replace("query", "query Print"), id=id_of(document))
    await log.flush()
    reading = await RecordReading.get()
    assert (reading.account_id, reading.pet_id, reading.operation) == (world.vet.account.id, world.pet.id, "Print")


async def test_a_certificate_is_linked_the_same_way(database, program):
    rex = await a_certificate_of_rex()
    viewer = (await a_vet()).viewer
    link = (await program.ask(viewer, LINK, id=id_of(rex))).data["paperLink"]
    same = (await program.ask(viewer, LINK.replace("paperLink", "certificateLink"), id=id_of(rex))).data
    assert link == same["certificateLink"]
    assert (await got(program, link["url"])).content.startswith(b"%PDF")


async def test_whoever_is_signed_out_or_names_something_else_is_given_none(database, program):
    world = await a_world()
    document = await a_document(world.pet, is_shared=True)
    for audience in Audience:
        assert (await program.ask(audience, LINK, id=id_of(document))).code == "SIGNED_OUT"
    for other in ("", "x", id_of(world.pet), id_of(document, "TreatmentPlan"), id_of(document, "Pet")):
        assert (await program.ask(world.vet.viewer, LINK, id=other)).data == NONE


async def test_a_logo_comes_in_as_base64_and_what_did_not_arrive_whole_is_refused(database, program):
    world = await a_world()
    viewer = world.manager.viewer
    payload = "PracticeLogoSet { practice { name logoChangedAt } }"
    file = base64.b64encode(ROUND.content).decode()
    answer = await done(program, viewer, "setPracticeLogo", payload, file=file)
    assert answer["practice"] == {"name": "High Street Vets", "logoChangedAt": "2026-03-02T08:00:00Z"}
    for broken in (file[:-1], "ä", "not base64!"):
        refusal = await refused(program, viewer, "setPracticeLogo", payload, file=broken, idempotencyKey="k2")
        assert refusal == ("InvalidInput", ["file"])
    answer = await done(program, viewer, "setPracticeLogo", payload, file=None, idempotencyKey="k3")
    assert answer["practice"]["logoChangedAt"] is None
