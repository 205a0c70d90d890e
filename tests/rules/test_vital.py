"""Vital signs: what is kept of a number that was read off an instrument, by hand and to the last thousandth."""

from __future__ import annotations

from decimal import Decimal

import pytest

from models.refusal import InvalidInput
from models.vital import KEPT_IN, VitalKind, VitalUnit, change_percent, has_jumped, readable, thousandths

W, T, P, R = VitalKind.WEIGHT, VitalKind.TEMPERATURE, VitalKind.PULSE, VitalKind.RESPIRATION
B, A = VitalKind.BODY_CONDITION, VitalKind.PAIN

KEPT = [
    (W, "12.3", VitalUnit.KILOGRAM, 12_300),
    (W, "0.001", VitalUnit.KILOGRAM, 1),
    (W, "12.3456", VitalUnit.KILOGRAM, 12_346),
    (W, "2000", VitalUnit.KILOGRAM, 2_000_000),
    (W, "850", VitalUnit.GRAM, 850),
    (W, "849.5", VitalUnit.GRAM, 850),
    (W, "1", VitalUnit.POUND, 454),  # 453.59237 g
    (W, "10", VitalUnit.POUND, 4_536),  # 4,535.9237 g
    (W, "27.1", VitalUnit.POUND, 12_292),  # 12,292.353227 g
    (T, "38.55", VitalUnit.CELSIUS, 38_550),
    (T, "102.5", VitalUnit.FAHRENHEIT, 39_167),  # 70.5 · 5/9 = 39.1666…
    (T, "101.3", VitalUnit.FAHRENHEIT, 38_500),  # 69.3 · 5/9 = 38.5
    (P, "96", VitalUnit.PER_MINUTE, 96_000),
    (R, "0", VitalUnit.PER_MINUTE, 0),
    (B, "5", VitalUnit.OF_9, 5_000),
    (B, "4.5", VitalUnit.OF_5, 4_500),
    (A, "24", VitalUnit.OF_24, 24_000),
    (A, "0", VitalUnit.OF_10, 0),
]
IMPOSSIBLE = [
    (W, "0", VitalUnit.KILOGRAM),
    (W, "0.4", VitalUnit.GRAM),
    (W, "2000.001", VitalUnit.KILOGRAM),
    (W, "4409.3", VitalUnit.POUND),  # 2,000,024.8… g
    (T, "9.999", VitalUnit.CELSIUS),
    (T, "102.5", VitalUnit.CELSIUS),
    (T, "38.5", VitalUnit.FAHRENHEIT),
    (P, "0", VitalUnit.PER_MINUTE),
    (P, "1500.1", VitalUnit.PER_MINUTE),
    (R, "500.1", VitalUnit.PER_MINUTE),
    (B, "5.1", VitalUnit.OF_5),
    (A, "11", VitalUnit.OF_10),
]
FITTING = {(kind, unit) for kind, _, unit, _ in KEPT}


@pytest.mark.parametrize(("kind", "value", "unit", "kept"), KEPT)
def test_a_number_is_kept_in_thousandths_of_the_unit_of_its_kind(kind, value, unit, kept):
    assert thousandths(kind, Decimal(value), unit) == kept


@pytest.mark.parametrize(("kind", "value", "unit"), IMPOSSIBLE)
def test_what_no_living_animal_has_is_refused(kind, value, unit):
    with pytest.raises(InvalidInput) as refused:
        thousandths(kind, Decimal(value), unit)
    assert refused.value.path == ("value",)


@pytest.mark.parametrize(
    ("kind", "unit"), [(kind, unit) for kind in VitalKind for unit in VitalUnit if (kind, unit) not in FITTING]
)
def test_a_unit_of_something_else_is_refused_with_those_that_fit(kind, unit):
    with pytest.raises(InvalidInput) as refused:
        thousandths(kind, Decimal(5), unit)
    assert refused.value.path == ("unit",)
    for each in (unit for of, unit in FITTING if of is kind):
        assert each.value in refused.value.message


def test_the_unit_of_every_kind_but_scores_is_one_of_its_own():
    assert set(KEPT_IN) == {W, T, P, R}
    assert {(kind, unit) for kind, unit in KEPT_IN.items()} <= FITTING


@pytest.mark.parametrize("text", ["12.5", "12.50", "0", "123456789012", "1234567.8901"])
def test_a_number_that_was_read_off_stays_as_it_was(text):
    assert readable(Decimal(text)) == text


@pytest.mark.parametrize("text", ["1234567890123", "1.23456", "-1", "NaN", "Infinity", "1E+20", "12345678.90123"])
def test_what_no_instrument_shows_is_refused(text):
    with pytest.raises(InvalidInput):
        readable(Decimal(text))


@pytest.mark.parametrize(
    ("before", "now", "percent", "jumps"),
    [
        (10_000, 10_000, 0, False),
        (10_000, 10_001, 1, False),
        (10_000, 9_999, -1, False),
        (10_000, 12_000, 20, False),
        (10_000, 12_001, 21, True),
        (10_000, 8_000, -20, False),
        (10_000, 7_999, -21, True),
        (1, 2_000_000, 199_999_900, True),
    ],
)
def test_a_weight_jumps_when_it_differs_by_more_than_twenty_percent(before, now, percent, jumps):
    assert change_percent(before, now) == percent
    assert has_jumped(percent) is jumps


def test_the_first_weight_has_not_jumped():
    assert not has_jumped(None)
