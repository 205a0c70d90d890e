"""Due dates: when a pet's next dose is due, and from when until when the law takes it for immunised.

All of it is arithmetic on local dates. Nothing here knows what day it is: the dates stay right until a dose, a rule or
what is known of the pet changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from models.span import Span, months

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from models.pet import Lifestyle, Species
    from models.vaccination_rule import Rule
    from models.vaccine import Target

A_DAY = timedelta(days=1)


class Reason(StrEnum):
    """Why a dose is due on a day."""

    FIRST_DOSE = "FIRST_DOSE"
    FIRST_SERIES = "FIRST_SERIES"
    FIRST_BOOSTER = "FIRST_BOOSTER"
    BOOSTER = "BOOSTER"
    PRODUCT_LABEL = "PRODUCT_LABEL"


class LegalStatus(StrEnum):
    """What the law makes of a pet on some day."""

    NOT_REGULATED = "NOT_REGULATED"
    NOT_YET_REQUIRED = "NOT_YET_REQUIRED"
    NEVER_VACCINATED = "NEVER_VACCINATED"
    NOT_YET_IMMUNISED = "NOT_YET_IMMUNISED"
    CURRENT = "CURRENT"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class Animal:
    """What of a pet matters for its due dates: `known_since` counts where its birth date is not known."""

    species: Species
    born_on: date | None
    known_since: date
    lifestyles: frozenset[Lifestyle] = frozenset()
    country: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose against one disease: how many months its product is licensed for, and when its vial expired."""

    given_on: date
    lasts_months: int
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Law:
    """What the law makes of the doses: immunised on every day from the first to the last, both included.

    `by` is the day by which the first dose must have been given, where the law says one.
    """

    immune_from: date | None = None
    immune_until: date | None = None
    by: date | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """When the next dose is due, the first day on which it would count, and why.

    `rule` is None where only the product's label speaks. From `lapses_on` on the rule is no longer for this pet. `law`
    is None where no law is known.
    """

    due_on: date
    earliest_on: date
    reason: Reason
    sentence: str
    rule: Rule | None = None
    lapses_on: date | None = None
    law: Law | None = None


def legal_status(law: Law | None, today: date) -> LegalStatus:
    """What the law makes of the pet on that day."""
    if law is None:
        return LegalStatus.NOT_REGULATED
    if law.immune_from is None or law.immune_until is None:
        is_required = law.by is None or today > law.by
        return LegalStatus.NEVER_VACCINATED if is_required else LegalStatus.NOT_YET_REQUIRED
    if today < law.immune_from:
        return LegalStatus.NOT_YET_IMMUNISED
    return LegalStatus.CURRENT if today <= law.immune_until else LegalStatus.EXPIRED


def rule_for(pet: Animal, target: Target, rules: Iterable[Rule]) -> Rule | None:
    """The rule that fits the pet most closely; of two that fit alike, the one that comes first."""
    fitting = [rule for rule in rules if target in rule.targets and _fits(rule, pet)]
    return max(fitting, key=lambda rule: rule.rank, default=None)


def due(pet: Animal, target: Target, doses: Iterable[Dose], rules: Iterable[Rule]) -> Due | None:
    """When the pet's next dose against a disease is due; None when nothing asks for one.

    `rules` are those in force, and `doses` those against this disease that stand: none that was voided. Their order
    does not matter. A dose does not count that was given too young, too soon after the one before, or from an expired
    vial; of several on one day one counts.
    """
    rule, given = rule_for(pet, target, rules), _one_a_day(doses)
    if rule is None:
        return _by_the_label(given)
    course = _course(rule, pet, given)
    lapses_on = rule.until_age.after(pet.born_on) if rule.until_age and pet.born_on else None
    found = replace(_next(rule, pet, course), rule=rule, lapses_on=lapses_on, law=_law(rule, pet, course))
    return None if lapses_on is not None and found.due_on >= lapses_on else found


def _fits(rule: Rule, pet: Animal) -> bool:
    return (
        pet.species in rule.species
        and rule.jurisdiction in {"", pet.country, pet.region}
        and (not rule.lifestyles or not pet.lifestyles.isdisjoint(rule.lifestyles))
        and (rule.until_age is None or pet.born_on is not None)
    )


def _one_a_day(doses: Iterable[Dose]) -> list[Dose]:
    """The doses in order; of several on one day the one whose product lasts longest."""
    by_day: dict[date, Dose] = {}
    for dose in sorted(doses, key=lambda dose: (dose.given_on, dose.lasts_months)):
        if dose.expires_on is None or dose.given_on <= dose.expires_on:
            by_day[dose.given_on] = dose
    return list(by_day.values())


def _by_the_label(given: Sequence[Dose]) -> Due | None:
    if not given:
        return None
    lasts = months(given[-1].lasts_months)
    sentence = f"No protocol is active for this, so the label of the product counts: it lasts {lasts.words}."
    return Due(lasts.after(given[-1].given_on), given[-1].given_on + A_DAY, Reason.PRODUCT_LABEL, sentence)


# How far a pet has come


@dataclass(slots=True)
class _Course:
    """How far a pet has come with its doses, and the first and last that counted; none did when there is no `last`."""

    first: Dose | None = None
    last: Dose | None = None
    number: int = 0
    is_late: bool = False
    is_complete: bool = False
    boosters: int = 0


def _course(rule: Rule, pet: Animal, given: Sequence[Dose]) -> _Course:
    course = _Course()
    for dose in given:
        if _is_too_young(rule.earliest_age, pet, dose):
            continue
        if course.last is None or _begins_anew(rule, course, course.last, dose):
            course = _Course(first=course.first or dose, number=1, is_late=_is_late(rule, pet, dose))
        elif rule.least_gap is not None and dose.given_on < rule.least_gap.after(course.last.given_on):
            continue
        elif not course.is_complete:
            course.number += 1
        elif not _is_too_young(rule.first_booster_age, pet, dose):
            course.boosters += 1
        course.last = dose
        if not course.is_complete and _completes(rule, pet, course, dose):
            course.is_complete = True
            # A series that ends so late needs no booster of its own.
            course.boosters = int(
                rule.first_booster_age is not None and not _is_too_young(rule.first_booster_age, pet, dose)
            )
    return course


def _is_too_young(age: Span | None, pet: Animal, dose: Dose) -> bool:
    return age is not None and pet.born_on is not None and dose.given_on < age.after(pet.born_on)


def _begins_anew(rule: Rule, course: _Course, last: Dose, dose: Dose) -> bool:
    if rule.restarts_after is None or not course.is_complete:
        return False
    return dose.given_on > rule.restarts_after.after(last.given_on)


def _is_late(rule: Rule, pet: Animal, dose: Dose) -> bool:
    if rule.series_until_age is None:
        return False
    return pet.born_on is None or dose.given_on >= rule.series_until_age.after(pet.born_on)


def _completes(rule: Rule, pet: Animal, course: _Course, dose: Dose) -> bool:
    if course.is_late:
        return course.number >= rule.late_doses
    return course.number >= rule.doses and not _is_too_young(rule.series_until_age, pet, dose)


# What comes next


def _next(rule: Rule, pet: Animal, course: _Course) -> Due:
    last = course.last
    if last is None:
        return _first(rule, pet)
    soonest = rule.least_gap.after(last.given_on) if rule.least_gap else last.given_on + A_DAY
    if not course.is_complete:
        return _of_the_series(rule, course, last, soonest)
    if not course.boosters and rule.first_booster_age is not None and pet.born_on is not None:
        at_age = rule.first_booster_age.after(pet.born_on)
        due_on = max(at_age, rule.gap.after(last.given_on)) if rule.gap else at_age
        sentence = f"The first booster is due at the age of {rule.first_booster_age.words}."
        return Due(max(due_on, soonest), max(at_age, soonest), Reason.FIRST_BOOSTER, sentence)
    if not course.boosters and rule.first_booster_after is not None:
        due_on = rule.first_booster_after.after(last.given_on)
        sentence = (
            f"The first booster is due {rule.first_booster_after.words} after the first vaccination,"
            " however long the product lasts."
        )
        return Due(due_on, due_on if rule.is_no_sooner else soonest, Reason.FIRST_BOOSTER, sentence)
    lasts = rule.booster_every or months(last.lasts_months)
    due_on = lasts.after(last.given_on)
    sentence = f"A booster is due {lasts.words} after the last dose."
    return Due(due_on, due_on if rule.is_no_sooner else soonest, Reason.BOOSTER, sentence)


def _first(rule: Rule, pet: Animal) -> Due:
    if pet.born_on is None:
        sentence = "No dose is known, nor the age: the first dose is due now."
        return Due(pet.known_since, pet.known_since, Reason.FIRST_DOSE, sentence)
    sentence = f"The first dose is due at the age of {rule.first_age.words}."
    return Due(rule.first_age.after(pet.born_on), rule.earliest_age.after(pet.born_on), Reason.FIRST_DOSE, sentence)


def _of_the_series(rule: Rule, course: _Course, last: Dose, soonest: date) -> Due:
    gap = rule.gap or rule.least_gap
    due_on = gap.after(last.given_on) if gap else soonest
    sentence = f"The next dose of the first series is due {gap.words} after the last one" if gap else "It is due now"
    if not course.is_late and rule.series_until_age is not None:
        sentence += f", until one is given at the age of {rule.series_until_age.words} or later"
    return Due(due_on, soonest, Reason.FIRST_SERIES, f"{sentence}.")


# What the law makes of it


def _law(rule: Rule, pet: Animal, course: _Course) -> Law | None:
    if rule.legal_onset is None:
        return None
    by = rule.legal_by_age.after(pet.born_on) if rule.legal_by_age and pet.born_on else None
    if course.first is None or course.last is None:
        return Law(by=by)
    is_boosted = course.last is not course.first
    lasts = months(course.last.lasts_months)
    if not is_boosted and rule.first_booster_after is not None:
        lasts = rule.first_booster_after
    begins = course.last.given_on if is_boosted else rule.legal_onset.after(course.first.given_on)
    return Law(begins, lasts.after(course.last.given_on), by)
