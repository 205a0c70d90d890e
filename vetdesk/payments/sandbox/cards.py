"""The cards of the sandbox: numbers to try, and what each of them does."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Card(StrEnum):
    """A card to try; its value is its number."""

    SUCCEEDS = "4242424242424242"
    DECLINED = "4000000000000002"
    NO_FUNDS = "4000000000009995"
    ASKS = "4000002500003155"
    SLOW = "4000000000000077"
    FALLS_THROUGH = "4000000000000341"
    TELLS_LATE = "4000000000000044"
    TELLS_ASKEW = "4000000000000051"
    DISPUTED = "4000000000000259"
    NO_REFUND = "4000000000005126"
    SLOW_REFUND = "4000000000007726"


ABOUT: Final = {
    Card.SUCCEEDS: "succeeds",
    Card.DECLINED: "is declined",
    Card.NO_FUNDS: "has not enough on it",
    Card.ASKS: "asks its holder to confirm once more",
    Card.SLOW: "succeeds, and the answer takes its time",
    Card.FALLS_THROUGH: "is confirmed, and declined when the money is taken",
    Card.TELLS_LATE: "succeeds, and the notices come late",
    Card.TELLS_ASKEW: "succeeds, and the notices come twice and in the wrong order",
    Card.DISPUTED: "succeeds, and is disputed at once",
    Card.NO_REFUND: "succeeds, and a refund to it fails",
    Card.SLOW_REFUND: "succeeds, and a refund to it takes its time",
}

DECLINES: Final = {
    Card.DECLINED: "The card was declined. Please try another one.",
    Card.NO_FUNDS: "There is not enough on the card. Please try another one.",
}


def known(number: str) -> Card | None:
    """The card with that number; spaces do not count."""
    digits = number.replace(" ", "")
    return Card(digits) if digits in set(Card) else None
