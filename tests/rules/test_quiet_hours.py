"""Quiet hours: nobody is disturbed at night, on her own clock."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from models import quiet_hours

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("at", "clock", "goes"),
    [
        (datetime(2026, 6, 1, 9, 0, tzinfo=UTC), LONDON, datetime(2026, 6, 1, 9, 0, tzinfo=UTC)),
        (datetime(2026, 6, 1, 6, 59, tzinfo=UTC), LONDON, datetime(2026, 6, 1, 7, 0, tzinfo=UTC)),
        (datetime(2026, 6, 1, 7, 0, tzinfo=UTC), LONDON, datetime(2026, 6, 1, 7, 0, tzinfo=UTC)),
        (datetime(2026, 6, 1, 18, 59, tzinfo=UTC), LONDON, datetime(2026, 6, 1, 18, 59, tzinfo=UTC)),
        (datetime(2026, 6, 1, 19, 0, tzinfo=UTC), LONDON, datetime(2026, 6, 2, 7, 0, tzinfo=UTC)),
        (datetime(2026, 6, 1, 9, 0, tzinfo=UTC), NEW_YORK, datetime(2026, 6, 1, 12, 0, tzinfo=UTC)),
        # The night in which the clock goes forward, and the one in which it goes back.
        (datetime(2026, 3, 28, 21, 0, tzinfo=UTC), LONDON, datetime(2026, 3, 29, 7, 0, tzinfo=UTC)),
        (datetime(2026, 10, 24, 21, 0, tzinfo=UTC), LONDON, datetime(2026, 10, 25, 8, 0, tzinfo=UTC)),
    ],
)
def test_a_letter_waits_for_the_morning_of_its_reader(at, clock, goes):
    assert quiet_hours.not_before(at, clock, opens=480, closes=1200) == goes


def test_a_day_that_ends_at_midnight_has_no_quiet_evening():
    late = datetime(2026, 6, 1, 22, 30, tzinfo=UTC)
    assert quiet_hours.not_before(late, LONDON, opens=480, closes=1440) == late
