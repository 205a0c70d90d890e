"""An empty database becomes a practice: `migrate` and `invite` are typed, and the rest is said through the API."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from resolvers.viewer import Audience
from tests.callers import AtAddress, at, code_in, invitation_in, letter_to
from tests.doors import Person
from tests.typed import running, started, typed

MANAGER, VET, DESK, CLIENT = ("nadia@vets.example", "vera@vets.example", "ines@vets.example", "olga@home.example")
PASSWORD = "seven lazy hedgehogs"
WHOLE_DAY = {"weekday": 1, "from": "08:00", "until": "18:00"}
DAY = """query Day($location: ID!, $on: Date!) { day(locationId: $location, on: $on) { location { name } appointments {
  status startsAtLocal zone pet { name } client { displayName } vet { displayName } room { name } } } }"""
FREE = """query Free($service: ID!, $location: ID!, $on: Date!) {
  freeTimes(serviceId: $service, locationId: $location, from: $on, to: $on) {
    startsAt startsAtLocal zone vets { displayName } } }"""


def next_monday() -> date:
    today = datetime.now(UTC).date()
    # Tomorrow it may be Monday already, somewhere.
    return today + timedelta(days=7 + (0 - today.weekday()) % 7)


class Practice:
    """What was set up through the API so far, by the names of the ids."""

    def __init__(self, program: AtAddress, outbox: Path) -> None:
        self.program = program
        self.outbox = outbox
        self.ids: dict[str, str] = {}

    async def joins(self, address: str) -> Person:
        """Whoever was invited accepts with the token from the letter, and signs in."""
        person = self.program.person(Audience.STAFF)
        token = invitation_in(await letter_to(address, self.outbox))
        accepted = await person.do(
            "acceptInvitation", "... on InvitationAccepted { email }", token=token, password=PASSWORD
        )
        assert accepted == {"__typename": "InvitationAccepted", "email": address}
        assert await person.sign_in("signIn", email=address, password=PASSWORD) == "SignedIn"
        return person

    async def make(self, person: Person, what: str, deed: str, made: str, /, **given) -> None:
        """Do the deed, and keep the id of what it made under that name."""
        answer = await person.do(deed, f"... on {made} {{ made: {_row(deed)} {{ id }} }}", **given)
        assert answer["__typename"] == made, answer
        self.ids[what] = answer["made"]["id"]

    async def a_location(self, manager: Person, name: str, zone: str, currency: str, country: str) -> None:
        opening_hours = [WHOLE_DAY | {"weekday": weekday} for weekday in range(1, 6)]
        await self.make(
            manager,
            name,
            "addLocation",
            "LocationAdded",
            name=name,
            zone=zone,
            currency=currency,
            address={"city": name, "country": country},
            openingHours=opening_hours,
        )
        await self.make(
            manager, f"{name} room", "addRoom", "RoomAdded", locationId=self.ids[name], name=f"{name} Room 1"
        )

    async def books(self, desk: Person, location: str, on: date) -> Any:
        """Reception books the first time that is free that day; what was answered."""
        service, place = self.ids["service"], self.ids[location]
        free = (await desk.ask(FREE, service=service, location=place, on=on.isoformat()))["freeTimes"]
        assert [vet["displayName"] for vet in free[0]["vets"]] == ["Vera Falk"]
        booked = await desk.do(
            "bookAppointment",
            "... on AppointmentBooked { appointment { startsAt startsAtLocal zone } }",
            petId=self.ids["pet"],
            serviceId=service,
            locationId=place,
            startsAt=free[0]["startsAt"],
        )
        assert booked["__typename"] == "AppointmentBooked", booked
        return booked["appointment"]


async def test_an_invited_manager_sets_an_empty_practice_up_and_it_books_its_first_visits(empty_database, tmp_path):
    url, outbox = empty_database.url, tmp_path / "outbox"
    migrated = await typed("migrate", DATABASE_URL=url)
    assert (migrated.code, migrated.err) == (0, ""), migrated
    invite = ("invite", MANAGER, "--given-name", "Nadia", "--family-name", "Haddad", "--practice", "Two Coasts")
    invited = await typed(*invite, DATABASE_URL=url)
    assert (invited.code, invited.err) == (0, ""), invited

    async with (
        running("serve", url=url, folder=tmp_path, OUTBOX_FOLDER=str(outbox), WORKER_EVERY_SECONDS="0.1") as process,
        at(await started(process)) as program,
    ):
        practice = Practice(program, outbox)
        assert invitation_in(await letter_to(MANAGER, outbox)) in invited.out
        manager = await practice.joins(MANAGER)
        await practice.a_location(manager, "Hamburg", "Europe/Berlin", "EUR", "DE")
        await practice.a_location(manager, "Boston", "America/New_York", "USD", "US")
        desk, vet = await a_team(practice, manager)
        await an_offer(practice, manager)
        seen = await manager.ask("{ practice { name } locations { name zone rooms { name } } services { name } }")
        assert seen == {
            "practice": {"name": "Two Coasts"},
            "locations": [
                {"name": "Boston", "zone": "America/New_York", "rooms": [{"name": "Boston Room 1"}]},
                {"name": "Hamburg", "zone": "Europe/Berlin", "rooms": [{"name": "Hamburg Room 1"}]},
            ],
            "services": [{"name": "Check-up"}],
        }

        await practice.make(
            desk,
            "client",
            "registerClient",
            "ClientRegistered",
            givenName="Olga",
            familyName="Berg",
            emails=[CLIENT],
            language="de",
        )
        await practice.make(
            desk,
            "pet",
            "registerPet",
            "PetRegistered",
            name="Maja",
            species="CAT",
            owners=[{"clientId": practice.ids["client"], "share": 100}],
        )
        monday = next_monday()
        for location, zone, hour in (("Hamburg", "Europe/Berlin", 8), ("Boston", "America/New_York", 14)):
            on_the_wall = datetime(monday.year, monday.month, monday.day, hour, tzinfo=ZoneInfo(zone))
            booked = await practice.books(desk, location, monday)
            assert datetime.fromisoformat(booked["startsAt"]) == on_the_wall
            assert (booked["startsAtLocal"], booked["zone"]) == (f"{monday}T{hour:02}:00", zone)
            sheet = (await vet.ask(DAY, location=practice.ids[location], on=monday.isoformat()))["day"]
            assert sheet["location"] == {"name": location}
            assert sheet["appointments"] == [
                {
                    "status": "BOOKED",
                    "startsAtLocal": booked["startsAtLocal"],
                    "zone": zone,
                    "pet": {"name": "Maja"},
                    "client": {"displayName": "Olga Berg"},
                    "vet": {"displayName": "Vera Falk"},
                    "room": {"name": f"{location} Room 1"},
                }
            ]
        assert "Maja" in await letter_to(CLIENT, outbox)
        await an_owner_sees_her_visits(program, outbox, monday)

        again = await typed(*invite, DATABASE_URL=url)
        assert again.sentence.startswith("Somebody with this e-mail address is already on the team."), again
    assert process.said(level="error") == []


async def a_team(practice: Practice, manager: Person) -> tuple[Person, Person]:
    """Somebody for the desk, everywhere, and a vet who is in one place in the morning and in the other later."""
    hamburg, boston = practice.ids["Hamburg"], practice.ids["Boston"]
    await practice.make(
        manager,
        "desk",
        "inviteStaff",
        "StaffInvited",
        email=DESK,
        givenName="Ines",
        familyName="Moreau",
        roles=[{"role": "RECEPTIONIST"}],
    )
    await practice.make(
        manager,
        "vet",
        "inviteStaff",
        "StaffInvited",
        email=VET,
        givenName="Vera",
        familyName="Falk",
        roles=[{"role": "VET", "locationId": hamburg}, {"role": "VET", "locationId": boston}],
    )
    for location, starts, ends in ((hamburg, "08:00", "12:00"), (boston, "14:00", "18:00")):
        hours = await manager.do(
            "addWorkingHours",
            staffId=practice.ids["vet"],
            locationId=location,
            stretch={"weekday": 1, "from": starts, "until": ends},
            startsOn="2026-01-01",
        )
        assert hours["__typename"] == "WorkingHoursAdded", hours
    return await practice.joins(DESK), await practice.joins(VET)


async def an_offer(practice: Practice, manager: Person) -> None:
    """A check-up by the vet, in either room."""
    await practice.make(
        manager,
        "service",
        "addService",
        "ServiceAdded",
        name="Check-up",
        lastsMinutes=30,
        isBookableOnline=True,
        staffIds=[practice.ids["vet"]],
        roomIds=[practice.ids["Hamburg room"], practice.ids["Boston room"]],
    )


async def an_owner_sees_her_visits(program: AtAddress, outbox: Path, monday: date) -> None:
    """The client comes through the owners' door, and is recognised."""
    olga = program.person(Audience.OWNER)
    as_she_types_it = CLIENT.replace("olga", "OLGA")
    await olga.do("register", email=as_she_types_it, givenName="Olga", familyName="Berg", petName="Maja")
    code = code_in(await letter_to(as_she_types_it, outbox))
    assert await olga.sign_in("signInWithCode", email=CLIENT, code=code) == "SignedIn"
    # Latest first.
    mine = await olga.ask("{ myPets { name } myAppointments { nodes { startsAtLocal } } }")
    assert mine == {
        "myPets": [{"name": "Maja"}],
        "myAppointments": {"nodes": [{"startsAtLocal": f"{monday}T{hour}"} for hour in ("14:00", "08:00")]},
    }


def _row(deed: str) -> str:
    """The field of a payload that holds the row: `location` of `addLocation`."""
    noun = deed
    for verb in ("add", "register", "invite"):
        noun = noun.removeprefix(verb)
    return f"{noun[0].lower()}{noun[1:]}"
