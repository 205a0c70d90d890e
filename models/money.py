"""Money: whole minor units of a currency, and the one way in which they are rounded and divided."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from iso4217 import Currency

from models.refusal import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from models.refusal import Path

T = TypeVar("T")

MOST_MINOR = 10**12
"""No amount is larger: it leaves room for sums in 64 bits."""

WHOLE = 100_000
"""A whole, in thousandths of a percent: how rates of tax and discounts are kept."""

ONE = 1000
"""One piece, in thousandths: how quantities are kept."""


class MixedCurrencies(TypeError):
    """Amounts of two currencies were put together: a fault of the program, which nobody can mend by other input."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: `minor` units (cents, pence, fils) of a currency (ISO 4217)."""

    minor: int
    currency: str

    @property
    def amount(self) -> Decimal:
        """The amount in major units, with as many decimals as the currency has: 12.50 EUR, 1200 JPY, 1.250 KWD."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise MixedCurrencies(f"{self.currency} and {other.currency}")
        return other.minor


@cache
def exponent(currency: str) -> int:
    """How many decimals the currency has: 2 for EUR, 0 for JPY, 3 for KWD.

    Source: ISO 4217; not CLDR, which rounds some currencies as shops do.
    """
    return int(Currency(currency).exponent or 0)


def minor_units(amount: Decimal, currency: str, *, path: Path) -> int:
    """The amount in minor units of the currency.

    Raises:
        InvalidInput: it has more decimals than the currency, is negative, or larger than anybody pays.
    """
    exact = amount.scaleb(exponent(currency)) if amount.is_finite() else Decimal(-1)
    if exact != exact.to_integral_value():
        raise InvalidInput(f"{currency} has {exponent(currency)} decimals. Please leave out what is beyond.", path=path)
    if not 0 <= exact <= MOST_MINOR:
        raise InvalidInput("Please give an amount from 0 up to what somebody can pay.", path=path)
    return int(exact)


def rounded(numerator: int, denominator: int) -> int:
    """The quotient as a whole number, the half away from zero, as people round money; the denominator is positive."""
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def from_each(minor: int, there: Iterable[tuple[T, int]]) -> Iterator[tuple[T, int]]:
    """So much, taken in their order from those where something is: from each all that is there before the next.

    What is there beyond that is left, and so is whatever nothing is taken from.
    """
    for of, most in there:
        taken = min(minor, most)
        if taken:
            yield of, taken
        minor -= taken


def divided(minor: int, shares: Sequence[int]) -> list[int]:
    """The amount divided by shares, which need not sum to 100: the parts sum to the amount, to the last unit.

    Each part is rounded down (towards zero), and the first share that is not nothing gets what is left over: who
    comes first is the one named for the odd cent.
    """
    whole = sum(shares)
    sign = -1 if minor < 0 else 1
    parts = [sign * (abs(minor) * share // whole) for share in shares]
    named = next(place for place, share in enumerate(shares) if share)
    parts[named] += minor - sum(parts)
    return parts
