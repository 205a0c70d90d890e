"""Terms: what a version of a rule says, as it is asked of pets."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from models import ReminderRuleVersion, RuleKind, sql
from models.span import months

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from resolvers.reminders.animals import Animal

# All at once: a practice has a few rules, each in force with one version.
_IN_FORCE = (
    "SELECT v.*, r.kind AS rule_kind FROM reminder_rule r "
    "JOIN reminder_rule_version v ON v.rule_id = r.id AND v.number = r.version WHERE r.is_on ORDER BY r.id"
)
_SERVICES = (
    "SELECT s.version_id, s.service_id FROM reminder_rule r "
    "JOIN reminder_rule_version v ON v.rule_id = r.id AND v.number = r.version "
    "JOIN reminder_rule_service s ON s.version_id = v.id WHERE r.is_on"
)


@dataclass(frozen=True)
class Terms:
    """What makes something due, for which pets, and the services with which it gets done."""

    kind: RuleKind
    version: ReminderRuleVersion
    service_ids: frozenset[UUID] = frozenset()

    @cached_property
    def steps(self) -> tuple[int, ...]:
        """On how many days after the due day its owners are told, rising."""
        return tuple(sorted(int(step) for step in self.version.steps))

    @cached_property
    def targets(self) -> frozenset[str]:
        """Against which diseases doses count; none stands for all."""
        return frozenset(self.version.targets)

    def fits(self, animal: Animal, due_on: date) -> bool:
        """Whether the version is for this pet, by its age on the day on which something is due."""
        version = self.version
        if version.species and animal.species not in version.species:
            return False
        if version.location_id is not None and version.location_id != animal.home.id:
            return False
        youngest, oldest = version.from_age_months, version.until_age_months
        if youngest is None and oldest is None:
            return True
        if animal.born_on is None:
            return False
        if youngest and due_on < months(youngest).after(animal.born_on):
            return False
        return oldest is None or due_on < months(oldest).after(animal.born_on)


async def in_force() -> Sequence[Terms]:
    """The terms of every rule that is on."""
    services: dict[UUID, set[UUID]] = defaultdict(set)
    for version, service in await sql.tuples(_SERVICES):
        services[sql.as_key(version)].add(sql.as_key(service))
    terms = []
    for row in await sql.fetch(_IN_FORCE):
        columns = dict(row)
        kind = RuleKind(columns.pop("rule_kind"))
        version = sql.loaded(ReminderRuleVersion, columns)
        terms.append(Terms(kind, version, frozenset(services[version.id])))
    return terms
