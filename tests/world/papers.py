"""Papers: documents and treatment plans."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from models import Document, DocumentKind, Pet, PlanKind, TreatmentPlan, TreatmentStep, sql
from tests.world.people import Member, a_vet, every_vet
from tests.world.places import NOW, TODAY, the_location


async def a_document(
    pet: Pet,
    kind: DocumentKind = DocumentKind.DISCHARGE,
    *,
    author: Member | None = None,
    is_signed: bool = False,
    is_shared: bool = False,
    **more: Any,
) -> Document:
    """What a vet wrote about a pet: a draft, unless it is signed; owners see it when it is shared."""
    author_id = author.id if author else await _a_vet()
    given: dict[str, Any] = {
        "title": "Going home",
        "body": "Short walks for a week.",
        "addressee": "Dr Jonas Weber\nHarbour Clinic" if kind is DocumentKind.REFERRAL else "",
        "at": NOW,
        "changed_at": NOW,
    }
    if is_signed or is_shared:
        given |= {"signed_at": NOW, "signed_by_id": author_id}
    if is_shared:
        given |= {"shared_at": NOW}
    return await Document.create(pet_id=pet.id, kind=kind, author_id=author_id, **given | more)


async def a_plan(
    pet: Pet,
    kind: PlanKind = PlanKind.HOME_CARE,
    *,
    steps: Sequence[tuple[str, date | None]] = (("Look at the wound", TODAY), ("Take off the collar", None)),
    **more: Any,
) -> tuple[TreatmentPlan, list[TreatmentStep]]:
    """A plan for a pet that begins today, with its open steps: what, and until when."""
    given: dict[str, Any] = {
        "title": "After the operation",
        "goal": "It heals.",
        "starts_on": TODAY,
        "made_by_id": await _a_vet(),
        "created_at": NOW,
    }
    plan = await TreatmentPlan.create(pet_id=pet.id, kind=kind, **given | more)
    made = [
        TreatmentStep(plan_id=plan.id, position=position, what=what, due_on=due_on)
        for position, (what, due_on) in enumerate(steps, 1)
    ]
    await sql.insert(made)
    return plan, made


async def _a_vet() -> Any:
    return next(iter(await every_vet(await the_location())), None) or (await a_vet()).id
