"""Vaccinations as clients see them: recording, what is due, certificates, and a recall; and in how many statements."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from models import Client, Location, Pet, Staff, Target, VaccinationDue, VaccinationProtocol
from models.pet import DatePrecision
from tests.api.deed import done
from tests.doors import Program, id_of
from tests.world import (
    NOW,
    TODAY,
    a_certificate,
    a_client,
    a_pet,
    a_vaccination,
    a_vaccine,
    a_world,
    an_owner,
    an_ownership,
)

CARD = """query ($pet: ID!) { pet(id: $pet) { name lifestyle
  vaccinations(first: 100) { totalCount nodes { product maker targets lot givenOn givenBy { displayName }
    location { name region } certificates { number } } }
  vaccinationsDue { target dueOn earliestValidOn reason explanation rule ruleVersion legalStatus legalFrom legalUntil }
  certificates { number facts { owner animal nextDueOn } } } }"""
RECALL = """query ($lot: String!) { vaccinationsOfLot(lot: $lot, first: 100) { totalCount nodes { givenOn product
  pet { name owners { client { displayName phones { asGiven } } } } } } }"""
RECORD = "VaccinationRecorded { vaccination { id product lot givenOn wasExpired source } }"


async def a_new_york_world():
    world = await a_world()
    await Location.all().update(country="US", region="US-NY", zone="America/New_York")
    await Staff.filter(id=world.vet.id).update(licence_number="NY 012345")
    await Pet.filter(id=world.pet.id).update(born_on=date(2025, 1, 1), born_precision=DatePrecision.DAY)
    return world


async def test_from_a_new_product_to_a_card_a_certificate_and_a_recall(database):
    world, program = await a_new_york_world(), Program()
    boss, vet, owner = world.manager.viewer, world.vet.viewer, world.owner.viewer
    pet, place = id_of(world.pet), id_of(world.location)
    new = {"name": "Imrab 3", "maker": "Merial", "species": ["DOG"], "targets": ["RABIES"], "lastsMonths": 36}
    added = await done(program, boss, "addVaccine", "VaccineAdded { vaccine { id name lastsMonths isInUse } }", **new)
    vaccine = added["vaccine"].pop("id")
    assert added["vaccine"] == {"name": "Imrab 3", "lastsMonths": 36, "isInUse": True}

    dose = {"petId": pet, "vaccineId": vaccine, "locationId": place, "lot": "18 234", "tag": "T-7"}
    recorded = (await done(program, vet, "recordVaccination", RECORD, **dose))["vaccination"]
    vaccination = recorded.pop("id")
    assert recorded == {
        "product": "Imrab 3",
        "lot": "18 234",
        "givenOn": str(TODAY),
        "wasExpired": False,
        "source": "RECORDED",
    }
    issued = await done(
        program, vet, "issueCertificate", "CertificateIssued { certificate { id number } }", vaccinationId=vaccination
    )
    certificate = issued["certificate"]["id"]

    card = (await program.ask(owner, CARD, pet=pet)).data["pet"]
    assert card == {
        "name": "Rex",
        "lifestyle": [],
        "vaccinations": {
            "totalCount": 1,
            "nodes": [
                {
                    "product": "Imrab 3",
                    "maker": "Merial",
                    "targets": ["RABIES"],
                    "lot": "18 234",
                    "givenOn": "2026-03-02",
                    "givenBy": {"displayName": "Vera Falk"},
                    "location": {"name": "High Street", "region": "US-NY"},
                    "certificates": [{"number": 1}],
                }
            ],
        },
        "vaccinationsDue": [
            {
                "target": "RABIES",
                "dueOn": "2027-03-02",
                "earliestValidOn": "2026-03-03",
                "reason": "FIRST_BOOSTER",
                "explanation": (
                    "The first booster is due 1 year after the first vaccination, however long the product lasts."
                ),
                "rule": "RABIES_US_NY",
                "ruleVersion": 1,
                "legalStatus": "NOT_YET_IMMUNISED",
                "legalFrom": "2026-03-16",
                "legalUntil": "2027-03-02",
            }
        ],
        "certificates": [{"number": 1, "facts": {"owner": "Olga Berg", "animal": "Rex", "nextDueOn": "2027-03-02"}}],
    }
    voided = "CertificateVoided { certificate { voidedAt voidedBecause replacedBy { number } } }"
    told = await done(program, vet, "voidCertificate", voided, certificateId=certificate, because="Wrong tag.")
    assert told["certificate"] == {
        "voidedAt": "2026-03-02T08:00:00Z",
        "voidedBecause": "Wrong tag.",
        "replacedBy": None,
    }
    found = (await program.ask(vet, RECALL, lot="18-234")).data["vaccinationsOfLot"]
    assert found["totalCount"] == 1
    (owns,) = found["nodes"][0]["pet"]["owners"]
    assert owns["client"]["displayName"] == "Olga Berg"

    program.clock.now = NOW + timedelta(minutes=9)
    moved = await done(program, vet, "amendVaccination", "VaccinationAmended { vaccination { givenOn } }",
                       vaccinationId=vaccination, givenOn="2026-02-16")  # fmt: skip
    assert moved["vaccination"] == {"givenOn": "2026-02-16"}
    (due,) = (await program.ask(owner, CARD, pet=pet)).data["pet"]["vaccinationsDue"]
    assert (due["dueOn"], due["legalStatus"]) == ("2027-02-16", "CURRENT")


async def test_an_owner_sees_what_stands_of_her_pets_and_the_certificates_that_name_her(database):
    world, program = await a_new_york_world(), Program()
    paul = await an_owner("Paul Stone")
    await an_ownership(world.pet, paul)
    await a_vaccine()
    dose = await a_vaccination(world.pet)
    wrong = await a_vaccination(world.pet, voided_at=NOW, voided_because="It was the cat.")
    hers, his = (
        await a_certificate(dose, voided_at=NOW, voided_because="No."),
        await a_certificate(dose, client_id=paul.id),
    )
    seen = "query ($id: ID!) { certificate(id: $id) { number token vaccination { lot } replacedBy { number } } }"
    card = (await program.ask(world.owner.viewer, CARD, pet=id_of(world.pet))).data["pet"]
    assert card["vaccinations"]["totalCount"] == 1
    assert [each["number"] for each in card["certificates"]] == [hers.number]
    assert (await program.ask(paul.viewer, seen, id=id_of(his))).data["certificate"]["number"] == his.number
    assert (await program.ask(world.owner.viewer, seen, id=id_of(his))).data["certificate"] is None
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert (await program.ask(world.owner.viewer, node, id=id_of(wrong))).data["node"] is None
    everything = (await program.ask(world.vet.viewer, CARD, pet=id_of(world.pet))).data["pet"]
    assert everything["vaccinations"]["totalCount"] == 2


async def test_refusals_are_told_in_words(database):
    world, program = await a_new_york_world(), Program()
    vaccine = await a_vaccine()
    told = []
    dose = {"petId": id_of(world.pet), "vaccineId": id_of(vaccine), "locationId": id_of(world.location)}
    document = """mutation ($input: RecordVaccinationInput!) { recordVaccination(input: $input) { __typename
      ... on Refusal { code message path } } }"""
    for number, more in enumerate(({}, {"lot": "A", "givenOn": "2026-03-03"}, {"lot": "A", "vaccineId": "nonsense"})):
        given = {**dose, **more, "idempotencyKey": f"k{number}"}
        answer = await program.ask(world.vet.viewer, document, input=given)
        told.append(answer.data["recordVaccination"])
    assert [(each["code"], each["path"]) for each in told] == [
        ("INVALID_INPUT", ["lot"]),
        ("INVALID_INPUT", ["givenOn"]),
        ("NOT_FOUND", ["vaccineId"]),
    ]
    assert told[0]["message"] == "Please enter the lot, so that a recall finds this pet."


async def test_vaccines_are_searched_and_protocols_tell_where_they_come_from(database):
    world, program = await a_world(), Program()
    await a_vaccine()
    await a_vaccine("Versican Plus", maker="Zoetis", targets=[Target.DISTEMPER], is_in_use=False)
    names = {}
    for search in ("zoe vers", "rabi", "%", ""):
        answer = await program.ask(world.vet.viewer, "query ($s: String) { vaccines(search: $s) { name } }", s=search)
        names[search] = [each["name"] for each in answer.data["vaccines"]]
    assert names == {"zoe vers": ["Versican Plus"], "rabi": ["Rabisin"], "%": [], "": []}
    asked = "{ vaccinationProtocols { code version evidence isActive source } vaccines { name } }"
    told = (await program.ask(world.vet.viewer, asked)).data
    assert [each["name"] for each in told["vaccines"]] == ["Rabisin", "Versican Plus"]
    protocols = {(each["code"], each["version"]): each for each in told["vaccinationProtocols"]}
    assert len(protocols) == await VaccinationProtocol.all().count()
    newest = protocols["CORE_DOG_WSAVA", 2]
    assert (newest["evidence"], newest["isActive"]) == ("SECONDARY", False)
    assert "doi:10.1111/jsap.13718" in newest["source"]
    assert "US-NY" not in str(protocols["RABIES_US", 1]["source"])


@pytest.mark.parametrize("doses", [1, 100])
async def test_a_card_takes_as_many_statements_for_a_hundred_doses_as_for_one(database, doses):
    world, program = await a_new_york_world(), Program()
    vaccine = await a_vaccine()
    for number in range(doses):
        dose = await a_vaccination(world.pet, vaccine, given_on=TODAY - timedelta(days=number))
        await a_certificate(dose)
    due: Any = {"due_on": TODAY, "earliest_on": TODAY, "reason": "BOOSTER", "sentence": "Due.", "worked_out_at": NOW}
    for target in list(Target)[: min(doses, len(Target))]:
        await VaccinationDue.create(pet_id=world.pet.id, target=target, **due)
    await program.token(world.vet.viewer)
    answer = await program.ask(world.vet.viewer, CARD, pet=id_of(world.pet))
    assert answer.data["pet"]["vaccinations"]["totalCount"] == doses
    # The viewer, the pet with what is due, its doses, their certificates, all its certificates; and what the law says.
    # On PostgreSQL all but the first and the last is one.
    assert answer.statements.count == {"sqlite": 6, "postgres": 3}[database.dialect], "\n".join(answer.statements.texts)


@pytest.mark.parametrize("doses", [1, 100])
async def test_a_recall_takes_as_many_statements_for_a_hundred_pets_as_for_one(database, doses):
    world, program = await a_world(), Program()
    vaccine = await a_vaccine()
    for _ in range(doses):
        await a_vaccination(await a_pet(await a_client()), vaccine)
    await program.token(world.receptionist.viewer)
    answer = await program.ask(world.receptionist.viewer, RECALL, lot="a1")
    found = answer.data["vaccinationsOfLot"]
    assert (found["totalCount"], len(found["nodes"])) == (doses, doses)
    assert await Client.all().count() == doses + 1
    # The viewer, the doses with their pets, the owners, their phones, which on PostgreSQL come with their owners.
    assert answer.statements.count == {"sqlite": 4, "postgres": 3}[database.dialect], "\n".join(answer.statements.texts)


async def test_recording_takes_as_many_statements_for_a_pet_of_a_hundred_doses_as_for_a_new_one(database):
    world, program = await a_new_york_world(), Program()
    vaccine = await a_vaccine()
    counts, texts = [], list[str]()
    for number in range(2):
        dose = {"petId": id_of(world.pet), "vaccineId": id_of(vaccine), "locationId": id_of(world.location)}
        document = f"""mutation ($input: RecordVaccinationInput!) {{ recordVaccination(input: $input) {{ __typename
          ... on {RECORD} }} }}"""
        given = {**dose, "lot": "A-1", "idempotencyKey": f"k{number}"}
        answer = await program.ask(world.vet.viewer, document, input=given)
        assert answer.data["recordVaccination"]["__typename"] == "VaccinationRecorded"
        counts.append(answer.statements.count)
        texts = answer.statements.texts
        for day in range(100):
            await a_vaccination(world.pet, vaccine, given_on=TODAY - timedelta(days=day + 1))
    # The second replaces the row of what is due that the first has written.
    assert counts[1] <= counts[0] + 1, "\n".join(texts)
    assert counts[0] <= 22
