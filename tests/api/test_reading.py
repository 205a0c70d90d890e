"""Reading: what clients get of what they select, and how many statements it takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from graph.ids import global_id
from models import HoursException, Location, Session
from tests.doors import Program, id_of
from tests.world import (
    AN_HOUR,
    NOW,
    a_booking,
    a_client,
    a_location,
    a_manager,
    a_nurse,
    a_pet,
    a_room,
    a_service,
    a_vet,
    a_world,
    an_owner,
    an_ownership,
)

DAY = """query Day($location: ID!, $on: Date!) { day(locationId: $location, on: $on) {
  on location { name zone }
  appointments { id status startsAt startsAtLocal endsAt reason service { name } vet { displayName } room { name }
    client { displayName phones { asGiven } } pet { name species breed owners { share client { displayName } } } } } }"""

PET = """query Pet($id: ID!) { pet(id: $id) { name species owners { share rights client { displayName emails { address } } }
  past: appointments(when: PAST, first: 50) { nodes { startsAt status service { name } vet { displayName } } }
  coming: appointments(when: COMING) { totalCount nodes { startsAt service { name } } pageInfo { hasNextPage } } } }"""


async def test_the_day_sheet_is_what_is_planned_that_day_at_that_place(database):
    world = await a_world()
    elsewhere = await a_location("Harbour")
    await a_vet(location=elsewhere)
    await a_room(location=elsewhere)
    later = await a_booking(world.pet, starts_at=NOW + 2 * AN_HOUR)
    sooner = await a_booking(await a_pet(world.owner), starts_at=NOW + AN_HOUR)
    await a_booking(await a_pet(world.owner), starts_at=NOW + timedelta(days=1))
    await a_booking(await a_pet(world.owner), location=elsewhere, starts_at=NOW + AN_HOUR)
    answer = await Program().ask(world.receptionist.viewer, DAY, location=id_of(world.location), on="2026-03-02")
    day = answer.data["day"]
    assert day["location"] == {"name": world.location.name, "zone": "Europe/Berlin"}
    assert [a["id"] for a in day["appointments"]] == [id_of(sooner), id_of(later)]
    assert day["appointments"][1]["startsAt"] == "2026-03-02T10:00:00Z"
    assert day["appointments"][1]["startsAtLocal"] == "2026-03-02T11:00"
    assert day["appointments"][1]["pet"]["owners"] == [
        {"share": 100, "client": {"displayName": world.owner.client.display_name}}
    ]


async def a_full_day(world, visits):
    for number in range(visits):
        vet, room = await a_vet(), await a_room()
        await a_booking(
            await a_pet(world.owner), vet=vet, room=room, starts_at=NOW + timedelta(minutes=15 * (number % 20))
        )


SHEET = """query Day($location: ID!, $on: Date!) { day(locationId: $location, on: $on) { on location { name zone }
  appointments { id status startsAt startsAtLocal endsAt reason service { name } vet { displayName } room { name }
    client { displayName } pet { name species breed } } } }"""
PATIENT = """query Pet($id: ID!) { pet(id: $id) { name owners { share client { displayName } }
  appointments(when: PAST, first: 50) { nodes { startsAt service { name } vet { displayName } room { name } } } } }"""
WHOSE = "{ clients(first: 100) { nodes { displayName ownerships { pet { name species } } } } }"


async def test_the_day_sheet_is_one_statement_beside_who_asks_however_full_the_day(database):
    world = await a_world()
    program = Program()

    async def asked(document):
        answer = await program.ask(world.receptionist.viewer, document, location=id_of(world.location), on="2026-03-02")
        return len(answer.data["day"]["appointments"]), answer.statements.count - 1

    assert await asked(SHEET) == (0, 2)  # the clock of the place is looked up once
    counts = [await asked(SHEET)]
    for visits in (1, 99):
        await a_full_day(world, visits)
        counts.append(await asked(SHEET))
    assert counts == [(0, 1), (1, 1), (100, 1)]
    assert await asked(SHEET.replace("{ on", "{ cursor on")) == (100, 2)
    # The phones of all clients, the owners of all pets, which on PostgreSQL come with the day.
    assert await asked(DAY) == (100, {"sqlite": 3, "postgres": 1}[database.dialect])


async def test_a_day_is_told_on_the_clock_that_the_place_has_now(database):
    world = await a_world()
    early = await a_booking(world.pet, starts_at=datetime(2026, 3, 2, 6, tzinfo=UTC))
    program = Program()

    async def seen(on):
        document = SHEET.replace("startsAtLocal", "").replace("zone", "")
        answer = await program.ask(world.receptionist.viewer, document, location=id_of(world.location), on=on)
        return [each["id"] for each in answer.data["day"]["appointments"]]

    assert (await seen("2026-03-02"), await seen("2026-03-01")) == ([id_of(early)], [])
    await Location.filter(id=world.location.id).update(zone="America/Los_Angeles")  # there it is ten in the evening
    assert (await seen("2026-03-02"), await seen("2026-03-01")) == ([], [id_of(early)])
    nowhere = await program.ask(world.receptionist.viewer, SHEET, location=id_of(world.pet), on="2026-03-02")
    assert nowhere.data == {"day": None}


async def test_a_pet_with_owners_and_appointments_is_two_statements_beside_who_asks_or_one(database):
    world = await a_world()
    await an_ownership(world.pet, await an_owner(), share=0)
    program = Program()
    counts = []
    for visits in (1, 49):
        for number in range(visits):
            await a_booking(world.pet, starts_at=NOW + timedelta(hours=number + (0 if visits == 1 else 1) - 60))
        answer = await program.ask(world.vet.viewer, PATIENT, id=id_of(world.pet))
        assert len(answer.data["pet"]["owners"]) == 2
        counts.append((len(answer.data["pet"]["appointments"]["nodes"]), answer.statements.count - 1))
    number = {"sqlite": 2, "postgres": 1}[database.dialect]
    assert counts == [(1, number), (50, number)]
    # The coming ones as well, how many there are, and the addresses of the owners.
    whole = await program.ask(world.vet.viewer, PET, id=id_of(world.pet))
    assert whole.statements.count - 1 == {"sqlite": 4, "postgres": 1}[database.dialect]


async def test_what_hangs_on_a_row_that_another_points_to_is_found_by_its_own_key(database):
    world = await a_world()
    visit = await a_booking(world.pet, starts_at=NOW + AN_HOUR)
    document = (
        "query V($id: ID!) { node(id: $id) { ... on Appointment { pet { owners { share } } vet { roles { role } } } } }"
    )
    answer = await Program().ask(world.vet.viewer, document, id=id_of(visit))
    assert answer.data["node"] == {"pet": {"owners": [{"share": 100}]}, "vet": {"roles": [{"role": "VET"}]}}


async def test_clients_with_their_pets_are_two_statements_at_most_beside_who_asks(database):
    world, program = await a_world(), Program()
    counts = []
    for others in (0, 60):
        for _ in range(others):
            await a_pet(await a_client())
        answer = await program.ask(world.receptionist.viewer, WHOSE)
        counts.append((len(answer.data["clients"]["nodes"]), answer.statements.count - 1))
    # PostgreSQL looks the pets up beside each client.
    number = {"sqlite": 2, "postgres": 1}[database.dialect]
    assert counts == [(1, number), (61, number)]


async def test_a_page_goes_on_where_the_last_one_ended(database):
    world = await a_world()
    for number in range(5):
        await a_booking(world.pet, starts_at=NOW + number * AN_HOUR)
    program = Program()
    document = """query Mine($after: String, $before: String, $first: Int, $last: Int) {
      myAppointments(first: $first, last: $last, after: $after, before: $before) {
        totalCount nodes { startsAt } edges { cursor node { id } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
    seen, after, pages = [], None, 0
    while True:
        page = (await program.ask(world.owner.viewer, document, first=2, after=after)).data["myAppointments"]
        seen += [node["startsAt"] for node in page["nodes"]]
        pages += 1
        assert page["totalCount"] == 5
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert pages == 3
    assert seen == [(NOW + n * AN_HOUR).isoformat().replace("+00:00", "Z") for n in (4, 3, 2, 1, 0)]
    start = page["pageInfo"]["startCursor"]
    back = (await program.ask(world.owner.viewer, document, last=2, before=start)).data["myAppointments"]
    assert [node["startsAt"] for node in back["nodes"]] == seen[2:4]
    assert back["pageInfo"] | {"startCursor": 0, "endCursor": 0} == {
        "hasNextPage": True,
        "hasPreviousPage": True,
        "startCursor": 0,
        "endCursor": 0,
    }


async def test_a_cursor_of_another_list_is_refused(database):
    world = await a_world()
    await a_booking(world.pet)
    program = Program()
    for cursor in ("nonsense", "W10", "W1sicyIsImEiXSxbInMiLCJiIl1d", ""):
        answer = await program.ask(
            world.owner.viewer, "query ($c: String) { myAppointments(after: $c) { nodes { id } } }", c=cursor
        )
        assert answer.code == "BAD_INPUT"


async def test_the_same_edge_under_two_names_is_read_for_each(database):
    world = await a_world()
    await a_booking(world.pet, starts_at=NOW - 2 * AN_HOUR)
    await a_booking(world.pet, starts_at=NOW + AN_HOUR)
    document = """query ($id: ID!) { one: pet(id: $id) { ...Bits } two: pet(id: $id) { a: appointments(when: COMING) {
      nodes { startsAt } } __typename } } fragment Bits on Pet { a: appointments(when: PAST) { edges { n: node { startsAt
      pet { name } } m: node { id } } } n: name ... on Node { id } }"""
    data = (await Program().ask(world.owner.viewer, document, id=id_of(world.pet))).data
    assert data["two"] == {"a": {"nodes": [{"startsAt": "2026-03-02T09:00:00Z"}]}, "__typename": "Pet"}
    (edge,) = data["one"]["a"]["edges"]
    assert edge["n"] == {"startsAt": "2026-03-02T06:00:00Z", "pet": {"name": world.pet.name}}
    assert data["one"]["id"] == id_of(world.pet)


async def test_a_statement_asks_for_no_column_beyond_what_is_selected(database):
    world = await a_world()
    await a_booking(world.pet)
    document = "{ myAppointments(first: 1) { nodes { status pet { name } } } }"
    answer = await Program().ask(world.owner.viewer, document)
    (read,) = [text for text in answer.statements.texts if "FROM appointment" in text]
    columns = read.split("FROM")[0]
    assert sorted(c.strip() for c in columns.removeprefix("SELECT ").split(",")) == [
        "j0.name",
        "t.status",
    ]


async def test_free_times_name_their_vets_with_one_statement(database):
    world = await a_world()
    await a_vet()
    document = """query ($s: ID!, $l: ID!) { freeTimes(serviceId: $s, locationId: $l, from: "2026-03-02", to: "2026-03-06")
      { startsAt startsAtLocal zone vets { displayName } } }"""
    answer = await Program().ask(world.owner.viewer, document, s=id_of(world.service), l=id_of(world.location))
    times = answer.data["freeTimes"]
    assert times[0]["startsAt"] == "2026-03-02T08:00:00Z"
    assert times[0]["startsAtLocal"] == "2026-03-02T09:00"
    assert len(times) == 35 + 4 * 39
    assert answer.statements.count == 4


async def test_anything_is_found_by_its_id_in_its_own_type(database):
    world = await a_world()
    program = Program()
    document = "query ($id: ID!) { node(id: $id) { __typename id ... on Pet { name } ... on Room { name } } }"
    for row, kind in (
        (world.pet, "Pet"),
        (world.room, "Room"),
        (world.location, "Location"),
        (world.owner.client, "Client"),
    ):
        data = (await program.ask(world.receptionist.viewer, document, id=id_of(row, kind))).data
        assert (data["node"]["__typename"], data["node"]["id"]) == (kind, id_of(row, kind))


async def test_an_owner_finds_nothing_by_the_id_of_what_is_not_hers(database):
    world = await a_world()
    stranger = await an_owner()
    pet = await a_pet(stranger)
    program = Program()
    strange = [
        id_of(pet),
        id_of(stranger.client),
        id_of(world.room),
        "",
        "UGV0",
        "💥",
        "UGV0Onh5",
        id_of(world.pet, "Nothing"),
    ]
    for strange_id in strange:
        answer = await program.ask(world.owner.viewer, "query ($id: ID!) { node(id: $id) { id } }", id=strange_id)
        assert answer.data == {"node": None}, strange_id


def session_of(member):
    """The id of the session in which somebody asks."""
    assert member.viewer.session_id
    return global_id("Session", member.viewer.session_id)


WHO_IS_WAITING = """query ($id: ID!) { node(id: $id) { id ... on UnlinkedAccount { email client { displayName } }
  ... on Account { sessions { id } } } }"""


async def test_the_front_desk_finds_an_unlinked_account_by_its_id_and_others_do_not(database):
    world = await a_world()
    waiting, nurse, program = await an_owner("Nora Lund", is_linked=False), await a_nurse(), Program()
    its_id = id_of(waiting.account, "UnlinkedAccount")
    for member in (world.receptionist, world.manager):
        assert (await program.ask(member.viewer, WHO_IS_WAITING, id=its_id)).data["node"] == {
            "id": its_id,
            "email": waiting.account.email,
            "client": {"displayName": "Nora Lund"},
        }
    for viewer in (world.vet.viewer, nurse.viewer):
        assert (await program.ask(viewer, WHO_IS_WAITING, id=its_id)).data == {"node": None}
    owners = "query ($id: ID!) { node(id: $id) { id } }"
    assert (await program.ask(waiting.viewer, owners, id=its_id)).data == {"node": None}


async def test_an_account_is_found_as_what_it_is_and_as_nothing_else(database):
    world = await a_world()
    waiting, program = await an_owner(is_linked=False), Program()
    for account, kind in (
        (world.receptionist.account, "UnlinkedAccount"),
        (world.vet.account, "UnlinkedAccount"),
        (world.owner.account, "UnlinkedAccount"),
        (waiting.account, "Account"),
        (world.owner.account, "Account"),
        (world.vet.account, "Account"),
    ):
        answer = await program.ask(world.receptionist.viewer, WHO_IS_WAITING, id=id_of(account, kind))
        assert answer.data == {"node": None}, (account.email, kind)
    own = id_of(world.receptionist.account, "Account")
    found = (await program.ask(world.receptionist.viewer, WHO_IS_WAITING, id=own)).data["node"]
    assert found == {"id": own, "sessions": [{"id": session_of(world.receptionist)}]}


async def test_a_session_that_has_ended_or_expired_is_not_among_the_devices(database):
    world = await a_world()
    account, program = world.vet.account, Program()
    day = timedelta(days=1)
    await Session.create(account_id=account.id, created_at=NOW - 90 * day, expires_at=NOW)
    await Session.create(account_id=account.id, created_at=NOW - day, expires_at=NOW + day, revoked_at=NOW)
    late = await Session.create(account_id=account.id, created_at=NOW - 89 * day, expires_at=NOW + timedelta(seconds=1))
    for document, shown in (
        ("{ viewer { account { sessions { id } } } }", lambda data: data["viewer"]["account"]),
        (f'{{ node(id: "{id_of(account)}") {{ ... on Account {{ sessions {{ id }} }} }} }}', lambda data: data["node"]),
    ):
        answer = await program.ask(world.vet.viewer, document)
        assert {session["id"] for session in shown(answer.data)["sessions"]} == {
            session_of(world.vet),
            id_of(late),
        }


WHO_DOES_WHAT = """{ services { name staff { id displayName } rooms { id name location { name } } } }"""
WHAT_SHE_DOES = """query ($id: ID!) { node(id: $id) { ... on Staff { services { name rooms { name } } } } }"""


async def test_services_staff_and_rooms_name_each_other_with_one_statement_a_level(database):
    world = await a_world()
    program, counts = Program(), []
    for more in (0, 5):
        for number in range(more):
            await a_service(f"Service {number}")
            await a_vet()
            await a_room()
        answer = await program.ask(world.receptionist.viewer, WHO_DOES_WHAT)
        service = next(each for each in answer.data["services"] if each["name"] == world.service.name)
        assert (len(service["staff"]), len(service["rooms"])) == (1 + more, 1 + more)
        assert {"id": id_of(world.vet.staff), "displayName": world.vet.staff.display_name} in service["staff"]
        place = {"name": world.location.name}
        assert {"id": id_of(world.room), "name": world.room.name, "location": place} in service["rooms"]
        one = await program.ask(world.receptionist.viewer, WHAT_SHE_DOES, id=id_of(world.vet.staff))
        done = {each["name"]: each["rooms"] for each in one.data["node"]["services"]}
        assert len(done) == 1 + more
        assert {"name": world.room.name} in done[world.service.name]
        counts.append((answer.statements.count, one.statements.count))
    assert counts[0] == counts[1]


async def test_an_owner_sees_of_a_service_neither_staff_nor_rooms(database):
    world = await a_world()
    for edge in ("staff", "rooms"):
        answer = await Program().ask(world.owner.viewer, f"{{ services {{ {edge} {{ id }} }} }}")
        assert [error["message"] for error in answer.body["errors"]] == [
            f"Cannot query field '{edge}' on type 'Service'."
        ]


async def test_the_closures_of_a_location_are_found_soonest_first(database):
    here, there = await a_location(), await a_location("Hill")
    manager, vet, program = await a_manager(), await a_vet(location=here), Program()

    async def exception(hours, **about):
        starts_at = NOW + hours * AN_HOUR
        return await HoursException.create(starts_at=starts_at, ends_at=starts_at + AN_HOUR, reason="", **about)

    late = await exception(9, location_id=here.id)
    away = await exception(3, location_id=here.id, staff_id=vet.id)
    await exception(1, location_id=there.id)
    await exception(2, staff_id=vet.id)
    document = "{ locations { name exceptions { id startsAt staff { displayName } } } }"
    found = {
        each["name"]: each["exceptions"] for each in (await program.ask(manager.viewer, document)).data["locations"]
    }
    assert [(each["id"], each["staff"]) for each in found[here.name]] == [
        (id_of(away), {"displayName": vet.staff.display_name}),
        (id_of(late), None),
    ]
    assert len(found["Hill"]) == 1


async def test_who_can_do_a_service_is_listed_by_name(database):
    world = await a_world()
    for name in ("Zoe Ahrens", "Ben Castro"):
        await a_vet(name)
    document = "{ services { staff { displayName familyName } rooms { name } } staff { services { name } } }"
    data = (await Program().ask(world.manager.viewer, document)).data
    (service,) = data["services"]
    names = [f"{one['familyName']}" for one in service["staff"]]
    assert len(names) == 3
    assert names == sorted(names)
    assert {"name": world.service.name} in [one for member in data["staff"] for one in member["services"]]
