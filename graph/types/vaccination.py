"""Vaccinations, and what is due."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from graph.reading.shape import column, computed, many, one, shape, timed
from graph.roles import EVERYBODY, STAFF
from graph.types.enums import described
from graph.types.history_entry import HistoryEntry
from graph.types.location import Location
from graph.types.node import Node, id_of
from graph.types.pet import Pet
from graph.types.staff import Staff
from graph.types.vaccine import VaccinationProtocol, Vaccine
from models import HistoryKind
from models.due_date import LegalStatus, Reason
from models.vaccination import DoseSource
from models.vaccine import Target
from resolvers import vaccinations_due

if TYPE_CHECKING:
    from graph.types.certificate import Certificate

described(
    DoseSource,
    "How a dose is known.",
    {
        DoseSource.RECORDED: "It was given here.",
        DoseSource.IMPORTED: "It comes from older records.",
        DoseSource.ELSEWHERE: "It was given elsewhere.",
    },
    name="VaccinationSource",
)
described(
    Reason,
    "Why a dose is due on a day.",
    {
        Reason.FIRST_DOSE: "No dose has counted yet.",
        Reason.FIRST_SERIES: "The first series is not complete.",
        Reason.FIRST_BOOSTER: "The first series is complete, and its booster comes next.",
        Reason.BOOSTER: "The booster after the last one.",
        Reason.PRODUCT_LABEL: "No protocol is active for this, so the label of the last product says when.",
    },
    name="VaccinationDueReason",
)
described(
    LegalStatus,
    "What the law makes of a pet today. It is not the same as what is due for its health.",
    {
        LegalStatus.NOT_REGULATED: "No law is known for this disease at the place.",
        LegalStatus.NOT_YET_REQUIRED: "No dose has counted, and the law does not want one yet.",
        LegalStatus.NEVER_VACCINATED: "No dose has counted.",
        LegalStatus.NOT_YET_IMMUNISED: "The first dose was given, and the time until it counts has not passed.",
        LegalStatus.CURRENT: "Currently vaccinated.",
        LegalStatus.EXPIRED: "Vaccinated before, and overdue.",
    },
    name="VaccinationLegalStatus",
)


def _was_expired(given_on: date, expires_on: date | None) -> bool:
    return expires_on is not None and expires_on < given_on


@shape(models.Vaccination, EVERYBODY, kind=HistoryKind.VACCINATION)
class Vaccination(HistoryEntry):
    """A dose of a vaccine that a pet was given, here or elsewhere."""

    id: strawberry.ID = id_of("Vaccination")
    at: datetime = column("Noon of the day on which it was given, at the place: where it stands in the history.")
    pet: Pet = one("Which pet.", carried=True)
    product: str = column("What the vaccine is called.", of="vaccine.name")
    maker: str = column("Who makes it; empty when nobody entered it.", of="vaccine.maker")
    targets: list[Target] = column("What it protects from.", of="vaccine.targets")
    lot: str = column("The lot, or serial number, of the vial; empty when it is not known.")
    expires_on: date | None = column("The day on which the vial expired, or will; null when it is not known.")
    was_expired: bool = computed(
        "Whether the vial had expired when it was given: then it does not count.",
        _was_expired,
        "given_on",
        "expires_on",
    )
    given_on: date = column("The day on which it was given, on the calendar of the place.")
    given_by: Staff | None = one("Who gave it; null when it was nobody of the practice.", carried=True)
    location: Location | None = one("Where; null when it was not here.", carried=True)
    body_site: str = column("Where on the body; empty when nobody said.")
    tag: str = column("The number of the tag that came with it; empty without one.")
    source: DoseSource = column("How it is known.")
    certificates: list[Annotated[Certificate, strawberry.lazy("graph.types.certificate")]] = many(
        "Its certificates, the latest first; an owner sees those that name her.",
        models.Certificate,
        "vaccination",
        order=("-number",),
        size=2,
    )
    vaccine: Vaccine | None = one("The product.", STAFF, carried=True)
    recorded_at: datetime | None = column("When it was written down.", STAFF)
    voided_at: datetime | None = column("When it was voided; null while it stands. Owners see only what stands.", STAFF)
    voided_by: Staff | None = one("Who voided it; null while it stands.", STAFF, carried=True)
    voided_because: str | None = column("Why it was voided; empty while it stands.", STAFF)


@shape(models.VaccinationDue, EVERYBODY)
class VaccinationDue(Node):
    """When a pet's next dose against one disease is due, and why; it is always up to date."""

    id: strawberry.ID = id_of("VaccinationDue")
    pet: Pet = one("Which pet.", carried=True)
    target: Target = column("Against what.")
    due_on: date = column("The day on which it is due, on the calendar of the place; in the past when it is overdue.")
    earliest_valid_on: date = column("The first day on which the next dose would count.", of="earliest_on")
    reason: Reason = column("Why it is due then.")
    explanation: str = column("The same in a sentence.", of="sentence")
    rule: str | None = column(
        "The code of the protocol by which it is due; null when only the label counts.", of="protocol.code"
    )
    rule_version: int | None = column("The version of that protocol; null with it.", of="protocol.version")
    legal_status: LegalStatus | None = timed(
        "What the law makes of the pet today, on the calendar of the place. Null when this has just been worked out anew.",
        vaccinations_due.legal_statuses,
    )
    legal_from: date | None = column(
        "The first day on which the law takes it for immunised; null without a law or a dose that counts.",
        of="immune_from",
    )
    legal_until: date | None = column("The last such day; null with it.", of="immune_until")
    legally_required_by: date | None = column(
        "The day by which the law wants the first dose; null when it says none.", of="required_by"
    )
    protocol: VaccinationProtocol | None = one("The protocol by which it is due.", STAFF, carried=True)
