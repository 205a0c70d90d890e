"""Enums: closed sets of words, each with its meaning."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

import strawberry

from graph.roles import EVERYBODY, STAFF, allow
from models.appointment import Status
from models.document import DocumentKind
from models.note import NoteKind
from models.ownership import Right
from models.pet import DatePrecision, Lifestyle, Sex, Species
from models.treatment import PlanKind, PlanState, StepOutcome, StepState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from models.role import Role

E = TypeVar("E", bound=type[Enum])


def described(
    members: E,
    about: str,
    words: Mapping[Any, str],
    *,
    roles: Iterable[Role] = EVERYBODY,
    name: str | None = None,
    only: Mapping[Any, Iterable[Role]] | None = None,
) -> E:
    """The members as a GraphQL enum, each value with its words; of what is given alone, `only` says what is for fewer."""
    strawberry.enum(members, name=name, description=about, directives=[allow(roles)])
    definition: Any = members.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = words[members(value.value)]
        if only and members(value.value) in only:
            value.directives = [allow(only[members(value.value)])]
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
    NoteKind,
    "Whose part of the record a note is.",
    {NoteKind.VET: "A vet's: vets write and sign it.", NoteKind.NURSE: "A nurse's: nurses and vets write and sign it."},
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

described(
    DocumentKind,
    "What a document is for.",
    {
        DocumentKind.DISCHARGE: "What the owner must know when the pet goes home.",
        DocumentKind.INSTRUCTIONS: "How to care for the pet, or how to prepare for a visit.",
        DocumentKind.REFERRAL: "A letter that sends the pet to a colleague; only a vet signs it.",
        DocumentKind.OTHER: "Any other letter or paper.",
    },
)
described(
    PlanKind,
    "Whose plan it is.",
    {
        PlanKind.TREATMENT: "The practice's own: what is to be done here. Owners do not see it.",
        PlanKind.HOME_CARE: "What the owner is to do at home.",
        PlanKind.EXERCISE: "What the owner is to practise with the pet.",
    },
    name="TreatmentPlanKind",
)
described(
    PlanState,
    "Where a treatment plan stands.",
    {
        PlanState.ACTIVE: "It is being carried out.",
        PlanState.COMPLETED: "Each of its steps was done or skipped.",
        PlanState.STOPPED: "It is not gone on with; steps that were open stay open.",
    },
    name="TreatmentPlanState",
)
described(
    StepState,
    "Where a step of a treatment plan stands.",
    {StepState.OPEN: "To be done.", StepState.DONE: "Done.", StepState.SKIPPED: "Left out."},
    name="TreatmentStepState",
)
described(
    StepOutcome,
    "What came of a step of a treatment plan.",
    {StepOutcome.DONE: "It was done.", StepOutcome.SKIPPED: "It was left out."},
    roles=STAFF,
    name="TreatmentStepOutcome",
)


@strawberry.enum(description="Whether visits are over or still to come.", directives=[allow(EVERYBODY)])
class When(Enum):
    """Whether visits are over or still to come."""

    PAST = strawberry.enum_value("PAST", description="Those that have ended.")
    COMING = strawberry.enum_value(
        "COMING", description="Those that have not ended yet; cancelled ones are among them."
    )
