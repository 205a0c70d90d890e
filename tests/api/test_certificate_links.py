"""A link to a certificate is given to whoever may see it, and to nobody else."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from models import Certificate
from resolvers.viewer import Audience
from tests.certificates import TOKEN, a_certificate_of_rex
from tests.doors import Program, id_of
from tests.world import a_vet, an_owner, an_ownership

pytestmark = pytest.mark.anyio

LINK = "query ($id: ID!) { certificateLink(id: $id) { url endsAt verifyUrl } }"


@pytest.fixture
def program():
    return Program(public_url="https://vet.example")


async def test_a_vet_is_given_a_link_that_opens_the_paper_for_a_quarter_of_an_hour(database, program):
    rex, vet = await a_certificate_of_rex(), await a_vet()
    answer = await program.ask(vet.viewer, LINK, id=id_of(rex))
    assert answer.statements.count == 2, "\n".join(answer.statements.texts)
    link = answer.data["certificateLink"]
    assert link["endsAt"] == "2026-03-02T08:15:00Z"
    assert link["verifyUrl"] == f"https://vet.example/certificates/{TOKEN}"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(program.asgi), base_url="https://vet.example") as http:
        assert (await http.get(link["url"])).content.startswith(b"%PDF")
        program.clock.now += timedelta(minutes=15)
        assert (await http.get(link["url"])).status_code == 410
        assert (await http.get(link["verifyUrl"])).status_code == 200


async def test_the_owner_it_names_is_given_a_link_and_no_other_owner_is(database, program):
    rex = await a_certificate_of_rex()
    named, stranger, co_owner = await an_owner(), await an_owner(), await an_owner()
    await an_ownership(await rex.pet, named, share=0)
    await an_ownership(await rex.pet, co_owner, share=0)
    dose = await rex.vaccination
    await Certificate.filter(id=rex.id).update(voided_at=rex.issued_at, voided_because="Another owner.")
    hers = await Certificate.create(
        number=2, vaccination_id=dose.id, pet_id=rex.pet_id, client_id=named.id, vet_id=rex.vet_id,
        location_id=rex.location_id, issued_at=rex.issued_at, issued_on=rex.issued_on, facts=rex.facts, token="B" * 22,
    )  # fmt: skip
    answer = await program.ask(named.viewer, LINK, id=id_of(hers))
    assert urlsplit(answer.data["certificateLink"]["url"]).path == f"/certificates/{'B' * 22}/pdf"
    for other in (stranger, co_owner):
        assert (await program.ask(other.viewer, LINK, id=id_of(hers))).data == {"certificateLink": None}


async def test_whoever_is_signed_out_or_names_something_else_is_given_none(database, program):
    rex, vet = await a_certificate_of_rex(), await a_vet()
    for audience in Audience:
        assert (await program.ask(audience, LINK, id=id_of(rex))).code == "SIGNED_OUT"
    for other in ("", "x", TOKEN, id_of(await rex.pet), id_of(rex, "Pet")):
        assert (await program.ask(vet.viewer, LINK, id=other)).data == {"certificateLink": None}
