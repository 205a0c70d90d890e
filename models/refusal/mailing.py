"""What can be wrong with sending a letter."""

from __future__ import annotations

from models.refusal.base import Refusal


class NotSentAgain(Refusal):
    """The letter did not fail, did not come back and is not in doubt, or was sent again already."""

    code = "NOT_SENT_AGAIN"
    sentence = "Only a letter that failed, came back, or may not have arrived can be sent again."
