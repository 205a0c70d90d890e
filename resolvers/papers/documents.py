"""Documents on paper: as a letter, in the language of the owner unless it goes to somebody else by name."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING

from models import Document, Staff
from models.paper import LetterFacts, Paper
from resolvers.papers import occasions

if TYPE_CHECKING:
    from uuid import UUID

    from resolvers.papers.occasions import Occasion


async def paper(document_id: UUID) -> Paper | None:
    """The letter; a draft, or what was entered in error, says so large. None when there is no such document."""
    document = await Document.get_or_none(id=document_id)
    if document is None:
        return None
    goes_elsewhere = bool(document.addressee)
    occasion = await occasions.of(document.pet_id, document.visit_id, is_for_the_owner=not goes_elsewhere)
    words, at = occasion.words, document.signed_at or document.changed_at
    mark = "in_error" if document.errored_at else "" if document.signed_at else "draft"
    facts = LetterFacts(
        kind=words.said("document", document.kind.value),
        title=document.title,
        written_on=words.day(at.astimezone(occasion.place.clock).date()),
        addressee=document.addressee.split("\n") if goes_elsewhere else _owner(occasion),
        about=(*occasion.about, *(_of_whom(occasion) if goes_elsewhere else ())),
        paragraphs=[part for part in re.split(r"\n\s*\n", document.body) if part],
        signature=await _signature(document, occasion, with_licence=goes_elsewhere),
        mark=words.said("paper", mark) if mark else "",
        mark_in_words=words.said("paper", f"{mark}_in_words") if mark else "",
    )
    return Paper(
        template="letter",
        language=words.language,
        letterhead=occasion.letterhead,
        labels=words.words("paper"),
        facts=asdict(facts),
        dated=at,
    )


def _owner(occasion: Occasion) -> list[str]:
    # Her name and no more: another owner may print this too, and is told no address.
    return [occasion.owner.display_name] if occasion.owner else []


def _of_whom(occasion: Occasion) -> tuple[tuple[str, str], ...]:
    return ((occasion.words.said("paper", "owner"), occasion.owner.display_name if occasion.owner else ""),)


async def _signature(document: Document, occasion: Occasion, *, with_licence: bool) -> list[str]:
    """Who signed it, or wrote what nobody has signed yet."""
    who = await Staff.get(id=document.signed_by_id or document.author_id)
    if not with_licence or not who.licence_number:
        return [who.display_name]
    return [who.display_name, occasion.words.said("paper", "licence", number=who.licence_number)]
