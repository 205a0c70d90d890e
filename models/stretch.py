"""Stretches: the hours of a weekday, as somebody sets them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from models.period import MINUTES_A_DAY
from models.refusal import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.refusal import Path


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """A stretch of one weekday (1 Monday … 7 Sunday), in minutes of the local day; 1440 is the next midnight."""

    weekday: int
    from_minute: int
    until_minute: int

    def must_make_sense(self, *, path: Path = ()) -> None:
        """Refuse what is no stretch of a day.

        Raises:
            InvalidInput: the weekday or a minute does not exist, or it ends before it begins.
        """
        if not 1 <= self.weekday <= 7:
            raise InvalidInput("A weekday is 1 (Monday) to 7 (Sunday).", path=(*path, "weekday"))
        if not 0 <= self.from_minute < MINUTES_A_DAY:
            raise InvalidInput("A day begins at 00:00 and ends at 24:00.", path=(*path, "from"))
        if not self.from_minute < self.until_minute <= MINUTES_A_DAY:
            raise InvalidInput("These hours end before they begin, or after 24:00.", path=(*path, "until"))


def must_be_apart(stretches: Sequence[Stretch], *, path: Path) -> None:
    """Refuse stretches that make no sense or overlap; they may touch.

    Raises:
        InvalidInput: the path names the first one at fault.
    """
    for number, stretch in enumerate(stretches):
        stretch.must_make_sense(path=(*path, str(number)))
    numbered = sorted((stretch, number) for number, stretch in enumerate(stretches))
    for (earlier, _), (later, number) in pairwise(numbered):
        if later.weekday == earlier.weekday and later.from_minute < earlier.until_minute:
            raise InvalidInput("These hours overlap with others of that day.", path=(*path, str(number)))
