"""Saying through the contract when the staff work, and when they do not."""

from __future__ import annotations

from functools import partial

from models import WorkingHours
from tests.api.deed import done, refused
from tests.doors import Program, id_of
from tests.world import AN_HOUR, NOW, a_location, a_manager, a_vet

HOURS = "workingHours { weekday from until startsOn endsOn staff { displayName } location { name } }"
EXCEPTION = "exception { startsAt endsAt reason staff { displayName } location { name } }"
A_STRETCH = {"weekday": 1, "from": "08:00", "until": "12:00"}
STRANGE = "💥"


async def test_a_manager_says_when_a_vet_works_and_ends_it(database):
    location, manager, program = await a_location(), await a_manager(), Program()
    vet = await a_vet(weekdays=())
    added = await done(
        program,
        manager.viewer,
        "addWorkingHours",
        f"WorkingHoursAdded {{ {HOURS} }}",
        staffId=id_of(vet.staff),
        locationId=id_of(location),
        stretch=A_STRETCH,
        startsOn="2026-03-01",
    )
    hours = added["workingHours"]
    assert hours == {
        "weekday": 1,
        "from": "08:00",
        "until": "12:00",
        "startsOn": "2026-03-01",
        "endsOn": None,
        "staff": {"displayName": vet.staff.display_name},
        "location": {"name": location.name},
    }
    hours_id = id_of(await WorkingHours.get())
    amend = partial(
        done,
        program,
        manager.viewer,
        "amendWorkingHours",
        f"WorkingHoursAmended {{ {HOURS} }}",
        workingHoursId=hours_id,
    )
    ending = await amend(endsOn="2026-06-01", idempotencyKey="end")
    assert ending["workingHours"] == hours | {"endsOn": "2026-06-01"}
    moved = await amend(stretch=A_STRETCH | {"weekday": 3}, startsOn="2026-04-01", idempotencyKey="move")
    assert moved["workingHours"] == hours | {"endsOn": "2026-06-01", "weekday": 3, "startsOn": "2026-04-01"}
    going_on = await amend(endsOn=None, idempotencyKey="on")
    assert going_on["workingHours"] == hours | {"weekday": 3, "startsOn": "2026-04-01"}


async def test_hours_that_make_no_sense_are_refused_with_the_input_at_fault(database):
    location, manager, program = await a_location(), await a_manager(), Program()
    vet = await a_vet(weekdays=(2,))
    hours_id = id_of(await WorkingHours.get())
    sound = {
        "staffId": id_of(vet.staff),
        "locationId": id_of(location),
        "stretch": A_STRETCH,
        "startsOn": "2026-03-01",
    }
    add = partial(refused, program, manager.viewer, "addWorkingHours", "WorkingHoursAdded { workingHours { id } }")
    amend = partial(
        refused, program, manager.viewer, "amendWorkingHours", "WorkingHoursAmended { workingHours { id } }"
    )
    for wrong, path in (
        ({"stretch": A_STRETCH | {"weekday": 0}}, ["stretch", "weekday"]),
        ({"stretch": A_STRETCH | {"until": "08:00"}}, ["stretch", "until"]),
        ({"startsOn": "0001-01-01"}, ["startsOn"]),
        ({"endsOn": "2020-01-01"}, ["endsOn"]),
    ):
        assert await add(**sound | wrong) == ("InvalidInput", path)
        assert await amend(workingHoursId=hours_id, **wrong) == ("InvalidInput", path)
    for name in ("stretch", "startsOn"):
        given = {"workingHoursId": hours_id, name: None}
        assert await amend(**given) == ("InvalidInput", [name])
    assert await add(**sound | {"staffId": STRANGE}) == ("NotFound", ["staffId"])
    assert await add(**sound | {"locationId": STRANGE}) == ("NotFound", ["locationId"])
    assert await amend(workingHoursId=id_of(location), startsOn="2026-03-01") == ("NotFound", ["workingHoursId"])


async def test_a_manager_closes_a_location_and_sends_a_vet_away(database):
    location, manager, vet, program = await a_location(), await a_manager(), await a_vet(), Program()
    add = partial(
        done, program, manager.viewer, "addException", f"ExceptionAdded {{ {EXCEPTION} id: exception {{ id }} }}"
    )
    period = {"startsAt": "2026-03-09T08:00:00+01:00", "endsAt": "2026-03-10T08:00:00+01:00"}
    closed = await add(**period, locationId=id_of(location), reason="Painters", idempotencyKey="closed")
    assert closed["exception"] == {
        "startsAt": "2026-03-09T07:00:00Z",
        "endsAt": "2026-03-10T07:00:00Z",
        "reason": "Painters",
        "staff": None,
        "location": {"name": location.name},
    }
    away = await add(**period, staffId=id_of(vet.staff), idempotencyKey="away")
    assert (away["exception"]["staff"], away["exception"]["location"]) == (
        {"displayName": vet.staff.display_name},
        None,
    )
    amend = partial(
        done,
        program,
        manager.viewer,
        "amendException",
        f"ExceptionAmended {{ {EXCEPTION} }}",
        exceptionId=closed["id"]["id"],
    )
    longer = await amend(endsAt="2026-03-11T07:00:00Z", idempotencyKey="longer")
    assert longer["exception"] == closed["exception"] | {"endsAt": "2026-03-11T07:00:00Z"}
    silent = await amend(reason=None, idempotencyKey="silent")
    assert silent["exception"] == longer["exception"] | {"reason": ""}


async def test_an_exception_about_nothing_is_refused_with_the_input_at_fault(database):
    location, manager, program = await a_location(), await a_manager(), Program()
    made = "{ exception { id } }"
    add = partial(refused, program, manager.viewer, "addException", f"ExceptionAdded {made}")
    period = {"startsAt": NOW.isoformat(), "endsAt": (NOW + AN_HOUR).isoformat()}
    assert await add(**period) == ("InvalidInput", ["locationId"])
    assert await add(**period, locationId=STRANGE) == ("NotFound", ["locationId"])
    assert await add(**period, staffId=STRANGE) == ("NotFound", ["staffId"])
    backwards = {"startsAt": period["endsAt"], "endsAt": period["startsAt"]}
    assert await add(**backwards, locationId=id_of(location)) == ("InvalidInput", ["endsAt"])
    assert await add(**period, locationId=id_of(location), reason="x" * 501) == ("InvalidInput", ["reason"])
    kept = await done(
        program,
        manager.viewer,
        "addException",
        f"ExceptionAdded {made}",
        **period,
        locationId=id_of(location),
    )
    amend = partial(refused, program, manager.viewer, "amendException", f"ExceptionAmended {made}")
    assert await amend(exceptionId=STRANGE, reason="Nothing") == ("NotFound", ["exceptionId"])
    for name in ("startsAt", "endsAt"):
        given = {"exceptionId": kept["exception"]["id"], name: None}
        assert await amend(**given) == ("InvalidInput", [name])
