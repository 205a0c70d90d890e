"""Sellers: who stands below a paper of money, with what has to be known of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.invoice import Names
    from resolvers.wording import Wording

_CODE = re.compile(r"[A-Z]{2}")


def lines(names: Names, words: Wording) -> list[str]:
    """Name and address of who invoices, line by line."""
    return [names.seller, *address(names.seller_address, words)]


def about(names: Names, words: Wording) -> tuple[tuple[str, str], ...]:
    """Where to pay, and the tax number: labels with what is known."""
    return ((words.said("money", "bank_details"), names.bank_details), *tax_number(names, words))


def tax_number(names: Names, words: Wording) -> tuple[tuple[str, str], ...]:
    """The tax number alone, on what nobody is to pay."""
    return ((words.said("money", "tax_number"), names.tax_number),)


def address(kept: Sequence[str], words: Wording) -> list[str]:
    """An address as it was kept, with the country in its last line by its name."""
    *most, last = kept or [""]
    return [line for line in (*most, words.country(last) if _CODE.fullmatch(last) else last) if line]
