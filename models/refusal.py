"""Refusals: a rule of the trade said no. Each is named for the fact, carries what helps, and speaks to a person."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.free_time import FreeTime

Path = tuple[str, ...]


class DatabaseUnavailable(Exception):
    """The database cannot be reached, or stayed locked longer than anybody should wait. Nothing was written."""


class Refusal(Exception):
    """A deed was refused; nothing was written and nothing was sent.

    `code` is stable and for programs; `message` is a sentence a person can act on; `path` names the input at
    fault, outermost first, and is empty when no single input is. `pets` are those of whose records it tells something.
    """

    code: ClassVar[str]
    sentence: ClassVar[str]
    pets: frozenset[UUID] = frozenset()

    def __init__(self, message: str | None = None, *, path: Path = ()) -> None:
        self.message = message or self.sentence
        self.path = path
        super().__init__(self.message)


# What can be wrong with any request.


class NotFound(Refusal):
    """What was named does not exist, or is not the viewer's to see: the same words for both."""

    code = "NOT_FOUND"
    sentence = "We could not find that. Please check it and try again."


class InvalidInput(Refusal):
    """An input is readable but makes no sense."""

    code = "INVALID_INPUT"
    sentence = "Something in this request is not right. Please check what you entered."


class IdempotencyKeyReused(Refusal):
    """The key was already used for a request with other input."""

    code = "IDEMPOTENCY_KEY_REUSED"
    sentence = "This request was already sent with other details. Please start again."


class Forbidden(Refusal):
    """The viewer's role does not allow this deed here."""

    code = "FORBIDDEN"
    sentence = "Your role does not allow this here. Please ask a manager of the practice."


class SignedOut(Refusal):
    """The deed needs somebody who is signed in."""

    code = "SIGNED_OUT"
    sentence = "Please sign in first."


class ResyncRequired(Refusal):
    """What has changed since a cursor cannot be told: it is too old, or is no cursor of these records any more."""

    code = "RESYNC_REQUIRED"
    sentence = "We cannot tell what has changed since then. Please load everything again and go on from its new cursor."


class TooManyAttempts(Refusal):
    """A throttle is closed: `retry_after` seconds until the next attempt is worth making."""

    code = "TOO_MANY_ATTEMPTS"
    sentence = "That was tried too often. Please wait a little and try again."

    def __init__(self, *, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__()


# Booking.


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


# Clients and pets.


class RightNeeded(Refusal):
    """She owns the pet, but without the right that this needs."""

    code = "RIGHT_NEEDED"
    sentence = "This is for another owner of this pet to arrange. Please ask them, or call us."


class SharesMustSumTo100(Refusal):
    """The shares of all payers of a pet do not add up to 100 percent."""

    code = "SHARES_MUST_SUM_TO_100"
    sentence = "The shares of everybody who pays for this pet must add up to 100 percent."


class LastPayer(Refusal):
    """Nobody would be left to pay for a living pet."""

    code = "LAST_PAYER"
    sentence = "Somebody must pay for this pet. Please name a successor first, or record that the pet has died."


class AlreadyAnOwner(Refusal):
    """The client already owns this pet."""

    code = "ALREADY_AN_OWNER"
    sentence = "This client already owns this pet. Please amend that ownership instead."


class AlreadyLinked(Refusal):
    """The account belongs to a known client already."""

    code = "ALREADY_LINKED"
    sentence = "This account is already linked to a client. Please choose another account."


# Records.


class EnteredInError(Refusal):
    """What was named is marked as entered in error."""

    code = "ENTERED_IN_ERROR"
    sentence = "This was entered in error. Please write it down anew."


class RecordLocked(Refusal):
    """The record of the visit is locked."""

    code = "RECORD_LOCKED"
    sentence = "The record of this visit is locked. Please write an addendum instead."


class AlreadySigned(Refusal):
    """Somebody has signed it."""

    code = "ALREADY_SIGNED"
    sentence = "This is signed and stays as it is. Please write an addendum instead."


class NotSigned(Refusal):
    """Nobody has signed it yet."""

    code = "NOT_SIGNED"
    sentence = "This is not signed yet. Please have it signed first."


class CosignNotAllowed(Refusal):
    """The same person signed it, or a second one has done so already."""

    code = "COSIGN_NOT_ALLOWED"
    sentence = "A second signature comes once, from somebody other than who signed first."


class AlreadySo(Refusal):
    """What was asked for is the case already: it is resolved, active, stopped or ended."""

    code = "ALREADY_SO"
    sentence = "That has been done already. Please look at it again as it is now."


class NoWeight(Refusal):
    """A dose per kilogram was asked for, and no weight of the pet is known."""

    code = "NO_WEIGHT"
    sentence = "We do not know what this pet weighs. Please weigh it first, or give the whole dose."


class AllergyKnown(Refusal):
    """The pet is known to react to what the medicine is named after; `substances` are those."""

    code = "ALLERGY_KNOWN"
    sentence = "This pet is known to be allergic to this. Please choose something else, or say why it is given."

    def __init__(self, substances: Sequence[str], *, pet_id: UUID, path: Path = ("medicine",)) -> None:
        self.substances = tuple(substances)
        self.pets = frozenset({pet_id})
        super().__init__(path=path)


class PrescriptionEnded(Refusal):
    """The prescription was stopped, or is not valid any more."""

    code = "PRESCRIPTION_ENDED"
    sentence = "This prescription is not valid any more. Please have it prescribed anew."


class NoRepeatLeft(Refusal):
    """As many repeats were given as are allowed."""

    code = "NO_REPEAT_LEFT"
    sentence = "Every repeat of this prescription has been given. Please have it prescribed anew."


class DocumentChanged(Refusal):
    """Somebody else has saved the document since; what stands in it now comes along."""

    code = "DOCUMENT_CHANGED"
    sentence = "Somebody else has changed this document meanwhile. Please put your words and theirs together."

    def __init__(self, *, version: int, title: str, body: str, addressee: str, path: Path = ("basedOn",)) -> None:
        self.version, self.title, self.body, self.addressee = version, title, body, addressee
        super().__init__(path=path)


class PlanEnded(Refusal):
    """The treatment plan is completed, or was stopped."""

    code = "PLAN_ENDED"
    sentence = "This plan has ended and stays as it is. Please make a new one."


class StepSettled(Refusal):
    """The step of the plan is done, or was skipped."""

    code = "STEP_SETTLED"
    sentence = "This step is settled already. Please look at the plan again as it is now."


class VisitExists(Refusal):
    """The appointment has a visit already."""

    code = "VISIT_EXISTS"
    sentence = "The visit of this appointment has been opened already. Please go on with that one."


class NoteChanged(Refusal):
    """Somebody else has saved other words since; `version` and `texts` are what stands there now, by part."""

    code = "NOTE_CHANGED"
    sentence = (
        "Somebody else has changed this note meanwhile. Please read it as it is now, put your words to theirs, and save"
        " it again based on its current version."
    )

    def __init__(self, version: int, texts: Mapping[str, str], *, pet_id: UUID, path: Path) -> None:
        self.version = version
        self.texts = dict(texts)
        self.pets = frozenset({pet_id})
        super().__init__(path=path)


# Records from elsewhere.


class ImportHasChanged(Refusal):
    """What an import would do is no longer what its dry run promised."""

    code = "IMPORT_HAS_CHANGED"
    sentence = "Something has changed since the dry run. Please make another one, and look at what it says."


class FormatNotInstalled(Refusal):
    """This server can neither read nor write the Open Vet Format."""

    code = "FORMAT_NOT_INSTALLED"
    sentence = "This server does not know the Open Vet Format. Whoever runs it can install what it takes: vetdesk[ovf]."


# Vaccinations.


class AlreadyVoided(Refusal):
    """What was named has been voided."""

    code = "ALREADY_VOIDED"
    sentence = "This has been voided and no longer counts. Please write it down anew."


class AlreadyCertified(Refusal):
    """A certificate that stands says what this vaccination is."""

    code = "ALREADY_CERTIFIED"
    sentence = "There is a certificate of this vaccination. Please void the certificate first."


class LicenceNeeded(Refusal):
    """Nobody knows the licence number of the vet who would sign."""

    code = "LICENCE_NEEDED"
    sentence = "A certificate names the licence of the vet. Please ask a manager to enter your licence number first."


# Doors.


class SignInFailed(Refusal):
    """The address, password or code is not right; which one is never said."""

    code = "SIGN_IN_FAILED"
    sentence = "That did not work. Please check the address and the code or password, or ask for a new code."


class SessionEnded(Refusal):
    """The refresh token is unknown, expired, revoked, or was used twice."""

    code = "SESSION_ENDED"
    sentence = "You have been signed out. Please sign in again."


class InvitationNotValid(Refusal):
    """The invitation is unknown, expired or was already accepted."""

    code = "INVITATION_NOT_VALID"
    sentence = "This invitation is no longer valid. Please ask for a new one."


class AlreadyOnTheTeam(Refusal):
    """Somebody with this address is on the team already."""

    code = "ALREADY_ON_THE_TEAM"
    sentence = "Somebody with this e-mail address is already on the team. Please change their roles instead."


class WeakPassword(Refusal):
    """The password is too short, too long or too common."""

    code = "WEAK_PASSWORD"
    sentence = "Please choose a password of 12 to 256 characters that is not easy to guess."


class PracticeExists(Refusal):
    """The database holds a practice already."""

    code = "PRACTICE_EXISTS"
    sentence = "This database already holds a practice. Please choose an empty one."
