"""Reception moves the day around, and a vet opens a pet."""

from __future__ import annotations

from resolvers.viewer import Audience
from tests.doors import Person, Program, id_of
from tests.world import AN_HOUR, NOW, a_world

DAY = """query Day($location: ID!) { day(locationId: $location, on: "2026-03-02") { appointments {
  id status startsAtLocal pet { name } client { displayName } vet { displayName } room { name } } } }"""


async def test_reception_registers_books_by_phone_checks_in_and_completes(database):
    world = await a_world()
    program = Program()
    desk = Person(program, Audience.STAFF, await program.token(world.receptionist.viewer))
    registered = {}
    for given, family in (("Ada", "Weber"), ("Ben", "Weber")):
        answer = await desk.do(
            "registerClient",
            "... on ClientRegistered { client { id } }",
            givenName=given,
            familyName=family,
            emails=[f"{given.lower()}@weber.example"],
            phones=["+49 30 901820"],
            language="de",
        )
        registered[given] = answer["client"]["id"]
    pet = await desk.do(
        "registerPet",
        "... on PetRegistered { pet { id owners { share rights client { displayName } } } }",
        name="Schnuppe",
        species="CAT",
        owners=[
            {"clientId": registered["Ada"], "share": 60},
            {"clientId": registered["Ben"], "share": 40, "rights": ["VIEW", "PAY"]},
        ],
    )
    assert [(o["share"], o["client"]["displayName"]) for o in pet["pet"]["owners"]] == [
        (60, "Ada Weber"),
        (40, "Ben Weber"),
    ]
    (found,) = (await desk.ask('{ clients(search: "web ada") { nodes { id displayName } } }'))["clients"]["nodes"]
    assert found == {"id": registered["Ada"], "displayName": "Ada Weber"}

    booked = await desk.do(
        "bookAppointment",
        "... on AppointmentBooked { appointment { id client { displayName } } }",
        petId=pet["pet"]["id"],
        serviceId=id_of(world.service),
        locationId=id_of(world.location),
        startsAt=(NOW + AN_HOUR).isoformat(),
        reason="Does not eat.",
    )
    appointment = booked["appointment"]
    assert appointment["client"] == {"displayName": "Ada Weber"}
    for deed, made in (
        ("checkInAppointment", "AppointmentCheckedIn"),
        ("startAppointment", "AppointmentStarted"),
        ("completeAppointment", "AppointmentCompleted"),
    ):
        assert (await desk.do(deed, appointmentId=appointment["id"]))["__typename"] == made
    (line,) = (await desk.ask(DAY, location=id_of(world.location)))["day"]["appointments"]
    assert (line["status"], line["startsAtLocal"], line["pet"]["name"]) == ("COMPLETED", "2026-03-02T10:00", "Schnuppe")

    vet = Person(program, Audience.STAFF, await program.token(world.vet.viewer))
    opened = await vet.ask(
        """query Pet($id: ID!) { pet(id: $id) { name species alerts owners { client { displayName phones { e164 } } }
          past: appointments(when: PAST) { nodes { status } } coming: appointments(when: COMING) { nodes { status } } } }""",
        id=pet["pet"]["id"],
    )
    assert opened["pet"]["owners"][0]["client"] == {"displayName": "Ada Weber", "phones": [{"e164": "+4930901820"}]}
    assert (opened["pet"]["past"]["nodes"], opened["pet"]["coming"]["nodes"]) == ([], [{"status": "COMPLETED"}])
