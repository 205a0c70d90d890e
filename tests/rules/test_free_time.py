"""Free times: opening hours and working hours, without exceptions and what is busy."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.free_time import Diary, Needs, WeeklyHours, is_on_the_grid
from models.period import Period, today_in

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 3, 2)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
VERA, TOM = UUID(int=1), UUID(int=2)
ROOM, OTHER_ROOM = UUID(int=11), UUID(int=12)
HALF_AN_HOUR = Needs(timedelta(minutes=30), timedelta(), timedelta())
BUFFERED = Needs(timedelta(minutes=30), timedelta(minutes=10), timedelta(minutes=15))


def weekly(weekday, starts, ends, **dates):
    return WeeklyHours(weekday, starts * 60, ends * 60, **dates)


def at(text, until=None):
    """The period of that wall-clock time in Berlin: half an hour, unless an end is named."""
    starts_at = _instant(text)
    return Period(starts_at, _instant(until) if until else starts_at + HALF_AN_HOUR.lasts)


def _instant(text):
    return datetime.fromisoformat(f"{MONDAY}T{text}").replace(tzinfo=BERLIN).astimezone(UTC)


def a_diary(**more):
    """Open and staffed by Vera on Mondays from 9 to 11, with one room."""
    usual: dict[str, Any] = {
        "clock": BERLIN,
        "opening": [weekly(1, 9, 11)],
        "closed": [],
        "working": {VERA: [weekly(1, 8, 12)]},
        "away": {},
        "vets_busy": {},
        "rooms_busy": {ROOM: []},
        "pet_busy": [],
    }
    return Diary(**usual | more)


def starts(diary, needs=HALF_AN_HOUR, first=MONDAY, last=None, not_before=LONG_AGO):
    return [
        free.visit.starts_at.astimezone(BERLIN).strftime("%H:%M")
        for free in diary.free_times(first, last or first, needs, not_before=not_before)
    ]


def test_a_visit_starts_on_the_grid_while_the_location_is_open_and_the_vet_works():
    assert starts(a_diary()) == ["09:00", "09:15", "09:30", "09:45", "10:00", "10:15", "10:30"]


def test_the_last_visit_ends_when_the_location_closes():
    an_hour = Needs(timedelta(hours=1), timedelta(), timedelta())

    assert starts(a_diary(), an_hour)[-1] == "10:00"


def test_nothing_is_free_on_another_weekday():
    assert starts(a_diary(), first=date(2026, 3, 3), last=date(2026, 3, 8)) == []
    assert len(starts(a_diary(), last=date(2026, 3, 9))) == 14


def test_hours_hold_from_their_first_day_to_before_their_last():
    hours = [weekly(1, 8, 12, starts_on=date(2026, 3, 9), ends_on=date(2026, 3, 16))]

    for day, count in ((MONDAY, 0), (date(2026, 3, 9), 7), (date(2026, 3, 16), 0)):
        assert len(starts(a_diary(working={VERA: hours}), first=day)) == count


def test_hours_that_touch_are_one_stretch_and_a_gap_is_none():
    assert "09:45" in starts(a_diary(working={VERA: [weekly(1, 9, 10), weekly(1, 10, 11)]}))
    lunch = [WeeklyHours(1, 540, 585), WeeklyHours(1, 600, 660)]
    assert starts(a_diary(opening=lunch)) == ["09:00", "09:15", "10:00", "10:15", "10:30"]


def test_a_closed_location_and_a_vet_who_is_away_are_not_to_be_had():
    assert starts(a_diary(closed=[at("09:15", until="10:30")])) == ["10:30"]
    assert starts(a_diary(away={VERA: [at("09:00", until="10:30")]})) == ["10:30"]
    assert len(starts(a_diary(away={TOM: [at("09:00", until="10:30")]}))) == 7


def test_a_busy_vet_room_or_pet_is_not_to_be_had():
    busy = [at("09:30")]
    more: Any
    for more in ({"vets_busy": {VERA: busy}}, {"rooms_busy": {ROOM: busy}}, {"pet_busy": busy}):
        assert starts(a_diary(**more)) == ["09:00", "10:00", "10:15", "10:30"]


def test_buffers_count_for_vet_and_room_and_not_for_the_pet_or_the_hours():
    busy = [at("10:00", until="10:15")]

    assert starts(a_diary(), BUFFERED) == starts(a_diary())
    assert starts(a_diary(pet_busy=busy), BUFFERED) == ["09:00", "09:15", "09:30", "10:15", "10:30"]
    more: Any
    for more in ({"vets_busy": {VERA: busy}}, {"rooms_busy": {ROOM: busy}}):
        assert starts(a_diary(**more), BUFFERED) == ["09:00", "09:15", "10:30"]


def test_each_start_names_the_vets_who_are_free_then():
    diary = a_diary(working={TOM: [weekly(1, 8, 12)], VERA: [weekly(1, 10, 12)]}, vets_busy={TOM: [at("10:30")]})

    free = {
        one.visit.starts_at: one.vet_ids for one in diary.free_times(MONDAY, MONDAY, HALF_AN_HOUR, not_before=LONG_AGO)
    }

    assert free[at("09:00").starts_at] == (TOM,)
    assert free[at("10:00").starts_at] == (VERA, TOM)
    assert free[at("10:30").starts_at] == (VERA,)


def test_one_free_room_will_do_and_none_will_not():
    busy = [at("09:00", until="11:00")]

    assert len(starts(a_diary(rooms_busy={ROOM: busy, OTHER_ROOM: []}))) == 7
    assert starts(a_diary(rooms_busy={ROOM: busy, OTHER_ROOM: busy})) == []
    assert starts(a_diary(rooms_busy={})) == []
    assert a_diary(rooms_busy={OTHER_ROOM: [], ROOM: []}).rooms_free(at("09:00"), HALF_AN_HOUR) == [ROOM, OTHER_ROOM]


def test_nothing_starts_before_the_first_moment_allowed():
    assert starts(a_diary(), not_before=at("10:05").starts_at) == ["10:15", "10:30"]
    assert starts(a_diary(), not_before=at("10:15").starts_at) == ["10:15", "10:30"]


def test_a_vet_at_work_is_not_always_free():
    diary = a_diary(vets_busy={VERA: [at("09:00")]})

    assert diary.vets_working(at("09:00")) == [VERA]
    assert not diary.vet_is_free(VERA, at("09:00"), HALF_AN_HOUR)
    assert diary.vets_working(at("11:30")) == []
    assert diary.pet_is_free(at("09:00"))


# Where the clock changes

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # Sundays


def a_night_clinic():
    return a_diary(opening=[weekly(7, 0, 6)], working={VERA: [weekly(7, 1, 5)]})


def test_the_gap_hour_is_not_offered():
    free = list(a_night_clinic().free_times(SPRING, SPRING, HALF_AN_HOUR, not_before=LONG_AGO))

    assert starts(a_night_clinic(), first=SPRING) == [
        *("01:00", "01:15", "01:30", "01:45"),
        *("03:00", "03:15", "03:30", "03:45", "04:00", "04:15", "04:30"),
    ]
    assert all(one.visit.lasts == timedelta(minutes=30) for one in free)


def test_the_repeated_hour_is_offered_twice_as_two_instants():
    free = list(a_night_clinic().free_times(AUTUMN, AUTUMN, HALF_AN_HOUR, not_before=LONG_AGO))

    assert starts(a_night_clinic(), first=AUTUMN).count("02:30") == 2
    instants = [one.visit.starts_at for one in free]
    assert instants == sorted(set(instants))
    assert len(instants) == 19  # five hours of work


def test_a_whole_day_holds_every_quarter_of_its_hours():
    always = a_diary(
        opening=[weekly(day, 0, 24) for day in range(1, 8)], working={VERA: [weekly(d, 0, 24) for d in range(1, 8)]}
    )

    for day, hours in ((MONDAY, 24), (SPRING, 23), (AUTUMN, 25)):
        assert len(starts(always, first=day)) == hours * 4  # the last visit goes on into the next day


# The grid


@pytest.mark.parametrize("text", ["09:00", "09:15", "09:30", "09:45"])
def test_a_visit_may_start_every_quarter_of_an_hour(text):
    assert is_on_the_grid(at(text).starts_at)


@pytest.mark.parametrize("off", [{"minutes": 1}, {"seconds": 1}, {"microseconds": 1}])
def test_it_may_start_at_no_other_time(off):
    assert not is_on_the_grid(at("09:00").starts_at + timedelta(**off))


def test_the_grid_is_the_same_on_every_wall():
    in_kathmandu = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Kathmandu"))  # UTC+05:45

    assert is_on_the_grid(in_kathmandu)


# Against the plain rule, minute by minute

MINUTES = st.integers(0, 96).map(lambda n: n * 15)
STRETCH = st.tuples(MINUTES, MINUTES).filter(lambda p: p[0] < p[1]).map(lambda p: WeeklyHours(1, *p))
BUSY = st.tuples(st.integers(0, 1440), st.integers(5, 120)).map(
    lambda p: Period(
        at("00:00").starts_at + timedelta(minutes=p[0]), at("00:00").starts_at + timedelta(minutes=p[0] + p[1])
    )
)
NEEDS = st.tuples(st.integers(5, 90), st.integers(0, 30), st.integers(0, 30)).map(
    lambda p: Needs(*(timedelta(minutes=one) for one in p))
)


@given(
    opening=st.lists(STRETCH, max_size=3),
    working=st.dictionaries(st.sampled_from([VERA, TOM]), st.lists(STRETCH, max_size=3)),
    closed=st.lists(BUSY, max_size=1),
    busy=st.lists(BUSY, max_size=3),
    rooms=st.dictionaries(st.sampled_from([ROOM, OTHER_ROOM]), st.lists(BUSY, max_size=3)),
    pet=st.lists(BUSY, max_size=1),
    needs=NEEDS,
)
def test_what_is_offered_is_exactly_what_the_plain_rule_allows(opening, working, closed, busy, rooms, pet, needs):
    diary = a_diary(
        opening=opening,
        working=working,
        closed=closed,
        vets_busy=dict.fromkeys(working, busy),
        rooms_busy=rooms,
        pet_busy=pet,
    )

    offered = {
        one.visit.starts_at: set(one.vet_ids) for one in diary.free_times(MONDAY, MONDAY, needs, not_before=LONG_AGO)
    }

    midnight = at("00:00").starts_at
    for minute in range(0, 1440, 15):
        visit = Period(midnight + timedelta(minutes=minute), midnight + timedelta(minutes=minute) + needs.lasts)
        vets = {vet for vet in working if _may(diary, vet, visit, needs)}
        assert offered.get(visit.starts_at, set()) == vets
        if vets:
            assert today_in(BERLIN, visit.starts_at) == MONDAY
            assert vets == {v for v in diary.vets_working(visit) if diary.vet_is_free(v, visit, needs)}


def _may(diary, vet, visit, needs):
    minutes = _minutes(visit)
    taken = _minutes(visit.widened(before=needs.before, after=needs.after))

    def covers(hours):
        return {m for one in hours for m in range(one.from_minute, one.until_minute)}

    def busy(periods):
        return {m for one in periods for m in _minutes(one)}

    return (
        minutes <= covers(diary.opening) & covers(diary.working[vet]) - busy(diary.closed)
        and not taken & busy(diary.vets_busy[vet])
        and not minutes & busy(diary.pet_busy)
        and any(not taken & busy(room) for room in diary.rooms_busy.values())
    )


def _minutes(period):
    midnight = at("00:00").starts_at
    first, last = (int((one - midnight).total_seconds() // 60) for one in (period.starts_at, period.ends_at))
    return set(range(first, last))
