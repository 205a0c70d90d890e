"""Sources: what makes something due for pets, and when it was done, read with a few statements for many pets.

A source knows all that it needs of some pets once it is read. What is due for a pet under the terms of a rule is
arithmetic then, and nothing is written: so the same is asked when reminders are kept, and when a rule is only tried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import ReminderReason, RuleKind
from resolvers.reminders.sources.plans import Plans
from resolvers.reminders.sources.prescriptions import Prescriptions
from resolvers.reminders.sources.services import Ages, Done, Intervals
from resolvers.reminders.sources.vaccinations import Vaccinations

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date, datetime
    from typing import Protocol, TypeAlias
    from uuid import UUID

    from models import Reminder
    from resolvers.reminders.animals import Animal, Places
    from resolvers.reminders.cycles import Thing
    from resolvers.reminders.terms import Terms

    class Source(Protocol):
        """What one kind of rule goes by, of the pets it was read for."""

        def due(self, animal: Animal, terms: Terms) -> Iterable[Thing]:
            """What is current for the pet: at most one thing of each subject, for which it may not fit, or have lapsed."""

        def done_on(self, reminder: Reminder, animal: Animal, terms: Terms) -> date | None:
            """The day on which the cycle of this reminder ended because it was done; None when it was not."""

    Sources: TypeAlias = Mapping[RuleKind, Source]

__all__ = ["due", "read"]


async def read(animals: Mapping[UUID, Animal], every: Collection[Terms], places: Places) -> Sources:
    """What those terms go by, of these pets: one or two statements for each kind of rule among them."""
    found: dict[RuleKind, Source] = {}
    kinds = {terms.kind for terms in every} if animals else set()
    if RuleKind.VACCINATION in kinds:
        found[RuleKind.VACCINATION] = await Vaccinations.read(animals)
    if RuleKind.TREATMENT_STEP in kinds:
        found[RuleKind.TREATMENT_STEP] = await Plans.read(animals)
    if RuleKind.PRESCRIPTION_REPEAT in kinds:
        found[RuleKind.PRESCRIPTION_REPEAT] = await Prescriptions.read(animals)
    if kinds & {RuleKind.SERVICE_INTERVAL, RuleKind.AGE}:
        services = {service for terms in every for service in terms.service_ids}
        done = await Done.read(animals, services, places)
        found |= {RuleKind.SERVICE_INTERVAL: Intervals(done), RuleKind.AGE: Ages(done)}
    return found


def due(sources: Sources, animal: Animal, terms: Terms, *, now: datetime) -> list[tuple[Thing, ReminderReason | None]]:
    """What is current for the pet under these terms, and why nobody is told of it, if so."""
    return [(thing, _why_not(thing, animal, terms, now)) for thing in sources[terms.kind].due(animal, terms)]


def _why_not(thing: Thing, animal: Animal, terms: Terms, now: datetime) -> ReminderReason | None:
    if thing.lapses_on is not None and animal.home.today(now) >= thing.lapses_on:
        return ReminderReason.NO_LONGER_DUE
    is_meant = terms.kind is not RuleKind.VACCINATION or not terms.targets or thing.subject in terms.targets
    if not is_meant or not terms.fits(animal, thing.due_on):
        return ReminderReason.DOES_NOT_FIT
    return None if animal.owner_ids else ReminderReason.NO_OWNER
