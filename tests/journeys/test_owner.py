"""An owner books from her phone, from the sign-in code to the letter that her visit is cancelled."""

from __future__ import annotations

import re
from datetime import timedelta

from models import Account, Appointment, Client, ClientEmail, ClientPhone, Status
from resolvers.viewer import Audience
from tests.doors import Person, Program, id_of
from tests.world import NOW, a_client, a_pet, a_world

FREE = """query Free($service: ID!, $location: ID!, $pet: ID) {
  freeTimes(serviceId: $service, locationId: $location, petId: $pet, from: "2026-03-04", to: "2026-03-06")
  { startsAt startsAtLocal zone vets { id displayName } } }"""
APPOINTMENT = "{ appointment { id status startsAt startsAtLocal zone vet { displayName } pet { name } } }"


async def code_from_the_letter(program, address):
    (letter,) = [letter for letter in await program.post() if letter.to_address == address]
    found = re.search(r"\b(\d{3}) ?(\d{3})\b", letter.text)
    assert found, letter.text
    return found[1] + found[2]


async def signed_in(program, address):
    person = Person(program, Audience.OWNER)
    answer = await person.do("requestSignInCode", email=address)
    assert answer["__typename"] == "SignInCodeRequested"
    code = await code_from_the_letter(program, address)
    assert await person.sign_in("signInWithCode", email=address, code=code) == "SignedIn"
    return person


async def test_an_owner_books_moves_and_cancels_and_each_writes_its_letter(database):
    world = await a_world()
    program = Program()
    olga = await signed_in(program, world.owner.account.email)

    pets = (await olga.ask("{ myPets { id name coOwners { displayName } } viewer { roles client { displayName } } }"))[
        "myPets"
    ]
    assert [pet["name"] for pet in pets] == [world.pet.name]
    service, location = id_of(world.service), id_of(world.location)
    free = (await olga.ask(FREE, service=service, location=location, pet=pets[0]["id"]))["freeTimes"]
    assert len(free) == 3 * 39
    assert free[0]["vets"] == [{"id": id_of(world.vet.staff), "displayName": world.vet.staff.display_name}]

    booked = await olga.do(
        "bookAppointment",
        f"... on AppointmentBooked {APPOINTMENT}",
        petId=pets[0]["id"],
        serviceId=service,
        locationId=location,
        startsAt=free[0]["startsAt"],
    )
    appointment = booked["appointment"]
    assert (appointment["status"], appointment["startsAtLocal"], appointment["zone"]) == (
        "BOOKED",
        "2026-03-04T08:00",
        "Europe/Berlin",
    )
    (letter,) = await program.post()
    assert world.pet.name in letter.text
    assert letter.to_address == world.owner.account.email

    moved = await olga.do(
        "rescheduleAppointment",
        f"... on AppointmentRescheduled {APPOINTMENT}",
        appointmentId=appointment["id"],
        startsAt=free[4]["startsAt"],
    )
    assert (moved["appointment"]["id"], moved["appointment"]["startsAtLocal"]) == (
        appointment["id"],
        "2026-03-04T09:00",
    )
    assert len(await program.post()) == 1

    cancelled = await olga.do(
        "cancelAppointment", f"... on AppointmentCancelled {APPOINTMENT}", appointmentId=appointment["id"]
    )
    assert cancelled["appointment"]["status"] == "CANCELLED"
    assert len(await program.post()) == 1
    program.clock.now = NOW + timedelta(days=30)
    assert await program.post() == []


async def test_the_day_before_her_visit_an_owner_hears_of_it_once(database):
    world = await a_world()
    program = Program()
    olga = await signed_in(program, world.owner.account.email)
    await olga.do(
        "bookAppointment",
        petId=id_of(world.pet),
        serviceId=id_of(world.service),
        locationId=id_of(world.location),
        startsAt="2026-03-05T09:00:00Z",
    )
    assert len(await program.post()) == 1
    program.clock.now = NOW + timedelta(days=2)
    assert await program.post() == []
    program.clock.now += timedelta(hours=2)
    assert len(await program.post()) == 1
    assert await program.post() == []


async def test_a_new_owner_registers_books_and_is_recognised_at_the_desk(database):
    world = await a_world()
    program = Program()
    known = await a_client("Nina Kovac")
    nina = Person(program, Audience.OWNER)
    received = await nina.do("register", email="nina@post.example", givenName="Nina", familyName="Kovac")
    assert received["__typename"] == "RegistrationReceived"
    assert await Account.filter(email="nina@post.example").count() == 0
    code = await code_from_the_letter(program, "nina@post.example")
    assert await nina.sign_in("signInWithCode", email="nina@post.example", code=code) == "SignedIn"

    pet = await nina.do("registerPet", "... on PetRegistered { pet { id } }", name="Mia", species="CAT")
    booked = await nina.do(
        "bookAppointment",
        f"... on AppointmentBooked {APPOINTMENT}",
        petId=pet["pet"]["id"],
        serviceId=id_of(world.service),
        locationId=id_of(world.location),
        startsAt="2026-03-04T09:00:00Z",
    )
    assert booked["__typename"] == "AppointmentBooked"

    desk = Person(program, Audience.STAFF, await program.token(world.receptionist.viewer))
    (waiting,) = (await desk.ask("{ unlinkedAccounts { id email client { id displayName } } }"))["unlinkedAccounts"]
    assert (waiting["email"], waiting["client"]["displayName"]) == ("nina@post.example", "Nina Kovac")
    linked = await desk.do(
        "linkAccount",
        "... on AccountLinked { client { id ownerships { pet { name } } } }",
        accountId=waiting["id"],
        clientId=id_of(known),
    )
    assert linked["client"]["ownerships"] == [{"pet": {"name": "Mia"}}]
    assert (await desk.ask("{ unlinkedAccounts { id } }"))["unlinkedAccounts"] == []
    assert (await Appointment.get()).client_id == known.id
    assert await Client.filter(is_registered_online=True).count() == 0

    mine = await nina.ask(
        "{ myPets { name } myAppointments { nodes { status } } viewer { client { id } account { isLinked } } }"
    )
    assert mine == {
        "myPets": [{"name": "Mia"}],
        "myAppointments": {"nodes": [{"status": Status.BOOKED.value}]},
        "viewer": {"client": {"id": id_of(known)}, "account": {"isLinked": True}},
    }


async def test_an_owner_whom_the_practice_knows_is_recognised_by_her_address_and_her_pets_name(database):
    world = await a_world()
    program = Program()
    known = await a_client("Nina Kovac")
    await ClientEmail.filter(client_id=known.id).delete()
    await ClientEmail.create(client_id=known.id, address="nina@post.example", fold="nina@post.example", position=0)
    await ClientPhone.filter(client_id=known.id).delete()
    await a_pet(known, name="Mia")
    nina = Person(program, Audience.OWNER)
    await nina.do("register", email="Nina@post.example", givenName="Nina", familyName="K", petName="mia")
    code = await code_from_the_letter(program, "Nina@post.example")
    assert await nina.sign_in("signInWithCode", email="nina@post.example", code=code) == "SignedIn"
    mine = await nina.ask("{ myPets { name } viewer { client { id } } }")
    assert mine == {"myPets": [{"name": "Mia"}], "viewer": {"client": {"id": id_of(known)}}}
    assert world.owner.client.id != known.id
