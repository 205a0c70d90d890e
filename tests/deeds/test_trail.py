"""The trail is read in order, and a place in it is found again, or said to be lost."""

import base64
import sqlite3
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

import asyncpg
import pytest
from tortoise.transactions import in_transaction

from models import EventKind
from models.period import Period
from models.refusal import InvalidInput, ResyncRequired
from models.row import uuid7
from resolvers import events, trail
from resolvers.events import Happening
from resolvers.viewer import Viewer
from tests.doorkeeper import VAULT
from tests.world import AN_HOUR, NOW
from vetdesk.database import counted
from vetdesk.vault import SecretVault

pytestmark = pytest.mark.anyio

SYSTEM = Viewer.system("test")
KEEP = timedelta(hours=72)
BOOKED, MOVED = EventKind.APPOINTMENT_BOOKED, EventKind.APPOINTMENT_MOVED
HERE, THERE = uuid7(), uuid7()


async def happens(kind=EventKind.PET_AMENDED, location_id=None, *, now=NOW, **more):
    """One event, of something new; what it is about."""
    subject_id = more.pop("subject_id", None) or uuid7()
    async with in_transaction():
        await events.record(SYSTEM, Happening(kind, subject_id, location_id, **more), now=now)
    return subject_id


async def numbers(after=0, *, most=100, **asked):
    return [happened.number for happened in await trail.since(after, most=most, **asked)]


async def the_cursor():
    """The place where the trail stands now, as a client keeps it."""
    return trail.cursor(await trail.latest(), VAULT)


async def resumed(text, *, now=NOW):
    return await trail.resumed(text, vault=VAULT, keep=KEEP, now=now)


def made_up(plain):
    """A text that looks like a cursor."""
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def plain(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()


async def restore_the_backup_made_after(number, database):
    """What an operator does: everything after that event is as if it had never been."""
    statements = f"DELETE FROM event WHERE number > {number}", f"UPDATE event_counter SET last_number = {number}"
    if database.dialect == "sqlite":
        file = sqlite3.connect(database.url.removeprefix("sqlite:///"), isolation_level=None)
        for statement in statements:
            file.execute(statement)
        file.close()
        return
    connection = await asyncpg.connect(database.url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


# Reading


async def test_what_happened_is_told_in_order_with_its_periods_and_without_who_did_it(database):
    old, new = Period(NOW, NOW + AN_HOUR), Period(NOW + AN_HOUR, NOW + 2 * AN_HOUR)
    rex = await happens(BOOKED, HERE, new=old)
    await happens(MOVED, HERE, old=old, new=new, now=NOW + AN_HOUR, subject_id=rex)
    luna = await happens(EventKind.PET_AMENDED, now=NOW)
    told = await trail.since(0, most=100)
    assert [
        (each.number, each.kind, each.at, each.subject_id, each.location_id, each.old, each.new) for each in told
    ] == [
        (1, BOOKED, NOW, rex, HERE, None, old),
        (2, MOVED, NOW + AN_HOUR, rex, HERE, old, new),
        (3, EventKind.PET_AMENDED, NOW, luna, None, None, None),
    ]
    assert not hasattr(told[0], "account_id")


async def test_the_trail_is_read_on_from_a_number_up_to_another_and_no_more_than_asked_for(database):
    for number in range(5):
        await happens(subject_id=UUID(int=9 - number))
    assert await numbers(0) == [1, 2, 3, 4, 5]
    assert await numbers(2) == [3, 4, 5]
    assert await numbers(1, most=2) == [2, 3]
    assert await numbers(1, until=3) == [2, 3]
    assert await numbers(1, until=4, most=2) == [2, 3]
    assert await numbers(3, until=3) == await numbers(5) == await numbers(99) == []


async def test_some_kinds_and_one_location_are_read_alone(database):
    for kind, place in ((BOOKED, HERE), (MOVED, HERE), (BOOKED, THERE), (BOOKED, None), (EventKind.PET_DIED, HERE)):
        await happens(kind, place)
    assert await numbers(kinds={BOOKED}) == [1, 3, 4]
    assert await numbers(kinds={BOOKED, MOVED}) == [1, 2, 3, 4]
    assert await numbers(location_id=HERE) == [1, 2, 5]
    assert await numbers(kinds={BOOKED}, location_id=HERE) == [1]
    assert await numbers(1, kinds={BOOKED, MOVED}, location_id=HERE, until=5, most=1) == [2]
    assert await numbers(location_id=uuid7()) == await numbers(kinds={EventKind.SIGNED_IN}) == []


async def test_a_deed_that_is_undone_leaves_no_gap(database):
    await happens()
    async with in_transaction() as deed:
        await events.record(SYSTEM, Happening(BOOKED, uuid7()), now=NOW)
        await deed.rollback()
    assert (await trail.latest()).number == 1
    await happens(MOVED)
    assert [(each.number, each.kind) for each in await trail.since(0, most=9)][1:] == [(2, MOVED)]


async def test_an_empty_trail_stands_at_its_beginning_and_can_be_taken_up_from_there(database):
    assert (await trail.latest()).number == 0
    assert await numbers() == []
    cursor = await the_cursor()
    assert await resumed(cursor) == 0
    await happens()
    assert await resumed(cursor) == 0
    assert await numbers(await resumed(cursor)) == [1]


# Cursors


async def test_whoever_has_the_cursor_of_an_event_goes_on_right_after_it(database):
    for _ in range(3):
        await happens()
    told = await trail.since(0, most=9)
    cursors = [trail.cursor(each.place, VAULT) for each in told]
    assert len(set(cursors)) == 3
    with counted() as statements:
        assert [await resumed(cursor) for cursor in cursors] == [1, 2, 3]
    assert statements.count == 3
    assert await the_cursor() == cursors[-1]
    assert await numbers(await resumed(cursors[1])) == [3]


async def test_a_cursor_says_nothing_of_what_it_points_at_and_fits_into_an_address(database):
    subject_id = await happens(BOOKED, HERE)
    place = await trail.latest()
    cursor = trail.cursor(place, VAULT)
    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert len(cursor) == 46
    for secret in (str(subject_id), subject_id.hex, BOOKED.value, place.identity.partition("/")[0]):
        assert secret not in plain(cursor)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1",
        "\x00",
        "\ud800",
        "ä🐶",
        "====",
        "AAAA",
        "not a cursor at all",
        "x" * 101,
        "A" * 10**6,
        made_up("1"),
        made_up("1."),
        made_up(".".join("1" * 3)),
        made_up(f"1.{'0' * 31}"),
        made_up(f"1.{'0' * 33}"),
        made_up(f"-1.{'0' * 32}"),
        made_up(f"+1.{'0' * 32}"),
        made_up(f" 1.{'0' * 32}"),
        made_up(f"1_0.{'0' * 32}"),
        made_up(f"1e3.{'0' * 32}"),
        made_up(f".{'0' * 32}"),
        made_up(f"{'9' * 19}.{'0' * 32}"),
        made_up(f"¹.{'0' * 32}"),
        made_up(f"\u0661.{'0' * 32}"),  # an Arabic one
    ],
)
async def test_what_is_no_cursor_is_said_to_be_none_and_nobody_looks_for_it(database, text):
    await happens()
    with counted() as statements, pytest.raises(InvalidInput) as refused:
        await resumed(text)
    assert refused.value.path == ("after",)
    assert statements.count == 0


async def test_a_cursor_that_was_cut_short_anywhere_or_made_longer_takes_nobody_up(database):
    await happens()
    cursor = await the_cursor()
    for length in range(len(cursor)):
        with pytest.raises(InvalidInput):
            await resumed(cursor[:length])
    with pytest.raises(InvalidInput):
        await resumed(cursor + "!" * 100)
    assert await resumed(cursor) == 1


async def test_a_cursor_that_was_changed_anywhere_takes_nobody_up(database):
    for _ in range(2):
        await happens()
    cursor = await the_cursor()
    for position, digit in enumerate(cursor):
        other = "A" if digit != "A" else "B"
        if position == len(cursor) - 1:  # the last digit holds two bits that mean nothing
            continue
        with pytest.raises((InvalidInput, ResyncRequired)):
            await resumed(cursor[:position] + other + cursor[position + 1 :])


async def test_a_cursor_of_another_event_practice_or_secret_is_not_ours(database):
    for _ in range(3):
        await happens()
    number, signature = plain(await the_cursor()).split(".")
    elsewhere = SecretVault("the secret of another practice, long enough")
    foreign = [
        trail.cursor(await trail.latest(), elsewhere),
        trail.cursor(trail.Place(3, "another identity"), VAULT),
        *(made_up(f"{other}.{signature}") for other in ("0", "1", "2", "4", "9" * 18)),
        made_up(f"{number}.{'0' * 32}"),
        made_up(f"{number}.{'?' * 32}"),
    ]
    for cursor in foreign:
        with counted() as statements, pytest.raises(ResyncRequired) as refused:
            await resumed(cursor)
        assert refused.value.path == ("after",)
        assert statements.count == 1
    assert await resumed(made_up(f"{number}.{signature}")) == 3


async def test_who_has_missed_something_that_is_older_than_is_kept_loads_everything_again(database):
    beginning = await the_cursor()
    await happens(now=NOW)
    first = await the_cursor()
    await happens(now=NOW + AN_HOUR)
    second = await the_cursor()
    await happens(now=NOW + 2 * AN_HOUR)

    assert await resumed(beginning, now=NOW + KEEP) == 0
    assert await resumed(first, now=NOW + AN_HOUR + KEEP) == 1
    moment = timedelta(microseconds=1)
    for cursor, now in ((beginning, NOW), (first, NOW + AN_HOUR), (second, NOW + 2 * AN_HOUR)):
        with pytest.raises(ResyncRequired) as refused:
            await resumed(cursor, now=now + KEEP + moment)
        assert refused.value.path == ("after",)


async def test_where_nothing_has_happened_for_a_week_nobody_is_told_to_load_it_all_again_and_again(database):
    await happens(now=NOW)
    cursor = await the_cursor()
    assert await resumed(cursor, now=NOW + timedelta(days=7)) == 1
    await happens(now=NOW + timedelta(days=7))
    assert await numbers(await resumed(cursor, now=NOW + timedelta(days=7))) == [2]


async def test_who_has_missed_too_much_loads_everything_again(database, monkeypatch):
    assert trail.MOST_RESUMED == 10_000
    monkeypatch.setattr(trail, "MOST_RESUMED", 3)
    beginning = await the_cursor()
    for _ in range(3):
        await happens()
    first = trail.cursor((await trail.since(0, most=1))[0].place, VAULT)
    assert await resumed(beginning) == 0
    await happens()
    with pytest.raises(ResyncRequired):
        await resumed(beginning)
    assert await resumed(first) == 1


async def test_after_an_older_backup_was_restored_only_cursors_from_before_it_are_good(database):
    cursors = [await the_cursor()]
    for _ in range(5):
        await happens()
        cursors.append(await the_cursor())
    await restore_the_backup_made_after(3, database)
    for cursor in cursors[4:]:  # of events that are not there
        with pytest.raises(ResyncRequired):
            await resumed(cursor)
    for _ in range(3):
        await happens()
    for cursor in cursors[4:]:  # their numbers belong to others by now
        with pytest.raises(ResyncRequired):
            await resumed(cursor)
    assert [await resumed(cursor) for cursor in cursors[:4]] == [0, 1, 2, 3]
    assert await numbers(await resumed(cursors[3])) == [4, 5, 6]
    assert await resumed(await the_cursor()) == 6


async def test_an_event_of_a_kind_that_only_a_newer_version_knows_is_read_and_counted(database):
    for kind in (EventKind.PET_AMENDED, SimpleNamespace(value="STOCK_COUNTED"), EventKind.PET_AMENDED):
        await happens(kind)
    found = await trail.since(0, most=10)
    assert [(each.number, each.kind is None) for each in found] == [(1, False), (2, True), (3, False)]
