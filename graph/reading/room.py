"""Room: how much text one answer may hold, counted as it is read, before anything is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.limits import exceeded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graph.reading.plan import Level, Row


class Room:
    """What is left for the texts of one operation.

    The cost of a document is counted in objects, for most of them are small. A text may have thousands of characters, and
    be asked for under many names.
    """

    __slots__ = ("_most", "_taken")

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0

    def take(self, level: Level, rows: Sequence[Row]) -> None:
        """Count the texts in these rows, each as often as it is asked for.

        Raises:
            GraphQLError: there is no room for them.
        """
        for place, times in level.told.items():
            self.take_characters(times * sum([len(row[place] or "") for row in rows]))

    def take_characters(self, number: int) -> None:
        """Count so many characters; those for which there is no room are not in the answer, and count nothing.

        Raises:
            GraphQLError: there is no room for them.
        """
        if self._taken + number > self._most:
            sentence = (
                f"The texts in this answer would have more than {self._most} characters. Please ask for fewer entries at"
                " once, or for fewer of their texts. If you were changing something, that was done all the same: send it"
                " again with the same idempotency key, and ask for less."
            )
            raise exceeded("answerCharacters", sentence, requested=self._taken + number, allowed=self._most)
        self._taken += number
