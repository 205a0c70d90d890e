"""The figures of one database: what was measured, as plain values that one process hands to the next."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from bench import targets
from bench.load import Rounds
from bench.measuring import ratio
from bench.servers import PRODUCT
from bench.targets import Ratio


@dataclass(frozen=True, slots=True)
class Figure:
    """What one server did in one journey; `times` is how many of its answers the product gave in the same time."""

    per_second: float
    p50: float
    p99: float
    times: float

    @classmethod
    def of(cls, rounds: Rounds, product: Rounds) -> Figure:
        return cls(rounds.per_second, rounds.percentile(50), rounds.percentile(99), ratio(product, rounds))


@dataclass(slots=True)
class Figures:
    """By journey and server; `growth` by journey, server and size, as milliseconds and as a ratio to the first size."""

    dialect: str
    version: str
    effort: str
    names: dict[str, str] = field(default_factory=dict)
    journeys: dict[str, dict[str, Figure]] = field(default_factory=dict)
    growth: dict[str, dict[str, dict[int, tuple[float, float]]]] = field(default_factory=dict)
    megabytes: dict[str, float] = field(default_factory=dict)
    start_seconds: float = 0.0

    def ratio(self, journey: str, side: str) -> Ratio:
        return targets.beside(self.dialect, journey, side, self.journeys[journey][side].times)

    def grown(self, journey: str, side: str, times: int) -> Ratio:
        value = self.growth[journey][side][times][1]
        return targets.grown(value, times=times) if side == PRODUCT else Ratio(value)

    def told(self) -> dict[str, Any]:
        """The ratios, for the last line of a run."""
        told: dict[str, Any] = {
            journey: {side: self.ratio(journey, side).told() for side in sides if side != PRODUCT}
            for journey, sides in self.journeys.items()
        }
        if self.growth:
            told["growth"] = {
                journey: {
                    side: {f"{times}x": self.grown(journey, side, times).told() for times in list(sizes)[1:]}
                    for side, sizes in sides.items()
                }
                for journey, sides in self.growth.items()
            }
        return told | {"megabytes": {side: round(value) for side, value in self.megabytes.items()}}

    def ratios(self) -> list[Ratio]:
        """All of them."""
        beside = [self.ratio(one, side) for one, sides in self.journeys.items() for side in sides if side != PRODUCT]
        grown = [
            self.grown(one, side, times)
            for one, sides in self.growth.items()
            for side, sizes in sides.items()
            for times in sizes
        ]
        return [*beside, *grown]

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Figures:
        """Undo `plain` and what JSON makes of it."""
        journeys = {
            journey: {side: Figure(**figure) for side, figure in sides.items()}
            for journey, sides in plain.pop("journeys").items()
        }
        growth = {
            journey: {
                side: {int(times): (float(took), float(grown)) for times, (took, grown) in sizes.items()}
                for side, sizes in sides.items()
            }
            for journey, sides in plain.pop("growth").items()
        }
        return cls(**plain, journeys=journeys, growth=growth)
