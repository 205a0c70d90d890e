"""Samples of what is done with documents and treatment plans."""

from __future__ import annotations

from typing import Any

from models import DocumentKind
from tests.api.samples import Sample
from tests.doors import id_of
from tests.world import World, a_document, a_plan, a_visit

_DOCUMENT = "{ document { id version } }"


async def for_documents(world: World) -> list[Sample]:
    """A sample of every mutation of documents."""
    pet = world.pet
    visit = await a_visit(pet)
    drafts = [await a_document(pet, DocumentKind.REFERRAL) for _ in range(2)]
    signed = [await a_document(pet, is_signed=True) for _ in range(3)]
    shared = [await a_document(pet, is_shared=True) for _ in range(2)]
    once = {"Event": 1, "IdempotencyKey": 1}
    told = {**once, "EventDetail": 1}

    def sample(deed: str, payload: str, given: dict[str, Any], other: dict[str, Any], writes: dict[str, int]) -> Sample:
        return Sample(deed, world.vet.viewer, given, other, f"{payload} {_DOCUMENT}", writes)

    text = {"title": "Referral", "body": "Please see Rex.", "addressee": "Dr Weber\nHarbour Clinic"}
    return [
        sample(
            "writeDocument",
            "DocumentWritten",
            {"petId": id_of(pet), "visitId": id_of(visit), "kind": "REFERRAL", **text},
            {"title": "Second referral"},
            {**told, "Document": 1},
        ),
        sample(
            "saveDocument",
            "DocumentSaved",
            {"documentId": id_of(drafts[0]), "basedOn": 1, **text},
            {"body": "Please see her."},
            told,
        ),
        sample(
            "signDocument",
            "DocumentSigned",
            {"documentId": id_of(drafts[1]), "basedOn": 1},
            {"basedOn": 2},
            told,
        ),
        sample(
            "shareDocument",
            "DocumentShared",
            {"documentId": id_of(signed[0])},
            {"documentId": id_of(signed[1])},
            once,
        ),
        sample(
            "unshareDocument",
            "DocumentUnshared",
            {"documentId": id_of(shared[0])},
            {"documentId": id_of(shared[1])},
            once,
        ),
        sample(
            "markDocumentInError",
            "DocumentMarkedInError",
            {"documentId": id_of(signed[2]), "because": "Another pet."},
            {"because": "Another dog."},
            told,
        ),
    ]


async def for_plans(world: World) -> list[Sample]:
    """A sample of every mutation of treatment plans."""
    pet = world.pet
    visit = await a_visit(pet)
    (longer, _), (other, _), (_, steps), (stopped, _) = [await a_plan(pet) for _ in range(4)]
    told = {"Event": 1, "EventDetail": 1, "IdempotencyKey": 1}
    plan = "{ plan { id state } }"
    many = [{"what": "Look at the wound", "dueOn": "2026-03-03"}, {"what": "Take off the collar"}]

    def sample(deed: str, payload: str, given: dict[str, Any], other: dict[str, Any], **writes: int) -> Sample:
        return Sample(deed, world.vet.viewer, given, other, f"{payload} {plan}", {**told, **writes})

    return [
        sample(
            "planTreatment",
            "TreatmentPlanned",
            {
                "petId": id_of(pet),
                "visitId": id_of(visit),
                "kind": "HOME_CARE",
                "title": "After the operation",
                "goal": "It heals.",
                "startsOn": "2026-03-02",
                "steps": many,
            },
            {"steps": many[:1]},
            TreatmentPlan=1,
            TreatmentStep=2,
        ),
        sample(
            "addTreatmentStep",
            "TreatmentStepAdded",
            {"planId": id_of(longer), "what": "Weigh", "dueOn": "2026-03-09"},
            {"planId": id_of(other)},
            TreatmentStep=1,
        ),
        sample(
            "settleTreatmentStep",
            "TreatmentStepSettled",
            {"stepId": id_of(steps[0]), "outcome": "DONE", "comment": "Dry."},
            {"outcome": "SKIPPED"},
        ),
        sample(
            "stopTreatmentPlan",
            "TreatmentPlanStopped",
            {"planId": id_of(stopped), "because": "It has healed."},
            {"because": "It has not healed."},
        ),
    ]
