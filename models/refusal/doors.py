"""What can be wrong at a door."""

from __future__ import annotations

from models.refusal.base import Refusal


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
