"""Enums: closed sets of words, each with its meaning."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

import strawberry

from graph.roles import EVERYBODY, allow
from models.appointment import Status
from models.ownership import Right
from models.pet import DatePrecision, Lifestyle, Sex, Species

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from models.role import Role

E = TypeVar("E", bound=type[Enum])


def described(
    members: E, about: str, words: Mapping[Any, str], *, roles: Iterable[Role] = EVERYBODY, name: str | None = None
) -> E:
    """The members as a GraphQL enum, each value with its words."""
    strawberry.enum(members, name=name, description=about, directives=[allow(roles)])
    definition: Any = members.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = words[members(value.value)]
    return members


described(
    Species,
    "The kind of animal.",
    {
        Species.DOG: "A dog.",
        Species.CAT: "A cat.",
        Species.RABBIT: "A rabbit.",
        Species.GUINEA_PIG: "A guinea pig.",
        Species.HAMSTER: "A hamster.",
        Species.FERRET: "A ferret.",
        Species.BIRD: "A bird.",
        Species.REPTILE: "A reptile.",
        Species.HORSE: "A horse, pony or donkey.",
        Species.OTHER: "Any other animal.",
    },
)
described(
    Sex,
    "The sex of a pet.",
    {Sex.FEMALE: "Female.", Sex.MALE: "Male.", Sex.UNKNOWN: "Nobody knows."},
)
described(
    Lifestyle,
    "How a pet lives, as far as it matters for what it can catch.",
    {
        Lifestyle.INDOOR: "It stays indoors.",
        Lifestyle.OUTDOOR: "It goes outdoors.",
        Lifestyle.WITH_OUTDOOR_PETS: "It lives with pets that go outdoors.",
        Lifestyle.BOARDING: "It meets others: boarding, day care, shows, classes.",
        Lifestyle.TRAVEL: "It travels.",
        Lifestyle.WILDLIFE_AND_WATER: "It meets wildlife, or drinks from ponds and puddles.",
        Lifestyle.TICKS: "It walks where ticks are.",
        Lifestyle.BREEDING: "It is bred.",
    },
)
described(
    DatePrecision,
    "How much of a date is known.",
    {
        DatePrecision.DAY: "The exact day.",
        DatePrecision.MONTH: "The month; the day does not count.",
        DatePrecision.YEAR: "The year; month and day do not count.",
        DatePrecision.ESTIMATED: "Somebody's guess.",
    },
)
described(
    Status,
    "Where an appointment stands, apart from anything about payment.",
    {
        Status.REQUESTED: "Asked for, and not yet agreed by the practice.",
        Status.BOOKED: "Agreed.",
        Status.CONFIRMED: "Agreed, and the owner has said that she will come.",
        Status.ARRIVED: "The pet is here.",
        Status.IN_PROGRESS: "The visit has begun.",
        Status.COMPLETED: "The visit is over.",
        Status.CANCELLED: "It will not take place.",
        Status.NO_SHOW: "Nobody came.",
    },
    name="AppointmentStatus",
)
described(
    Right,
    "What an owner may do for a pet.",
    {
        Right.BOOK: "Book, move and cancel its appointments.",
        Right.PAY: "See and pay its bills.",
        Right.CONSENT: "Consent to treatment.",
        Right.VIEW: "See the pet, its appointments and its records.",
    },
)


@strawberry.enum(description="Whether visits are over or still to come.", directives=[allow(EVERYBODY)])
class When(Enum):
    """Whether visits are over or still to come."""

    PAST = strawberry.enum_value("PAST", description="Those that have ended.")
    COMING = strawberry.enum_value(
        "COMING", description="Those that have not ended yet; cancelled ones are among them."
    )
