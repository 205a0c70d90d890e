"""Periods, and the clocks on the walls."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.period import (
    Period,
    clock_of,
    day_in,
    days,
    intersected,
    merged,
    on_the_wall,
    today_by,
    today_in,
    without,
)

BERLIN, LONDON, LORD_HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/London"), ZoneInfo("Australia/Lord_Howe")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # when Europe's clocks change
START = datetime(2026, 3, 2, tzinfo=UTC)
AN_HOUR = timedelta(hours=1)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def a_period(first, last):
    return Period(START + first * AN_HOUR, START + last * AN_HOUR)


# Two periods


def test_periods_that_touch_do_not_overlap():
    morning, noon = a_period(8, 12), a_period(12, 13)

    assert not morning.overlaps(noon)
    assert not noon.overlaps(morning)
    assert morning.overlaps(a_period(11, 13))
    assert morning.overlaps(a_period(9, 10))


def test_a_period_contains_itself_and_what_lies_inside():
    morning = a_period(8, 12)

    assert morning.contains(morning)
    assert morning.contains(a_period(8, 9))
    assert not morning.contains(a_period(7, 9))
    assert not morning.contains(a_period(11, 13))


def test_a_buffer_widens_a_period():
    widened = a_period(8, 9).widened(before=AN_HOUR, after=2 * AN_HOUR)

    assert widened == a_period(7, 11)
    assert widened.lasts == 4 * AN_HOUR


# Many periods, against the hours they are made of

PERIODS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 6)).map(lambda p: a_period(p[0], p[0] + p[1])), max_size=8
)


def hours_in(periods):
    hours = [START + n * AN_HOUR for n in range(40)]
    return {hour for hour in hours if any(one.starts_at <= hour < one.ends_at for one in periods)}


def are_neat(periods):
    """Sorted, none empty, and neither overlapping nor touching."""
    ends = [None, *(one.ends_at for one in periods)]
    return all(
        one.starts_at < one.ends_at and (end is None or end < one.starts_at)
        for one, end in zip(periods, ends, strict=False)
    )


@given(PERIODS)
def test_merging_keeps_every_moment(periods):
    result = merged(periods)

    assert are_neat(result)
    assert hours_in(result) == hours_in(periods)
    assert merged(result) == result


@given(PERIODS, PERIODS)
def test_an_intersection_holds_the_moments_of_both(some, others):
    result = intersected(some, others)

    assert are_neat(result)
    assert hours_in(result) == hours_in(some) & hours_in(others)
    assert result == intersected(others, some)


@given(PERIODS, PERIODS)
def test_taking_away_leaves_the_moments_of_the_first_alone(some, taken):
    result = without(some, taken)

    assert are_neat(result)
    assert hours_in(result) == hours_in(some) - hours_in(taken)


@given(PERIODS, PERIODS)
def test_what_is_left_and_what_is_common_make_the_whole(some, others):
    assert merged([*without(some, others), *intersected(some, others)]) == merged(some)


# The wall


def test_the_wall_shows_the_zone_of_the_day():
    assert on_the_wall(date(2026, 3, 2), 9 * 60, BERLIN) == utc("2026-03-02T08:00")
    assert on_the_wall(date(2026, 7, 2), 9 * 60, BERLIN) == utc("2026-07-02T07:00")


def test_midnight_at_the_end_of_the_day_is_the_next_midnight():
    assert on_the_wall(date(2026, 3, 2), 1440, BERLIN) == on_the_wall(date(2026, 3, 3), 0, BERLIN)


@pytest.mark.parametrize("minute", [120, 121, 150, 179])
def test_a_time_that_the_clock_skips_is_the_moment_of_the_change(minute):
    assert on_the_wall(SPRING, minute, BERLIN) == utc("2026-03-29T01:00")


def test_the_minutes_around_the_gap_are_as_they_are():
    assert on_the_wall(SPRING, 119, BERLIN) == utc("2026-03-29T00:59")
    assert on_the_wall(SPRING, 180, BERLIN) == utc("2026-03-29T01:00")


@pytest.mark.parametrize(("minute", "instant"), [(120, "2026-10-25T00:00"), (179, "2026-10-25T00:59")])
def test_of_a_time_that_comes_twice_the_first_is_meant(minute, instant):
    assert on_the_wall(AUTUMN, minute, BERLIN) == utc(instant)


def test_after_the_repeated_hour_the_clock_goes_on():
    assert on_the_wall(AUTUMN, 180, BERLIN) == utc("2026-10-25T02:00")


def test_a_change_of_half_an_hour():
    # Lord Howe goes from 02:00 to 02:30 on the first Sunday of October.
    assert on_the_wall(date(2026, 10, 4), 135, LORD_HOWE) == utc("2026-10-03T15:30")


def test_a_day_that_a_zone_leapt_over():
    # Samoa had no 30 December 2011: it went from UTC-10 to UTC+14 at midnight.
    apia = ZoneInfo("Pacific/Apia")

    assert on_the_wall(date(2011, 12, 30), 9 * 60, apia) == utc("2011-12-30T10:00")
    assert day_in(apia, date(2011, 12, 30)).lasts == timedelta(0)


@given(
    st.sampled_from([BERLIN, LONDON, LORD_HOWE, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kathmandu")]),
    st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    st.integers(0, 1439),
)
def test_every_minute_is_shown_or_skipped_and_time_never_runs_back(zone, day, minute):
    instant = on_the_wall(day, minute, zone)

    wall = instant.astimezone(zone)
    is_shown = (wall.date(), wall.hour * 60 + wall.minute) == (day, minute)
    is_skipped = wall.utcoffset() != (instant - timedelta(minutes=1)).astimezone(zone).utcoffset()
    assert is_shown or is_skipped
    assert instant <= on_the_wall(day, minute + 1, zone)


# Days


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 2), 24), (SPRING, 23), (AUTUMN, 25)])
def test_a_day_has_23_24_or_25_hours(day, hours):
    whole = day_in(BERLIN, day)

    assert whole.lasts == hours * AN_HOUR
    assert whole.ends_at == day_in(BERLIN, day + timedelta(days=1)).starts_at


def test_today_is_another_day_elsewhere():
    late = utc("2026-03-02T23:30")

    assert today_in(LONDON, late) == date(2026, 3, 2)
    assert today_in(BERLIN, late) == date(2026, 3, 3)


def test_a_clock_that_nobody_here_knows_is_that_of_utc():
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert clock_of("Europe/Berlin") is BERLIN
    assert [clock_of(name).key for name in ("Nowhere/Land", "Europe")] == ["UTC", "UTC"]
    assert (today_by("Europe/Berlin", late), today_by("Nowhere/Land", late)) == (date(2026, 3, 3), date(2026, 3, 2))


def test_days_hold_both_ends():
    assert list(days(date(2026, 2, 27), date(2026, 3, 1))) == [
        date(2026, 2, 27),
        date(2026, 2, 28),
        date(2026, 3, 1),
    ]
    assert list(days(date(2026, 3, 1), date(2026, 2, 27))) == []
