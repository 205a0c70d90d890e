"""A year of reminding, as far as there is time for it here: the whole of it is `make year`."""

from tests.doors import Program
from tests.year.lived import LOOKS, lived


async def test_what_is_due_reaches_whom_it_should_once_and_by_day_whatever_becomes_of_the_workers(database):
    year = await lived(60, 30, seed=11, vault=Program().adapters.vault, cut_every=3, looks=LOOKS[1::2])

    assert year.troubles == []
    assert year.cuts > 2
    assert len(year.expected.sent) > 15
    assert {one.reason for one in year.expected.withheld} >= {"NO_CONSENT", "NO_ADDRESS"}
