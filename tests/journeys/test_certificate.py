"""A certificate from the needle to the kennel: given, issued, printed, verified, voided, and issued anew."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx

from models import Staff
from resolvers.viewer import Audience
from tests.doors import Person, Program, id_of
from tests.papers import says
from tests.world import a_vaccine, a_world

LINK = "query ($id: ID!) { certificateLink(id: $id) { url verifyUrl } }"


async def test_a_kennel_scans_what_the_practice_hands_out(database):
    world, vaccine = await a_world(), await a_vaccine("Rabisin")
    await Staff.filter(id=world.vet.id).update(licence_number="7012345")
    program = Program(public_url="https://vet.example")
    vet = Person(program, Audience.STAFF, await program.token(world.vet.viewer))
    olga = Person(program, Audience.OWNER, await program.token(world.owner.viewer))

    given = await vet.do(
        "recordVaccination", "... on VaccinationRecorded { vaccination { id } }",
        petId=id_of(world.pet), vaccineId=id_of(vaccine), locationId=id_of(world.location), lot="A-1",
    )  # fmt: skip

    async def issued():
        paper = await vet.do(
            "issueCertificate", "... on CertificateIssued { certificate { id number } }",
            vaccinationId=given["vaccination"]["id"],
        )  # fmt: skip
        return paper["certificate"], (await olga.ask(LINK, id=paper["certificate"]["id"]))["certificateLink"]

    transport = httpx.ASGITransport(program.asgi)
    async with httpx.AsyncClient(transport=transport, base_url="https://kennel.example") as kennel:

        async def verified(link):
            return (await kennel.get(link["verifyUrl"], headers={"accept": "application/json"})).json()

        rex, link = await issued()
        printed = says((await kennel.get(link["url"])).content)
        for each in (world.pet.name, world.owner.client.display_name, "Rabisin", "A-1", "7012345"):
            assert each in printed
        assert urlsplit(link["verifyUrl"]).path.rpartition("/")[2] in printed
        told = await verified(link)
        assert (told["number"], told["pet"], told["standing"]) == (str(rex["number"]), world.pet.name, "STANDS")
        assert world.owner.client.family_name not in (await kennel.get(link["verifyUrl"])).text

        assert (await vet.do("voidCertificate", certificateId=rex["id"], because="A slip of the pen."))[
            "__typename"
        ] == ("CertificateVoided")
        assert (await verified(link))["standing"] == "VOIDED"
        assert "VOID. This certificate was withdrawn" in says((await kennel.get(link["url"])).content)

        anew, another = await issued()
        assert anew["number"] == rex["number"] + 1
        assert (await verified(another))["standing"] == "STANDS"
        told = await verified(link)
        assert (told["standing"], told["replacedBy"]) == ("REPLACED", str(anew["number"]))
        assert another["verifyUrl"] != link["verifyUrl"]
