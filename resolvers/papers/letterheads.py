"""Letterheads: what stands at the head of every paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import Practice, sql
from models.logo import Logo, LogoKind
from models.paper import Letterhead

if TYPE_CHECKING:
    from models import Client, Location
    from resolvers.wording import Wording


async def of(place: Location, words: Wording) -> Letterhead:
    """The letterhead of a location as it is now."""
    practice = await Practice.first()
    return Letterhead(
        practice=practice.name if practice else "",
        location=place.name,
        address=lines(place, words),
        phone=place.phone,
        email=place.email,
        logo=await logo(),
    )


async def logo() -> Logo | None:
    """The logo of the practice; None when it has none."""
    found = await sql.fetch("SELECT kind, content FROM practice_logo")
    return Logo(LogoKind(found[0]["kind"]), bytes(found[0]["content"])) if found else None


def lines(of: Client | Location, words: Wording) -> list[str]:
    """An address, line by line, with the country by its name."""
    town = " ".join(part for part in (of.postal_code, of.city) if part)
    return [part for part in (of.street, town, words.country(of.country)) if part]
