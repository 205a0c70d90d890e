"""Money as clients see it, and as they say it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, overload

import strawberry

import models
from graph.reading.shape import computed
from graph.roles import EVERYBODY, allow
from graph.scalars import Amount
from models.code import currency as known_currency
from models.money import minor_units
from models.refusal import Path
from models.role import Role


@strawberry.type(directives=[allow(EVERYBODY)], description="An amount of money.")
class Money:
    """An amount of money."""

    amount: Amount = strawberry.field(description="The amount, with all decimals that the currency has: `12.50`.")
    currency: str = strawberry.field(description="The currency, as three letters of ISO 4217: `EUR`.")


@strawberry.input(directives=[allow(EVERYBODY)], description="An amount of money, in the currency of the place.")
class MoneyInput:
    """An amount of money, in the currency of the place."""

    amount: Amount = strawberry.field(
        description='The amount, as text or as a number: `"12.50"`, with no more decimals than the currency has; from 0 to 10^12 of the smallest unit: 10000000000.00 EUR.'
    )
    currency: str = strawberry.field(description="The currency, as three letters of ISO 4217: `EUR`.")


def of_minor(minor: int | None, currency: str) -> Money | None:
    """So many minor units as clients see them; nothing of nothing."""
    if minor is None:
        return None
    return Money(amount=Amount(models.Money(int(minor), currency).amount), currency=currency)


def money(about: str, minor: str, currency: str = "currency", *, roles: Iterable[Role] | None = None) -> Any:
    """The field that is an amount, of the column that holds its minor units and the one that says its currency."""
    return computed(about, of_minor, minor, currency, roles=roles)


@overload
def minor_of(given: MoneyInput, *, path: Path) -> tuple[int, str]: ...


@overload
def minor_of(given: MoneyInput | None, *, path: Path) -> tuple[int, str] | None: ...


def minor_of(given: MoneyInput | None, *, path: Path) -> tuple[int, str] | None:
    """The minor units and the currency that somebody gave.

    Raises:
        InvalidInput: there is no such currency, or no such amount in it.
    """
    if given is None:
        return None
    currency = known_currency(given.currency, path=(*path, "currency"))
    return minor_units(Decimal(given.amount), currency, path=(*path, "amount")), currency
