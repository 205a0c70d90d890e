"""Papers of the house: documents and plans of every kind and state, for pets that are shared, sold, hidden and dead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from models import Document, DocumentKind, Pet, PlanKind, PlanState, StepState, TreatmentStep, Visit
from tests.world import NOW, TODAY, Member, a_document, a_plan

DAY = timedelta(days=1)


async def some_papers(pets: Sequence[Pet], author: Member) -> None:
    """For each of the pets a shared letter and a plan for home; for the first two also what is over, or hidden."""
    for number, pet in enumerate(pets):
        visit = await Visit.filter(pet_id=pet.id).order_by("at").first()
        about: Any = {"visit_id": visit.id if visit else None}
        earlier: Any = {"at": NOW - number * DAY, "changed_at": NOW, "author": author, **about}
        await a_document(pet, DocumentKind.REFERRAL, is_shared=True, version=3, **earlier)
        await a_plan(pet, title="Nächte", steps=[("Tablet", TODAY + number * DAY)], **about)
    for pet in pets[:2]:
        await _what_is_shared(pet, author)
        await _what_is_hidden(pet, author)


async def _what_is_shared(pet: Pet, author: Member) -> None:
    for day in range(3):
        await a_document(pet, DocumentKind.INSTRUCTIONS, is_shared=True, body="", author=author)
        await a_plan(pet, title=f"Week {day}", steps=[(f"Walk {each}", TODAY + each * DAY) for each in range(3)])
    over: Any = {"state": PlanState.STOPPED, "ended_at": NOW, "stopped_because": "It has healed."}
    _, (swum,) = await a_plan(pet, PlanKind.EXERCISE, goal="", steps=[("Swim", TODAY)], **over)
    settled: Any = {"settled_at": NOW, "settled_by_id": author.id, "comment": "Well."}
    await TreatmentStep.filter(id=swum.id).update(state=StepState.DONE, **settled)


async def _what_is_hidden(pet: Pet, author: Member) -> None:
    await a_plan(pet, PlanKind.TREATMENT, steps=[("Wound", TODAY - DAY), ("Löffel", None)], starts_on=TODAY - DAY)
    await a_document(pet, title="Dräft", author=author)
    await a_document(pet, DocumentKind.OTHER, is_signed=True, title="Not yet", author=author)
    wrong = await a_document(pet, is_shared=True, title="Another pet's", author=author)
    told: Any = {"errored_at": NOW, "errored_by_id": author.id, "errored_because": "Another pet."}
    await Document.filter(id=wrong.id).update(**told)
