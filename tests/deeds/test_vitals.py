"""Vital signs: weights are held against the one before, and kept as they were read off."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import Vital, VitalKind, VitalSource, VitalUnit
from models.refusal import Forbidden, InvalidInput
from resolvers import lines, vitals
from resolvers.lines import Line
from resolvers.vitals import Measurement
from tests.world import NOW, a_pet, a_weight, a_world, how_many_rows

DAY = timedelta(days=1)


@pytest.fixture
async def world(database):
    return await a_world()


async def weighed(world, value, *, days=0, unit=VitalUnit.KILOGRAM, pet=None) -> Vital:
    """A weight that was taken so many days ago."""
    line = Line((pet or world.pet).id, at=NOW - days * DAY)
    measured = Measurement(VitalKind.WEIGHT, Decimal(value), unit)
    key: Any = {"key": f"{value} {days} {pet}", "now": NOW}
    return await Vital.get(id=await vitals.record_weight(world.receptionist.viewer, line, measured, **key))


async def test_a_weight_is_kept_in_grams_and_as_it_was_read_off(world):
    row = await weighed(world, "27.10", unit=VitalUnit.POUND)
    assert (row.thousandths, row.given, row.unit, row.source) == (
        12_292,
        "27.10",
        VitalUnit.POUND,
        VitalSource.MEASURED,
    )
    assert (row.change_percent, row.words) == (None, "weight 27 10")


async def test_a_weight_is_held_against_the_one_before_in_time(world):
    other = await a_pet()
    await weighed(world, "50", pet=other)
    assert (await weighed(world, "10", days=9)).change_percent is None
    assert (await weighed(world, "12", days=5)).change_percent == 20
    assert (await weighed(world, "14.401", days=1)).change_percent == 21
    # Written down later, it is held against what was before it, and changes nothing about what was after.
    assert (await weighed(world, "9", days=7)).change_percent == -10
    said = await Vital.filter(pet_id=world.pet.id).order_by("at")
    assert [(each.given, each.change_percent) for each in said] == [
        ("10", None),
        ("9", -10),
        ("12", 20),
        ("14.401", 21),
    ]


async def test_a_weight_is_not_held_against_a_mistake(world):
    await weighed(world, "10", days=9)
    slip = await weighed(world, "100", days=8)
    assert slip.change_percent == 900
    await lines.mark_entered_in_error(world.vet.viewer, Vital, slip.id, "A slip.", key="slip", now=NOW)
    assert (await weighed(world, "11", days=7)).change_percent == 10


async def test_of_two_weights_at_one_moment_the_later_one_counts(world):
    await a_weight(world.pet, 10, at=NOW - DAY)
    await a_weight(world.pet, 20, at=NOW - DAY)
    (latest,) = await vitals.weights_until(world.pet.id, NOW, most=1)
    assert latest.thousandths == 20_000
    assert await vitals.weights_until(world.pet.id, NOW - DAY - timedelta(seconds=1), most=1) == []


async def test_other_vital_signs_are_held_against_nothing(world):
    line = Line(world.pet.id)
    for number, value in enumerate(("38.5", "41")):
        hot = Measurement(VitalKind.TEMPERATURE, Decimal(value), VitalUnit.CELSIUS, VitalSource.REPORTED)
        row = await Vital.get(id=await vitals.record(world.vet.viewer, line, hot, key=str(number), now=NOW))
        assert (row.change_percent, row.source) == (None, VitalSource.REPORTED)


async def test_reception_weighs_pets_and_measures_nothing_else(world):
    before = await how_many_rows()
    desk, hot = world.receptionist.viewer, Measurement(VitalKind.TEMPERATURE, Decimal(39), VitalUnit.CELSIUS)
    with pytest.raises(Forbidden):
        await vitals.record(desk, Line(world.pet.id), hot, key="k", now=NOW)
    assert await how_many_rows() == before


@pytest.mark.parametrize(
    ("measured", "path"),
    [
        (Measurement(VitalKind.WEIGHT, Decimal(12), VitalUnit.CELSIUS), "unit"),
        (Measurement(VitalKind.WEIGHT, Decimal(0), VitalUnit.KILOGRAM), "value"),
        (Measurement(VitalKind.WEIGHT, Decimal(-12), VitalUnit.KILOGRAM), "value"),
        (Measurement(VitalKind.TEMPERATURE, Decimal("102.5"), VitalUnit.CELSIUS), "value"),
        (Measurement(VitalKind.WEIGHT, Decimal("NaN"), VitalUnit.KILOGRAM), "value"),
    ],
)
async def test_what_makes_no_sense_is_not_written_down(world, measured, path):
    before = await how_many_rows()
    with pytest.raises(InvalidInput) as why:
        await vitals.record(world.vet.viewer, Line(world.pet.id), measured, key="k", now=NOW)
    assert why.value.path == (path,)
    assert await how_many_rows() == before
