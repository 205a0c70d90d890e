"""What can be wrong with a booking, or with any plan for a pet."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from models.refusal.base import Path, Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.free_time import FreeTime


class SlotTaken(Refusal):
    """Somebody else has the vet, every fitting room, or the pet at that time; `alternatives` are free now."""

    code = "SLOT_TAKEN"
    sentence = "That time has just been taken. Please choose another one."

    def __init__(self, alternatives: Sequence[FreeTime] = (), *, path: Path = ("startsAt",)) -> None:
        self.alternatives = tuple(alternatives)
        super().__init__(path=path)


class TimeHasPassed(Refusal):
    """The time lies in the past."""

    code = "TIME_HAS_PASSED"
    sentence = "That time has already passed. Please choose a later one."


class TooShortNotice(Refusal):
    """The service needs more notice when booked online; `earliest` is the first moment that is allowed."""

    code = "TOO_SHORT_NOTICE"
    sentence = "That is too soon to book online. Please choose a later time or call us."

    def __init__(self, *, earliest: datetime, path: Path = ("startsAt",)) -> None:
        self.earliest = earliest
        super().__init__(path=path)


class TooManyPlanned(Refusal):
    """The owner has as many visits to come as can be booked online."""

    code = "TOO_MANY_PLANNED"
    sentence = "You have several visits planned already. Please call us, and we will find another time together."


class OutsideHours(Refusal):
    """The location is closed then, or the vet does not work there then."""

    code = "OUTSIDE_HOURS"
    sentence = "We are not open, or this vet does not work, at that time. Please choose one of the free times."


class VetCannotDoService(Refusal):
    """The vet named does not do this service, or no vet at the location does."""

    code = "VET_CANNOT_DO_SERVICE"
    sentence = "This vet does not offer that service here. Please choose another vet or leave the vet open."


class ServiceNotOffered(Refusal):
    """The service is not to be had like this: not online, not for new clients, not for this species, not here."""

    code = "SERVICE_NOT_OFFERED"
    sentence = "This service cannot be booked like this. Please call us and we will find a time together."


class LocationClosed(Refusal):
    """The location no longer takes appointments."""

    code = "LOCATION_CLOSED"
    sentence = "This location no longer takes appointments. Please choose another one."


class PetHasDied(Refusal):
    """The pet has died; nothing more can be planned for it."""

    code = "PET_HAS_DIED"
    sentence = "Our records say that this pet has died, and we are sorry. If that is wrong, please call us."


class NoDeathRecorded(Refusal):
    """No death of this pet is recorded, or it was undone."""

    code = "NO_DEATH_RECORDED"
    sentence = "Our records say that this pet is alive. There is nothing to undo."


class StepNotAllowed(Refusal):
    """The appointment is in a state from which this step is not possible."""

    code = "STEP_NOT_ALLOWED"
    sentence = "This appointment cannot be changed like that any more. Please look at it again as it is now."
