"""Pets: their microchips, and their death."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import Pet
from models.pet import microchip_number
from models.refusal import InvalidInput, PetHasDied


@pytest.mark.parametrize(
    "typed",
    ["276098212345678", " 276098212345678\n", "276 0982 1234 5678", "276.098.212.345.678", "276-098212345678"],
)
def test_a_microchip_number_is_its_fifteen_digits(typed):
    assert microchip_number(typed) == "276098212345678"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "27609821234567",  # fourteen
        "2760982123456789",  # sixteen
        "27609821234567A",
        "٢٧٦٠٩٨٢١٢٣٤٥٦٧٨",  # digits, but not those of a chip
        "999000000000001",  # a test chip
        "000000000000001",
        "895000000000001",  # not assigned
        "899000000000001",
        "276274877906944",  # an animal number of more than 38 bits
        "276098212345678; DROP TABLE pet",
    ],
)
def test_what_no_chip_can_carry_is_refused(typed):
    with pytest.raises(InvalidInput) as refused:
        microchip_number(typed)
    assert refused.value.path == ("microchip",)


@pytest.mark.parametrize("typed", ["276274877906943", "900000000000001", "998000000000000", "894000000000001"])
def test_the_last_numbers_that_a_chip_can_carry(typed):
    assert microchip_number(typed) == typed


@given(st.text(max_size=30))
def test_whatever_is_typed_it_is_fifteen_digits_or_refused(typed):
    try:
        number = microchip_number(typed)
    except InvalidInput:
        return
    assert number.isascii()
    assert number.isdigit()
    assert len(number) == 15


def test_nothing_is_planned_for_a_pet_that_has_died():
    Pet(name="Rex").must_be_alive()
    with pytest.raises(PetHasDied) as refused:
        Pet(name="Rex", died_on=date(2026, 3, 1)).must_be_alive()
    assert refused.value.path == ("petId",)
