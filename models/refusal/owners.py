"""What can be wrong about clients, and about whose a pet is."""

from __future__ import annotations

from models.refusal.base import Refusal


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
