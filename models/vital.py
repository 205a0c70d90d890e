"""Vital signs: what was measured on a pet, each with its unit, its source and its moment."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from enum import StrEnum
from typing import Final

from tortoise import fields

from models.recorded import Recorded
from models.refusal import InvalidInput


class VitalKind(StrEnum):
    """What was measured."""

    WEIGHT = "WEIGHT"
    TEMPERATURE = "TEMPERATURE"
    PULSE = "PULSE"
    RESPIRATION = "RESPIRATION"
    BODY_CONDITION = "BODY_CONDITION"
    PAIN = "PAIN"


class VitalUnit(StrEnum):
    """In what it was measured."""

    KILOGRAM = "KILOGRAM"
    GRAM = "GRAM"
    POUND = "POUND"
    CELSIUS = "CELSIUS"
    FAHRENHEIT = "FAHRENHEIT"
    PER_MINUTE = "PER_MINUTE"
    OF_5 = "OF_5"
    OF_9 = "OF_9"
    OF_10 = "OF_10"
    OF_24 = "OF_24"


class VitalSource(StrEnum):
    """How it is known."""

    MEASURED = "MEASURED"
    ESTIMATED = "ESTIMATED"
    REPORTED = "REPORTED"
    IMPORTED = "IMPORTED"


LONGEST_NUMBER: Final = 12
JUMP_PERCENT: Final = 20
"""A weight that differs by more than this from the one before is flagged."""


class Vital(Recorded):
    """One measurement.

    `thousandths` is its value in the unit that all of its kind are kept in (`KEPT_IN`), so that they can be compared;
    `given` and `unit` are what somebody read off the instrument, and are never converted back. `change_percent` is,
    for a weight, how much it differs from the one before, as that was known when this one was written down; null for
    the first.
    """

    kind = fields.CharEnumField(VitalKind, max_length=16)
    thousandths = fields.IntField()
    given = fields.CharField(max_length=16)
    unit = fields.CharEnumField(VitalUnit, max_length=16)
    source = fields.CharEnumField(VitalSource, max_length=16)
    change_percent = fields.IntField(null=True)

    class Meta:
        table = "vital"
        indexes = (("pet_id", "kind", "at"), ("note_id",))


_GRAMS_A_POUND = Decimal("453.59237")
KEPT_IN: Final = {
    VitalKind.WEIGHT: VitalUnit.KILOGRAM,
    VitalKind.TEMPERATURE: VitalUnit.CELSIUS,
    VitalKind.PULSE: VitalUnit.PER_MINUTE,
    VitalKind.RESPIRATION: VitalUnit.PER_MINUTE,
}
"""The unit in which all measurements of a kind are kept; scores are kept on the scale they were given on."""
_UNITS: Final = {
    VitalKind.WEIGHT: (VitalUnit.KILOGRAM, VitalUnit.GRAM, VitalUnit.POUND),
    VitalKind.TEMPERATURE: (VitalUnit.CELSIUS, VitalUnit.FAHRENHEIT),
    VitalKind.PULSE: (VitalUnit.PER_MINUTE,),
    VitalKind.RESPIRATION: (VitalUnit.PER_MINUTE,),
    VitalKind.BODY_CONDITION: (VitalUnit.OF_9, VitalUnit.OF_5),
    VitalKind.PAIN: (VitalUnit.OF_10, VitalUnit.OF_24),
}
# What no living animal of the practice can have, in thousandths of the unit it is kept in.
_BOUNDS: Final = {
    VitalKind.WEIGHT: (1, 2_000_000),
    VitalKind.TEMPERATURE: (10_000, 50_000),
    VitalKind.PULSE: (1_000, 1_500_000),
    VitalKind.RESPIRATION: (0, 500_000),
}


def thousandths(kind: VitalKind, value: Decimal, unit: VitalUnit) -> int:
    """The value in thousandths of the unit in which its kind is kept.

    Raises:
        InvalidInput: the unit does not belong to the kind, or no living animal can have that value.
    Source: NIST SP 811 (one pound is 0.45359237 kg exactly).
    """
    if unit not in _UNITS[kind]:
        allowed = ", ".join(one.value for one in _UNITS[kind])
        raise InvalidInput(f"This is measured in one of: {allowed}.", path=("unit",))
    kept = _kept(value, unit)
    least, most = _BOUNDS.get(kind, (0, _scale(unit) * 1000))
    if not least <= kept <= most:
        raise InvalidInput("No living animal has that value. Please check the number and its unit.", path=("value",))
    return kept


def _kept(value: Decimal, unit: VitalUnit) -> int:
    match unit:
        case VitalUnit.GRAM:
            exact = value
        case VitalUnit.POUND:
            exact = value * _GRAMS_A_POUND
        case VitalUnit.FAHRENHEIT:
            exact = (value - 32) * 5000 / 9
        case _:
            exact = value * 1000
    return int(exact.to_integral_value(ROUND_HALF_UP))


def _scale(unit: VitalUnit) -> int:
    return int(unit.value.removeprefix("OF_")) if unit.value.startswith("OF_") else 0


def change_percent(before: int, now: int) -> int:
    """By how many percent a value differs from the one before, rounded to a whole percent away from zero.

    So it is more than 20 exactly when the change is more than 20 percent.
    """
    change = Decimal(now - before) * 100 / before
    return int(change.to_integral_value(ROUND_UP))


def has_jumped(change: int | None) -> bool:
    """Whether a change, in whole percent as `change_percent` has it, is so great that somebody should look again."""
    return change is not None and abs(change) > JUMP_PERCENT


def readable(value: Decimal) -> str:
    """The number as it was read off the instrument.

    Raises:
        InvalidInput: it has more than 12 characters or 4 decimals, or is none.
    """
    text = format(value, "f") if value.is_finite() else ""
    if not re.fullmatch(r"\d+(\.\d{1,4})?", text, re.ASCII) or len(text) > LONGEST_NUMBER:
        raise InvalidInput("Please give a plain number, like 12.5.", path=("value",))
    return text
