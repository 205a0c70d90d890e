"""What can be wrong with any request."""

from __future__ import annotations

from models.refusal.base import Refusal


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
