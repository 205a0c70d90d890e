"""Prescriptions: prescribing by weight, giving repeats, and stopping."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from models import Allergy, EventKind, Location, Practice, Prescription, PrescriptionRepeat, sql
from models.period import must_be_foreseeable, today_by
from models.prescription import dose, micrograms
from models.refusal import AllergyKnown, InvalidInput, NoWeight
from models.text import line as one_line
from models.text import named, prose
from models.vital import change_percent, has_jumped
from models.words import search_words
from resolvers import lines, vitals
from resolvers.access import Deed
from resolvers.events import Happening

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal
    from uuid import UUID

    from models import Pet
    from models.recorded import Recorded
    from resolvers.lines import Line, Place
    from resolvers.viewer import Viewer

MOST_TIMES_A_DAY, MOST_DAYS, MOST_REPEATS = 24, 366, 99


@dataclass(frozen=True, slots=True)
class Order:
    """What a vet prescribes. Doses are in milligrams: a dose by weight is reckoned, unless the whole dose is given.

    `allergy_seen` says why it is given although the pet is known to be allergic to it.
    """

    medicine: str
    directions: str
    strength: str = ""
    quantity: str = ""
    milligrams_per_kilogram: Decimal | None = None
    milligrams: Decimal | None = None
    times_a_day: int | None = None
    days: int | None = None
    repeats_allowed: int = 0
    valid_until: date | None = None
    allergy_seen: str | None = None


async def prescribe(viewer: Viewer, line: Line, order: Order, *, key: str, now: datetime) -> UUID:
    """Prescribe a medicine, in a note or without one; its key.

    A dose by weight is reckoned from the latest weight that is no error, and that weight is kept with it.

    Raises:
        NotFound, AlreadySigned, RecordLocked, EnteredInError: see `lines.write_down`.
        InvalidInput: a text, a dose or a number makes no sense.
        PetHasDied: nothing is prescribed for it any more.
        NoWeight: a dose by weight is asked for, and no weight is known.
        AllergyKnown: the pet is known to react to it, and nobody says why it is given all the same.
    """
    seen = (order.allergy_seen or "").strip()

    async def made(place: Place) -> Recorded:
        columns = _columns(order, place)
        place.pet.must_be_alive()
        reason = named(seen, path=("allergySeen",), longest=1000) if seen else ""
        if not reason:
            await _must_be_harmless(place.pet, columns["medicine"])
        said = [columns[name] for name in ("medicine", "strength", "directions", "quantity")]
        return Prescription(
            **place.columns,
            **(columns | await _weighed(place, columns)),
            prescribed_by_id=lines.acting(viewer),
            words=search_words(*said),
        )

    also = {"allergy_seen": seen} if seen else {}
    return await lines.write_down(
        viewer, Deed.PRESCRIBE, line, order, made, kind=EventKind.PRESCRIBED, key=key, now=now, also=also
    )


async def give_repeat(viewer: Viewer, prescription_id: UUID | None, *, key: str, now: datetime) -> UUID:
    """Give the next repeat of a prescription; the key of the prescription.

    Raises:
        NotFound: there is no such prescription.
        EnteredInError, PrescriptionEnded, NoRepeatLeft: see `Prescription.repeat`.
        PetHasDied: nothing is given for it any more.
    """

    async def give(prescription: Prescription, pet: Pet) -> Happening:
        pet.must_be_alive()
        number = prescription.repeat(today=await _today(now))
        await prescription.save(update_fields=["repeats_given"])
        repeat = PrescriptionRepeat(
            prescription_id=prescription.id, number=number, given_at=now, given_by_id=lines.acting(viewer)
        )
        await sql.insert([repeat])
        return Happening(EventKind.REPEAT_GIVEN, prescription.id, after={"number": number})

    return await lines.change(
        viewer, Deed.GIVE_REPEAT, Prescription, prescription_id, {}, give, path="prescriptionId", key=key, now=now
    )


async def stop(viewer: Viewer, prescription_id: UUID | None, because: str, *, key: str, now: datetime) -> UUID:
    """Stop a prescription: no repeat is given any more.

    Raises:
        NotFound: there is no such prescription.
        EnteredInError, AlreadySo: see `Prescription.stop`.
        InvalidInput: no reason is given.
    """

    async def stopped(prescription: Prescription, _pet: Pet) -> Happening:
        reason = named(because, path=("because",), longest=1000)
        prescription.stop(reason, by=lines.acting(viewer), now=now)
        await prescription.save(update_fields=["stopped_at", "stopped_by_id", "stopped_because"])
        return Happening(EventKind.PRESCRIPTION_STOPPED, prescription.id, after={"stopped_because": reason})

    deed, said = Deed.STOP_PRESCRIPTION, {"because": because}
    return await lines.change(
        viewer, deed, Prescription, prescription_id, said, stopped, path="prescriptionId", key=key, now=now
    )


# What the deeds above share


def _columns(order: Order, place: Place) -> dict[str, Any]:
    _must_lie(order.times_a_day, 1, MOST_TIMES_A_DAY, "timesADay")
    _must_lie(order.days, 1, MOST_DAYS, "days")
    _must_lie(order.repeats_allowed, 0, MOST_REPEATS, "repeatsAllowed")
    if order.valid_until is not None:
        must_be_foreseeable(order.valid_until, path="validUntil")
        # Where the day begins last, it is still yesterday.
        if order.valid_until < place.at.astimezone(UTC).date() - timedelta(days=1):
            raise InvalidInput("It would not be valid for a single day.", path=("validUntil",))
    by_weight, whole = order.milligrams_per_kilogram, order.milligrams
    return {
        "medicine": named(order.medicine, path=("medicine",)),
        "strength": one_line(order.strength, path=("strength",)),
        "directions": _filled(prose(order.directions, path=("directions",))),
        "quantity": one_line(order.quantity, path=("quantity",)),
        "micrograms_per_kilogram": None
        if by_weight is None
        else micrograms(by_weight, path=("milligramsPerKilogram",)),
        "micrograms": None if whole is None else micrograms(whole, path=("milligrams",)),
        "times_a_day": order.times_a_day,
        "days": order.days,
        "repeats_allowed": order.repeats_allowed,
        "valid_until": order.valid_until,
    }


def _filled(text: str) -> str:
    if not text:
        raise InvalidInput("Please say how the owner gives it.", path=("directions",))
    return text


def _must_lie(number: int | None, least: int, most: int, path: str) -> None:
    if number is not None and not least <= number <= most:
        raise InvalidInput(f"Please choose {least} to {most}.", path=(path,))


async def _must_be_harmless(pet: Pet, medicine: str) -> None:
    known = await Allergy.filter(pet_id=pet.id, errored_at=None, ended_at=None).order_by("at", "id")
    substances = dict.fromkeys(allergy.substance for allergy in known if allergy.concerns(medicine))
    if substances:
        raise AllergyKnown(list(substances), pet_id=pet.id)


async def _weighed(place: Place, columns: dict[str, Any]) -> dict[str, Any]:
    """The weight from which a dose by weight is reckoned, what is wrong with it, and the dose, unless it was given."""
    by_weight = columns["micrograms_per_kilogram"]
    if by_weight is None:
        return {}
    weights = await vitals.weights_until(place.pet.id, place.at, most=2)
    if not weights:
        raise NoWeight(path=("milligramsPerKilogram",))
    latest, grams = weights[0], weights[0].thousandths
    practice = await Practice.first()
    oldest = timedelta(days=practice.stale_weight_days if practice else 0)
    jump = change_percent(weights[1].thousandths, grams) if weights[1:] else None
    whole = columns["micrograms"]
    return {
        "micrograms": dose(by_weight, grams) if whole is None else whole,
        "weight_id": latest.id,
        "weight_grams": grams,
        "weight_is_stale": place.at - latest.at > oldest,
        "weight_has_jumped": has_jumped(jump),
    }


async def _today(now: datetime) -> date:
    """The day it still is at one of the practice's places: what is valid today, is valid there until midnight."""
    return min((today_by(place.zone, now) for place in await Location.all()), default=now.astimezone(UTC).date())
