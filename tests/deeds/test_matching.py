"""Which item of the price list charges a line of a record."""

import pytest

from models import ItemKind
from models.row import uuid7
from resolvers import matching
from tests.world import a_location, a_service, a_vaccine
from tests.world.money import an_item
from vetdesk.database import counted

pytestmark = pytest.mark.anyio


async def test_a_line_is_charged_by_its_service_its_vaccine_or_its_name(database):
    await a_location()
    service, vaccine = await a_service("Dental Care"), await a_vaccine("Rabisin")
    dental = await an_item("Dental", service_id=service.id)
    rabies = await an_item("Rabies vaccination", vaccine_id=vaccine.id)
    carprofen = await an_item("Carprofen 50 mg", kind=ItemKind.PRODUCT, also_called=["Rimadyl", "Élan"])

    charged = await matching.items_for(
        [
            ("a service", service.id, None, "Cleaning"),
            ("a vaccine", None, vaccine.id, "Rabisin"),
            ("a name", None, None, "  carprofen  50 MG "),
            ("another name", None, None, "rimadyl"),
            ("an accent", None, None, "elan"),
            ("nothing known", uuid7(), uuid7(), "Carprofen"),
            ("nothing said", None, None, None),
            ("no words", None, None, " "),
        ]
    )

    assert charged == {
        "a service": dental.id,
        "a vaccine": rabies.id,
        "a name": carprofen.id,
        "another name": carprofen.id,
        "an accent": carprofen.id,
    }


async def test_what_says_more_is_taken_first_and_what_was_added_first_of_equals(database):
    await a_location()
    service = await a_service("Dental Care")
    await an_item("Polish", also_called=["Cleaning"])
    first, second = sorted((uuid7(), uuid7()))
    await an_item("Cleaning", id=second)
    named = await an_item("Cleaning", id=first)
    own = await an_item("Dental", service_id=service.id)

    asked = [(1, service.id, None, "Cleaning"), (2, uuid7(), None, "Cleaning")]

    assert await matching.items_for(asked) == {1: own.id, 2: named.id}


async def test_what_is_no_longer_offered_charges_nothing(database):
    await a_location()
    service = await a_service("Dental Care")
    await an_item("Old", service_id=service.id, is_offered=False, also_called=["Older"])

    asked = [(1, service.id, None, None), (2, None, None, "Old"), (3, None, None, "Older")]

    assert await matching.items_for(asked) == {}


@pytest.mark.parametrize("lines", [0, 1, 100])
async def test_it_asks_once_however_many_lines_there_are(database, lines):
    await a_location()
    for number in range(lines):
        await an_item(f"Item {number}", also_called=[f"Other {number}"])
    told = [(number, None, None, f"other {number}") for number in range(lines)]

    with counted() as statements:
        charged = await matching.items_for(told)

    assert (len(charged), len(statements.texts)) == (lines, min(lines, 1))
