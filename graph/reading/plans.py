"""Plans: what was planned once is kept for whoever asks the same through the same gates, the latest ones."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graph.reading.plan import Plan

# As many characters of documents as `graph.documents` keeps, since a plan keeps alive the whole document it is for.
_KEPT_CHARACTERS = 500_000


class Plans:
    """The plans of one view.

    A plan holds nothing of who asked, and nothing of what was given: those are values, when it is used.
    """

    def __init__(self, *, most_characters: int = _KEPT_CHARACTERS) -> None:
        self._most_characters = most_characters
        self._known: OrderedDict[Hashable, Plan] = OrderedDict()
        self.characters = 0
        self.hits = 0
        self.misses = 0
        self.careful = 0
        """How many answers were made carefully, because something in them went wrong or a gate was closed."""

        self.fallbacks = 0
        """How many rows were answered without a plan, field by field; there should be none."""

    def __len__(self) -> int:
        return len(self._known)

    def get(self, key: Hashable) -> Plan | None:
        """The plan that is known by this key."""
        plan = self._known.get(key)
        if plan is None:
            self.misses += 1
            return None
        self.hits += 1
        self._known.move_to_end(key)
        return plan

    def keep(self, key: Hashable, plan: Plan) -> None:
        """Know the plan by this key from now on, and forget those that were not asked for the longest time."""
        self._known[key] = plan
        self.characters += plan.size
        while self.characters > self._most_characters and len(self._known) > 1:
            _, forgotten = self._known.popitem(last=False)
            self.characters -= forgotten.size
