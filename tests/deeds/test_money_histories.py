"""Random histories of money, by its deeds: after each step the books balance, and a bookkeeper with a pencil agrees."""

import pytest

from models import EntryKind, LedgerEntry
from tests.money.audit import end
from tests.money.history import History
from tests.money.street import a_street

pytestmark = pytest.mark.anyio

DEEDS = {
    "issue",
    "take",
    "apply",
    "credit",
    "refund",
    "write off",
    "close",
    "card",
    "dispute",
    "settle",
    "reverse",
    "undo write off",
}
REFUSED = {"take", "apply", "credit", "refund", "write off", "reverse", "undo write off"}


async def test_whatever_is_done_in_whatever_order_the_books_are_what_a_bookkeeper_writes(database):
    history = History(await a_street(), seed=4)
    for _ in range(130):
        await history.step()
    await end(history.sheet)
    assert {one.kind for one in await LedgerEntry.all()} == set(EntryKind)
    assert DEEDS | {f"{deed} refused" for deed in REFUSED} <= set(history.done)
