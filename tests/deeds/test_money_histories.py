"""Random histories of money, by its deeds: after each step the books balance, and a bookkeeper with a pencil agrees."""

import pytest

from tests.money.history import History, a_street

pytestmark = pytest.mark.anyio

DEEDS = {"issue", "take", "apply", "credit", "refund", "write off", "close"}
REFUSED = {"take", "apply", "credit", "refund", "write off"}


async def test_whatever_is_done_in_whatever_order_the_books_are_what_a_bookkeeper_writes(database):
    history = History(await a_street(), seed=6)
    for _ in range(120):
        await history.step()
    await history.end()
    assert DEEDS | {f"{deed} refused" for deed in REFUSED} <= set(history.done)
