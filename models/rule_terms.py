"""Terms: what a version of a reminder rule says, and what each kind of rule needs and cannot have."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from models.language import SPOKEN
from models.pet import Species
from models.refusal import InvalidInput
from models.reminder_rule import FURTHEST_STEP, LEAST_BETWEEN_STEPS, MOST_STEPS, RuleKind
from models.text import named
from models.vaccine import Target

if TYPE_CHECKING:
    from collections.abc import Iterable

    from models.reminder_rule import ReminderRuleVersion

MOST_SERVICES: Final = 20
OLDEST_MONTHS: Final = 1200
LONGEST_INTERVAL_MONTHS: Final = 120
LONGEST_NAME: Final = 100

_OF_A_SERVICE = frozenset({RuleKind.SERVICE_INTERVAL, RuleKind.AGE})


@dataclass(frozen=True, slots=True)
class Terms:
    """What a version of a rule says: see `ReminderRuleVersion`; the first of the services is the one to book.

    `called` holds pairs of a language and a name.
    """

    species: tuple[Species, ...] = ()
    from_age_months: int | None = None
    until_age_months: int | None = None
    targets: tuple[Target, ...] = ()
    every_months: int | None = None
    first_age_months: int | None = None
    called: tuple[tuple[str, str], ...] = ()
    steps: tuple[int, ...] = ()
    location_id: UUID | None = None
    service_ids: tuple[UUID, ...] = ()

    @classmethod
    def of(cls, version: ReminderRuleVersion, service_ids: Iterable[UUID]) -> Terms:
        """What that version says, with these services."""
        return cls(
            species=_in_order(Species, version.species),
            from_age_months=version.from_age_months,
            until_age_months=version.until_age_months,
            targets=_in_order(Target, version.targets),
            every_months=version.every_months,
            first_age_months=version.first_age_months,
            called=tuple(sorted(json.loads(version.called).items())),
            steps=tuple(int(step) for step in version.steps),
            location_id=version.location_id,
            service_ids=tuple(service_ids),
        )

    def columns(self) -> dict[str, Any]:
        """What a row of `ReminderRuleVersion` holds of them: all but the services."""
        return {
            "species": [each.value for each in self.species],
            "from_age_months": self.from_age_months,
            "until_age_months": self.until_age_months,
            "targets": [each.value for each in self.targets],
            "every_months": self.every_months,
            "first_age_months": self.first_age_months,
            "called": json.dumps(dict(self.called), ensure_ascii=False),
            "steps": list(self.steps),
            "location_id": self.location_id,
        }

    def checked(self, kind: RuleKind) -> Terms:
        """The same as they are kept, if a rule of that kind can say so.

        Raises:
            InvalidInput: something makes no sense, is missing, or is not for such a rule.
        """
        called = _names(self.called)
        _must_be_ages(self.from_age_months, self.until_age_months)
        _must_be_steps(self.steps)
        _must_have_what_it_needs(kind, self)
        _must_name_services(kind, self.service_ids)
        species, targets = _in_order(Species, self.species), _in_order(Target, self.targets)
        return replace(self, called=called, species=species, targets=targets)


def _in_order(members: Any, said: Iterable[str]) -> tuple[Any, ...]:
    held = set(said)
    return tuple(each for each in members if each.value in held)


def _names(called: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    names: dict[str, str] = {}
    for language, name in called:
        if language not in SPOKEN:
            raise InvalidInput(f"We write letters in these languages: {', '.join(SPOKEN)}.", path=("called",))
        if language in names:
            raise InvalidInput("Please say once for each language what it is called.", path=("called",))
        names[language] = named(name, path=("called",), longest=LONGEST_NAME)
    return tuple(sorted(names.items()))


def _must_be_ages(youngest: int | None, end: int | None) -> None:
    _must_be_between(youngest, 0, OLDEST_MONTHS, path="fromAgeMonths")
    _must_be_between(end, 1, OLDEST_MONTHS, path="untilAgeMonths")
    if end is not None and end <= (youngest or 0):
        message = "No pet would be old enough and young enough. Please choose a later end."
        raise InvalidInput(message, path=("untilAgeMonths",))


def _must_be_steps(steps: tuple[int, ...]) -> None:
    if not 1 <= len(steps) <= MOST_STEPS:
        raise InvalidInput(f"Please say on 1 to {MOST_STEPS} days that owners are told.", path=("steps",))
    if any(abs(step) > FURTHEST_STEP for step in steps):
        message = f"Please stay within {FURTHEST_STEP} days before and after the day on which it is due."
        raise InvalidInput(message, path=("steps",))
    gaps = [later - earlier for earlier, later in pairwise(steps)]
    if any(gap <= 0 for gap in gaps):
        raise InvalidInput("Please put the days in their order, the earliest first.", path=("steps",))
    if any(gap < LEAST_BETWEEN_STEPS for gap in gaps):
        message = (
            f"Nobody is told about the same thing twice within {LEAST_BETWEEN_STEPS} days. Please leave more time."
        )
        raise InvalidInput(message, path=("steps",))


def _must_have_what_it_needs(kind: RuleKind, terms: Terms) -> None:
    if terms.targets and kind is not RuleKind.VACCINATION:
        raise InvalidInput("Only a rule about vaccinations is about diseases.", path=("targets",))
    is_an_interval, is_an_age = kind is RuleKind.SERVICE_INTERVAL, kind is RuleKind.AGE
    if terms.every_months is None and is_an_interval:
        raise InvalidInput("Please say after how many months it is due again.", path=("everyMonths",))
    if terms.every_months is not None and not is_an_interval:
        raise InvalidInput("Only a rule about a service that is done again and again has this.", path=("everyMonths",))
    if terms.first_age_months is None and is_an_age:
        raise InvalidInput("Please say at which age it is due.", path=("firstAgeMonths",))
    if terms.first_age_months is not None and not (is_an_age or is_an_interval):
        raise InvalidInput("Only a rule about an age, or about a service, has this.", path=("firstAgeMonths",))
    _must_be_between(terms.every_months, 1, LONGEST_INTERVAL_MONTHS, path="everyMonths")
    _must_be_between(terms.first_age_months, 1, OLDEST_MONTHS, path="firstAgeMonths")
    age, end = terms.first_age_months, terms.until_age_months
    if age is not None and (age < (terms.from_age_months or 0) or (end is not None and age >= end)):
        message = "At this age the rule is not for a pet. Please choose an age within those that it is for."
        raise InvalidInput(message, path=("firstAgeMonths",))


def _must_name_services(kind: RuleKind, service_ids: tuple[UUID, ...]) -> None:
    if not service_ids and kind in _OF_A_SERVICE:
        raise InvalidInput("Please name the service that is due, the one to book first.", path=("serviceIds",))
    if len(service_ids) > MOST_SERVICES:
        raise InvalidInput(f"Please name at most {MOST_SERVICES}.", path=("serviceIds",))
    if len(set(service_ids)) < len(service_ids):
        raise InvalidInput("Please name each service once.", path=("serviceIds",))


def _must_be_between(months: int | None, least: int, most: int, *, path: str) -> None:
    if months is not None and not least <= months <= most:
        raise InvalidInput(f"Please choose {least} to {most} months.", path=(path,))
