"""Sent again, a deed is done once: the same key and the same input have the same outcome, as it is now."""

from __future__ import annotations

import asyncio

import pytest

from graph.schema import schema
from graph.views import view_of
from models import Ownership
from resolvers.viewer import Audience
from tests.api.deed import sent
from tests.api.staff_samples import samples
from tests.doors import WITHOUT_KEY, Program, id_of
from tests.world import NOW, a_booking, a_client, a_world, an_owner, how_many_rows

KEYLESS = {*WITHOUT_KEY, "signOut", "signOutEverywhere"}


def grown(before, after):
    """By how many rows each table has grown that a deed writes into; entries of the history are the database's own."""
    return {
        name: after.get(name, 0) - before.get(name, 0)
        for name in {**before, **after}
        if after.get(name, 0) != before.get(name, 0) and name != "HistoryEntry"
    }


@pytest.mark.parametrize("audience", Audience)
async def test_two_at_once_and_a_third_later_are_one_deed(database, audience):
    program = Program()
    made = await samples(program)
    chosen = made.staff if audience is Audience.STAFF else made.owner
    deeds = view_of(schema, audience).graphql.mutation_type
    assert deeds
    assert {sample.deed for sample in chosen} == set(deeds.fields) - KEYLESS
    await program.token(made.boss)
    for sample in chosen:
        before = await how_many_rows()
        ask = [sent(program, sample.who, sample.deed, sample.payload, sample.given) for _ in range(2)]
        first, twin = [answer.data[sample.deed] for answer in await asyncio.gather(*ask)]
        assert first["__typename"] == sample.payload.partition(" ")[0], first
        assert twin == first
        after = await how_many_rows()
        assert grown(before, after) == sample.writes, sample.deed
        again = (await sent(program, sample.who, sample.deed, sample.payload, sample.given)).data[sample.deed]
        assert again == first
        other = {**sample.given, **sample.other}
        reused = (await sent(program, sample.who, sample.deed, sample.payload, other)).data[sample.deed]
        assert (reused["__typename"], reused["path"]) == ("IdempotencyKeyReused", ["idempotencyKey"]), sample.deed
        assert await how_many_rows() == after


# What has changed since


async def answered(program, viewer, deed, payload, **given):
    """What a deed comes to, under the key `first` unless another is given."""
    answer = await sent(program, viewer, deed, payload, {"idempotencyKey": "first", **given})
    return answer.data[deed]


BOOKED = "AppointmentBooked { appointment { id status startsAt } }"


async def test_a_booking_sent_again_after_it_was_moved_and_cancelled_is_the_same_appointment_as_it_is_now(database):
    world, program = await a_world(), Program()
    olga = world.owner.viewer
    asked = {
        "petId": id_of(world.pet),
        "serviceId": id_of(world.service),
        "locationId": id_of(world.location),
        "startsAt": "2026-03-04T09:00:00Z",
    }
    booked = (await answered(program, olga, "bookAppointment", BOOKED, **asked))["appointment"]
    move = {"appointmentId": booked["id"], "startsAt": "2026-03-05T09:00:00Z"}
    moved = "AppointmentRescheduled { appointment { id status startsAt } }"
    await answered(program, olga, "rescheduleAppointment", moved, **move)
    cancelled = "AppointmentCancelled { appointment { id status } }"
    await answered(program, olga, "cancelAppointment", cancelled, appointmentId=booked["id"])
    rows = await how_many_rows()

    as_it_is_now = {"id": booked["id"], "status": "CANCELLED", "startsAt": "2026-03-05T09:00:00Z"}
    assert (await answered(program, olga, "bookAppointment", BOOKED, **asked))["appointment"] == as_it_is_now
    again = await answered(program, olga, "rescheduleAppointment", moved, **move)
    assert again["appointment"] == as_it_is_now
    assert await how_many_rows() == rows
    anew = await answered(program, olga, "bookAppointment", BOOKED, **asked, idempotencyKey="second")
    assert anew["appointment"]["id"] != booked["id"]


async def test_a_step_sent_again_after_the_next_step_is_done_once(database):
    world, program = await a_world(), Program()
    desk = world.receptionist.viewer
    visit = {"appointmentId": id_of(await a_booking(world.pet, starts_at=NOW))}
    steps = {
        "confirmAppointment": "AppointmentConfirmed",
        "checkInAppointment": "AppointmentCheckedIn",
        "startAppointment": "AppointmentStarted",
        "completeAppointment": "AppointmentCompleted",
    }
    for deed, made in steps.items():
        await answered(program, desk, deed, f"{made} {{ appointment {{ id }} }}", **visit)
    rows = await how_many_rows()
    for deed, made in steps.items():
        again = await answered(program, desk, deed, f"{made} {{ appointment {{ status }} }}", **visit)
        assert again == {"__typename": made, "appointment": {"status": "COMPLETED"}}
        refused = await answered(
            program, desk, deed, f"{made} {{ appointment {{ id }} }}", **visit, idempotencyKey="second"
        )
        assert refused["__typename"] == "StepNotAllowed"
    assert await how_many_rows() == rows


async def test_what_was_made_and_changed_since_is_answered_as_it_is_now(database):
    world, program = await a_world(), Program()
    boss = world.manager.viewer
    named = {"locationId": id_of(world.location), "name": "Two"}
    room = (await answered(program, boss, "addRoom", "RoomAdded { room { id name } }", **named))["room"]
    await answered(program, boss, "amendRoom", "RoomAmended { room { id } }", roomId=room["id"], name="Theatre")
    again = await answered(program, boss, "addRoom", "RoomAdded { room { id name } }", **named)
    assert again["room"] == {"id": room["id"], "name": "Theatre"}

    lena = await a_client("Lena Hoff")
    shares = [{"clientId": id_of(world.owner.client), "share": 100}]
    join = {"petId": id_of(world.pet), "clientId": id_of(lena), "shares": shares}
    added = "OwnershipAdded { ownership { id endsOn } }"
    held = (await answered(program, boss, "addOwnership", added, **join))["ownership"]
    ended = {"ownershipId": held["id"], "shares": shares}
    await answered(program, boss, "endOwnership", "OwnershipEnded { ownership { id } }", **ended)
    again = await answered(program, boss, "addOwnership", added, **join)
    assert again["ownership"] == {"id": held["id"], "endsOn": "2026-03-02"}
    await answered(program, boss, "endOwnership", "OwnershipEnded { ownership { id } }", **ended)


async def test_who_no_longer_sees_what_she_did_is_told_that_it_is_not_there(database):
    world, program = await a_world(), Program()
    olga = world.owner.viewer
    lena = await a_client("Lena Hoff")
    named = {"name": "Mia", "species": "CAT"}
    made = "PetRegistered { pet { id } }"
    pet = (await answered(program, olga, "registerPet", made, **named))["pet"]["id"]
    asked = {
        "petId": pet,
        "serviceId": id_of(world.service),
        "locationId": id_of(world.location),
        "startsAt": "2026-03-04T09:00:00Z",
    }
    await answered(program, olga, "bookAppointment", BOOKED, **asked)
    hers = await Ownership.get(client_id=world.owner.id, starts_on="2026-03-02")
    await Ownership.filter(id=hers.id).update(client_id=lena.id)
    rows = await how_many_rows()
    for deed, payload, given in (("registerPet", made, named), ("bookAppointment", BOOKED, asked)):
        again = await sent(program, olga, deed, payload, {"idempotencyKey": "first", **given})
        assert (again.code, again.body["data"]) == ("NOT_FOUND", {deed: None})
    assert await how_many_rows() == rows


async def test_the_same_key_serves_another_person_and_another_deed(database):
    world, program = await a_world(), Program()
    nina = await an_owner("Nina Kovac")
    for viewer, name in ((world.owner.viewer, "Mia"), (nina.viewer, "Luna")):
        made = await answered(
            program, viewer, "registerPet", "PetRegistered { pet { name } }", name=name, species="CAT"
        )
        assert made["pet"] == {"name": name}
    mine = await answered(program, nina.viewer, "amendMyself", "MyselfAmended { client { id } }", familyName="Lund")
    assert mine["client"] == {"id": id_of(nina.client)}


async def test_what_an_owner_said_of_herself_is_the_same_request_after_she_was_recognised(database):
    world, program = await a_world(), Program()
    nina = await an_owner("Nina Kovac", is_linked=False)
    known = await a_client("Nina Kovacs")
    said = {"phones": ["+49 30 901820"]}
    payload = "MyselfAmended { client { id } }"
    await answered(program, nina.viewer, "amendMyself", payload, **said)
    linked = {"accountId": id_of(nina.account, "UnlinkedAccount"), "clientId": id_of(known)}
    await answered(program, world.receptionist.viewer, "linkAccount", "AccountLinked { client { id } }", **linked)
    again = await answered(program, nina.viewer, "amendMyself", payload, **said)
    assert again == {"__typename": "MyselfAmended", "client": {"id": id_of(known)}}
