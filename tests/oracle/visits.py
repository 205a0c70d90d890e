"""The visits of the house: signed and countersigned, drafts, wrong ones, locked ones, and whoever has looked into them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from models import (
    Addendum,
    Appointment,
    Note,
    NoteKind,
    NoteRevision,
    NoteTemplate,
    Pet,
    Practice,
    RecordReading,
    Service,
    Visit,
)
from tests.world import NOW, Member, Owner, World, a_note, a_visit

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


async def some_visits(world: World, people: dict[str, Member | Owner]) -> None:
    """Visits of every pet; what was written about them is shared with the owners."""
    await Practice.all().update(shares_notes=True)
    nurse: Any = people["nurse"]
    templates = await _templates()
    planned = await Appointment.filter(pet_id=world.pet.id).order_by("starts_at").first()
    assert planned
    for number, pet in enumerate(await Pet.all().order_by("fold", "id")):
        at = NOW - (number + 2) * DAY
        of: Any = {"appointment_id": planned.id} if pet.id == world.pet.id else {}
        visit = await a_visit(pet, at=at, vet=world.vet, **of)
        note = await a_note(visit, template_id=templates[0].id)
        for version in (1, 2, 3):
            await _revision(note, version, world.vet)
        draft = await a_note(visit, author=nurse, kind=NoteKind.NURSE, template_id=templates[1].id)
        signed: Any = {"signed_at": at + MINUTE, "signed_by_id": nurse.id}
        cosigned: Any = {"cosigned_at": at + 2 * MINUTE, "cosigned_by_id": world.vet.id}
        await Note.filter(id=note.id).update(**signed, **cosigned)
        for text in ("No fracture.", "Ünd still none."):
            await Addendum.create(note_id=note.id, author_id=nurse.id, at=at + DAY, reason="X-ray read", text=text)
        wrong = await a_note(visit, is_signed=True)
        erred: Any = {"errored_at": NOW, "errored_by_id": nurse.id, "errored_because": "Another pet."}
        # To a draft nobody can add one; if it were there, no owner would be to see it.
        for unseen in (wrong, draft):
            await Addendum.create(note_id=unseen.id, author_id=nurse.id, at=at + DAY, reason="Why", text="Not seen.")
        await Note.filter(id=wrong.id).update(**erred)
        await Visit.filter(id=visit.id).update(locked_at=NOW, locked_by_id=world.vet.id if number % 2 else None)
        # At one moment, and without an end.
        for _ in range(2):
            await a_visit(pet, at=NOW - DAY, vet=world.vet, ended_at=None)
        mistake = await a_visit(pet, at=NOW - DAY, reason="")
        await Visit.filter(id=mistake.id).update(**erred)
        for person in (world.vet, world.owner):
            await _reading(pet, person.account.id)
        await _reading(pet, None)


async def _templates() -> list[NoteTemplate]:
    """What notes of check-ups begin with, and what is chosen, or was once."""
    service = await Service.get(name="Check-up")
    vets = await NoteTemplate.create(
        name="Check-up", fold="check-up", kind=NoteKind.VET, service_id=service.id, subjective="Eats?", internal="Ask."
    )
    nurses = await NoteTemplate.create(name="Ännchen", fold="annchen", kind=NoteKind.NURSE, is_in_use=False, plan="P")
    return [vets, nurses]


async def _revision(note: Note, version: int, by: Member) -> None:
    texts: Any = {"subjective": "Limps.", "plan": f"Rest {version}.", "internal": "Bites."}
    at = NOW + version * MINUTE
    await NoteRevision.create(note_id=note.id, version=version, saved_by_id=by.id, saved_at=at, **texts)


async def _reading(pet: Pet, account_id: Any) -> None:
    await RecordReading.create(account_id=account_id, pet_id=pet.id, operation="History", at=NOW)
