"""Amounts at the border: how the provider counts each currency, where it does not count as ISO 4217 does."""

from __future__ import annotations

from typing import Final

from models.money import exponent
from resolvers.ports import GatewayRefused, GatewayUnavailable

# Source: Stripe, "Supported currencies", zero-decimal, three-decimal and special cases; read 2026-11. ISO 4217 says 0
# decimals of ISK and 2 of MGA.
DECIMALS: Final = {"ISK": 2, "MGA": 0}
"""How many decimals the provider counts of a currency of which ISO 4217 counts others."""

# Listed both as a currency without decimals and as one to be sent with two: nobody guesses by a factor of 100.
UNCLEAR: Final = frozenset({"UGX"})

_KNOWN = frozenset({0, 2, 3})


def sent(minor: int, currency: str) -> int:
    """Our minor units as the provider counts them.

    Raises:
        GatewayRefused: the provider cannot charge exactly this.
    """
    if currency in UNCLEAR or exponent(currency) not in _KNOWN:
        raise GatewayRefused(f"Amounts in {currency} cannot be paid by card. Please pay at the desk.")
    ours, theirs = _units(currency)
    amount, left = divmod(minor * theirs, ours)
    if left or amount % step(currency):
        raise GatewayRefused(
            f"An amount in {currency} as exact as this cannot be paid by card. Please pay at the desk."
        )
    return amount


def received(amount: object, currency: str) -> int:
    """What the provider says, in our minor units.

    Raises:
        GatewayUnavailable: it says nothing that can be an amount.
    """
    if not isinstance(amount, int) or isinstance(amount, bool) or amount < 0:
        raise GatewayUnavailable("It told an amount that is none.")
    ours, theirs = _units(currency)
    minor, left = divmod(amount * ours, theirs)
    if left:
        raise GatewayUnavailable("It told an amount that is none.")
    return minor


def step(currency: str) -> int:
    """Of what every amount is a multiple, as the provider counts: three decimals end in 0, and króna are whole."""
    return {"ISK": 100}.get(currency, 10 if exponent(currency) == 3 else 1)


def _units(currency: str) -> tuple[int, int]:
    """How many of our units, and how many of the provider's, are one piece of the currency."""
    decimals = exponent(currency)
    return int(10**decimals), int(10 ** DECIMALS.get(currency, decimals))
