"""Prescriptions: reckoned from a weight that is kept with them, held against allergies, repeated as often as allowed."""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import (
    Allergy,
    Event,
    EventDetail,
    EventKind,
    Location,
    Pet,
    Practice,
    Prescription,
    PrescriptionRepeat,
    Vital,
)
from models.refusal import (
    AllergyKnown,
    AlreadySo,
    EnteredInError,
    Forbidden,
    InvalidInput,
    NoRepeatLeft,
    NotFound,
    NoWeight,
    PetHasDied,
    PrescriptionEnded,
    Refusal,
)
from models.row import uuid7
from resolvers import lines, prescriptions
from resolvers.lines import Line
from resolvers.prescriptions import Order
from resolvers.viewer import Viewer
from tests.racing import meanwhile
from tests.world import NOW, TODAY, a_nurse, a_pet, a_weight, a_world, how_many_rows

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
A_TENTH = Decimal("0.1")


@pytest.fixture
async def world(database):
    return await a_world()


def an_order(**more: Any) -> Order:
    return Order(**{"medicine": "Meloxicam", "directions": "Once a day with food.", **more})


async def prescribed(world, *, at=None, key="k", **order) -> Prescription:
    line = Line(world.pet.id, at=at)
    made = await prescriptions.prescribe(world.vet.viewer, line, an_order(**order), key=key, now=NOW)
    return await Prescription.get(id=made)


async def refused(world, **order) -> Refusal:
    before = await how_many_rows()
    with pytest.raises(Refusal) as why:
        await prescribed(world, **order)
    assert await how_many_rows() == before
    return why.value


async def repeated(world, prescription, key, now=NOW) -> Any:
    """The number of the repeat that was given."""
    await prescriptions.give_repeat(world.vet.viewer, prescription.id, key=key, now=now)
    return (await Prescription.get(id=prescription.id)).repeats_given


# Doses


async def test_a_dose_is_reckoned_from_the_latest_weight_which_is_kept_with_it(world):
    await a_weight(world.pet, 11, at=NOW - 9 * DAY)
    weight = await a_weight(world.pet, 12.345, at=NOW - DAY)
    made = await prescribed(world, milligrams_per_kilogram=A_TENTH)
    assert (made.micrograms_per_kilogram, made.micrograms) == (100, 1_235)  # 1,234.5 µg
    assert (made.weight_id, made.weight_grams) == (weight.id, 12_345)
    assert (made.weight_is_stale, made.weight_has_jumped) == (False, False)
    assert (made.prescribed_by_id, made.recorded_by_id) == (world.vet.id, world.vet.id)
    await a_weight(world.pet, 20, at=NOW - SECOND)
    await lines.mark_entered_in_error(world.vet.viewer, Vital, weight.id, "A slip.", key="slip", now=NOW)
    again = await Prescription.get(id=made.id)
    assert (again.weight_id, again.weight_grams, again.micrograms) == (weight.id, 12_345, 1_235)


async def test_a_dose_that_was_rounded_by_hand_is_kept_as_it_was_given(world):
    await a_weight(world.pet, 12.345, at=NOW)
    made = await prescribed(world, milligrams_per_kilogram=A_TENTH, milligrams=Decimal("1.5"))
    assert (made.micrograms_per_kilogram, made.micrograms, made.weight_grams) == (100, 1_500, 12_345)


async def test_without_a_dose_by_weight_no_weight_is_needed_and_none_is_kept(world):
    made = await prescribed(world, milligrams=Decimal("1.5"))
    assert (made.micrograms, made.micrograms_per_kilogram, made.weight_id, made.weight_grams) == (
        1_500,
        None,
        None,
        None,
    )
    made = await prescribed(world, medicine="Cream", key="cream")
    assert (made.micrograms, made.weight_id) == (None, None)


async def test_a_dose_by_weight_needs_a_weight_that_is_no_mistake_and_of_this_pet(world):
    await a_weight(await a_pet(), 12, at=NOW)
    weight = await a_weight(world.pet, 12, at=NOW)
    await Vital.filter(id=weight.id).update(errored_at=NOW, errored_because="A slip.")
    await a_weight(world.pet, 12, at=NOW + SECOND)
    why = await refused(world, milligrams_per_kilogram=A_TENTH)
    assert (type(why), why.path) == (NoWeight, ("milligramsPerKilogram",))


async def test_what_is_written_down_later_is_reckoned_from_the_weight_of_then(world):
    await a_weight(world.pet, 10, at=NOW - 5 * DAY)
    await a_weight(world.pet, 11, at=NOW - DAY)
    made = await prescribed(world, at=NOW - 2 * DAY, milligrams_per_kilogram=A_TENTH)
    assert (made.weight_grams, made.micrograms) == (10_000, 1_000)


@pytest.mark.parametrize(("days", "beyond", "stale"), [(30, 0, False), (30, 1, True), (7, 0, False), (7, 1, True)])
async def test_a_weight_is_stale_when_it_is_older_than_the_practice_wants_it(world, days, beyond, stale):
    await Practice.all().update(stale_weight_days=days)
    await a_weight(world.pet, 12, at=NOW - days * DAY - beyond * SECOND)
    assert (await prescribed(world, milligrams_per_kilogram=A_TENTH)).weight_is_stale is stale


@pytest.mark.parametrize(("now", "jumps"), [(12.0, False), (12.001, True), (8.0, False), (7.999, True)])
async def test_a_weight_that_differs_by_more_than_a_fifth_from_the_one_before_is_told(world, now, jumps):
    await a_weight(world.pet, 10, at=NOW - 2 * DAY)
    slip = await a_weight(world.pet, 100, at=NOW - DAY)
    await Vital.filter(id=slip.id).update(errored_at=NOW, errored_because="A slip.")
    await a_weight(world.pet, now, at=NOW)
    assert (await prescribed(world, milligrams_per_kilogram=A_TENTH)).weight_has_jumped is jumps


NONSENSE: Any = [
    ({"medicine": " "}, "medicine"),
    ({"directions": ""}, "directions"),
    ({"strength": "x" * 201}, "strength"),
    ({"quantity": "a\nb"}, "quantity"),
    ({"milligrams": Decimal(0)}, "milligrams"),
    ({"milligrams": Decimal("0.0005")}, "milligrams"),
    ({"milligrams": Decimal("1000000.001")}, "milligrams"),
    ({"milligrams_per_kilogram": Decimal(-1)}, "milligramsPerKilogram"),
    ({"times_a_day": 0}, "timesADay"),
    ({"times_a_day": 25}, "timesADay"),
    ({"days": 367}, "days"),
    ({"repeats_allowed": -1}, "repeatsAllowed"),
    ({"repeats_allowed": 100}, "repeatsAllowed"),
    ({"valid_until": TODAY - 2 * DAY}, "validUntil"),
    ({"valid_until": date(3000, 1, 1)}, "validUntil"),
    ({"allergy_seen": "x" * 1001}, "allergySeen"),
]


async def test_what_makes_no_sense_is_not_prescribed(world):
    for order, path in NONSENSE:
        why = await refused(world, **order)
        assert (type(why), why.path) == (InvalidInput, (path,)), order


async def test_nothing_is_prescribed_for_a_pet_that_has_died_or_by_nobody(world):
    with pytest.raises(InvalidInput):
        await prescriptions.prescribe(Viewer.system("test"), Line(world.pet.id), an_order(), key="k", now=NOW)
    await Pet.filter(id=world.pet.id).update(died_on=TODAY)
    assert type(await refused(world)) is PetHasDied


# Words


async def test_a_prescription_is_found_by_what_its_owner_may_read(world):
    made = await prescribed(world, medicine="Méloxicam Forte", strength="1.5 mg/ml", quantity="10 ml")
    assert made.words == "meloxicam forte 1 5 mg ml once a day with food 10"


# Allergies


async def allergic_to(world, substance, **more) -> Allergy:
    told: Any = {"pet_id": world.pet.id, "at": NOW, "recorded_at": NOW, "substance": substance, **more}
    return await Allergy.create(**told)


@pytest.mark.parametrize(
    ("substance", "medicine"),
    [
        ("Penicillin", "Penicillin G procaine"),
        ("penicillin", "PENICILLIN"),
        ("Pénicillin", "Depo-Penicillin 300"),
        ("Meloxicam (Metacam)", "Metacam 1.5 mg/ml"),
    ],
)
async def test_what_the_pet_is_allergic_to_is_not_prescribed_unless_somebody_says_why(world, substance, medicine):
    await allergic_to(world, substance)
    await allergic_to(world, substance)
    why = await refused(world, medicine=medicine)
    assert isinstance(why, AllergyKnown)
    assert (why.substances, why.path) == ((substance,), ("medicine",))
    assert type(await refused(world, medicine=medicine, allergy_seen="  ")) is AllergyKnown
    made = await prescribed(world, medicine=medicine, allergy_seen="Nothing else helps.", key="seen")
    event = await Event.get(kind=EventKind.PRESCRIBED, subject_id=made.id)
    detail = json.loads((await EventDetail.get(number=event.number)).detail)
    assert detail["after"]["allergy_seen"] == "Nothing else helps."


@pytest.mark.parametrize("substance", ["Amoxicillin", "mg 300", "G", "Pen", "Penicillins"])
async def test_a_medicine_of_another_name_is_prescribed(world, substance):
    await allergic_to(world, substance)
    await prescribed(world, medicine="Penicillin G 300 mg")


async def test_an_allergy_that_has_ended_was_a_mistake_or_is_of_another_pet_holds_nobody_up(world):
    await allergic_to(world, "Penicillin", ended_at=NOW)
    await allergic_to(world, "Penicillin", errored_at=NOW, errored_because="A slip.")
    await allergic_to(world, "Penicillin", pet_id=(await a_pet()).id)
    await prescribed(world, medicine="Penicillin")


# Repeats


async def test_repeats_are_given_one_after_the_other_and_no_more_than_are_allowed(world):
    made = await prescribed(world, repeats_allowed=2)
    assert await repeated(world, made, "1") == 1
    assert await repeated(world, made, "1") == 1
    assert await repeated(world, made, "2") == 2
    before = await how_many_rows()
    with pytest.raises(NoRepeatLeft):
        await repeated(world, made, "3")
    assert await how_many_rows() == before
    given = await PrescriptionRepeat.filter(prescription_id=made.id).order_by("number")
    assert [(each.number, each.given_at, each.given_by_id) for each in given] == [
        (1, NOW, world.vet.id),
        (2, NOW, world.vet.id),
    ]


async def test_a_repeat_is_given_until_the_last_day_has_ended_at_the_last_place(world):
    made = await prescribed(world, repeats_allowed=9, valid_until=TODAY)
    await Location.filter(id=world.location.id).update(zone="America/New_York")
    last = NOW.replace(hour=4, minute=59) + DAY
    assert await repeated(world, made, "still", last) == 1
    before = await how_many_rows()
    with pytest.raises(PrescriptionEnded):
        await repeated(world, made, "over", last + 60 * SECOND)
    assert await how_many_rows() == before


async def test_no_repeat_is_given_of_what_was_stopped_or_a_mistake_or_for_a_pet_that_has_died(world):
    vet = world.vet.viewer
    stopped, wrong, left = [await prescribed(world, repeats_allowed=1, key=key) for key in "abc"]
    await prescriptions.stop(vet, stopped.id, "It does not help.", key="k", now=NOW)
    await lines.mark_entered_in_error(vet, Prescription, wrong.id, "Another pet.", key="k", now=NOW)
    await Pet.filter(id=world.pet.id).update(died_on=TODAY)
    dead = await how_many_rows()
    with pytest.raises(PetHasDied):
        await repeated(world, left, "left")
    await Pet.filter(id=world.pet.id).update(died_on=None)
    for prescription, why in ((stopped, PrescriptionEnded), (wrong, EnteredInError)):
        with pytest.raises(why):
            await repeated(world, prescription, why.__name__)
    with pytest.raises(NotFound):
        await prescriptions.give_repeat(vet, uuid7(), key="none", now=NOW)
    assert await how_many_rows() == dead


async def test_of_two_who_give_the_last_repeat_at_once_one_is_refused(world):
    made = await prescribed(world, repeats_allowed=5)
    await Prescription.filter(id=made.id).update(repeats_allowed=1)
    said = await asyncio.gather(*[repeated(world, made, str(n)) for n in range(4)], return_exceptions=True)
    assert sorted(type(each).__name__ for each in said) == ["NoRepeatLeft"] * 3 + ["int"]
    assert await PrescriptionRepeat.filter(prescription_id=made.id).count() == 1


@pytest.mark.only_on("postgres")
async def test_whoever_gives_a_repeat_waits_for_whoever_is_giving_one_and_takes_the_next_number(database):
    world = await a_world()
    made = await prescribed(world, repeats_allowed=2)
    second = await meanwhile(
        lambda: prescriptions.give_repeat(world.vet.viewer, made.id, key="1", now=NOW),
        lambda: prescriptions.give_repeat(world.vet.viewer, made.id, key="2", now=NOW),
    )
    assert second == made.id
    given = await PrescriptionRepeat.filter(prescription_id=made.id).order_by("number")
    assert [each.number for each in given] == [1, 2]


# Stopping


async def test_a_prescription_is_stopped_once_with_a_reason(world):
    made, vet = await prescribed(world), world.vet.viewer
    before = await how_many_rows()
    with pytest.raises(InvalidInput):
        await prescriptions.stop(vet, made.id, " ", key="k", now=NOW)
    assert await how_many_rows() == before
    await prescriptions.stop(vet, made.id, "It does not help.", key="k", now=NOW)
    row = await Prescription.get(id=made.id)
    assert (row.stopped_at, row.stopped_by_id, row.stopped_because) == (NOW, world.vet.id, "It does not help.")
    before = await how_many_rows()
    with pytest.raises(AlreadySo):
        await prescriptions.stop(vet, made.id, "Again.", key="again", now=NOW)
    assert await how_many_rows() == before


async def test_what_a_vet_ordered_is_for_a_vet_to_take_back(world):
    made, nurse = await prescribed(world, repeats_allowed=1), await a_nurse()
    before = await how_many_rows()
    with pytest.raises(Forbidden):
        await lines.mark_entered_in_error(nurse.viewer, Prescription, made.id, "Another pet.", key="k", now=NOW)
    assert await how_many_rows() == before
    await lines.mark_entered_in_error(world.vet.viewer, Prescription, made.id, "Another pet.", key="k", now=NOW)
    assert (await Prescription.get()).errored_by_id == world.vet.id
