"""In peace: nothing is planned for a pet that has died, nobody is written to about it, and its record can be kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import models as tables
from graph.ids import opened
from graph.reading.shape import SHAPES
from models import Message, MessageState, Pet
from resolvers.endings import ENDINGS
from resolvers.viewer import Audience
from tests.api.deed import sent
from tests.api.samples import Sample
from tests.api.staff_samples import samples
from tests.doors import Program, id_of
from tests.world import NOW, TODAY, a_booking, a_letter, how_many_rows

REFUSED = {
    "bookAppointment", "rescheduleAppointment", "recordDeath", "planTreatment", "addTreatmentStep", "prescribe",
    "giveRepeat", "recordVaccination", "issueCertificate", "holdReminder", "resumeReminder",
}  # fmt: skip
"""What plans something for the pet, or ends its life once more."""
ALLOWED = {
    "amendPet": "What is known of it can be put right.",
    **dict.fromkeys(
        ("openVisit", "endVisit", "lockVisit", "writeNote", "saveNote", "signNote", "cosignNote", "addAddendum"),
        "What happened is written down, that it died too.",
    ),
    **dict.fromkeys(
        ("recordWeight", "recordVital", "recordDiagnosis", "recordProcedure", "recordTreatment", "recordAllergy"),
        "What was found and done is written down, up to the end and after it.",
    ),
    **dict.fromkeys(
        (
            "resolveProblem",
            "reopenProblem",
            "endAllergy",
            "settleTreatmentStep",
            "stopTreatmentPlan",
            "stopPrescription",
        ),
        "What stands in its record is put right; nothing is planned by it.",
    ),
    **dict.fromkeys(
        (
            "markVisitInError",
            "markNoteInError",
            "markEnteredInError",
            "markDocumentInError",
            "amendVaccination",
            "voidVaccination",
            "voidCertificate",
        ),
        "A mistake is a mistake, whenever it is found.",
    ),
    **dict.fromkeys(
        ("writeDocument", "saveDocument", "signDocument", "shareDocument", "unshareDocument"),
        "A letter to a colleague, or for the owner, can be written afterwards.",
    ),
    **dict.fromkeys(
        ("proposeCharge", "dropCharge", "addInvoiceLine", "amendInvoiceLine", "removeInvoiceLine", "issueCreditNote"),
        "What was done for it is billed, or not: a person decides that, and nobody is written to.",
    ),
    "sendMessageAgain": "The letter is looked at again before it goes out, and says nothing of a pet that has died.",
    "undoDeath": "It may have been a mistake.",
    "addOwnership": "Somebody else may see its record, or pay its last bill.",
    "amendOwnership": "Somebody else may pay its last bill.",
    "endOwnership": "Somebody may not want to see it any more.",
    "confirmAppointment": "A death leaves none to come; what there is was before it, and is written down as it was.",
    "checkInAppointment": "A visit that took place is written down as it was.",
    "startAppointment": "A visit that took place is written down as it was.",
    "completeAppointment": "A visit that took place is written down as it was; the pet may have died in it.",
    "markNoShowAppointment": "A visit that did not take place is written down as it was.",
    "cancelAppointment": "What a death has left standing may have to be taken away; nobody is written to.",
}
"""What can be done with a pet that has died, or with what belongs to it, and why. A new deed belongs here or there."""


def ids_in(given: Any) -> Iterator[str]:
    """Whatever is named in an input."""
    if isinstance(given, dict):
        for name, value in given.items():
            yield from ([value] if name.endswith("Id") and isinstance(value, str) else ids_in(value))
    elif isinstance(given, list):
        for value in given:
            yield from ids_in(value)


def names_a_pet(sample: Sample) -> bool:
    """Whether its input names a pet, or a row of a table with a path to one."""
    models = {made.__name__: model for made, model in SHAPES.items()}
    kinds = [known[0] for each in ids_in(sample.given) if (known := opened(each))]
    return any(models.get(kind, of_a_source(kind)) in {Pet, *ENDINGS} for kind in kinds)


def of_a_source(kind: str) -> Any:
    """The table of what a charge comes from, which clients see as a charge and not by itself."""
    return getattr(tables, kind, None)


async def about_visits() -> int:
    """How many letters about a visit there are, without those that say why they were never to be sent."""
    unsent = Message.filter(state=MessageState.WITHHELD, reason="The pet has died.")
    kept = await unsent.values_list("id", flat=True)
    return await Message.filter(appointment_id__not_isnull=True).exclude(id__in=kept).count()


@pytest.mark.parametrize("audience", Audience)
async def test_every_deed_that_names_a_pet_says_what_it_does_when_that_has_died(database, audience):
    program = Program()
    made = await samples(program)
    chosen = [each for each in (made.staff if audience is Audience.STAFF else made.owner) if names_a_pet(each)]
    assert {each.deed for each in chosen} <= REFUSED | set(ALLOWED)
    if audience is Audience.STAFF:
        assert {each.deed for each in chosen} == REFUSED | set(ALLOWED)
    await Pet.filter(died_on=None).update(died_on=TODAY)
    await program.token(made.boss)
    letters = await about_visits()
    for sample in chosen:
        before = await how_many_rows()
        heard = (await sent(program, sample.who, sample.deed, sample.payload, sample.given)).data[sample.deed]
        if sample.deed in REFUSED:
            assert (heard["__typename"], heard["code"]) == ("PetHasDied", "PET_HAS_DIED"), sample.deed
            assert await how_many_rows() == before
        else:
            assert heard["__typename"] == sample.payload.partition(" ")[0], heard
    assert await about_visits() == letters


async def test_no_letter_about_a_pet_that_has_died_leaves_the_house_however_it_came_there(database):
    program = Program()
    made = await samples(program)
    visit = await a_booking(made.world.pet, starts_at=NOW.replace(hour=20))
    await a_letter(visit, not_before=NOW)
    await Pet.all().update(died_on=TODAY)
    assert made.world.owner.account.email not in [letter.to_address for letter in await program.post()]


async def test_a_dead_pet_is_still_there_for_whoever_sees_it(database):
    program = Program()
    made = await samples(program)
    await Pet.all().update(died_on=TODAY)
    for viewer in (made.boss, made.world.owner.viewer):
        answer = await program.ask(viewer, f'{{ pet(id: "{id_of(made.world.pet)}") {{ name diedOn }} }}')
        assert answer.data["pet"]["diedOn"] == "2026-03-02"
