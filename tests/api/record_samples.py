"""Samples of every mutation about visits and notes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from models import NoteKind, NoteTemplate
from resolvers.viewer import Viewer
from tests.api.samples import Sample, at
from tests.doors import id_of
from tests.world import NOW, World, a_booking, a_note, a_visit

NOTE = "{ note { id version plan } }"
VISIT = "{ visit { id endedAt lockedAt } }"


async def for_records(world: World, boss: Viewer) -> list[Sample]:
    """A sample of every mutation about visits and notes."""
    visit, to_end, to_lock, wrong = [await a_visit(world.pet, ended_at=None) for _ in range(4)]
    draft, unsigned, wrong_note = [await a_note(visit) for _ in range(3)]
    signed, added_to = [await a_note(visit, author=world.vet, is_signed=True) for _ in range(2)]
    planned, other = [await a_booking(world.pet, starts_at=NOW - day * timedelta(days=1)) for day in (30, 31)]
    template = await NoteTemplate.create(name="Check-up", fold="check-up", kind=NoteKind.VET)
    texts = {part: part.title() for part in ("subjective", "objective", "assessment", "plan", "internal")}
    told = {"Event": 1, "EventDetail": 1, "IdempotencyKey": 1}

    def sample(deed: str, payload: str, given: dict[str, Any], other: dict[str, Any], **writes: int) -> Sample:
        return Sample(deed, boss, given, other, payload, {**told, **writes})

    return [
        sample(
            "openVisit",
            f"VisitOpened {VISIT}",
            {"appointmentId": id_of(planned), "vetId": id_of(world.vet.staff), "reason": "She limps.", "at": at(0, -1)},
            {"appointmentId": id_of(other)},
            Visit=1,
        ),
        sample("endVisit", f"VisitEnded {VISIT}", {"visitId": id_of(to_end), "endedAt": at(0)}, {"endedAt": at(0, -1)}),
        sample("lockVisit", f"VisitLocked {VISIT}", {"visitId": id_of(to_lock)}, {"visitId": id_of(visit)}),
        sample(
            "markVisitInError",
            f"VisitMarkedInError {VISIT}",
            {"visitId": id_of(wrong), "reason": "Another pet."},
            {"reason": "Another day."},
        ),
        sample(
            "writeNote",
            f"NoteWritten {NOTE}",
            {"visitId": id_of(visit), "templateId": id_of(template)},
            {"templateId": None},
            Note=1,
            NoteRevision=1,
        ),
        sample(
            "saveNote",
            f"NoteSaved {NOTE}",
            {"noteId": id_of(draft), "basedOn": 1, **texts},
            {"plan": "Rest."},
            NoteRevision=1,
        ),
        sample(
            "signNote", f"NoteSigned {NOTE}", {"noteId": id_of(unsigned), "basedOn": 1}, {"noteId": id_of(wrong_note)}
        ),
        sample("cosignNote", f"NoteCosigned {NOTE}", {"noteId": id_of(signed)}, {"noteId": id_of(added_to)}),
        sample(
            "addAddendum",
            "AddendumAdded { addendum { id text } }",
            {"noteId": id_of(added_to), "reason": "X-ray read", "text": "No fracture."},
            {"text": "A fracture."},
            Addendum=1,
        ),
        sample(
            "markNoteInError",
            f"NoteMarkedInError {NOTE}",
            {"noteId": id_of(wrong_note), "reason": "Another pet."},
            {"reason": "Another day."},
        ),
        sample(
            "addNoteTemplate",
            "NoteTemplateAdded { template { id name } }",
            {"name": "Dental", "kind": "VET", "serviceId": id_of(world.service), **texts},
            {"name": "Teeth"},
            NoteTemplate=1,
        ),
        sample(
            "amendNoteTemplate",
            "NoteTemplateAmended { template { id name } }",
            {
                "templateId": id_of(template),
                "name": "Big check-up",
                "serviceId": id_of(world.service),
                "isInUse": True,
                **texts,
            },
            {"name": "Small check-up"},
        ),
        sample(
            "amendRecordSettings",
            "RecordSettingsAmended { practice { id sharesNotes } }",
            {"sharesNotes": True, "locksAfterHours": 48, "staleWeightDays": 14},
            {"sharesNotes": False},
        ),
    ]
