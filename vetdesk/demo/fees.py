"""Fees: what is on the price list of the demo practice, in London in pence and in Berlin in cents, tax included.

The amounts are made up; in Berlin they lie where the German scale of fees for vets (GOT) would have them.
"""

from __future__ import annotations

from dataclasses import dataclass

from models import ItemKind
from vetdesk.demo.offers import (
    CHECK_UP,
    DENTAL,
    FAREWELL,
    FIRST_VISIT,
    NURSE_CLINIC,
    SMALL_PETS,
    SURGERY,
    VACCINATION,
    Offer,
)
from vetdesk.demo.places import SPREE, THAMES, Place
from vetdesk.demo.vaccines import CORE, Vaccine


@dataclass(frozen=True, slots=True, eq=False)
class Fee:
    """An item as it will be added, and what one of it costs at each place."""

    name: str
    thames: int
    spree: int
    code: str
    kind: ItemKind = ItemKind.SERVICE
    unit: str = ""
    also_called: tuple[str, ...] = ()
    offer: Offer | None = None
    vaccine: Vaccine | None = None

    def at(self, place: Place) -> int:
        """What it costs there, in minor units."""
        return {THAMES: self.thames, SPREE: self.spree}[place]


def _product(
    name: str, thames: int, spree: int, code: str, unit: str, *also_called: str, vaccine: Vaccine | None = None
) -> Fee:
    return Fee(name, thames, spree, code, ItemKind.PRODUCT, unit, also_called, vaccine=vaccine)


_VACCINES = dict(zip(CORE, ((3400, 2890), (2800, 2450), (3600, 3120), (3200, 2780), (3400, 2890)), strict=True))

FOR_VISITS = (
    Fee("Consultation", 5200, 3150, "C01", also_called=("Check-up visit",), offer=CHECK_UP),
    Fee("Consultation before vaccination", 2900, 2380, "C02", offer=VACCINATION),
    Fee("First consultation", 5800, 3990, "C03", offer=FIRST_VISIT),
    Fee("Consultation, small pets and exotics", 4800, 2840, "C04", offer=SMALL_PETS),
    Fee("Nurse consultation", 1800, 1430, "C05", offer=NURSE_CLINIC),
    Fee("Dental treatment, with anaesthesia", 29500, 18900, "S01", offer=DENTAL),
    Fee("Use of the theatre, with anaesthesia", 24000, 16800, "S02", offer=SURGERY),
    Fee("Farewell visit", 9500, 7150, "C06", offer=FAREWELL),
)
"""What a visit itself costs: of these, the fees are raised from time to time."""
FEES = (
    *FOR_VISITS,
    *(
        _product(f"Vaccination {each.name}", *_VACCINES[each], f"V{number:02}", "dose", vaccine=each)
        for number, each in enumerate(CORE, 1)
    ),
    Fee("Ear cleaning and cytology", 3800, 2950, "D01", also_called=("Ear cleaning",)),
    Fee("Blood and urine sampling", 9600, 7840, "D02"),
    Fee("Urine examination", 3400, 2510, "D03"),
    Fee("Fine needle aspiration", 5900, 4420, "D04"),
    Fee("Faecal examination", 3600, 2790, "D05"),
    Fee("Beak trimming", 1900, 1530, "T01"),
    Fee("Nail clip", 1500, 1190, "T02", also_called=("Nails",)),
    Fee("Bandage change", 2600, 2240, "T03"),
    Fee("Scaling, polishing, one extraction", 16500, 13650, "S03"),
    Fee("Molar burring", 7800, 6420, "S04"),
    Fee("Neutering", 14500, 12800, "S05", also_called=("Spaying", "Castration")),
    Fee("Removal of a skin tumour", 21000, 17450, "S06"),
    Fee("Euthanasia", 8500, 6940, "T04"),
    _product("Maropitant", 1250, 1080, "M01", "ml", "Cerenia"),
    _product("Metoclopramide", 620, 540, "M02", "ml"),
    _product("Meloxicam", 1890, 1640, "M03", "bottle", "Metacam"),
    _product("Terbinafine, florfenicol, betamethasone ear gel", 2150, 1870, "M04", "dose", "Ear gel"),
    _product("Oclacitinib", 265, 228, "M05", "tablet", "Apoquel"),
    _product("Pimobendan", 98, 84, "M06", "tablet", "Vetmedin"),
)
"""Everything on the price list: whatever `vetdesk.demo.cases` tells of is charged as one of these."""
