"""Vaccinations due: working out what is due, in the transaction of whatever it hangs on."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC
from typing import TYPE_CHECKING, Any

from models import Location, Pet, Species, Target, VaccinationDue, VaccinationProtocol, sql
from models.due_date import Animal, Dose, due, legal_status
from models.period import today_by
from models.pet import Lifestyle
from resolvers import access
from resolvers.locks import hold_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from models.due_date import Due, LegalStatus
    from resolvers.viewer import Viewer

_AT_ONCE = 100  # SQLite takes a limited number of values in one statement
_GIVEN = (
    "SELECT d.pet_id, d.given_on, d.expires_on, d.location_id, v.targets, v.lasts_months FROM vaccination d "
    "JOIN vaccine v ON v.id = d.vaccine_id WHERE d.voided_at IS NULL AND d.pet_id IN ({pets}) ORDER BY d.given_on, d.id"
)
_COMPARED = (
    "due_on", "earliest_on", "reason", "sentence", "protocol_id", "location_id", "lapses_on", "is_regulated",
    "immune_from", "immune_until", "required_by",
)  # fmt: skip


async def work_out(pet_ids: Iterable[UUID], *, now: datetime) -> None:
    """Work out anew what is due for these pets; of one that has died everything stays as its death left it.

    The deed holds the pets, so that of two done at once the second sees the doses of the first.
    """
    wanted = list(pet_ids)
    if not wanted:
        return
    practice = await _Practice.known()
    for start in range(0, len(wanted), _AT_ONCE):
        await _of_these(wanted[start : start + _AT_ONCE], practice, now)


async def work_out_where(scope: str, values: Sequence[Any] = (), *, now: datetime) -> None:
    """Work out anew what is due for every living pet for which `scope` holds; all are held until the deed is done."""
    pets = await hold_all(Pet, f"died_on IS NULL AND ({scope})", values)
    await work_out([pet.id for pet in pets], now=now)


async def as_of(pet: Pet, targets: Iterable[Target], day: date) -> date | None:
    """The day on which the first of these was due next, right after the doses of that day, by the rules in force now."""
    practice = await _Practice.known()
    given = (await _doses([pet.id])).get(pet.id, _Given())
    animal = _animal(pet, practice.home(given))
    found = [
        due(animal, target, [dose for dose in given.against[target] if dose.given_on <= day], practice.rules)
        for target in targets
    ]
    return min((one.due_on for one in found if one is not None), default=None)


async def legal_statuses(viewer: Viewer, ids: Sequence[UUID], now: datetime) -> Mapping[UUID, LegalStatus]:
    """What the law makes of each of these today, on the calendar of the place whose law it is."""
    condition, values = access.sight(viewer, VaccinationDue, "t")
    rows = await sql.fetch(
        "SELECT t.*, l.zone AS zone FROM vaccination_due t LEFT JOIN location l ON l.id = t.location_id "  # noqa: S608 - only marks
        f"WHERE t.id IN ({sql.marks(len(ids))}) AND ({condition})",
        (*ids, *values),
    )
    told: dict[UUID, LegalStatus] = {}
    for row in rows:
        columns = dict(row)
        # Of a place whose clock nobody here knows, a day off is better than no word about the law.
        today = today_by(columns.pop("zone") or "UTC", now)
        kept = sql.loaded(VaccinationDue, columns)
        told[kept.id] = legal_status(kept.law, today)
    return told


class _Given:
    """What one pet was given: the doses against each disease, and where the latest of them was given here."""

    def __init__(self) -> None:
        self.against: dict[Target, list[Dose]] = defaultdict(list)
        self.location_id: UUID | None = None


class _Practice:
    """The rules in force, and the places whose law may count."""

    def __init__(self, protocols: Sequence[VaccinationProtocol], places: Sequence[Location]) -> None:
        self.rules = [protocol.rule for protocol in protocols]
        self.keys = {(protocol.code, protocol.version): protocol.id for protocol in protocols}
        self._places = {place.id: place for place in places}
        self._main = next((place for place in places if place.closed_on is None), next(iter(places), None))

    @classmethod
    async def known(cls) -> _Practice:
        """As it is now."""
        active = await VaccinationProtocol.filter(is_active=True).order_by("code")
        # Of two rules that fit alike, the one that the practice activated last comes first.
        latest_first = sorted(
            active, key=lambda one: one.activated_at.timestamp() if one.activated_at else 0, reverse=True
        )
        return cls(latest_first, await Location.all().order_by("id"))

    def home(self, given: _Given) -> Location | None:
        """Where the law for a pet is looked up: where it got its latest dose, else the practice's first open place."""
        return self._places.get(given.location_id) if given.location_id else self._main


async def _of_these(pet_ids: Sequence[UUID], practice: _Practice, now: datetime) -> None:
    pets = await Pet.filter(id__in=list(pet_ids), died_on=None)
    given = await _doses(pet_ids)
    living = [pet.id for pet in pets]
    before = {(row.pet_id, row.target): row for row in await VaccinationDue.filter(pet_id__in=living)}
    changed: list[VaccinationDue] = []
    for pet in pets:
        of_pet = given.get(pet.id, _Given())
        for row in _rows(pet, of_pet, practice, now):
            old = before.pop((pet.id, row.target), None)
            if old is not None:
                row.id = old.id
                if all(getattr(old, name) == getattr(row, name) for name in _COMPARED):
                    continue
            changed.append(row)
    replaced = [row.id for row in (*before.values(), *changed)]
    if replaced:
        await VaccinationDue.filter(id__in=replaced).delete()
    await sql.insert(changed)


def _rows(pet: Pet, given: _Given, practice: _Practice, now: datetime) -> list[VaccinationDue]:
    home = practice.home(given)
    animal = _animal(pet, home)
    asked = {target for rule in practice.rules for target in rule.targets} | set(given.against)
    rows = []
    for target in sorted(asked):
        found = due(animal, target, given.against.get(target, ()), practice.rules)
        if found is not None:
            rows.append(_row(pet, target, found, practice, home, now))
    return rows


def _row(
    pet: Pet, target: Target, found: Due, practice: _Practice, home: Location | None, now: datetime
) -> VaccinationDue:
    law, rule = found.law, found.rule
    return VaccinationDue(
        pet_id=pet.id,
        target=target,
        due_on=found.due_on,
        earliest_on=found.earliest_on,
        reason=found.reason,
        sentence=found.sentence,
        protocol_id=practice.keys[rule.code, rule.version] if rule else None,
        location_id=home.id if home else None,
        lapses_on=found.lapses_on,
        is_regulated=law is not None,
        immune_from=law.immune_from if law else None,
        immune_until=law.immune_until if law else None,
        required_by=law.by if law else None,
        worked_out_at=now,
    )


def _animal(pet: Pet, home: Location | None) -> Animal:
    return Animal(
        species=Species(pet.species),
        born_on=pet.born_on,
        known_since=pet.created_at.astimezone(UTC).date(),
        lifestyles=frozenset(map(Lifestyle, pet.lifestyle)),
        country=home.country if home else "",
        region=home.region if home else "",
    )


async def _doses(pet_ids: Sequence[UUID]) -> dict[UUID, _Given]:
    """What each of these pets was given and stands, the latest last."""
    rows = await sql.fetch(_GIVEN.format(pets=sql.marks(len(pet_ids))), pet_ids)
    given: dict[UUID, _Given] = defaultdict(_Given)
    for row in rows:
        of_pet = given[sql.as_key(row["pet_id"])]
        given_on, expires_on = sql.as_date(row["given_on"]), sql.as_date(row["expires_on"])
        assert given_on is not None  # noqa: S101 - the column is never null
        for target in _TARGETS.to_python_value(row["targets"]):
            of_pet.against[Target(target)].append(Dose(given_on, row["lasts_months"], expires_on))
        if row["location_id"] is not None:
            of_pet.location_id = sql.as_key(row["location_id"])
    return given


_TARGETS: Any = VaccinationProtocol._meta.fields_map["targets"]  # noqa: SLF001 - Tortoise says it nowhere else
