"""Fan-out: who would be answered the same shares one read and one answer; owners never do."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

from graphql import GraphQLObjectType, get_named_type

from graph.reading.shape import BODY, RECORDS, SHAPES
from graph.schema import schema
from graph.types.pet import Pet
from graph.views import view_of
from models import Role
from resolvers import access, appointments, ownerships
from resolvers.viewer import Audience
from tests.api.pads import MINE, WATCH, a_day, moved, noted, screens
from tests.doors import id_of
from tests.typed import until
from tests.world import EVERY_RIGHT, NOW, a_location, a_member, a_receptionist, an_owner

TOO_MUCH = """subscription Watch($location: ID!, $day: Date!) { scheduleChanged(locationId: $location, from: $day, to: $day) {
  appointment { pet { a: appointments(first: 100) { nodes { vet { id } client { id } service { id } } }
                      b: appointments(first: 100) { nodes { vet { id } client { id } service { id } } } } } } }"""


async def test_fifty_day_sheets_of_reception_cost_one_read_and_get_one_answer(database):
    world, visit, seen = await a_day(database)
    ines = await a_receptionist("Rosa Klein")
    async with screens(database) as made:
        pads = [await made.watch(who.viewer, WATCH, **seen) for who in (world.receptionist, ines) * 25]
        (group,) = made.heard.hub._groups.values()
        assert len(group.listeners) == 50
        reads = noted(made.heard.hub)
        await moved(world, visit, 60)
        await made.settled()
        assert len(reads) == 1
        assert {id(pad.texts[0]) for pad in pads} == {id(pads[0].texts[0])}
        assert pads[0].changes == [
            {
                "kind": "MOVED",
                "appointment": {
                    "status": "BOOKED",
                    "vet": {"displayName": world.vet.staff.display_name, "email": None},
                    "pet": {"name": "Rex"},
                },
            }
        ]


async def test_who_holds_other_roles_is_answered_by_a_read_of_their_own(database):
    world, visit, seen = await a_day(database)
    async with screens(database) as made:
        desk, boss = [await made.watch(who.viewer, WATCH, **seen) for who in (world.receptionist, world.manager)]
        assert len(made.heard.hub._groups) == 2
        await moved(world, visit, 60)
        await made.settled()
        # Only a manager sees the e-mail addresses of the staff.
        assert [pad.changes[0]["appointment"]["vet"]["email"] for pad in (desk, boss)] == [
            None,
            world.vet.account.email,
        ]


async def test_the_same_role_held_elsewhere_is_not_the_same(database):
    world, _, seen = await a_day(database)
    elsewhere = await a_member("Ada Weber", Role.RECEPTIONIST, at=None)
    async with screens(database) as made:
        for who in (world.receptionist, elsewhere):
            await made.watch(who.viewer, WATCH, **seen)
        assert len(made.heard.hub._groups) == 2


async def test_whoever_comes_back_with_a_cursor_joins_those_who_were_there_all_the_time(database):
    world, visit, seen = await a_day(database)
    async with screens(database) as made:
        stayed = await made.watch(world.receptionist.viewer, WATCH.replace("kind", "kind cursor"), **seen)
        for minutes in (60, 120, 180):
            await moved(world, visit, minutes)
        await made.settled()
        cursor = stayed.changes[0]["cursor"]
        back = await made.watch(world.receptionist.viewer, WATCH.replace("kind", "kind cursor"), **seen, after=cursor)
        (group,) = made.heard.hub._groups.values()
        await until(lambda: len(group.listeners) == 2)
        await moved(world, visit, 240)
        await made.settled()
        assert back.changes == stayed.changes[1:]
        assert back.texts[-1] is stayed.texts[-1]


async def test_who_asks_for_another_page_of_something_is_not_answered_with_this_one(database):
    world, _, seen = await a_day(database)
    document = """subscription W($location: ID!, $day: Date!, $cut: String) {
      scheduleChanged(locationId: $location, from: $day, to: $day) { appointment { pet { ...P } } } }
      fragment P on Pet { name appointments(first: 1, after: $cut) { nodes { id } } }"""
    async with screens(database) as made:
        for cut in (None, "a"):
            await made.watch(world.receptionist.viewer, document, **seen, cut=cut)
        assert len(made.heard.hub._groups) == 2


async def test_another_trail_makes_everybody_load_again_and_what_was_waiting_is_told_to_nobody(database):
    world, visit, seen = await a_day(database)
    async with screens(database) as made:
        pads = [await made.watch(world.receptionist.viewer, WATCH, **seen) for _ in range(2)]
        await moved(world, visit, 60)
        (group,) = made.heard.hub._groups.values()
        await made.heard.feed._look()
        made.heard.hub.start_again()
        await made.watch(world.receptionist.viewer, WATCH, **seen)
        await made.settled()
        assert (group.listeners, [pad.failed for pad in pads], [pad.texts for pad in pads]) == (
            set(),
            [["resync"]] * 2,
            [[]] * 2,
        )


async def test_no_two_phones_of_an_owner_share_anything(database):
    world, visit, _ = await a_day(database)
    async with screens(database) as made:
        pads = [await made.watch(world.owner.viewer, MINE) for _ in range(2)]
        assert len(made.heard.hub._groups) == 2
        await moved(world, visit, 60)
        await made.settled()
        assert pads[0].texts == pads[1].texts
        assert pads[0].texts[0] is not pads[1].texts[0]


async def test_however_much_one_account_watches_the_reads_of_the_others_do_not_wait_for_it(database):
    world, visit, seen = await a_day(database)
    async with screens(database) as made:
        hers = [await made.watch(world.owner.viewer, MINE) for _ in range(20)]
        desk = await made.watch(world.receptionist.viewer, WATCH, **seen)
        let_go, at_work = asyncio.Event(), 0
        for group in made.heard.hub._groups.values():
            (listener,) = group.listeners
            if listener.watch.client_id is not None:

                async def stuck(viewer, happened, shown=listener.watch.shown):
                    nonlocal at_work
                    at_work += 1
                    await let_go.wait()
                    return await shown(viewer, happened)

                object.__setattr__(listener.watching, "watch", replace(listener.watch, shown=stuck))
        await moved(world, visit, 60)
        await made.heard.feed._look()
        await until(lambda: desk.texts)
        assert (at_work, sum(len(pad.texts) for pad in hers)) == (1, 0)
        let_go.set()
        await made.settled()
        assert [len(pad.texts) for pad in hers] == [1] * 20


async def test_an_event_costs_an_owner_whom_it_does_not_concern_no_read(database):
    world, visit, _ = await a_day(database)
    async with screens(database) as made:
        strangers = [await made.watch((await an_owner()).viewer, MINE) for _ in range(5)]
        hers = await made.watch(world.owner.viewer, MINE)
        reads = noted(made.heard.hub)
        await moved(world, visit, 60)
        await made.settled()
        assert (len(reads), len(hers.texts), [pad.texts for pad in strangers]) == (1, 1, [[]] * 5)


async def test_an_owner_loads_again_when_a_pet_becomes_hers_or_stops_being_hers_and_nobody_else_does(database):
    world, visit, _ = await a_day(database)
    nina, amira = await an_owner(), await an_owner()
    vera, hers = world.vet.viewer, {world.owner.client.id: 100}
    async with screens(database) as made:

        async def all_watch():
            return [await made.watch(owner.viewer, MINE) for owner in (world.owner, nina, amira)]

        pads = await all_watch()
        both = {**hers, nina.client.id: 0}
        added = await ownerships.add(vera, world.pet.id, nina.client.id, EVERY_RIGHT, both, key="add", now=NOW)
        await made.settled()
        assert [pad.failed for pad in pads] == [[], ["resync"], []]
        pads = await all_watch()
        await ownerships.end(vera, added, hers, key="end", now=NOW)
        await moved(world, visit, 60)
        await made.settled()
        assert [pad.failed for pad in pads] == [[], ["resync"], []]
        assert [len(pad.texts) for pad in pads] == [1, 0, 0]


async def test_the_slow_are_told_to_load_again_and_the_others_go_on(database):
    world, visit, seen = await a_day(database)
    async with screens(database) as made:
        slow, quick = [await made.watch(world.receptionist.viewer, WATCH, **seen) for _ in range(2)]
        slow.takes_more = False
        for minutes in (60, 120):
            await moved(world, visit, minutes)
        await made.settled()
        assert (len(slow.texts), slow.failed) == (1, ["resync"])
        assert (len(quick.texts), quick.failed) == (2, [])


async def test_a_visit_that_leaves_the_day_comes_once_more_as_null_and_then_not_until_it_is_back(database):
    world, visit, seen = await a_day(database)
    async with screens(database) as made:
        pad = await made.watch(world.receptionist.viewer, WATCH, **seen)
        heard = []
        for minutes in (24 * 60, 25 * 60, 120):
            await moved(world, visit, minutes)
            await made.settled()
            heard.append([each["appointment"] and each["appointment"]["status"] for each in pad.changes])
        assert heard == [[None], [None], [None, "BOOKED"]]


async def test_a_change_elsewhere_and_on_another_day_is_not_told(database):
    world, visit, seen = await a_day(database)
    async with screens(database) as made:
        later = await made.watch(world.receptionist.viewer, WATCH, **{**seen, "day": "2026-03-04"})
        place = await a_location("Harbour")
        there = await made.watch(world.receptionist.viewer, WATCH, **{**seen, "location": id_of(place)})
        await moved(world, visit, 60)
        await appointments.confirm(world.receptionist.viewer, visit.id, key="confirm", now=NOW)
        await made.settled()
        assert (later.texts, there.texts) == ([], [])


async def test_what_cannot_be_watched_is_refused_in_words(database):
    world, _, seen = await a_day(database)
    desk = world.receptionist.viewer
    window = WATCH.replace("from: $day, to: $day", 'from: $day, to: "2026-03-01"')
    always = WATCH.replace("from: $day, to: $day", 'from: $day, to: "9999-12-31"')
    async with screens(database) as made:
        refused = [
            await made.watch(desk, WATCH, **{**seen, "location": id_of(world.pet)}),
            await made.watch(desk, WATCH, **{**seen, "location": "nonsense"}),
            await made.watch(desk, window, **seen),
            await made.watch(desk, always, **seen),
            await made.watch(desk, WATCH, **seen, after="nonsense"),
            await made.watch(desk, WATCH, **seen, after="x" * 5000),
            await made.watch(desk, WATCH, location=seen["location"]),
            await made.watch(desk, MINE),
            await made.watch(desk, TOO_MUCH, **seen),
            await made.watch(world.owner.viewer, WATCH, **seen),
        ]
        assert made.heard.hub._groups == {}
    assert [pad.failed for pad in refused] == [
        ["NOT_FOUND"],
        ["NOT_FOUND"],
        ["INVALID_INPUT"],
        ["INVALID_INPUT"],
        ["INVALID_INPUT"],
        ["INVALID_INPUT"],
        ["BAD_INPUT"],
        ["BAD_INPUT"],
        ["LIMIT_EXCEEDED"],
        ["BAD_INPUT"],
    ]


async def test_the_cursor_of_a_day_sheet_brings_whatever_happened_since(database):
    world, visit, seen = await a_day(database)
    document = "query D($location: ID!, $day: Date!) { day(locationId: $location, on: $day) { %s } changesCursor }"
    async with screens(database) as made:
        answers = [await made.program.ask(world.receptionist.viewer, document % "cursor", **seen)]
        # Directly, or by a fragment.
        fragment = document % "...Sheet" + " fragment Sheet on DaySheet { cursor }"
        answers.append(await made.program.ask(world.receptionist.viewer, fragment, **seen))
        cursors = {answer.data["day"]["cursor"] for answer in answers} | {
            each.data["changesCursor"] for each in answers
        }
        assert len(cursors) == 1
        await moved(world, visit, 60)
        pad = await made.watch(world.receptionist.viewer, WATCH, **seen, after=cursors.pop())
        await made.settled()
        assert [each["kind"] for each in pad.changes] == ["MOVED"]


def test_nothing_that_is_shared_is_anybodys_own():
    # A shared answer is read as nobody in particular, so a row that only its own person sees would be missing in it.
    root = view_of(schema, Audience.STAFF).graphql.subscription_type
    assert root is not None
    models_of = {each.__strawberry_definition__.name: model for each, model in SHAPES.items()}  # type: ignore[attr-defined]
    seen: set[str] = set()
    waiting = [get_named_type(field.type) for field in root.fields.values()]
    while waiting:
        kind = waiting.pop()
        if kind.name not in seen and isinstance(kind, GraphQLObjectType):
            seen.add(kind.name)
            waiting += [get_named_type(field.type) for field in kind.fields.values()]
    rules = {name: access.ROWS[models_of[name]] for name in seen if name in models_of}
    assert {"Appointment", "Client", "Pet", "Staff"} <= set(rules)
    assert [
        name for name, rule in rules.items() if re.search(r"{(account|client|staff)}", rule.staff + rule.reception)
    ] == []


async def test_whoever_is_pushed_something_of_a_record_has_read_it_also_where_one_read_was_for_all(
    database, monkeypatch
):
    name = schema._schema.type_map["Pet"].fields["name"].extensions["strawberry-definition"]  # type: ignore[attr-defined]
    monkeypatch.setattr(name, "metadata", {**name.metadata, BODY: True})
    monkeypatch.setitem(RECORDS, Pet, "id")
    world, visit, seen = await a_day(database)
    ines, told = await a_receptionist("Rosa Klein"), []
    async with screens(database) as made:
        for desk in made.desks.values():
            desk.operations._record_read = lambda viewer, pets, operation: told.append(
                (viewer.account_id, pets, operation)
            )
        for who in (world.receptionist, ines):
            await made.watch(who.viewer, WATCH, **seen)
        mine = await made.watch(world.owner.viewer, MINE)
        reads = noted(made.heard.hub)
        assert told == []
        await moved(world, visit, 60)
        await made.settled()
        assert len(reads) == 2  # one for both of the desk, one for the owner
        assert len(mine.changes) == 1
    assert sorted(told, key=str) == sorted(
        [
            (world.receptionist.account.id, {world.pet.id}, "Watch"),
            (ines.account.id, {world.pet.id}, "Watch"),
            (world.owner.account.id, {world.pet.id}, None),
        ],
        key=str,
    )
