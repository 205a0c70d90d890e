"""Pets: the animal of a document, and what the practice knows of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from ovf_types import Patient
from ovf_types.patient import Species as Known

from models.pet import DatePrecision, Sex, Species, microchip_number
from models.pet_record import Keeper, Line, LineKind, Measure, PetFacts, PetRecord
from models.refusal import InvalidInput
from models.text import line as one_line
from models.vital import VitalKind, VitalUnit, thousandths
from vetdesk.open_vet_format.dates import day_of
from vetdesk.open_vet_format.fitting import fitted
from vetdesk.open_vet_format.meanings import NAMES, UNITS, measured

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vetdesk.open_vet_format.documents import Unfit

ALERT: Final = "Alert: "
CHIP: Final = "iso-microchip-11784"
NEUTERED: Final = {"intact": False, "neutered": True, "spayed": True}
_SPECIES = {each.value.lower(): each for each in Species}
_MOST_ALERTS = 20
_HERE = ("patient",)


def read(given: Any, written_at: datetime, unfit: Unfit) -> PetRecord:
    """The record with the animal alone, as far as the document tells of it.

    Raises:
        InvalidInput: it says neither name nor species in a way that anybody could use, or no id.
    """
    if isinstance(given, dict):
        _mend(given, written_at.date(), unfit)
    known = fitted(Patient, given, _HERE, unfit)
    if known is None:
        last = unfit.found[-1]
        raise InvalidInput(f"This is no animal that we could take in. {last.why}", path=("document", "patient"))
    name = _line(known["name"], "name", unfit)
    if not name:
        raise InvalidInput("An animal has a name, of 1 to 200 characters.", path=("document", "patient", "name"))
    details = {key: value for key, value in known.items() if key not in ("resource_type", "id", "owner")}
    alerts, details = _alerts(details)
    chip, details = _chip(details, unfit)
    born_on = day_of(known.get("date_of_birth"))
    facts = PetFacts(
        name=name,
        species=_species(known["species"], unfit),
        breed=_line(known.get("breed") or "", "breed", unfit),
        sex=Sex((known.get("sex") or "unknown").upper()),
        neutered=NEUTERED.get(known.get("gender_status") or ""),
        born_on=born_on,
        born_precision=DatePrecision.DAY if born_on else None,
        colour=_line(known.get("color") or "", "color", unfit),
        microchip=chip,
        alerts=alerts,
        died_on=_died_on(known, written_at.date(), unfit),
    )
    return PetRecord(id=known["id"], written_at=written_at, pet=facts, keeper=_keeper(known, unfit), details=details)


def _mend(given: dict[str, Any], today: date, unfit: Unfit) -> None:
    """Take out days that are none, or had not come when the document was written."""
    for name in ("date_of_birth", "deceased_date"):
        value = given.get(name)
        day = day_of(value)
        if value is not None and (day is None or day > today):
            unfit.note((*_HERE, name), value, "This is no date that we know, or it had not come.")
            del given[name]
    species = given.get("species")
    if isinstance(species, str) and species.lower() not in {each.value for each in Known}:
        unfit.note((*_HERE, "species"), species, "The format does not know this animal. We take it as another one.")
        given["species"] = "other"


def _species(said: str, unfit: Unfit) -> Species:
    if said not in _SPECIES:
        unfit.note((*_HERE, "species"), said, "We have no such species: with us it is another animal.")
    return _SPECIES.get(said, Species.OTHER)


def _line(said: str, name: str, unfit: Unfit) -> str:
    try:
        return one_line(" ".join(said.split()), path=())
    except InvalidInput as refusal:
        unfit.note((*_HERE, name), said, refusal.message)
        return ""


def _alerts(details: dict[str, Any]) -> tuple[tuple[str, ...], dict[str, Any]]:
    """What everybody must know before they touch it, as this program writes it, and the notes without it."""
    lines = (details.get("notes") or "").split("\n")
    alerts = [each.removeprefix(ALERT).strip() for each in lines if each.startswith(ALERT)]
    if not alerts or len(alerts) > _MOST_ALERTS or any(not 1 <= len(each) <= 200 for each in alerts):
        return (), details
    rest = "\n".join(each for each in lines if not each.startswith(ALERT))
    return tuple(alerts), {**details, "notes": rest} if rest else _without(details, "notes")


def _chip(details: dict[str, Any], unfit: Unfit) -> tuple[str | None, dict[str, Any]]:
    chip = None
    others = []
    for number, each in enumerate(details.get("identifiers") or ()):
        if each["system"] == CHIP and chip is None:
            try:
                chip = microchip_number(each["value"])
            except InvalidInput as refusal:
                unfit.note((*_HERE, "identifiers", number), each["value"], refusal.message)
            else:
                continue
        elif each["system"] == CHIP:
            unfit.note((*_HERE, "identifiers", number), each["value"], "A pet has one microchip with us.")
        others.append(each)
    details = _without(details, "identifiers")
    return chip, {**details, "identifiers": others} if others else details


def _died_on(known: dict[str, Any], today: date, unfit: Unfit) -> date | None:
    day = day_of(known.get("deceased_date"))
    if day is None and known.get("is_deceased"):
        unfit.note((*_HERE, "is_deceased"), "true", f"It does not say when it died. We take {today}.")
        return today
    if day is not None and known.get("is_deceased") is False:
        unfit.note((*_HERE, "deceased_date"), str(day), "It says as well that it lives. We take it as alive.")
        return None
    born_on = day_of(known.get("date_of_birth"))
    if day is not None and born_on is not None and day < born_on:
        unfit.note((*_HERE, "deceased_date"), str(day), "That is before it was born. We take the day of the document.")
        return today
    return day


def _keeper(known: dict[str, Any], unfit: Unfit) -> Keeper | None:
    owner = {name: " ".join(value.split()) for name, value in (known.get("owner") or {}).items() if value}
    if not owner:
        return None
    unfit.note((*_HERE, "owner"), owner.get("name", ""), "Owners are chosen here. We keep its words with the import.")
    return Keeper(**owner)


def weighed(record: PetRecord, lines: list[Line], unfit: Unfit) -> PetRecord:
    """The record with these lines, and with the one weight that documents have for the animal itself.

    It has no moment of its own. Where no line tells the same weight, it counts as of when the document was written.
    """
    weight = record.details.get("weight")
    details = _without(dict(record.details), "weight")
    record = replace(record, lines=tuple(lines), details=details)
    if weight is None:
        return record
    value = f"{weight['value']:.6f}".rstrip("0").rstrip(".")
    measure = measured(NAMES[VitalKind.WEIGHT], value, weight["unit"])
    if measure is None:
        unfit.note((*_HERE, "weight"), weight, "No living animal has that weight.")
        return record
    if any(_in_grams(each.means) == _in_grams(measure) for each in lines if isinstance(each.means, Measure)):
        return record
    more = Line(
        id="patient/weight",
        kind=LineKind.FINDING,
        at=record.written_at,
        title=NAMES[VitalKind.WEIGHT],
        text=f"{measure.given} {UNITS[measure.unit]}",
        means=measure,
    )
    return replace(record, lines=(*lines, more))


def _in_grams(measure: Measure | None) -> int | None:
    if measure is None or measure.kind is not VitalKind.WEIGHT:
        return None
    return thousandths(measure.kind, Decimal(measure.given), measure.unit)


def told(record: PetRecord, pet_id: str) -> dict[str, Any]:
    """The animal as a document has it: what we know now, and what was said of it elsewhere where that still holds."""
    pet, before = record.pet, record.details
    now: dict[str, Any] = {
        "resource_type": "Patient",
        "id": pet_id,
        "name": pet.name,
        "species": _still(before.get("species"), pet.species.value.lower(), _SPECIES, Species.OTHER),
        "breed": pet.breed,
        "date_of_birth": str(pet.born_on) if pet.born_on else None,
        "sex": pet.sex.value.lower(),
        "gender_status": _still(before.get("gender_status"), _gender(pet), NEUTERED),
        "color": pet.colour,
        "weight": _weight(pet.weight),
        "identifiers": [
            *([{"system": CHIP, "value": pet.microchip}] if pet.microchip else []),
            *before.get("identifiers", ()),
        ],
        "owner": _owner(record.keeper),
        "is_active": pet.died_on is None,
        "is_deceased": pet.died_on is not None,
        "deceased_date": str(pet.died_on) if pet.died_on else None,
        "notes": "\n".join(
            [*(f"{ALERT}{each}" for each in pet.alerts), *([before["notes"]] if before.get("notes") else [])]
        ),
    }
    more = {name: before[name] for name in ("breed_code", "species_code", "photo_url") if name in before}
    return {name: value for name, value in {**now, **more}.items() if value not in (None, "", [], {})}


def _still(word: str | None, now: str | None, means: Mapping[str, Any], otherwise: Any = None) -> str | None:
    """The word used elsewhere, as long as it means the same to us as ours."""
    if word is not None and means.get(word, otherwise) == means.get(now or "", otherwise):
        return word
    return now


def _gender(pet: PetFacts) -> str | None:
    if pet.neutered is None:
        return None
    if not pet.neutered:
        return "intact"
    return "spayed" if pet.sex is Sex.FEMALE else "neutered"


def _weight(measure: Measure | None) -> dict[str, Any] | None:
    if measure is None:
        return None
    value = float(measure.given)
    if measure.unit is VitalUnit.POUND:
        return {"value": value, "unit": "lbs"}
    return {"value": value / 1000 if measure.unit is VitalUnit.GRAM else value, "unit": "kg"}


def _owner(keeper: Keeper | None) -> dict[str, str] | None:
    if keeper is None:
        return None
    said = {"name": keeper.name, "phone": keeper.phone, "email": keeper.email, "address": keeper.address}
    return {name: value for name, value in said.items() if value}


def _without(details: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in details.items() if key != name}
