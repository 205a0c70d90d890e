"""What a reminder rule would do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import strawberry

from graph.reading import Picked
from graph.roles import allow
from graph.types.client import Client
from graph.types.pet import Pet
from models import NoticeReason, sql
from models.role import Role
from resolvers import access, clients, pets
from resolvers.reminder_forecasts import MOST_EXAMPLES, Example, Outlook
from resolvers.rows import Rows
from resolvers.viewer import Viewer


def _counted(description: str) -> int:
    number: int = strawberry.field(description=description)
    return number


@strawberry.type(
    directives=[allow(Role.MANAGER)],
    description="Something that would be due for a pet by a rule, and who is told of it.",
)
class ReminderForecastExample:
    """Something that would be due for a pet by a rule, and who is told of it."""

    pet: Pet = strawberry.field(description="Which pet.")
    due_on: date = strawberry.field(description="The day on which it is due, at the place of the pet.")
    because: str = strawberry.field(description="Why it is due then, in English.")
    told: list[Client] = strawberry.field(
        description=(
            "The owners who get a letter at the next step; nobody while a visit is booked for it, or when it is too late"
            " for every step."
        ),
        metadata={"size": 2},
    )
    to_call: list[Client] = strawberry.field(
        description="The owners who do not, and can only be called.", metadata={"size": 2}
    )


@strawberry.type(
    directives=[allow(Role.MANAGER)], description="What a reminder rule would do if it were switched on now."
)
class ReminderRuleForecast:
    """What a reminder rule would do if it were switched on now."""

    pet_count: int = _counted(
        "Counts pets: for how many something is due by it, was, or will be. Each counts once, either in `petsByLetter`"
        " or in one of the three after it."
    )
    pets_by_letter: int = _counted("Counts pets: of which at least one owner gets letters.")
    pets_without_consent: int = _counted(
        "Counts pets: of which nobody does, and somebody has not agreed to letters about care: these owners can only be called."
    )
    pets_without_address: int = _counted("Counts pets: of which nobody does, for who has agreed has no e-mail address.")
    pets_undeliverable: int = _counted(
        "Counts pets: of which nobody does, for who has agreed has an address that nobody reads."
    )
    overdue: int = _counted(
        "Counts things that are due, as the four after it: how many were due before today. A pet with two vaccinations that"
        " are due counts twice, so that this can be more than `petCount`."
    )
    due_within_30_days: int = strawberry.field(
        name="dueWithin30Days", description="Counts things that are due: how many, today or within 30 days."
    )
    due_within_90_days: int = strawberry.field(
        name="dueWithin90Days", description="Counts things that are due: how many, today or within 90 days."
    )
    due_within_365_days: int = strawberry.field(
        name="dueWithin365Days", description="Counts things that are due: how many, today or within 365 days."
    )
    booked: int = _counted(
        "Counts things that are due: for how many, of those and of what is due later, a visit is booked already, so that"
        " nobody is told."
    )
    letters_on_first_day: int = _counted(
        "Counts letters: how many go out within a day of switching it on: one for each mailbox, whatever is due. Quiet hours may"
        " put them off to the morning after."
    )
    examples: list[ReminderForecastExample] = strawberry.field(
        description=(
            f"Some of what is due, for {MOST_EXAMPLES} different pets at most: of each that of which somebody is told soonest."
        ),
        metadata={"size": MOST_EXAMPLES},
    )


def shown(viewer: Viewer, outlook: Outlook) -> ReminderRuleForecast:
    """The forecast as clients see it; pets and owners are read only when somebody asks for them, and all at once."""
    theirs = _among(pets.listed(viewer), {each.pet_id for each in outlook.examples})
    people = {one for each in outlook.examples for one in (*each.told, *each.to_call)}
    owners = _among(clients.listed(viewer), people)
    return ReminderRuleForecast(
        pet_count=outlook.pets,
        pets_by_letter=outlook.by_letter,
        pets_without_consent=outlook.by_phone[NoticeReason.NO_CONSENT],
        pets_without_address=outlook.by_phone[NoticeReason.NO_ADDRESS],
        pets_undeliverable=outlook.by_phone[NoticeReason.ADDRESS_UNDELIVERABLE],
        overdue=outlook.overdue,
        due_within_30_days=outlook.due_within[30],
        due_within_90_days=outlook.due_within[90],
        due_within_365_days=outlook.due_within[365],
        booked=outlook.booked,
        letters_on_first_day=outlook.first_letters,
        examples=[_example(each, theirs, owners) for each in outlook.examples],
    )


def _among(rows: Rows, ids: Iterable[UUID]) -> Rows:
    keys = sorted(ids)
    return rows.narrowed(f"{{t}}.id IN ({sql.marks(len(keys))})" if keys else access.NOTHING, *keys)


def _example(each: Example, theirs: Rows, owners: Rows) -> ReminderForecastExample:
    pet: Any = Picked(theirs, (each.pet_id,))
    told: Any = Picked(owners, tuple(each.told))
    to_call: Any = Picked(owners, tuple(each.to_call))
    return ReminderForecastExample(pet=pet, due_on=each.due_on, because=each.why, told=told, to_call=to_call)
