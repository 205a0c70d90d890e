"""The targets: how the product should stand beside the others. They are told and shown, and never fail a run."""

from __future__ import annotations

from dataclasses import dataclass

from bench.servers import LIMIT, MERCURIUS, POSTGRAPHILE

GROWTH_TARGET = 1.2
"""How much longer an answer may take with a hundred times the rows."""

AT_LEAST: dict[tuple[str, str, str], float] = {
    ("postgres", "day", LIMIT): 0.6,
    ("postgres", "day", MERCURIUS): 2.0,
    ("postgres", "day", POSTGRAPHILE): 2.0,
    ("postgres", "pet", LIMIT): 0.6,
    ("postgres", "pet", MERCURIUS): 1.3,
    ("postgres", "pet", POSTGRAPHILE): 1.0,
    ("postgres", "history", LIMIT): 0.6,
    ("postgres", "history", MERCURIUS): 1.3,
    ("postgres", "history", POSTGRAPHILE): 1.0,
    ("postgres", "clients", LIMIT): 0.6,
    ("postgres", "book", LIMIT): 0.5,
    ("postgres", "issue", LIMIT): 0.5,
    ("postgres", "pay", LIMIT): 0.5,
    ("sqlite", "day", LIMIT): 0.4,
}
"""By database, journey and who stands beside: how many times their answers the product should give."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """How the product stands beside somebody, and what it should be: `at_least`, `at_most`, or nothing of the kind."""

    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def target(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return "" if self.at_most is None else f"≤ {self.at_most:g}"

    @property
    def is_reached(self) -> bool | None:
        """Nothing to reach: None."""
        if self.at_least is not None:
            return round(self.value, 2) >= self.at_least
        return None if self.at_most is None else round(self.value, 2) <= self.at_most

    def told(self) -> dict[str, object]:
        """For the last line of a run."""
        told: dict[str, object] = {"ratio": round(self.value, 2)}
        if self.target:
            told |= {"target": self.target, "reached": self.is_reached}
        return told


def has_target(dialect: str, journey: str) -> bool:
    return any((dialect, journey) == (where, what) for where, what, _ in AT_LEAST)


def beside(dialect: str, journey: str, side: str, value: float) -> Ratio:
    return Ratio(value, at_least=AT_LEAST.get((dialect, journey, side)))


def grown(value: float, *, times: int) -> Ratio:
    return Ratio(value, at_most=GROWTH_TARGET if times == 100 else None)
